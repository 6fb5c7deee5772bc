"""Sweeping: what nobody finished is ended, moved on or removed. Safe at any time, also side by
side."""

from __future__ import annotations

import logging
import re
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from django.conf import settings
from django.db import OperationalError, connection, transaction
from django.db.models import F, Q
from django.utils import timezone

from imports import defaults, parts, queues, reviews
from imports.liveness import LOST, life_now
from imports.models import ImportAttempt, ImportJob, ImportNotice
from imports.nudging import nudge
from imports.signals import announce_ended
from lambda_worker import contract
from lambda_worker.contract import Command, CommandMessage, Status
from lambda_worker.notices import MOST_DOUBTS
from lambda_worker.plan import MailWhen
from lambda_worker.staging import drop_statement
from lambda_worker.tables import KINDS_OF_TABLE, StagingTables

log = logging.getLogger(__name__)

STUCK_AFTER: Final = timedelta(minutes=2)
"""A queued job is claimed within seconds, unless many wait; a nudge too many does no harm."""

NUDGE_EVERY: Final = timedelta(minutes=5)
"""More messages about one job would only wait behind each other."""

MAIL_LATE_AFTER: Final = timedelta(minutes=10)
"""A worker that died at a mail is given five minutes (lambda_worker.notices)."""

MAIL_GIVEN_UP_AFTER: Final = timedelta(days=1)
"""What the mail service refused for a day it will refuse tomorrow."""

PARTS_LOOKED_FOR: Final = timedelta(days=30)
"""After a job's creation: later the bucket has thrown its parts away by its own rule."""

GIVEN_UP_AT_ONCE: Final = 10
"""Uploads in parts: each costs a request to S3, and somebody's page may wait for the sweep."""

LAZILY_EVERY: Final = 60.0
"""Seconds between the sweeps that page views set off in one process."""


@dataclass(frozen=True, slots=True)
class Swept:
    """How many jobs were expired and nudged, mails asked for again, tables dropped, and uploads in
    parts given up."""

    expired: int
    nudged: int
    mails: int
    tables: int
    uploads: int


def sweep(now: datetime | None = None) -> Swept:
    """Do all of it."""
    now = now or timezone.now()
    announce_ended()
    return Swept(
        expired=_expire_uploads(now) + _expire_waiting(now),
        nudged=sum(nudge(job, NUDGE_EVERY) for job in _stuck(now)),
        mails=sum(nudge(job, NUDGE_EVERY) for job in _owing_mail(now)),
        tables=sum(_drop_orphans(job) for job in _orphans()),
        uploads=sum(parts.give_up(job) for job in _left_at_s3(now)),
    )


_last_lazily = float("-inf")


def sweep_lazily() -> None:
    """Sweep if this process has not just done so; no fault of it ever reaches a page."""
    global _last_lazily  # noqa: PLW0603  (one clock a process is what is wanted)
    if time.monotonic() - _last_lazily < LAZILY_EVERY:
        return
    _last_lazily = time.monotonic()
    try:
        sweep()
    except Exception:
        log.exception("the sweep failed; the next one tries again")


# -- Expiry -------------------------------------------------------------------------------------


def _expire_uploads(now: datetime) -> int:
    """Jobs whose file never came, though somebody may have said so."""
    hours = getattr(settings, "SLUICE_UPLOAD_GRACE_HOURS", defaults.UPLOAD_GRACE_HOURS)
    given_up = now - timedelta(hours=hours)
    never = Q(status=Status.AWAITING_UPLOAD.value) | Q(status=Status.QUEUED.value, attempt=0)
    late = ImportJob.objects.filter(never, upload_expires_at__lt=given_up)
    return late.update(status=Status.EXPIRED.value, finished_at=now)


def _left_at_s3(now: datetime) -> list[ImportJob]:
    """Jobs that were cancelled or expired with parts of their file at S3, which cost money."""
    over = (Status.CANCELLED.value, Status.EXPIRED.value)
    left = ImportJob.objects.filter(status__in=over, created_at__gt=now - PARTS_LOOKED_FOR)
    return list(left.exclude(upload_id="").defer("plan")[:GIVEN_UP_AT_ONCE])


def _expire_waiting(now: datetime) -> int:
    """Jobs that waited too long for a person: told by mail, their staging dropped by a worker."""
    days = timedelta(days=getattr(settings, "SLUICE_REVIEW_DAYS", defaults.REVIEW_DAYS))
    unmapped = ImportJob.objects.filter(status=Status.AWAITING_MAPPING.value)
    late = [*unmapped.filter(created_at__lt=now - days), *reviews.waiting_since(now - days)]
    return sum(_expire_one(job, now) for job in late)


def _expire_one(job: ImportJob, now: datetime) -> bool:
    as_it_was = ImportJob.objects.filter(
        pk=job.pk,
        status=job.status,
        attempt=job.attempt,
        review_approved_at=job.review_approved_at,
    )
    with transaction.atomic():
        expired = as_it_was.update(status=Status.EXPIRED.value, finished_at=now)
        if expired:
            _owe_mail(job)
            queues.send_on_commit(CommandMessage(Command.START, job.pk))
    return bool(expired)


def _owe_mail(job: ImportJob) -> None:
    audience = job.plan.get("audience", {})
    recipient = audience.get("recipient", "")
    if recipient and audience.get("mail") != MailWhen.NEVER:
        notice = ImportNotice(
            job=job, status=Status.EXPIRED.value, attempt=job.attempt, recipient=recipient
        )
        ImportNotice.objects.bulk_create([notice], ignore_conflicts=True)


# -- Moving on ----------------------------------------------------------------------------------


def _stuck(now: datetime) -> Iterator[ImportJob]:
    """Queued jobs that no worker came for, and running ones that theirs has left."""
    queued = Q(status=Status.QUEUED.value, created_at__lt=now - STUCK_AFTER)
    approved = Q(status=Status.IN_REVIEW.value, review_approved_at__lt=now - STUCK_AFTER) & ~Q(
        pk__in=reviews.waiting().values("pk")  # it came back to review since
    )
    # Its file may be there although nobody said so: looked for once, when no more can begin.
    unannounced = Q(
        status=Status.AWAITING_UPLOAD.value, upload_expires_at__lt=now, nudged_at__isnull=True
    )
    running = Q(status__in=sorted(status.value for status in contract.RUNNING))
    jobs = list(
        ImportJob.objects.filter(queued | approved | unannounced | running).defer(
            "plan", "reject_summary"
        )
    )
    current = {
        attempt.job_id: attempt
        for attempt in ImportAttempt.objects.filter(job__in=jobs)
        if any(job.pk == attempt.job_id and job.attempt == attempt.number for job in jobs)
    }
    for job in jobs:
        running_now = Status(job.status) in contract.RUNNING
        if not running_now or _is_lost(current.get(job.pk), now):
            yield job


def _is_lost(attempt: ImportAttempt | None, now: datetime) -> bool:
    """Lost for long enough that its own message or watchdog should have come."""
    if attempt is None:
        return True
    silence = timedelta(seconds=contract.ABANDONED_AFTER_SECONDS)
    return attempt.heartbeat_at < now - silence and life_now(attempt, now) in LOST


def _owing_mail(now: datetime) -> Iterator[ImportJob]:
    late = ImportNotice.objects.filter(
        sent_at__isnull=True,
        doubts__lt=MOST_DOUBTS,
        status=F("job__status"),
        attempt=F("job__attempt"),
        created_at__lt=now - MAIL_LATE_AFTER,
        created_at__gt=now - MAIL_GIVEN_UP_AFTER,
    )
    yield from ImportJob.objects.filter(pk__in=late.values("job_id")).defer("plan")


# -- Orphaned staging tables ----------------------------------------------------------------------

_TABLES = "SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = to_regnamespace(%s)"
_LOCK = "SELECT pg_try_advisory_xact_lock(%s, hashtext(%s))"
_PATIENCE = "SET LOCAL lock_timeout = '1s'"
_NAME = re.compile(rf"(?:{'|'.join(KINDS_OF_TABLE)})_([0-9a-f]{{32}})")


def _orphans() -> list[UUID]:
    """Jobs that have tables in staging, and are over or were never there."""
    with connection.cursor() as cursor:
        cursor.execute(_TABLES, [contract.STAGING_SCHEMA])
        names = [_NAME.fullmatch(row[0]) for row in cursor.fetchall()]
    jobs = {UUID(name.group(1)) for name in names if name}  # other names are not ours
    return sorted(jobs - _alive(jobs))


def _alive(jobs: set[UUID]) -> set[UUID]:
    over = sorted(status.value for status in contract.TERMINAL)
    found = ImportJob.objects.filter(pk__in=jobs).exclude(status__in=over)
    return set(found.values_list("pk", flat=True))


def _drop_orphans(job: UUID) -> int:
    """Drop the job's tables, holding the lock that a worker would hold; how many sets: 1 or 0."""
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(_LOCK, [contract.LOCK_NAMESPACE, str(job)])
            row: Any = cursor.fetchone()
            if not row[0] or _alive({job}):
                return 0
            cursor.execute(_PATIENCE)
            cursor.execute(drop_statement(StagingTables.of(job)).as_string())
    except OperationalError:
        return 0  # somebody reads them at this moment: the next sweep comes
    return 1
