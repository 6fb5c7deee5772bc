"""Deaths that no redelivery tells of: the watchdog that each attempt leaves behind sees them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from devstack.stack import Stack
from lambda_worker.claim import ATTEMPTS_A_TRY
from lambda_worker.contract import Command
from tests.generated import icao, write_airports
from tests.journeys import support
from tests.journeys.support import Waiting

ROWS = 300
LAST = icao(ROWS - 1)

pytestmark = pytest.mark.usefixtures("countries")


@pytest.fixture
def content(tmp_path: Path) -> bytes:
    return write_airports(tmp_path / "airports.csv", ROWS).read_bytes()


@pytest.fixture
def form(stack: Stack, content: bytes) -> Waiting:
    return support.waiting(stack, "airports.airport", content)


def forget(stack: Stack, attempt: dict[str, Any]) -> None:
    """After a kill: no message is left, and the server has noticed, too."""
    support.until(lambda: support.backend_of(stack, attempt) is None, "the backend's end")
    assert support.asleep(stack) == 1  # the attempt's own watchdog, two minutes away
    for queue in ("UploadsQueueUrl", "CommandsQueueUrl"):
        support.purge(stack, queue)


def test_it_completes_what_nobody_redelivers(stack: Stack, content: bytes, form: Waiting) -> None:
    with support.held(stack, form.job, "applying", LAST):
        job = support.started(form, content)
        attempt = support.kill(stack, job, "applying")
    forget(stack, attempt)
    assert support.job(stack, job)["status"] == "applying"
    support.send(stack, Command.WATCHDOG, job, 1)
    ended = support.ended(stack, job)
    assert (ended["status"], ended["attempt"]) == ("succeeded", 2)
    assert support.counts(ended) == {"read": ROWS, "inserted": ROWS}
    for late in (1, 2):
        support.send(stack, Command.WATCHDOG, job, late)
    support.worked_off(stack)
    assert support.job(stack, job) == ended
    assert support.count(stack, "airports_airport") == ROWS
    assert len(support.mails_about(stack, job)) == 1


def test_it_leaves_a_live_attempt_alone_and_comes_again(
    stack: Stack, content: bytes, form: Waiting
) -> None:
    with support.held(stack, form.job, "applying", LAST):
        job = support.started(form, content)
        support.reached(stack, job, "applying")
        before = support.asleep(stack)
        support.send(stack, Command.WATCHDOG, job, 1)
        support.until(lambda: support.asleep(stack) == before + 1, "a watchdog put off")
        assert support.job(stack, job)["status"] == "applying"
    ended = support.ended(stack, job)
    assert (ended["status"], ended["attempt"]) == ("succeeded", 1)


def test_it_gives_up_after_three_deaths_and_mails(
    stack: Stack, content: bytes, form: Waiting
) -> None:
    job = form.job
    for number in range(1, ATTEMPTS_A_TRY + 1):
        with support.held(stack, job, "applying", LAST):
            if number == 1:
                support.started(form, content)
            else:
                support.send(stack, Command.WATCHDOG, job, number - 1)
            attempt = support.kill(stack, job, "applying", number)
        forget(stack, attempt)
    support.send(stack, Command.WATCHDOG, job, ATTEMPTS_A_TRY)
    failed = support.ended(stack, job)
    assert (failed["status"], failed["failure_code"]) == ("failed", "worker_died")
    assert "The worker died 3 times" in support.mail_about(stack, job)
    assert support.count(stack, "airports_airport") == 0
    assert support.staging_tables(stack) == []
