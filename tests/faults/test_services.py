"""The bucket, the queue and the mail service fail: before they did what was asked, or after."""

from __future__ import annotations

import pytest

from tests.faults.faults import KILL, RAISE, Fault
from tests.faults.scenes import Clean, Scene, Stage

FAULTS = {
    "the bucket does not open": Fault(do=RAISE, name="bucket open", when="before"),
    "the stream breaks in the middle": Fault(do=RAISE, name="bucket chunk", number=3),
    "the reject file is not taken": Fault(do=RAISE, name="bucket write", when="before"),
    "the reject file's answer is lost": Fault(do=RAISE, name="bucket write", when="after"),
    "the watchdog is not taken": Fault(do=RAISE, name="queue send", when="before"),
    "the watchdog's answer is lost": Fault(do=RAISE, name="queue send", when="after"),
    "the mail is refused": Fault(
        do=RAISE, name="mail send", when="before", error="lambda_worker.faults:MailNotSent"
    ),
    "the mail's answer is lost": Fault(do=RAISE, name="mail send", when="after"),
    "death before the mail": Fault(do=KILL, name="mail send", when="before"),
    "death after the mail": Fault(do=KILL, name="mail send", when="after"),
}
TWO_MAILS = {"the mail's answer is lost", "death after the mail"}


@pytest.mark.parametrize("what", FAULTS)
def test_a_service_fails(stage: Stage, clean: dict[str, Clean], insert: Scene, what: str) -> None:
    job = stage.begin(insert)
    child = stage.child(job, FAULTS[what])
    assert child.wait() == (-9 if FAULTS[what].do == KILL else 0)
    assert "outcome" not in child.note()
    stage.finish(job)
    stage.assert_as_clean(job, clean["insert"], what)
    assert len(stage.mails()) == (2 if what in TWO_MAILS else 1)


def test_a_mail_service_that_always_loses_its_answer_gets_two_mails(
    stage: Stage, insert: Scene
) -> None:
    job = stage.begin(insert)
    lost = Fault(do=RAISE, name="mail send", when="after", number=0)
    for _ in range(4):
        stage.child(job, lost).wait()
    assert len(stage.mails()) == 2
    assert stage.bench.row(job)["status"] == "succeeded"
