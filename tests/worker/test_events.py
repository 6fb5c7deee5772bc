"""What arrives at the function, in every wrapping, and what it asks for."""

from __future__ import annotations

import json
from typing import Any
from uuid import UUID

import pytest

from lambda_worker.claim import Order
from lambda_worker.contract import Command, CommandMessage
from lambda_worker.events import Ping, UnreadableMessage, arrivals, body_of, sqs_records

JOB = UUID("7d8d6e0c-33f4-4a7c-9f4e-3d7a5f0f6b11")


def s3_event(key: str, name: str = "ObjectCreated:Post", version: str = "v7") -> dict[str, Any]:
    """An event as S3 documents it (User Guide, "Event message structure"), cut to what matters."""
    thing = {"key": key, "size": 12, "eTag": "x", "versionId": version, "sequencer": "0A"}
    bucket = {"name": "sluice", "arn": "arn:aws:s3:::sluice"}
    record = {"eventSource": "aws:s3", "eventName": name, "s3": {"bucket": bucket, "object": thing}}
    return {"Records": [record]}


def test_an_s3_event_orders_its_job_and_version() -> None:
    assert arrivals(s3_event(f"uploads/{JOB}")) == [Order(JOB, version="v7")]


def test_an_encoded_key_is_decoded_once() -> None:
    assert arrivals(s3_event(f"uploads%2F{JOB}")) == [Order(JOB, version="v7")]
    assert arrivals(s3_event(f"uploads%252F{JOB}")) == []


@pytest.mark.parametrize(
    "key", ["uploads/readme.txt", f"results/{JOB}", f"uploads/{JOB}/x", f"uploads/{JOB}".upper()]
)
def test_keys_not_of_our_making_ask_for_nothing(key: str) -> None:
    assert arrivals(s3_event(key)) == []


def test_a_removed_object_asks_for_nothing() -> None:
    assert arrivals(s3_event(f"uploads/{JOB}", name="ObjectRemoved:Delete")) == []


def test_the_s3_test_event_asks_for_nothing() -> None:
    event = {"Service": "Amazon S3", "Event": "s3:TestEvent", "Bucket": "sluice", "HostId": "x"}
    assert arrivals(event) == []


@pytest.mark.parametrize("command", [c for c in Command if c is not Command.PING])
def test_a_command_orders_its_job(command: Command) -> None:
    message = CommandMessage(command, JOB, 3)
    assert arrivals(message.to_json()) == [Order(JOB, command=command, attempt=3)]


def test_a_ping_is_a_ping() -> None:
    assert arrivals({"sluice": 1, "command": "ping"}) == [Ping()]


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"hello": "world"},
        {"sluice": 2, "command": "ping"},
        {"sluice": 1, "command": "dance", "job": str(JOB)},
        {"sluice": 1, "command": "start"},
        {"sluice": 1, "command": "start", "job": "no-uuid"},
        {"sluice": 1, "command": "start", "job": str(JOB), "attempt": "one"},
        {"Records": [{"eventSource": "aws:sns"}]},
    ],
)
def test_garbage_raises_so_that_it_ends_among_the_dead_letters(body: dict[str, Any]) -> None:
    with pytest.raises(UnreadableMessage):
        arrivals(body)


@pytest.mark.parametrize("body", ["", "no json", "[1]", '"text"', "null"])
def test_a_body_that_is_no_object_raises(body: str) -> None:
    with pytest.raises(UnreadableMessage):
        body_of({"body": body})


def test_records_of_a_queue_are_told_from_s3s() -> None:
    inner = s3_event(f"uploads/{JOB}")
    record = {"eventSource": "aws:sqs", "body": json.dumps(inner), "receiptHandle": "r"}
    assert sqs_records({"Records": [record]}) == [record]
    assert sqs_records(inner) is None
    assert body_of(record) == inner
