"""Messages that come twice, say nothing, or make no sense."""

from __future__ import annotations

import json
from typing import Any

from devstack.stack import Stack
from tests.journeys import support

TARGET = "airports.country"
FRANCE = b"code,name\nFR,France\n"


def uploads(stack: Stack) -> str:
    return stack.outputs["UploadsQueueUrl"]


def dead_letters(stack: Stack) -> str:
    sqs = stack.aws.client("sqs")
    return str(sqs.get_queue_url(QueueName=uploads(stack).rsplit("/", 1)[-1] + "-dead")["QueueUrl"])


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


def test_the_event_that_s3_sends_on_configuration_is_swallowed(stack: Stack) -> None:
    before = support.messages(stack, dead_letters(stack))
    event: dict[str, Any] = {"Service": "Amazon S3", "Event": "s3:TestEvent", "Bucket": "x"}
    stack.aws.client("sqs").send_message(QueueUrl=uploads(stack), MessageBody=json.dumps(event))
    support.worked_off(stack)
    assert support.messages(stack, dead_letters(stack)) == before


GARBAGE = ("no JSON", '["no object"]', '{"unknown": "shape"}')


def test_garbage_ends_among_the_dead_letters(stack: Stack) -> None:
    sqs = stack.aws.client("sqs")
    names = ["RedrivePolicy"]
    policy = sqs.get_queue_attributes(QueueUrl=uploads(stack), AttributeNames=names)["Attributes"]
    once = json.dumps(json.loads(policy["RedrivePolicy"]) | {"maxReceiveCount": 1})
    before = support.messages(stack, dead_letters(stack))
    with support.queue_set(stack, RedrivePolicy=once):
        for body in GARBAGE:
            sqs.send_message(QueueUrl=uploads(stack), MessageBody=body)
        # The worker puts a message off for 30 s before its second delivery, which there is not.
        support.until(
            lambda: support.messages(stack, dead_letters(stack)) == before + len(GARBAGE),
            "dead letters",
        )
    support.worked_off(stack)
