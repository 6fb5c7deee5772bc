"""What happens in the gap between two steps: nothing is forgotten, told wrongly or done twice."""

from __future__ import annotations

import threading
from dataclasses import replace
from datetime import timedelta
from typing import Any, NoReturn
from uuid import UUID

import pytest

from lambda_worker import claim as claims
from lambda_worker import handler as module
from lambda_worker import notices, pipeline, services, settle, staging, turns
from lambda_worker.claim import Invocation, Order, now
from lambda_worker.contract import Command, CommandMessage, Status
from lambda_worker.faults import Fenced, MailNotSent, OtherJobFailed, TurnNotCome
from lambda_worker.mail import Mail
from lambda_worker.plan import Review
from tests.worker.test_handler import Context, created, from_queue
from tests.worker.test_turns import Hurried, country, running
from tests.worker.workbench import Workbench

COUNTRIES = "code,name\nDE,Germany\nFR,France\n"


class Killed(BaseException):
    """Ends an attempt as a death would: nothing catches it."""


class Mailer:
    """Fails at every mail."""

    def __init__(self, error: BaseException) -> None:
        self.error = error

    def send(self, mail: Mail) -> NoReturn:
        raise self.error


def run_with(bench: Workbench, order: Order, mailer: Mailer) -> str:
    invocation = Invocation("r", 512, now() + timedelta(seconds=900), now())
    with bench.connections() as connections:
        outside = replace(bench.world.services(), mailer=mailer)
        return pipeline.run_job(connections, order, invocation, outside)


def approve(bench: Workbench, job: UUID) -> None:
    bench.sql.execute(
        "UPDATE imports_importjob SET review_approved_at = now() WHERE id = %s", (job,)
    )


def test_a_cancel_between_the_last_beat_and_the_review_is_heard(
    bench: Workbench, monkeypatch: pytest.MonkeyPatch
) -> None:
    job = bench.job(bench.plan("country", review=Review.ALWAYS), COUNTRIES)
    real, counts = staging.count, [0]

    def count(*arguments: Any) -> int:
        counts[0] += 1
        if counts[0] == 2:  # the one that the review begins with
            bench.sql.execute(
                "INSERT INTO imports_importcancelrequest (job_id) VALUES (%s)", (job,)
            )
        return real(*arguments)

    monkeypatch.setattr(staging, "count", count)
    assert bench.run(job) == "cancelled"


def test_a_mail_whose_sender_died_is_looked_for_again(bench: Workbench) -> None:
    job = bench.job(bench.plan("country"), COUNTRIES)
    with pytest.raises(Killed):
        run_with(bench, Order(job), Mailer(Killed()))
    assert bench.order(Order(job, command=Command.WATCHDOG, attempt=1)) == "nothing_to_do"
    message, delay = bench.world.messages[-1]
    assert message == CommandMessage(Command.START, job)
    assert delay > notices.SENDING_SECONDS


def test_a_mail_that_came_too_late_to_be_true_is_not_sent(bench: Workbench) -> None:
    job = bench.job(bench.plan("country", review=Review.ALWAYS), COUNTRIES)
    with pytest.raises(MailNotSent):
        run_with(bench, Order(job), Mailer(MailNotSent()))
    approve(bench, job)
    assert bench.run(job, Command.APPLY) == "succeeded"
    assert [mail.subject for mail in bench.world.mails] == [
        "countrys.csv is in: 2 countrys written"
    ]


def test_each_failure_is_mailed_also_without_an_attempt_between(bench: Workbench) -> None:
    job = bench.job(bench.plan("country"), COUNTRIES)
    with bench.connections() as connections:
        pipeline.abandon(connections, Order(job), bench.world.services(), OSError())
        bench.sql.execute(
            "UPDATE imports_importjob SET status = 'queued', retries = 1 WHERE id = %s", (job,)
        )
        retried = Order(job, command=Command.RETRY)
        pipeline.abandon(connections, retried, bench.world.services(), OSError())
    assert bench.row(job)["status"] == "failed"
    assert len(bench.world.mails) == 2


def test_a_job_is_not_failed_for_an_older_ones_error(
    bench: Workbench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SLUICE_MAX_RECEIVES", "1")
    monkeypatch.setattr(services, "database_url", lambda: bench.url)
    monkeypatch.setattr(services, "retry_later", lambda *_: None)
    refusing = replace(bench.world.services(), mailer=Mailer(MailNotSent()))
    monkeypatch.setattr(services, "aws", lambda: refusing)
    older = bench.job(bench.plan("country"), country("DE"))
    younger = bench.job(bench.plan("country"), country("FR"))
    with pytest.raises(OtherJobFailed):
        module.handler(from_queue(created(younger)), Context())
    assert bench.row(older)["status"] == "succeeded"
    assert bench.row(younger)["status"] == "awaiting_upload"


def test_the_same_file_is_asked_about_while_the_first_commits(
    bench: Workbench, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = (bench.job(bench.plan("country"), COUNTRIES) for _ in range(2))
    ended, go_on = threading.Event(), threading.Event()
    real_end, real_turn = settle.end, turns.take_turn

    def end(connection: Any, claim: Any, *arguments: Any) -> None:
        real_end(connection, claim, *arguments)
        if claim.job.id == first:
            ended.set()
            assert go_on.wait(20)

    def take_turn(connections: Any, job: UUID, *arguments: Any) -> None:
        if job == second:
            go_on.set()  # the second is checked by now
        real_turn(connections, job, *arguments)

    monkeypatch.setattr(settle, "end", end)
    monkeypatch.setattr(turns, "take_turn", take_turn)
    committing = threading.Thread(target=bench.run, args=(first,))
    committing.start()
    assert ended.wait(20)
    assert bench.run(second) == "in_review"
    committing.join()
    assert bench.row(second)["repeats_id"] == first


def test_giving_up_looks_again_once_it_holds_the_lock(
    bench: Workbench, monkeypatch: pytest.MonkeyPatch
) -> None:
    job = bench.job(bench.plan("country", review=Review.ALWAYS), COUNTRIES)
    real = claims.lock
    seen: list[Any] = []

    def lock(connections: Any, found: Any, order: Order) -> None:
        if not seen:
            seen.append(found)
            bench.run(job)  # a live attempt comes to its review just now
        real(connections, found, order)

    monkeypatch.setattr(claims, "lock", lock)
    with bench.connections() as connections:
        pipeline.abandon(connections, Order(job), bench.world.services(), OSError())
    assert bench.row(job)["status"] == "in_review"


def test_no_claim_without_its_attempt(bench: Workbench) -> None:
    job = bench.job(bench.plan("country"), COUNTRIES)
    with bench.connections() as mine:
        claims.try_lock(mine.data, job)
        found = claims.load(mine.control, job)
        backend = mine.data.info.backend_pid
        bench.sql.execute("SELECT pg_terminate_backend(%s, 2000)", (backend,))
        invocation = Invocation("r", 512, now() + timedelta(seconds=900), now())
        with pytest.raises(Fenced):
            claims.claim(mine, found, invocation, new=Status.STAGING, version="v1", size=1)
    assert (bench.row(job)["status"], bench.row(job)["attempt"]) == ("awaiting_upload", 0)


def test_one_that_waited_in_vain_keeps_its_place(bench: Workbench) -> None:
    older, younger = (bench.job(bench.plan("country"), country(c)) for c in ("DE", "FR"))
    with bench.connections() as one, bench.connections() as other:
        running(bench, one, older)
        bench.sql.execute(
            "UPDATE imports_importattempt SET outcome = 'waited', finished_at = now()"
        )
        with pytest.raises(TurnNotCome):
            turns.take_turn(other, younger, bench.plan("country").target, Hurried())
        bench.sql.execute("UPDATE imports_importattempt SET finished_at = now() - interval '61 s'")
        turns.take_turn(other, younger, bench.plan("country").target, Hurried())


def test_a_cancelled_reviews_staging_goes_with_the_next_message(bench: Workbench) -> None:
    job = bench.job(bench.plan("country", review=Review.ALWAYS), COUNTRIES)
    bench.run(job)
    bench.sql.execute("UPDATE imports_importjob SET status = 'cancelled' WHERE id = %s", (job,))
    assert bench.staging_tables() != []
    assert bench.run(job) == "nothing_to_do"
    assert bench.staging_tables() == []


def test_giving_up_on_a_locked_job_has_somebody_look_again(bench: Workbench) -> None:
    job = bench.job(bench.plan("country"), COUNTRIES)
    with bench.connections() as mine, bench.connections() as old:
        claims.try_lock(old.data, job)
        pipeline.abandon(mine, Order(job), bench.world.services(), OSError())
    assert bench.world.messages == [(CommandMessage(Command.START, job), 10)]
    assert bench.row(job)["status"] == "awaiting_upload"
