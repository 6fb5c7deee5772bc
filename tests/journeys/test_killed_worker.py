"""A worker killed outright in mid-import: nothing half done, the page says so, another finishes."""

from __future__ import annotations

from pathlib import Path

import pytest

from devstack.stack import Stack
from lambda_worker.claim import ATTEMPTS_A_TRY
from lambda_worker.contract import STALLED_AFTER_SECONDS
from tests.generated import icao, write_airports
from tests.journeys import support

ROWS = 5000
TARGET = "airports.airport"

LAST = icao(ROWS - 1)
"""A worker that is kept from writing this one has written all others."""

VISIBILITY_SECONDS = 8
"""When SQS hands the message out again: after the kill, and soon enough for a test."""


@pytest.fixture
def content(tmp_path: Path) -> bytes:
    return write_airports(tmp_path / "airports.csv", ROWS).read_bytes()


@pytest.mark.usefixtures("countries")
@pytest.mark.parametrize("phase", ["staging", "checking", "applying"])
def test_the_next_delivery_completes_it(stack: Stack, content: bytes, phase: str) -> None:
    form = support.waiting(stack, TARGET, content)
    with support.queue_set(stack, VisibilityTimeout=str(VISIBILITY_SECONDS)):
        with support.held(stack, form.job, phase, LAST):
            job = support.started(form, content)
            support.kill(stack, job, phase, 1)
            assert support.count(stack, "airports_airport") == 0
        ended = support.ended(stack, job)
        support.worked_off(stack)
    assert (ended["status"], ended["attempt"]) == ("succeeded", 2)
    assert [ended[name] for name in ("records_read", "rows_inserted")] == [ROWS, ROWS]
    assert support.count(stack, "airports_airport") == ROWS
    assert [each["outcome"] for each in support.attempts(stack, job)] == ["", "succeeded"]
    assert support.staging_tables(stack) == []


@pytest.mark.usefixtures("countries")
def test_the_page_says_that_the_worker_is_gone(stack: Stack, content: bytes) -> None:
    form = support.waiting(stack, TARGET, content)
    later = STALLED_AFTER_SECONDS + 1
    with support.queue_set(stack, VisibilityTimeout=str(VISIBILITY_SECONDS)):
        with support.held(stack, form.job, "applying", LAST):
            job = support.started(form, content)
            support.reached(stack, job, "applying")
            with support.deliveries_paused(stack):
                dead = support.kill(stack, job, "applying", 1)
                support.until(lambda: support.backend_of(stack, dead) is None, "its backend's end")
                seen = support.inside(stack, "how_it_stands", job=job, later=later)
        support.ended(stack, job)
        support.worked_off(stack)
    assert seen["stalled"] is True
    assert seen["sentence"].startswith("The worker died. Nothing was written")


@pytest.mark.usefixtures("countries")
def test_one_that_dies_again_and_again_fails_and_a_retry_completes_it(
    stack: Stack, content: bytes
) -> None:
    form = support.waiting(stack, TARGET, content)
    with support.queue_set(stack, VisibilityTimeout=str(VISIBILITY_SECONDS)):
        with support.held(stack, form.job, "applying", LAST):
            job = support.started(form, content)
            for number in range(1, ATTEMPTS_A_TRY + 1):
                support.kill(stack, job, "applying", number)
            failed = support.ended(stack, job)
        support.worked_off(stack)
    assert (failed["status"], failed["failure_code"]) == ("failed", "worker_died")
    assert support.count(stack, "airports_airport") == 0
    assert "The worker died 3 times" in support.mail_about(stack, job)
    assert support.inside(stack, "retry", job=job) is True
    support.until(lambda: support.job(stack, job)["status"] == "succeeded", "the retry's success")
    assert support.count(stack, "airports_airport") == ROWS
