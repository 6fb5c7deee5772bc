"""Publishes DATABASE_URL by hand: once the AWS side is made, or from a machine that is no dyno."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from webapp.publish_database_url import NothingToPublish, publish


class Command(BaseCommand):
    """Write DATABASE_URL to the SSM parameter that the worker reads."""

    help = __doc__ or ""
    requires_system_checks = ()

    def handle(self, *_args: Any, **_options: Any) -> None:
        """Say whether it was changed; never what it is."""
        try:
            changed = publish()
        except NothingToPublish as exc:
            raise CommandError(str(exc)) from exc
        self.stdout.write("Published." if changed else "Published already.")
