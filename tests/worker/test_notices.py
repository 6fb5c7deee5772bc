"""A mail says how it ended, to whoever wants it; it goes out once, and where nobody knows whether
it did, once more at most."""

from __future__ import annotations

import re
from dataclasses import replace
from html import unescape
from typing import Any

import pytest

from lambda_worker import notices
from lambda_worker.contract import COUNT_COLUMNS, Status
from lambda_worker.faults import MailNotSent
from lambda_worker.mail import Mail, Result, compose
from lambda_worker.plan import MailWhen, OnReject, Review
from lambda_worker.services import Services
from tests.worker.plans import plan_for
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


# -- What they say ------------------------------------------------------------------------------

WITH_A_FAULT = "code,name\nDE,Germany\nfr,France\n"


def mails(bench: Workbench, data: str, **changes: Any) -> list[Mail]:
    """Of one import."""
    bench.import_("country", data, **changes)
    return bench.world.mails


def both_forms(mail: Mail) -> tuple[str, str]:
    """As plain text, and as what a reader of the HTML sees."""
    seen = unescape(re.sub(r"<[^>]+>", " ", mail.html.partition("<body")[2]))
    return mail.text, " ".join(seen.split())


def test_a_success_says_how_many_rows_are_in() -> None:
    assert composed(records_read=1_234, rows_inserted=1_200, rows_updated=34).subject == (
        "countrys.csv is in: 1,234 countrys written"
    )


def test_a_success_that_rejected_every_row_says_that_nothing_is_in(bench: Workbench) -> None:
    (mail,) = mails(bench, "code,name\nfr,France\n")
    assert mail.subject == "countrys.csv: nothing was written, every row was rejected"
    assert "every row of it was rejected. Nothing was written." in mail.text


def test_a_file_without_rows_is_not_said_to_be_in(bench: Workbench) -> None:
    (mail,) = mails(bench, "code,name\n")
    assert mail.subject == "countrys.csv had no rows"
    assert "had no rows. Nothing was written." in mail.text


def test_a_failure_says_so_in_its_subject_with_the_rejects() -> None:
    mail = composed(Status.FAILED, rows_rejected=3)
    assert mail.subject == "countrys.csv was not imported, 3 rejected"


def test_both_forms_have_the_counts_the_first_faults_and_the_link(bench: Workbench) -> None:
    (mail,) = mails(bench, WITH_A_FAULT)
    for form in both_forms(mail):
        assert "Read" in form
        assert "two capital letters" in form
    assert "https://sluice.example.com/imports/1/" in mail.text
    assert 'href="https://sluice.example.com/imports/1/"' in mail.html


def test_both_forms_say_where_mails_are_chosen(bench: Workbench) -> None:
    (mail,) = mails(bench, COUNTRIES)
    assert "Choose when you are mailed: https://sluice.example.com/imports/settings/" in mail.text
    assert 'href="https://sluice.example.com/imports/settings/"' in mail.html


def test_a_waiting_review_says_what_would_be_written(bench: Workbench) -> None:
    (mail,) = mails(bench, WITH_A_FAULT, review=Review.ALWAYS)
    assert mail.subject == "countrys.csv waits for your review: 1 country to write, 1 rejected"
    for form in both_forms(mail):
        assert re.search(r"To be inserted:? 1", form)
        assert re.search(r"Rejected:? 1", form)
        assert "Look at it and apply it" in form


def test_a_japanese_reader_gets_japanese(bench: Workbench) -> None:
    audience = replace(plan_for("country").audience, language="ja")
    (mail,) = mails(bench, WITH_A_FAULT.replace("fr", ""), audience=audience)
    assert mail.subject.endswith("1 件は不採用")
    for form in both_forms(mail):
        assert "値が必要" in form
        assert not re.search(r"[A-Za-z]+ [A-Za-z]+ [A-Za-z]+", form)


def test_the_same_file_again_is_asked_about_by_mail(bench: Workbench) -> None:
    bench.import_("country", COUNTRIES)
    bench.world.mails.clear()
    (mail,) = mails(bench, COUNTRIES)
    assert mail.subject == "countrys.csv waits for your review: it was imported before"
    assert "unless you say that it be imported again" in mail.text


def test_what_stands_in_a_file_is_no_html(bench: Workbench) -> None:
    (mail,) = mails(bench, "code,name\n<b>,France\n")
    assert "<b>" in mail.text
    assert "<b>" not in mail.html


# -- Who wants them -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("when", "data", "changes", "count"),
    [
        (MailWhen.ALWAYS, COUNTRIES, {}, 1),
        (MailWhen.PROBLEMS, COUNTRIES, {}, 0),
        (MailWhen.PROBLEMS, WITH_A_FAULT, {}, 1),
        (MailWhen.PROBLEMS, WITH_A_FAULT, {"on_reject": OnReject.ABORT}, 1),
        (MailWhen.PROBLEMS, COUNTRIES, {"review": Review.ALWAYS}, 1),
        (MailWhen.PROBLEMS, "nothing,fits\n1,2\n", {}, 1),
        (MailWhen.NEVER, COUNTRIES, {}, 0),
        (MailWhen.NEVER, WITH_A_FAULT, {}, 0),
        (MailWhen.NEVER, COUNTRIES, {"review": Review.ALWAYS}, 0),
        (MailWhen.NEVER, "nothing,fits\n1,2\n", {}, 0),
    ],
)
def test_a_mail_comes_when_its_reader_wants_it(
    bench: Workbench, when: MailWhen, data: str, changes: dict[str, Any], count: int
) -> None:
    audience = replace(plan_for("country").audience, mail=when)
    assert len(mails(bench, data, audience=audience, **changes)) == count


def composed(status: Status = Status.SUCCEEDED, **counts: int) -> Mail:
    """A mail about a job with these counts; the others are 0."""
    every = dict.fromkeys(("records_read", *COUNT_COLUMNS), 0) | counts
    result = Result(
        status=status, counts=every, reject_summary=[], failure_code="", failure_params={}
    )
    return compose("pat@example.com", plan_for("country"), result)
