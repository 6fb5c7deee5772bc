"""Heroku's release phase: migrates, but never queues for ever behind an import's locks."""

from __future__ import annotations

import time
from typing import Any, Final

from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import OperationalError, connection
from psycopg import errors, sql

from imports.models import ImportJob
from lambda_worker import contract

LOCK_SECONDS: Final = 5
"""While a migration waits for a lock, every other query on that table waits behind it."""

TRIES: Final = 24
PAUSE_SECONDS: Final = 20
"""24 tries of up to 25 s are 10 minutes: longer than most applies take, shorter than the hour after
which Heroku stops a release command; no other deploy can start meanwhile."""

_LOCK_TIMEOUT = sql.SQL("SET lock_timeout = {milliseconds}")


class Command(BaseCommand):
    """Run the migrations, saying what they wait for."""

    help = __doc__ or ""

    def handle(self, *_args: Any, **options: Any) -> None:
        """Try, say who holds the locks, try again; the old release stays up if it never works."""
        for left in range(TRIES - 1, -1, -1):
            if self.migrated(int(options["verbosity"])):
                return
            self.stdout.write(f"Waiting for a lock. {holders()} Tries left: {left}.")
            time.sleep(PAUSE_SECONDS if left else 0)
        raise CommandError(
            f"The migration got no lock in {TRIES} tries. {holders()} Release again after that."
        )

    def migrated(self, verbosity: int) -> bool:
        """Whether the migrations went through; False where a lock could not be had in time."""
        try:
            with connection.cursor() as cursor:
                timeout = _LOCK_TIMEOUT.format(milliseconds=sql.Literal(int(LOCK_SECONDS * 1000)))
                cursor.execute(timeout.as_string())
            call_command("migrate", interactive=False, verbosity=verbosity, stdout=self.stdout)
        except OperationalError as exc:
            if not isinstance(exc.__cause__, errors.LockNotAvailable):
                raise
            return False
        return True


def holders() -> str:
    """The imports that are at work, in a sentence."""
    running = ImportJob.objects.filter(status__in=sorted(contract.RUNNING)).order_by("created_at")
    names = [f"{job.pk} ({job.target}, {job.status})" for job in running[:5]]
    if not names:
        return "No import is running: some other session holds it."
    return f"Imports at work: {', '.join(names)}."
