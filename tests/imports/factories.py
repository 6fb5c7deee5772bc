"""Rows for tests: users, and jobs in any state."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

from django.contrib.auth.models import Permission, User
from django.db import connection
from django.utils import timezone

from imports.models import ImportAttempt, ImportJob
from lambda_worker.contract import OWNER_SETTING, Owner, Status


def make_user(*permissions: str, **fields: Any) -> User:
    """A plain user with permissions by codename; a superuser with is_superuser=True."""
    name = fields.pop("username", f"user-{uuid4().hex[:8]}")
    user = User.objects.create(username=name, email=f"{name}@example.com", **fields)
    user.user_permissions.set(Permission.objects.filter(codename__in=permissions))
    return user


def make_job(status: Status = Status.AWAITING_UPLOAD, **fields: Any) -> ImportJob:
    """A job in that status, whatever led there; counts that add up if it succeeded."""
    if status is Status.SUCCEEDED:
        zeros = ("inserted", "updated", "unchanged", "superseded", "skipped", "rejected")
        fields = {"records_read": 0, **{f"rows_{n}": 0 for n in zeros}, **fields}
    defaults: dict[str, Any] = {
        "target": "airports.country",
        "file_name": "countries.csv",
        "declared_size": 100,
        "plan": {"version": 1},
        "plan_version": 1,
        "upload_expires_at": timezone.now() + timedelta(minutes=15),
    }
    return ImportJob.objects.create(**{**defaults, "status": status.value, **fields})


def make_attempt(job: ImportJob, **fields: Any) -> ImportAttempt:
    """A live attempt of the job, which takes its number; age in seconds by `ago`."""
    now = timezone.now()
    begun = now - timedelta(seconds=fields.pop("ago", 10))
    defaults: dict[str, Any] = {
        "number": 1,
        "request_id": "request-1",
        "started_at": begun,
        "deadline_at": begun + timedelta(minutes=15),
        "backend_pid": 1,
        "backend_start": begun,
        "heartbeat_at": now,
        "phase": job.status,
        "phase_started_at": begun,
    }
    attempt = ImportAttempt.objects.create(job=job, **{**defaults, **fields})
    as_owner(Owner.WORKER)
    ImportJob.objects.filter(pk=job.pk).update(attempt=attempt.number)
    as_owner(Owner.WEB)
    job.refresh_from_db()
    return attempt


def as_owner(owner: Owner | str) -> None:
    """Who this connection is to the trigger, until the test rolls back."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config(%s, %s, false)", [OWNER_SETTING, str(owner)])


def status_of(pk: UUID) -> Status:
    """The status as it stands in the database."""
    return Status(ImportJob.objects.values_list("status", flat=True).get(pk=pk))
