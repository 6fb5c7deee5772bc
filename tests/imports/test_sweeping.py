"""What nobody finished is ended, moved on or removed; what somebody works on is left alone."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.core.management import call_command
from django.db import connection
from django.utils import timezone

from imports import sweeping
from imports.models import ImportJob, ImportNotice
from imports.sweeping import Swept, sweep
from lambda_worker.contract import LOCK_NAMESPACE, Command, CommandMessage, Status
from lambda_worker.staging import drop_statement
from lambda_worker.tables import StagingTables
from tests.imports.factories import make_attempt, make_job, status_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("sent")]

NOTHING = Swept(expired=0, nudged=0, mails=0, tables=0, uploads=0)


def ago(**units: float) -> Any:
    return timezone.now() - timedelta(**units)


@pytest.mark.parametrize("status", [Status.AWAITING_UPLOAD, Status.QUEUED])
def test_an_upload_that_never_came_expires_after_its_grace(status: Status) -> None:
    late = make_job(status, upload_expires_at=ago(hours=25))
    in_time = make_job(
        Status.AWAITING_UPLOAD, upload_expires_at=ago(hours=23), nudged_at=ago(hours=1)
    )
    assert sweep().expired == 1
    assert status_of(late.pk) is Status.EXPIRED
    assert status_of(in_time.pk) is Status.AWAITING_UPLOAD


def test_a_review_that_nobody_decided_expires_and_is_mailed(sent: list[CommandMessage]) -> None:
    plan = {"version": 2, "audience": {"recipient": "pat@example.com"}}
    late = make_job(Status.IN_REVIEW, created_at=ago(days=8), plan=plan)
    make_job(Status.IN_REVIEW, created_at=ago(days=6), plan=plan)
    assert sweep().expired == 1
    assert status_of(late.pk) is Status.EXPIRED
    (notice,) = ImportNotice.objects.all()
    assert (notice.job_id, notice.status) == (late.pk, "expired")
    assert sent == [CommandMessage(Command.START, late.pk)]


def test_an_approved_review_is_not_expired_before_a_worker_comes() -> None:
    job = make_job(Status.IN_REVIEW, created_at=ago(days=8), review_approved_at=ago(seconds=1))
    assert sweep().expired == 0
    assert status_of(job.pk) is Status.IN_REVIEW


def test_an_approval_while_the_sweep_looks_is_heard() -> None:
    seen = make_job(Status.IN_REVIEW, created_at=ago(days=8))
    ImportJob.objects.filter(pk=seen.pk).update(review_approved_at=timezone.now())
    assert not sweeping._expire_one(seen, timezone.now())
    assert status_of(seen.pk) is Status.IN_REVIEW


@pytest.mark.parametrize(("days", "expired"), [(6, 0), (8, 1)])
def test_a_review_has_its_days_from_when_it_was_made(days: int, expired: int) -> None:
    shown = {"at": ago(days=days).isoformat()}
    make_job(Status.IN_REVIEW, created_at=ago(days=30), review=shown)
    assert sweep().expired == expired


def test_a_queued_job_that_nobody_came_for_is_moved_on_once(sent: list[CommandMessage]) -> None:
    job = make_job(Status.QUEUED, created_at=ago(minutes=3))
    make_job(Status.QUEUED)
    assert sweep().nudged == 1
    assert sweep() == NOTHING
    assert sent == [CommandMessage(Command.START, job.pk)]


def test_a_file_that_nobody_announced_is_looked_for_once(sent: list[CommandMessage]) -> None:
    job = make_job(Status.AWAITING_UPLOAD, upload_expires_at=ago(minutes=1))
    make_job(Status.AWAITING_UPLOAD)
    sweep()
    sweep()
    assert sent == [CommandMessage(Command.START, job.pk)]


def test_an_approval_that_no_worker_heard_of_is_told_again(sent: list[CommandMessage]) -> None:
    job = make_job(Status.IN_REVIEW, review_approved_at=ago(minutes=3))
    make_job(Status.IN_REVIEW)
    assert sweep().nudged == 1
    assert sent == [CommandMessage(Command.START, job.pk)]


def test_a_review_that_came_back_waits_for_a_person(sent: list[CommandMessage]) -> None:
    shown = {"at": ago(minutes=3).isoformat()}
    make_job(Status.IN_REVIEW, review_approved_at=ago(minutes=4), review=shown)
    assert sweep().nudged == 0
    assert sent == []


def test_a_dead_job_is_moved_on_and_a_live_one_left_alone(sent: list[CommandMessage]) -> None:
    dead = make_job(Status.CHECKING)
    make_attempt(dead, heartbeat_at=ago(seconds=61))
    make_attempt(make_job(Status.CHECKING))
    assert sweep().nudged == 1
    assert sent == [CommandMessage(Command.WATCHDOG, dead.pk, 1)]


def test_a_mail_that_is_late_is_asked_for(sent: list[CommandMessage]) -> None:
    for minutes in (11, 1, 60 * 25):
        job = make_job(Status.FAILED)
        ImportNotice.objects.create(
            job=job, status="failed", attempt=0, recipient="a@b.c", created_at=ago(minutes=minutes)
        )
        if minutes == 11:
            late = job
    assert sweep().mails == 1
    assert sent == [CommandMessage(Command.START, late.pk)]


@pytest.fixture
def staged(transactional_db: None) -> Iterator[Any]:
    """Makes staging tables; whatever is left of them goes at the end."""
    sweep()  # what other tests have left
    made = []

    def make(job: Any) -> Any:
        with connection.cursor() as cursor:
            cursor.execute(f"CREATE UNLOGGED TABLE sluice_staging.raw_{job.hex} (line bigint)")
        made.append(job)
        return job

    yield make
    with connection.cursor() as cursor:
        for job in made:
            cursor.execute(drop_statement(StagingTables.of(job)).as_string())


def tables() -> set[str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'sluice_staging'")
        return {row[0] for row in cursor.fetchall()}


def test_staging_of_ended_and_unknown_jobs_is_dropped(staged: Any) -> None:
    staged(make_job(Status.FAILED).pk)
    staged(uuid4())
    kept = staged(make_job(Status.IN_REVIEW).pk)
    assert sweep().tables == 2
    assert tables() == {f"raw_{kept.hex}"}


def test_staging_that_a_worker_holds_is_left_alone(staged: Any) -> None:
    import psycopg

    from imports.testing import connection_info

    job = staged(make_job(Status.FAILED).pk)
    with psycopg.connect(connection_info()) as worker:
        worker.execute("SELECT pg_advisory_lock(%s, hashtext(%s))", (LOCK_NAMESPACE, str(job)))
        assert sweep().tables == 0
    assert sweep().tables == 1


def test_tables_of_other_names_are_not_ours(staged: Any) -> None:
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE sluice_staging.keep_me (n int)")
    try:
        assert sweep().tables == 0
        assert tables() == {"keep_me"}
    finally:
        with connection.cursor() as cursor:
            cursor.execute("DROP TABLE sluice_staging.keep_me")


def test_page_views_sweep_now_and_then_and_survive_its_faults(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    calls = []

    def failing() -> None:
        calls.append(1)
        raise RuntimeError("no database")

    monkeypatch.setattr(sweeping, "sweep", failing)
    monkeypatch.setattr(sweeping, "_last_lazily", float("-inf"))
    sweeping.sweep_lazily()
    sweeping.sweep_lazily()
    assert calls == [1]
    assert "the sweep failed" in caplog.text


def test_the_command_says_what_it_did(capsys: pytest.CaptureFixture[str]) -> None:
    make_job(Status.AWAITING_UPLOAD, upload_expires_at=ago(hours=25))
    call_command("sweep_imports", json=True)
    said = json.loads(capsys.readouterr().out)
    assert said == {"expired": 1, "nudged": 0, "mails": 0, "tables": 0, "uploads": 0}
