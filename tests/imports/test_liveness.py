"""A dead job is never shown as running, and a person can have another attempt begin."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from imports import jobs
from imports.liveness import Life, life_of
from imports.models import ImportAttempt, ImportJob
from imports.progress import progress_of
from lambda_worker.contract import Command, CommandMessage, Outcome, Status
from tests.imports.factories import make_attempt, make_job, make_user

pytestmark = pytest.mark.django_db

LONG_AGO = timedelta(seconds=20)


def running(**fields: Any) -> ImportJob:
    job = make_job(Status.APPLYING, owner=make_user(is_superuser=True))
    make_attempt(job, **fields)
    return job


def silent(**fields: Any) -> ImportJob:
    return running(heartbeat_at=timezone.now() - LONG_AGO, **fields)


def own_session() -> dict[str, Any]:
    """This test's own connection stands in for a worker's."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pid, backend_start FROM pg_stat_activity WHERE pid = pg_backend_pid()"
        )
        pid, start = cursor.fetchone()
    return {"backend_pid": pid, "backend_start": start}


def test_life_is_judged_by_end_heartbeat_deadline_and_session() -> None:
    now = timezone.now()

    def attempt(**fields: Any) -> ImportAttempt:
        known = {"heartbeat_at": now, "deadline_at": now + timedelta(minutes=10)}
        return ImportAttempt(**{**known, **fields})

    def judged(session: bool = True, **fields: Any) -> Life:
        return life_of(attempt(**fields), now, lambda: session)

    assert judged() is Life.ALIVE
    assert judged(heartbeat_at=now - LONG_AGO) is Life.SILENT
    assert judged(heartbeat_at=now - LONG_AGO, session=False) is Life.DEAD
    assert judged(heartbeat_at=now - LONG_AGO, deadline_at=now - LONG_AGO) is Life.DEAD
    assert judged(finished_at=now, outcome=Outcome.ERROR) is Life.ERROR
    assert judged(finished_at=now, outcome=Outcome.WAITED) is Life.WAITING


def test_a_dead_worker_is_said_to_be_dead() -> None:
    seen = progress_of(silent())
    assert seen.sentence.startswith("The worker died. Nothing was written")
    assert "20 s" in seen.detail


def test_a_silent_one_with_an_open_session_is_not() -> None:
    seen = progress_of(silent(**own_session()))
    assert seen.sentence == "Nothing is heard of the worker. Nothing is written so far."
    assert seen.stalled


def test_an_error_and_a_wait_are_told_as_such() -> None:
    now = timezone.now()
    erred = running(finished_at=now, outcome="error", error="TruncatedObject")
    assert "met an error" in progress_of(erred).sentence
    assert "TruncatedObject" in progress_of(erred).detail
    waited = progress_of(running(finished_at=now, outcome="waited"))
    assert waited.sentence == "Waiting for an older import into the same table."
    assert not waited.stalled


def test_a_death_after_the_commit_is_told_as_a_success() -> None:
    job = make_job(Status.SUCCEEDED, records_read=1, rows_inserted=1)
    make_attempt(job, heartbeat_at=timezone.now() - LONG_AGO)
    seen = progress_of(job)
    assert seen.sentence == "Done."
    assert seen.detail == "The worker died after it had written everything; nothing is missing."


def test_a_live_worker_costs_two_queries(django_assert_max_num_queries: Any) -> None:
    job = running()
    with django_assert_max_num_queries(2):
        progress_of(job)


def test_retry_has_a_worker_look_at_the_dead_attempt_once(sent: list[CommandMessage]) -> None:
    job = silent()
    assert jobs.may_retry(job)
    assert jobs.retry(job, job.owner)
    assert not jobs.retry(job, job.owner)
    assert sent == [CommandMessage(Command.WATCHDOG, job.pk, 1)]


def test_a_live_job_cannot_be_retried(sent: list[CommandMessage]) -> None:
    job = running()
    assert not jobs.may_retry(job)
    assert not jobs.retry(job, job.owner)
    assert sent == []


def test_a_job_that_no_worker_came_for_can_be_pushed(sent: list[CommandMessage]) -> None:
    job = make_job(
        Status.QUEUED,
        owner=make_user(is_superuser=True),
        created_at=timezone.now() - timedelta(minutes=6),
    )
    assert jobs.retry(job, job.owner)
    job.refresh_from_db()
    assert not jobs.retry(job, job.owner)
    assert sent == [CommandMessage(Command.START, job.pk)]


def test_cancelling_a_dead_job_brings_somebody_who_hears_it(sent: list[CommandMessage]) -> None:
    job = silent()
    assert jobs.cancel(job, job.owner)
    assert sent == [CommandMessage(Command.WATCHDOG, job.pk, 1)]


def test_cancelling_a_review_has_its_staging_dropped(sent: list[CommandMessage]) -> None:
    job = make_job(Status.IN_REVIEW, owner=make_user(is_superuser=True))
    assert jobs.cancel(job, job.owner)
    assert sent == [CommandMessage(Command.START, job.pk)]


def test_the_same_file_again_is_asked_about_by_name_and_date() -> None:
    pat = make_user(username="pat")
    earlier = make_job(Status.SUCCEEDED, owner=pat, finished_at=timezone.now())
    again = make_job(Status.IN_REVIEW, owner=pat, repeats_id=earlier.pk)
    sentence = progress_of(again).sentence
    assert sentence.startswith("This very file was imported into")
    assert "by pat. Import it again?" in sentence
