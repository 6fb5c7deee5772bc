"""A message to the worker about a job that does not move, and not one too many."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from imports import queues
from imports.models import ImportJob
from lambda_worker import contract
from lambda_worker.contract import Command, CommandMessage, Status

A_PRESS: Final = timedelta(seconds=30)
"""A button that is pressed again within this has been heard already."""


def nudge(job: ImportJob, at_most_every: timedelta, message: CommandMessage | None = None) -> bool:
    """Have a worker look at the job as it stands, or what the `message` says; False where that was
    done just now, or where the job has moved. One UPDATE settles who sends."""
    now = timezone.now()
    still = Q(status=job.status, attempt=job.attempt)
    due = Q(nudged_at__isnull=True) | Q(nudged_at__lt=now - at_most_every)
    with transaction.atomic():
        nudged = ImportJob.objects.filter(still & due, pk=job.pk).update(nudged_at=now)
        if nudged:
            queues.send_on_commit(message or message_for(job))
    return bool(nudged)


def message_for(job: ImportJob) -> CommandMessage:
    """What moves it on: a look at its attempt, or at the job itself."""
    if Status(job.status) in contract.RUNNING:
        return CommandMessage(Command.WATCHDOG, job.pk, job.attempt)
    return CommandMessage(Command.START, job.pk)
