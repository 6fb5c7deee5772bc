"""A cancel is heard in every phase, also where a statement waits; at COMMIT it comes too late."""

from __future__ import annotations

import threading
import time
from dataclasses import replace
from uuid import UUID

import psycopg
import pytest

from lambda_worker.contract import Command, CommandMessage
from tests.faults.child import run
from tests.faults.faults import SLEEP, STOP, Fault
from tests.faults.scenes import Clean, Scene, Stage
from tests.faults.test_connections import IN_PHASE


def wish(stage: Stage, job: UUID) -> None:
    """What the web side writes when somebody presses cancel."""
    stage.bench.sql.execute("INSERT INTO imports_importcancelrequest (job_id) VALUES (%s)", (job,))


@pytest.mark.parametrize("phase", IN_PHASE)
def test_it_is_heard(stage: Stage, insert: Scene, phase: str) -> None:
    job = stage.begin(insert)
    slow = replace(IN_PHASE[phase], do=SLEEP, seconds=3.0)
    child = stage.child(job, slow)
    assert stage.until(lambda: stage.bench.row(job)["status"] == phase, 10)
    wish(stage, job)
    child.wait()
    assert stage.bench.row(job)["status"] == "cancelled"
    assert stage.bench.all("SELECT FROM airports_airport") == []
    assert stage.bench.staging_tables() == []
    assert stage.mails() == []


def test_it_is_heard_within_seconds_in_a_statement_that_waits(stage: Stage, insert: Scene) -> None:
    """An insert waits for another session's row of the same key."""
    job = stage.begin(insert)
    with psycopg.connect(stage.bench.url) as other:
        other.execute(
            "INSERT INTO airports_airport (icao, name, city, country_id, latitude, longitude,"
            " elevation, timezone) SELECT '00FF', '', '', id, 0, 0, 0, 'UTC' FROM airports_country"
        )
        message = CommandMessage(Command.START, job)
        worker = threading.Thread(
            target=run, args=(stage.bench.url, message, stage.folder.services())
        )
        worker.start()
        assert stage.until(lambda: stage.bench.row(job)["status"] == "applying", 10)
        time.sleep(0.3)
        wish(stage, job)
        begun = time.monotonic()
        worker.join(20)
        assert not worker.is_alive()
        assert time.monotonic() - begun < 10  # two beats; ten seconds for a machine that is busy
        other.rollback()
    assert stage.bench.row(job)["status"] == "cancelled"
    assert stage.bench.all("SELECT FROM airports_airport") == []


def test_at_commit_it_comes_too_late_and_the_page_says_what_is(
    stage: Stage, clean: dict[str, Clean], insert: Scene
) -> None:
    job = stage.begin(insert)
    child = stage.child(job, Fault(do=STOP, name="data COMMIT", number=5, when=""))
    child.wait_until_stopped()
    assert child.trace[-1] == "before data COMMIT"
    wish(stage, job)
    child.go_on()
    child.wait()
    stage.finish(job)
    stage.assert_as_clean(job, clean["insert"], "cancelled at COMMIT")


def test_a_cancel_of_a_dead_worker_is_heard_by_the_next(stage: Stage, insert: Scene) -> None:
    job = stage.begin(insert)
    assert stage.child(job, Fault(name="data SET CONSTRAINTS")).wait() == -9
    wish(stage, job)
    assert stage.finish(job, Command.WATCHDOG)["status"] == "cancelled"
    assert stage.bench.all("SELECT FROM airports_airport") == []
