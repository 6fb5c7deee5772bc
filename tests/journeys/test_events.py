"""Messages that come twice, say nothing, or make no sense."""

from __future__ import annotations

import json
import uuid
from typing import Any

import pytest

from devstack.stack import Stack
from tests.journeys import support

TARGET = "airports.country"
FRANCE = b"code,name\nFR,France\n"


def uploads(stack: Stack) -> str:
    return stack.outputs["UploadsQueueUrl"]


def test_the_same_event_again_does_nothing(stack: Stack) -> None:
    sqs = stack.aws.client("sqs")
    with support.deliveries_paused(stack):
        job = support.uploaded(stack, TARGET, FRANCE)
        (message,) = sqs.receive_message(QueueUrl=uploads(stack), WaitTimeSeconds=10)["Messages"]
        sqs.change_message_visibility(
            QueueUrl=uploads(stack), ReceiptHandle=message["ReceiptHandle"], VisibilityTimeout=0
        )
    before = support.ended(stack, job)
    support.mail_about(stack, job)
    sqs.send_message(QueueUrl=uploads(stack), MessageBody=message["Body"])
    support.worked_off(stack)
    assert support.job(stack, job) == before
    assert len(support.attempts(stack, job)) == 1
    assert len(support.mails_about(stack, job)) == 1


def test_two_events_at_once_make_one_import(stack: Stack) -> None:
    sqs = stack.aws.client("sqs")
    with support.deliveries_paused(stack):
        job = support.uploaded(stack, TARGET, FRANCE)
        (message,) = sqs.receive_message(QueueUrl=uploads(stack), WaitTimeSeconds=10)["Messages"]
        for _ in range(3):
            sqs.send_message(QueueUrl=uploads(stack), MessageBody=message["Body"])
        sqs.delete_message(QueueUrl=uploads(stack), ReceiptHandle=message["ReceiptHandle"])
    assert support.ended(stack, job)["status"] == "succeeded"
    support.worked_off(stack)
    assert [each["outcome"] for each in support.attempts(stack, job)] == ["succeeded"]
    assert support.count(stack, "airports_country") == 1


_EXPIRE = """
UPDATE imports_importjob SET status = 'expired', finished_at = now() WHERE id = %s"""


@pytest.mark.parametrize("end", ["cancelled", "expired"])
def test_an_event_for_a_job_that_is_over_changes_nothing(stack: Stack, end: str) -> None:
    with support.deliveries_paused(stack):
        job = support.uploaded(stack, TARGET, FRANCE)
        if end == "cancelled":
            support.inside(stack, "cancel", job=job)
        else:
            support.rows(stack, _EXPIRE, job)
        before = support.job(stack, job)
        assert before["status"] == end
    support.worked_off(stack)
    assert support.job(stack, job) == before
    assert support.attempts(stack, job) == []
    assert support.count(stack, "airports_country") == 0
    assert support.mails_about(stack, job) == []
    assert [body for body in support.dead_letters(stack) if job in body] == []


def test_an_event_for_a_job_that_nobody_knows_waits(stack: Stack) -> None:
    """Its row may become visible yet, so the message is not dropped."""
    job = str(uuid.uuid4())
    record = {
        "eventSource": "aws:s3",
        "eventName": "ObjectCreated:Post",
        "s3": {"object": {"key": f"uploads/{job}"}},
    }
    log = support.Log(stack)
    stack.aws.client("sqs").send_message(
        QueueUrl=uploads(stack), MessageBody=json.dumps({"Records": [record]})
    )
    support.until(lambda: [line for line in log.found(["JobNotFound"]) if job in line], "the log")
    assert support.messages(stack, uploads(stack)) == 1
    support.purge(stack, "UploadsQueueUrl")


def test_the_event_that_s3_sends_on_configuration_is_swallowed(stack: Stack) -> None:
    bucket = str(uuid.uuid4())
    event: dict[str, Any] = {"Service": "Amazon S3", "Event": "s3:TestEvent", "Bucket": bucket}
    stack.aws.client("sqs").send_message(QueueUrl=uploads(stack), MessageBody=json.dumps(event))
    support.worked_off(stack)
    assert [body for body in support.dead_letters(stack) if bucket in body] == []


def test_garbage_ends_among_the_dead_letters_and_in_the_log(stack: Stack) -> None:
    mark = uuid.uuid4()
    garbage = [f"no JSON {mark}", f'["no object {mark}"]', f'{{"unknown": "{mark}"}}']
    sqs = stack.aws.client("sqs")
    names = ["RedrivePolicy"]
    policy = sqs.get_queue_attributes(QueueUrl=uploads(stack), AttributeNames=names)["Attributes"]
    once = json.dumps(json.loads(policy["RedrivePolicy"]) | {"maxReceiveCount": 1})
    log = support.Log(stack)
    with support.queue_set(stack, RedrivePolicy=once):
        for body in garbage:
            sqs.send_message(QueueUrl=uploads(stack), MessageBody=body)
        # The worker puts a message off for 30 s before its second delivery, which there is not.
        support.until(lambda: set(garbage) <= set(support.dead_letters(stack)), "dead letters")
    assert len(log.found(['"unreadable"'])) == len(garbage)
