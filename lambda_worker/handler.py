"""The Lambda function's entry: one event in, each order in it run, errors raised so that Lambda
retries."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any, Final, Protocol

from lambda_worker import __version__, config, services
from lambda_worker.claim import Invocation, Order, now
from lambda_worker.contract import CommandMessage
from lambda_worker.database import connect
from lambda_worker.events import Arrival, Ping, UnreadableMessage, arrivals, body_of, sqs_records
from lambda_worker.faults import JobBusy, OtherJobFailed
from lambda_worker.logs import log, log_error
from lambda_worker.pipeline import abandon, run_job

FIRST_RETRY_SECONDS: Final = 30
"""A transient fault is tried again after 30 s, 60 s, 120 s, ...: a failover of Postgres takes about
a minute."""

LONGEST_RETRY_SECONDS: Final = 900
"""No wait is longer than a quarter of an hour."""


class Context(Protocol):
    """What the worker uses of Lambda's context object."""

    aws_request_id: str

    def get_remaining_time_in_millis(self) -> int: ...


def handler(event: dict[str, Any], context: Context) -> dict[str, Any]:
    """Take an event from SQS, S3 or a direct invocation. What it returns is for people; SQS ignores
    it."""
    begun = now()
    invocation = Invocation(
        request_id=context.aws_request_id,
        memory_mb=config.memory_mb(),
        deadline=begun + timedelta(milliseconds=context.get_remaining_time_in_millis()),
        started=begun,
    )
    records = sqs_records(event)
    if records is None:
        return {"ok": True, "outcomes": [_take(a, invocation) for a in arrivals(event)]}
    outcomes: list[Any] = []
    for record in records:
        try:
            outcomes += [_take(arrival, invocation) for arrival in arrivals(body_of(record))]
        except Exception as error:
            if isinstance(error, UnreadableMessage):
                log_error("unreadable", error, request=invocation.request_id)
            elif _is_last(record) and not isinstance(error, OtherJobFailed):
                _abandon(record, invocation, error)
            _put_off(record)
            raise
    return {"ok": True, "outcomes": outcomes}


def _take(arrival: Arrival, invocation: Invocation) -> dict[str, Any]:
    match arrival:
        case Ping():
            return _ping()
        case Order():
            return _run(arrival, invocation)


def _run(order: Order, invocation: Invocation) -> dict[str, Any]:
    facts = _facts(order, invocation)
    log("order", **facts)
    url = services.database_url()
    outside = replace(services.aws(), is_current_database=_names(url))
    try:
        with connect(url) as connections:
            outcome = run_job(connections, order, invocation, outside)
    except JobBusy as busy:
        outcome = "busy"
        if busy.retry_after is not None:
            # A message of its own, because raising would use up this one's deliveries.
            message = CommandMessage(order.command, order.job, order.attempt)
            outside.queue.send(message, busy.retry_after)
    except Exception as error:
        log_error("failed", error, **facts)
        raise
    log("done", outcome=outcome, **facts)
    return {"job": str(order.job), "outcome": outcome}


def _facts(order: Order, invocation: Invocation) -> dict[str, str]:
    return {
        "job": str(order.job),
        "command": order.command.value,
        "request": invocation.request_id,
    }


def _names(url: str) -> Callable[[], bool]:
    """Whether the published DATABASE_URL is still this one."""
    return lambda: services.database_url() == url


def _abandon(record: dict[str, Any], invocation: Invocation, error: Exception) -> None:
    """The last delivery has failed, too: nobody will work on its jobs, so their users are told."""
    for order in arrivals(body_of(record)):
        if isinstance(order, Order):
            try:
                with connect(services.database_url()) as connections:
                    abandon(connections, order, services.aws(), error)
            except Exception as second:  # noqa: BLE001 - the first error is the one to be raised
                log_error("not abandoned", second, **_facts(order, invocation))


def _ping() -> dict[str, Any]:
    with connect(services.database_url()) as connections:
        row = connections.control.execute("SELECT current_setting('server_version')").fetchone()
    assert row is not None
    answer = {"version": __version__, "database": "reachable", "postgres": row[0]}
    log("ping", **answer)
    return answer


def _put_off(record: dict[str, Any]) -> None:
    """Say when the message is to be seen again; without this it would wait for the whole visibility
    timeout."""
    wait = min(LONGEST_RETRY_SECONDS, FIRST_RETRY_SECONDS * 2 ** (_receives(record) - 1))
    try:
        services.retry_later(record, wait)
    except Exception as second:  # noqa: BLE001 - the first error is the one to be raised
        log_error("not put off", second)


def _is_last(record: dict[str, Any]) -> bool:
    """Whether the message is a dead letter if this delivery fails."""
    return 0 < config.max_receives() <= _receives(record)


def _receives(record: dict[str, Any]) -> int:
    """How often SQS has handed the message out, this time counted."""
    return int(record.get("attributes", {}).get("ApproximateReceiveCount", "1"))
