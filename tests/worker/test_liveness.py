"""Claims, cancels, deaths and zombies: what one attempt may do while another lives, or has died."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from lambda_worker import claim as claims
from lambda_worker import settle
from lambda_worker.claim import Claim, Invocation, Order, now
from lambda_worker.contract import WATCHDOG_SECONDS, Command, Status, upload_key
from lambda_worker.database import Connections, connect
from lambda_worker.faults import Fenced, JobBusy, JobNotFound
from lambda_worker.plan import OnReject, Review
from lambda_worker.settle import Ending
from tests.worker.workbench import MemorySource, Workbench

COUNTRIES = "code,name\nDE,Germany\nFR,France\n"


class StallingSource(MemorySource):
    """Gives its first chunk, calls back, and goes on."""

    def __init__(
        self, data: bytes, at_first_chunk: threading.Event, go_on: threading.Event
    ) -> None:
        super().__init__(data)
        self.at_first_chunk, self.go_on = at_first_chunk, go_on

    def chunks(self) -> Iterator[bytes]:
        for chunk in super().chunks():
            yield chunk
            self.at_first_chunk.set()
            assert self.go_on.wait(20)


class Killed(BaseException):
    """Ends an attempt as a death would: nothing catches it."""


class DyingSource(MemorySource):
    """Dies after the first chunk."""

    def chunks(self) -> Iterator[bytes]:
        yield from list(super().chunks())[:1]
        raise Killed


def test_a_job_nobody_knows_is_retried(bench: Workbench) -> None:
    from uuid import uuid4

    with pytest.raises(JobNotFound):
        bench.run(uuid4())


@pytest.mark.parametrize(
    ("data", "changes", "phase"),
    [
        (COUNTRIES, {}, "applying"),
        (COUNTRIES, {"review": Review.ALWAYS}, "checking"),
        ("code,name\nfr,France\n", {"on_reject": OnReject.ABORT}, "checking"),
        ("nothing,fits\n1,2\n", {}, "staging"),
    ],
)
def test_an_attempt_that_was_quicker_than_a_heartbeat_tells_how_far_it_came(
    bench: Workbench, data: str, changes: dict[str, Any], phase: str
) -> None:
    bench.import_("country", data, **changes)
    (row,) = bench.all("SELECT * FROM imports_importattempt")
    assert row["phase"] == phase
    assert row["started_at"] <= row["phase_started_at"] <= row["finished_at"]


def test_a_second_worker_is_told_to_come_later(bench: Workbench) -> None:
    job = bench.job(bench.plan("country"), COUNTRIES)
    with bench.connections() as first:
        claims.try_lock(first.data, job)
        with pytest.raises(JobBusy) as busy:
            bench.run(job)
    assert busy.value.retry_after == claims.BUSY_RETRY_SECONDS


def attempted(bench: Workbench, connections: Connections, job: UUID, seconds: int = 900) -> Claim:
    """An attempt that has begun and does nothing."""
    claims.try_lock(connections.data, job)
    found = claims.load(connections.control, job)
    invocation = Invocation("r", 512, now() + timedelta(seconds=seconds), now())
    return claims.claim(connections, found, invocation, new=Status.STAGING, version="v1", size=1)


def test_a_duplicate_leaves_a_live_attempt_to_its_watchdog(bench: Workbench) -> None:
    job = bench.job(bench.plan("country"), COUNTRIES)
    with bench.connections() as first:
        attempted(bench, first, job)
        with pytest.raises(JobBusy) as busy:
            bench.run(job)
        assert busy.value.retry_after is None
        with pytest.raises(JobBusy) as watching:
            bench.order(Order(job, command=Command.WATCHDOG, attempt=1))
        assert watching.value.retry_after == WATCHDOG_SECONDS
        silent(bench, 20)
        with pytest.raises(JobBusy) as watching:
            bench.order(Order(job, command=Command.WATCHDOG, attempt=1))
        assert watching.value.retry_after == claims.SILENT_RETRY_SECONDS


def silent(bench: Workbench, seconds: int) -> None:
    """Nothing was heard of any attempt for so long."""
    bench.sql.execute(
        "UPDATE imports_importattempt SET heartbeat_at = now() - make_interval(secs => %s)",
        (seconds,),
    )


def test_the_backend_of_an_abandoned_attempt_is_ended(bench: Workbench) -> None:
    job = bench.job(bench.plan("country"), COUNTRIES)
    with ExitStack() as stack:
        dead = stack.enter_context(connect(bench.url))
        attempted(bench, dead, job)
        silent(bench, 61)
        assert bench.order(Order(job, command=Command.WATCHDOG, attempt=1)) == "succeeded"
        with pytest.raises(Exception, match=r"terminating connection|closed"):
            dead.data.execute("SELECT 1")


def test_the_backend_of_an_overdue_attempt_is_ended(bench: Workbench) -> None:
    job = bench.job(bench.plan("country"), COUNTRIES)
    with ExitStack() as stack:
        dead = stack.enter_context(connect(bench.url))
        attempted(bench, dead, job, seconds=-1)
        assert bench.run(job) == "succeeded"
        assert bench.row(job)["attempt"] == 2
        with pytest.raises(Exception, match=r"terminating connection|closed"):
            dead.data.execute("SELECT 1")


def test_an_attempt_that_died_is_followed_by_another(bench: Workbench) -> None:
    job = bench.job(bench.plan("country"), None)
    bench.world.uploads[upload_key(job)] = DyingSource(COUNTRIES.encode(), chunk=10)
    with pytest.raises(Killed):
        bench.run(job)
    assert bench.all("SELECT * FROM airports_country") == []
    bench.world.uploads[upload_key(job)] = MemorySource(COUNTRIES.encode())
    assert bench.run(job) == "succeeded"
    assert (bench.row(job)["attempt"], bench.row(job)["rows_inserted"]) == (2, 2)


def test_after_three_deaths_the_job_fails_and_says_so(bench: Workbench) -> None:
    job = bench.job(bench.plan("country"), None)
    bench.world.uploads[upload_key(job)] = DyingSource(COUNTRIES.encode(), chunk=10)
    for _ in range(3):
        with pytest.raises(Killed):
            bench.run(job)
    assert bench.run(job) == "failed"
    assert bench.row(job)["failure_code"] == "worker_died"
    assert "died 3 times" in bench.world.mails[0].text


def test_a_retry_grants_new_attempts(bench: Workbench) -> None:
    test_after_three_deaths_the_job_fails_and_says_so(bench)
    (row,) = bench.all("SELECT id FROM imports_importjob")
    job = row["id"]
    bench.sql.execute(
        "UPDATE imports_importjob SET status = 'queued', retries = 1 WHERE id = %s", (job,)
    )
    bench.world.uploads[upload_key(job)] = MemorySource(COUNTRIES.encode())
    assert bench.run(job, Command.RETRY) == "succeeded"


def test_a_zombie_can_write_neither_status_nor_end(bench: Workbench) -> None:
    job = bench.job(bench.plan("country"), COUNTRIES)
    with bench.connections() as zombie:
        mine = attempted(bench, zombie, job)
        zombie.data.execute("SELECT pg_advisory_unlock_all()")
        assert bench.run(job) == "succeeded"
        with pytest.raises(Fenced):
            settle.move(zombie.control, mine, Status.CHECKING)
        with pytest.raises(Fenced):
            settle.end(zombie.data, mine, None, Ending(Status.FAILED))
    assert bench.row(job)["status"] == "succeeded"


def test_a_cancel_request_is_heard_while_the_file_streams(bench: Workbench) -> None:
    begun, go_on = threading.Event(), threading.Event()
    job = bench.job(bench.plan("country"), None)
    bench.world.uploads[upload_key(job)] = StallingSource(COUNTRIES.encode(), begun, go_on)
    outcomes: list[str] = []
    worker = threading.Thread(target=lambda: outcomes.append(bench.run(job)))
    worker.start()
    assert begun.wait(20)
    bench.sql.execute("INSERT INTO imports_importcancelrequest (job_id) VALUES (%s)", (job,))
    threading.Timer(2.5, go_on.set).start()
    worker.join(30)
    assert outcomes == ["cancelled"]
    assert bench.all("SELECT * FROM airports_country") == []
    assert bench.staging_tables() == []
    assert bench.world.mails == []


def test_a_worker_short_of_time_stops_and_says_so(bench: Workbench) -> None:
    job = bench.job(bench.plan("country"), COUNTRIES)
    assert bench.run(job, seconds=20) == "failed"  # less than the reserve is left
    assert bench.row(job)["failure_code"] == "out_of_time"


def test_a_claim_sends_a_watchdog(bench: Workbench) -> None:
    row = bench.import_("country", COUNTRIES)
    ((message, delay),) = bench.world.messages
    assert (message.command, message.job, message.attempt) == (Command.WATCHDOG, row["id"], 1)
    assert delay == WATCHDOG_SECONDS


def test_the_watchdog_of_a_short_run_comes_right_after_it(bench: Workbench) -> None:
    job = bench.job(bench.plan("country"), COUNTRIES)
    bench.run(job, seconds=60)
    ((_message, delay),) = bench.world.messages
    assert 58 <= delay <= 61


def test_a_watchdog_leaves_an_ended_job_alone(bench: Workbench) -> None:
    row = bench.import_("country", COUNTRIES)
    with bench.connections() as connections:
        found = claims.load(connections.control, row["id"])
    assert not claims.may_start(found, Order(row["id"], command=Command.WATCHDOG, attempt=1))


def test_a_review_waits_and_writes_nothing(bench: Workbench) -> None:
    job = bench.job(bench.plan("country", review=Review.ALWAYS), COUNTRIES)
    assert bench.run(job) == "in_review"
    assert bench.all("SELECT * FROM airports_country") == []
    assert bench.world.mails[0].subject == (
        "countrys.csv waits for your review: 2 countrys to write"
    )
    assert bench.run(job) == "nothing_to_do"


def test_an_approved_review_is_applied(bench: Workbench) -> None:
    job = bench.job(bench.plan("country", review=Review.ALWAYS), COUNTRIES)
    bench.run(job)
    bench.sql.execute(
        "UPDATE imports_importjob SET review_approved_at = now() WHERE id = %s", (job,)
    )
    assert bench.run(job, Command.APPLY) == "succeeded"
    assert len(bench.all("SELECT * FROM airports_country")) == 2


def test_rows_lost_during_a_review_are_staged_again(bench: Workbench) -> None:
    job = bench.job(bench.plan("country", review=Review.ALWAYS), COUNTRIES)
    bench.run(job)
    bench.sql.execute(f"TRUNCATE sluice_staging.raw_{job.hex}".encode())
    bench.sql.execute(
        "UPDATE imports_importjob SET review_approved_at = now() WHERE id = %s", (job,)
    )
    bench.run(job, Command.APPLY)
    assert bench.row(job)["status"] == "succeeded"
    assert len(bench.all("SELECT * FROM airports_country")) == 2


def test_a_failing_mail_is_sent_by_the_next_delivery(bench: Workbench) -> None:
    class Refusing:
        def send(self, mail: object) -> str:
            raise ConnectionError("mail service down")

    job = bench.job(bench.plan("country"), COUNTRIES)
    services = bench.world.services()
    from dataclasses import replace

    from lambda_worker.pipeline import run_job

    invocation = Invocation("r", 512, now() + timedelta(seconds=900), now())
    with bench.connections() as connections, pytest.raises(ConnectionError):
        run_job(connections, Order(job), invocation, replace(services, mailer=Refusing()))
    assert bench.row(job)["status"] == "succeeded"
    assert bench.run(job) == "nothing_to_do"
    assert len(bench.world.mails) == 1


def test_a_zombie_cannot_end_the_job_of_its_successor(bench: Workbench) -> None:
    job = bench.job(bench.plan("country"), COUNTRIES)
    with bench.connections() as zombie, bench.connections() as successor:
        mine = attempted(bench, zombie, job)
        zombie.data.execute("SELECT pg_advisory_unlock_all()")
        attempted(bench, successor, job)
        for connection in (zombie.control, zombie.data):
            with pytest.raises(Fenced):
                settle.end(connection, mine, None, Ending(Status.FAILED))
        with pytest.raises(Fenced):
            settle.move(zombie.control, mine, Status.CHECKING)
    assert (bench.row(job)["status"], bench.row(job)["attempt"]) == ("staging", 2)
