"""What an adopter's own code may listen to."""

from __future__ import annotations

import logging
from datetime import timedelta
from typing import Final

from django.db.models import Q
from django.dispatch import Signal
from django.utils import timezone

from imports.models import ImportJob
from lambda_worker.contract import TERMINAL, Status

log = logging.getLogger(__name__)

import_ended = Signal()
"""Sent once for each job, with `job`, when the web side first sees that it has ended: by a page, or
by the sweep that page views and `sweep_imports` make. It has committed long since: what must happen
with the rows or not at all belongs into the target's `after_import`."""

LOOKED_BACK: Final = timedelta(days=7)
"""Jobs that ended before are history: nobody's code waits for them."""


def announce(job: ImportJob) -> None:
    """Tell that a job has ended, if it has and nobody did. No fault of a receiver comes back."""
    if job.announced_at is not None or Status(job.status) not in TERMINAL:
        return
    now = timezone.now()
    still = ImportJob.objects.filter(pk=job.pk, announced_at__isnull=True)
    if not still.update(announced_at=now):
        return
    job.announced_at = now
    for receiver, answer in import_ended.send_robust(ImportJob, job=job):
        if isinstance(answer, Exception):
            log.error("%r failed at import_ended of %s", receiver, job.pk, exc_info=answer)


def announce_ended() -> None:
    """Tell of all that ended unseen."""
    unseen = Q(announced_at__isnull=True, finished_at__gt=timezone.now() - LOOKED_BACK)
    for job in ImportJob.objects.filter(unseen):
        announce(job)
