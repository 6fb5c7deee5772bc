"""Imports into one table are written in the order of their creation, one after the other."""

from __future__ import annotations

import threading
from contextlib import ExitStack
from datetime import timedelta
from uuid import UUID

import pytest

from lambda_worker import claim as claims
from lambda_worker import turns
from lambda_worker.claim import Claim, Invocation, Order, now
from lambda_worker.contract import Command, CommandMessage, Status
from lambda_worker.database import Connections
from lambda_worker.faults import TurnNotCome
from tests.worker.workbench import Workbench


def country(code: str) -> str:
    return f"code,name\n{code},Land {code}\n"


class Patient:
    """Waits for as long as it takes."""

    share_left = 1.0

    def check(self) -> None:
        """Nobody asks it to stop."""


class Hurried(Patient):
    """Has used up its time."""

    share_left = 0.4


def running(bench: Workbench, connections: Connections, job: UUID) -> Claim:
    """The job as if a live worker were staging it."""
    claims.try_lock(connections.data, job)
    found = claims.load(connections.control, job)
    invocation = Invocation("other", 512, now() + timedelta(seconds=900), now())
    return claims.claim(connections, found, invocation, new=Status.STAGING, version="v1", size=1)


def silent(bench: Workbench, seconds: int) -> None:
    bench.sql.execute(
        "UPDATE imports_importattempt SET heartbeat_at = now() - make_interval(secs => %s)",
        (seconds,),
    )


def turn(bench: Workbench, job: UUID, watch: Patient) -> None:
    plan = bench.plan("country")
    with bench.connections() as mine:
        turns.take_turn(mine, job, plan.target, watch)


def test_an_older_import_at_work_goes_first(bench: Workbench) -> None:
    older = bench.job(bench.plan("country"), country("DE"))
    younger = bench.job(bench.plan("country"), country("FR"))
    with bench.connections() as other:
        running(bench, other, older)
        with pytest.raises(TurnNotCome):
            turn(bench, younger, Hurried())
        silent(bench, 16)
        turn(bench, younger, Hurried())  # one that is silent has lost its turn


def test_a_younger_one_and_another_table_hold_nobody_up(bench: Workbench) -> None:
    older = bench.job(bench.plan("country"), country("DE"))
    younger = bench.job(bench.plan("country"), country("FR"))
    elsewhere = bench.job(bench.plan("airport"), "")
    with ExitStack() as stack:
        running(bench, stack.enter_context(bench.connections()), younger)
        running(bench, stack.enter_context(bench.connections()), elsewhere)
        turn(bench, older, Hurried())


def test_two_never_write_into_one_table_at_once(bench: Workbench) -> None:
    first, second = (bench.job(bench.plan("country"), country(c)) for c in ("DE", "FR"))
    plan = bench.plan("country")
    got = threading.Event()
    with bench.connections() as one:
        turns.take_turn(one, second, plan.target, Patient())

        def wait() -> None:
            with bench.connections() as two:
                turns.take_turn(two, first, plan.target, Patient())
                got.set()

        waiting = threading.Thread(target=wait)
        waiting.start()
        assert not got.wait(1.0)
    assert got.wait(10)
    waiting.join()


def test_a_message_is_spent_on_the_oldest_that_waits(bench: Workbench) -> None:
    jobs = [bench.job(bench.plan("country"), country(code)) for code in ("DE", "FR", "IT")]
    for _ in jobs:
        assert bench.run(jobs[-1]) == "succeeded"
    rows = bench.all("SELECT id FROM imports_importjob ORDER BY finished_at")
    assert [row["id"] for row in rows] == jobs
    sent = [message for message, _ in bench.world.messages if message.command is Command.START]
    assert sent == [CommandMessage(Command.START, jobs[-1])] * 2


def test_one_without_its_file_yet_does_not_hold_up_the_others(bench: Workbench) -> None:
    without = bench.job(bench.plan("country"), None)
    ready = bench.job(bench.plan("country"), country("FR"))
    assert bench.run(ready) == "succeeded"
    assert bench.row(ready)["status"] == "succeeded"
    assert bench.row(without)["status"] == "awaiting_upload"


def test_one_whose_turn_does_not_come_begins_again_later(
    bench: Workbench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(turns, "PATIENCE", 2.0)  # more than there is: it waits for nobody
    older = bench.job(bench.plan("country"), country("DE"))
    younger = bench.job(bench.plan("country"), country("FR"))
    with bench.connections() as other:
        running(bench, other, older)
        assert bench.run(younger) == "waited"
        assert (CommandMessage(Command.START, younger), 30) in bench.world.messages
    silent(bench, 61)
    assert bench.run(younger) == "succeeded"
    outcomes = bench.all("SELECT outcome FROM imports_importattempt ORDER BY id")
    assert [row["outcome"] for row in outcomes] == ["", "waited", "succeeded"]


def test_waiting_is_no_death(bench: Workbench) -> None:
    job = bench.job(bench.plan("country"), country("DE"))
    with bench.connections() as connections:
        running(bench, connections, job)
        bench.sql.execute("UPDATE imports_importattempt SET outcome = 'waited'")
        assert claims.load(connections.control, job).deaths == 0
        bench.sql.execute("UPDATE imports_importattempt SET outcome = 'error'")
        assert claims.load(connections.control, job).deaths == 1


def test_rows_are_checked_again_where_another_import_has_written(bench: Workbench) -> None:
    """The younger one was checked before the older had committed the same key."""
    from lambda_worker import checking, pipeline
    from lambda_worker.plan import Mode

    older = bench.job(bench.plan("country", mode=Mode.INSERT), country("DE"))
    younger = bench.job(bench.plan("country", mode=Mode.INSERT), country("DE") + "FR,France\n")
    real = checking.check
    checks: list[int] = []

    def check_and_let_the_other_write(*arguments: object) -> object:
        checks.append(1)
        checked = real(*arguments)  # type: ignore[arg-type]
        if len(checks) == 1:
            bench.order(Order(older))
        return checked

    with pytest.MonkeyPatch.context() as patch:
        with bench.connections() as other:
            claims.try_lock(other.data, older)  # so that the younger does not take it first
            patch.setattr(claims, "try_lock", _unless(older, claims.try_lock))
        patch.setattr(pipeline, "check", check_and_let_the_other_write)
        assert bench.run(younger) == "succeeded"
    assert bench.faults(younger) == [(2, "code", "DE", "already_exists")]
    assert len(checks) == 3  # its own, the older one's, its own again


def _unless(job: UUID, real: object) -> object:
    """try_lock that finds the job locked the first time."""
    refused: list[UUID] = []

    def try_lock(data: object, wanted: UUID) -> bool:
        if wanted == job and not refused:
            refused.append(wanted)
            return False
        return bool(real(data, wanted))  # type: ignore[operator]

    return try_lock
