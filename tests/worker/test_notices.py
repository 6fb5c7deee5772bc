"""A mail goes out once; where nobody knows whether it did, once more at most."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from lambda_worker import notices
from lambda_worker.faults import MailNotSent
from lambda_worker.mail import Mail
from lambda_worker.services import Services
from tests.worker.workbench import Workbench

COUNTRIES = "code,name\nDE,Germany\n"


class Failing:
    """Takes the mail, and fails."""

    def __init__(self, error: Exception) -> None:
        self.error = error
        self.asked = 0

    def send(self, mail: Mail) -> str:
        self.asked += 1
        raise self.error


def owed(bench: Workbench) -> Any:
    """A job whose mail is still to be sent."""
    row = bench.import_("country", COUNTRIES)
    bench.sql.execute("UPDATE imports_importnotice SET sent_at = NULL, sending_at = NULL")
    bench.world.mails.clear()
    return row["id"]


def deliver(bench: Workbench, job: Any, mailer: Any) -> int:
    with bench.connections() as connections:
        return notices.deliver(connections.control, job, mailer)


def mailer(bench: Workbench) -> Any:
    services: Services = replace(bench.world.services())
    return services.mailer


def test_a_refusal_is_tried_again_for_as_long_as_it_takes(bench: Workbench) -> None:
    job = owed(bench)
    refusing = Failing(MailNotSent("sending is paused"))
    for _ in range(4):
        with pytest.raises(MailNotSent):
            deliver(bench, job, refusing)
    assert deliver(bench, job, mailer(bench)) == 1
    assert deliver(bench, job, mailer(bench)) == 0


def test_a_lost_answer_makes_one_duplicate_at_most(bench: Workbench) -> None:
    job = owed(bench)
    losing = Failing(TimeoutError("no answer"))
    for _ in range(2):
        with pytest.raises(TimeoutError):
            deliver(bench, job, losing)
    assert deliver(bench, job, losing) == 0
    assert losing.asked == 2


def test_a_sender_that_died_is_followed_by_one_other(bench: Workbench) -> None:
    job = owed(bench)
    dead = "UPDATE imports_importnotice SET sending_at = now() - interval '6 minutes'"
    bench.sql.execute(dead)
    assert deliver(bench, job, mailer(bench)) == 1
    bench.sql.execute("UPDATE imports_importnotice SET sent_at = NULL")
    bench.sql.execute(dead)
    assert deliver(bench, job, mailer(bench)) == 0


def test_a_mail_that_somebody_is_sending_is_left_to_them(bench: Workbench) -> None:
    job = owed(bench)
    bench.sql.execute("UPDATE imports_importnotice SET sending_at = now()")
    assert deliver(bench, job, mailer(bench)) == 0
