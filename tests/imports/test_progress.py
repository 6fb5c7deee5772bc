"""How far a job is, from its row and its last attempt."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from imports.models import ImportCancelRequest
from imports.progress import Progress, progress_of
from lambda_worker import contract
from lambda_worker.contract import Status
from tests.imports.factories import make_attempt, make_job

pytestmark = pytest.mark.django_db

LONG_SILENCE = timedelta(seconds=contract.STALLED_AFTER_SECONDS + 5)


def progress(status: Status, **attempt: Any) -> Progress:
    job = make_job(status)
    if attempt:
        make_attempt(job, **attempt)
    return progress_of(job)


def states(progress: Progress) -> list[str]:
    return [step.state for step in progress.steps]


@pytest.mark.parametrize("status", Status)
def test_every_status_has_a_sentence_and_its_steps(status: Status) -> None:
    found = progress(status)
    assert found.sentence
    assert len(found.steps) == 6


@pytest.mark.parametrize("status", Status)
def test_only_an_ended_job_is_terminal(status: Status) -> None:
    assert progress(status).terminal == (status in contract.TERMINAL)


@pytest.mark.parametrize(
    ("phase", "done", "percent"),
    [
        (Status.STAGING, 0, 0),
        (Status.STAGING, 100, 35),
        (Status.CHECKING, 50, 47),
        (Status.APPLYING, 50, 79),
        (Status.APPLYING, 100, 99),
    ],
)
def test_the_phases_share_the_bar(phase: Status, done: int, percent: int) -> None:
    assert progress(phase, done=done, total=100).percent == percent


def test_only_what_is_committed_is_at_a_hundred() -> None:
    assert progress(Status.SUCCEEDED).percent == 100


def test_more_done_than_there_was_is_no_more_than_all() -> None:
    assert progress(Status.STAGING, done=300, total=100).percent == 35


def test_a_phase_that_the_worker_has_not_told_of_has_just_begun() -> None:
    assert progress(Status.CHECKING, phase="staging", done=100, total=100).percent == 35


def test_a_phase_that_begins_between_two_queries_does_not_set_the_bar_back() -> None:
    assert progress(Status.CHECKING, phase="applying", done=50, total=100).percent == 79


def test_silence_means_stalled() -> None:
    found = progress(Status.APPLYING, heartbeat_at=timezone.now() - LONG_SILENCE)
    assert found.stalled
    assert "worker died" in found.sentence
    assert "20 s" in found.detail


def test_what_is_stalled_has_no_speed() -> None:
    silent = timezone.now() - LONG_SILENCE
    found = progress(Status.STAGING, heartbeat_at=silent, ago=60, done=1, total=2, records_read=500)
    assert found.stalled
    assert (found.rate, found.time_left) == (None, None)


def test_a_worker_that_is_heard_is_not_stalled() -> None:
    assert not progress(Status.APPLYING, done=1, total=2).stalled


def test_a_job_that_has_ended_is_never_stalled() -> None:
    assert not progress(Status.SUCCEEDED, heartbeat_at=timezone.now() - LONG_SILENCE).stalled


def test_a_wish_to_cancel_is_said() -> None:
    job = make_job(Status.CHECKING)
    make_attempt(job)
    ImportCancelRequest.objects.create(job=job)
    found = progress_of(job)
    assert found.cancelling
    assert found.sentence.startswith("Cancelling")


def test_records_are_counted_while_they_are_read() -> None:
    found = progress(Status.STAGING, records_read=500, ago=10)
    assert found.read == 500
    assert found.rate == pytest.approx(50, rel=0.1)


def test_the_time_left_goes_by_the_phase_s_speed() -> None:
    # 35 of 99 percent in 10 s at half the phase: 17.5 percent are done, 81.5 are left.
    found = progress(Status.STAGING, done=50, total=100, ago=10)
    assert found.time_left == pytest.approx(10 / 17.5 * 81.5, rel=0.1)


def test_no_time_left_is_guessed_at_the_beginning() -> None:
    assert progress(Status.STAGING, done=50, total=100, ago=1).time_left is None


def test_a_failure_says_why() -> None:
    job = make_job(Status.FAILED, failure_code="empty_file")
    assert progress_of(job).sentence.startswith("The file is empty")


def test_a_code_of_a_newer_worker_is_shown_as_it_is() -> None:
    job = make_job(Status.FAILED, failure_code="moon_phase")
    assert "moon_phase" in progress_of(job).sentence


def test_a_failed_job_shows_how_far_it_had_come() -> None:
    found = progress(Status.FAILED, phase="checking")
    assert states(found) == ["done", "done", "done", "failed", "ahead", "ahead"]


def test_a_success_has_every_step_done() -> None:
    assert set(states(progress(Status.SUCCEEDED))) == {"done"}


def test_a_second_attempt_is_said() -> None:
    assert progress(Status.STAGING, number=2).detail == "This is attempt 2."


def test_a_success_that_rejected_every_row_stops_at_the_check() -> None:
    job = make_job(Status.SUCCEEDED, records_read=3, rows_rejected=3)
    make_attempt(job, phase="applying", outcome="succeeded")
    found = progress_of(job)
    assert found.sentence == "Nothing was written: every row was rejected."
    assert states(found) == ["done", "done", "done", "failed", "ahead", "ahead"]
    assert (found.percent, found.tone) == (60, "bad")


def test_a_file_without_rows_is_not_simply_done() -> None:
    found = progress_of(make_job(Status.SUCCEEDED))
    assert found.sentence == "The file had no rows; nothing was written."
    assert found.tone == "warn"


@pytest.mark.parametrize("status", [Status.CANCELLED, Status.EXPIRED])
def test_what_ends_in_review_had_been_checked(status: Status) -> None:
    found = progress(status, phase="staging", outcome="in_review")
    assert states(found) == ["done", "done", "done", "failed", "ahead", "ahead"]
    assert found.percent == 60


def test_the_clock_stops_at_the_end() -> None:
    now = timezone.now()
    job = make_job(Status.SUCCEEDED, created_at=now - timedelta(days=1))
    make_attempt(job, phase="applying", started_at=now, finished_at=now + timedelta(seconds=7))
    assert progress_of(job, now + timedelta(days=1)).elapsed == 7


def test_the_clock_counts_what_each_attempt_took() -> None:
    now = timezone.now()
    job = make_job(Status.APPLYING, created_at=now - timedelta(days=1))
    for number in (1, 2):
        started = now - timedelta(hours=3 - number)
        ended = started + timedelta(seconds=10)
        make_attempt(job, number=number, started_at=started, finished_at=ended)
    make_attempt(job, number=3, started_at=now)
    assert progress_of(job, now + timedelta(seconds=5)).elapsed == 25


def test_no_clock_runs_before_a_worker_has_come() -> None:
    assert progress(Status.AWAITING_UPLOAD).elapsed is None


def test_the_clock_stands_while_a_person_is_asked() -> None:
    now = timezone.now()
    job = make_job(Status.IN_REVIEW, created_at=now)
    make_attempt(job, phase="checking", started_at=now, finished_at=now + timedelta(seconds=7))
    assert progress_of(job, now + timedelta(days=1)).elapsed == 7
