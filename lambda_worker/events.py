"""What arrives at the function: S3 events (bare or in SQS), the S3 test event, commands, and a
ping."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any, cast
from urllib.parse import unquote_plus

from lambda_worker.claim import Order
from lambda_worker.contract import CommandMessage, job_of_upload_key


@dataclass(frozen=True, slots=True)
class Ping:
    """Somebody asks whether the function is well."""


Arrival = Order | Ping


class UnreadableMessage(Exception):
    """A message of no known shape: it raises, so that it ends among the dead letters and is looked
    at."""


def arrivals(body: dict[str, Any]) -> list[Arrival]:
    """What one event, or one SQS message's body, asks for. Empty for events that ask nothing."""
    if "sluice" in body:
        return [_command(body)]
    if body.get("Event") == "s3:TestEvent":
        return []  # S3 sends one whenever notifications are configured
    records = body.get("Records")
    if not isinstance(records, list):
        raise UnreadableMessage(f"neither records nor a command: members {sorted(body)[:10]}")
    found: list[Arrival] = []
    for record in cast("list[dict[str, Any]]", records):
        found += _s3_record(record)
    return found


def sqs_records(event: dict[str, Any]) -> list[dict[str, Any]] | None:
    """The SQS records of a Lambda event; None if it did not come from a queue."""
    records = event.get("Records")
    if not isinstance(records, list) or not records:
        return None
    typed = cast("list[dict[str, Any]]", records)
    return typed if all(r.get("eventSource") == "aws:sqs" for r in typed) else None


def body_of(record: dict[str, Any]) -> dict[str, Any]:
    """The JSON object in an SQS record."""
    try:
        body = json.loads(record["body"])
    except ValueError as error:
        raise UnreadableMessage("the message's body is not JSON") from error
    if not isinstance(body, dict):
        raise UnreadableMessage("the message's body is not a JSON object")
    return cast("dict[str, Any]", body)


def _command(body: dict[str, Any]) -> Arrival:
    try:
        message = CommandMessage.from_json(body)
    except ValueError as error:
        raise UnreadableMessage(str(error)) from error
    if message.job is None:
        return Ping()
    return Order(message.job, command=message.command, attempt=message.attempt)


def _s3_record(record: dict[str, Any]) -> list[Arrival]:
    if record.get("eventSource") != "aws:s3":
        raise UnreadableMessage(f"a record from {record.get('eventSource')!r}")
    if not str(record.get("eventName", "")).startswith(("ObjectCreated:", "s3:ObjectCreated:")):
        return []
    thing = record["s3"]["object"]
    # Keys are form-encoded in S3's events, once (S3 User Guide, "Event message structure").
    job = job_of_upload_key(unquote_plus(str(thing["key"])))
    if job is None:
        return []  # somebody else's object under our prefix
    return [Order(job, version=str(thing.get("versionId", "")))]
