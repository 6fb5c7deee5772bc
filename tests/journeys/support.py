"""How a journey acts on the running stack, and looks at what came of it."""

from __future__ import annotations

import contextlib
import json
import subprocess
import sys
import time
import uuid
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, Final, LiteralString
from uuid import UUID

import psutil
import psycopg
import urllib3
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict
from psycopg.rows import DictRow, dict_row

from devstack.stack import Stack
from devstack.web import ROOT
from lambda_worker.contract import (
    ATTEMPT_TABLE,
    JOB_TABLE,
    STAGING_SCHEMA,
    TERMINAL,
    Command,
    CommandMessage,
)
from lambda_worker.tables import StagingTables

PATIENCE: Final = 60.0
"""Seconds for something that takes one or two; the machine may be busy with something else."""

TABLES: Final = (
    "airports_route",
    "airports_airport",
    "airports_country",
    "imports_rememberedmapping",
    JOB_TABLE,
)
"""What tests find empty, and what hangs on it."""

COUNTS: Final = ("read", "inserted", "updated", "unchanged", "superseded", "skipped", "rejected")
"""Of a job: the first is the sum of the others."""


class TooSlow(Exception):
    """What was waited for did not come."""


def until(met: Callable[[], Any], what: str, patience: float = PATIENCE) -> Any:
    """Wait for something true, and return it."""
    deadline = time.monotonic() + patience
    while not (found := met()):
        if time.monotonic() > deadline:
            raise TooSlow(what)
        time.sleep(0.05)
    return found


# -- Acting --------------------------------------------------------------------------------------


def inside(stack: Stack, name: str, **arguments: Any) -> Any:
    """Call a function of tests/journeys/inside.py with the web app's own environment."""
    answer = stack.folder / f"{uuid.uuid4()}.json"
    command = [sys.executable, "-m", "tests.journeys.inside", name, json.dumps(arguments)]
    subprocess.run([*command, str(answer)], cwd=ROOT, env=dict(stack.env), check=True)
    return json.loads(answer.read_text())


@dataclass(frozen=True)
class Waiting:
    """A job that waits for its file, and the form to upload it by."""

    job: str
    url: str
    fields: dict[str, str]

    def post(self, content: bytes, **changed: str) -> int:
        """Upload, with some fields changed; the HTTP status."""
        fields: dict[str, Any] = self.fields | changed
        fields["file"] = ("journey.csv", content)  # last: S3 ignores what follows it
        return urllib3.request("POST", self.url, fields=fields).status


def asked(target: str, content: bytes, **options: Any) -> dict[str, Any]:
    """What the browser asks for before it uploads such a file."""
    headers = content.splitlines()[0].decode().split(",")
    return {"target": target, "headers": headers, "size": len(content)} | options


def waiting(stack: Stack, target: str, content: bytes, **options: Any) -> Waiting:
    """A job for a file with this header line and size."""
    (form,) = all_waiting(stack, [asked(target, content, **options)])
    return form


def all_waiting(stack: Stack, wishes: Sequence[dict[str, Any]]) -> list[Waiting]:
    """Jobs created in this order, in a moment."""
    return [Waiting(**form) for form in inside(stack, "wait_for_uploads", wishes=wishes)]


def started(form: Waiting, content: bytes) -> str:
    """Upload to a job that waits; the job's id."""
    assert form.post(content) == 204
    return form.job


def uploaded(stack: Stack, target: str, content: bytes, **options: Any) -> str:
    """A job whose file is on its way; the job's id."""
    return started(waiting(stack, target, content, **options), content)


def import_file(stack: Stack, target: str, path: Path, *options: str) -> dict[str, Any]:
    """The management command to the job's end; its outcome."""
    done = stack.manage("import_file", target, str(path), "--wait", "--json", *options)
    assert done.stdout, done.stderr
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


# -- Looking --------------------------------------------------------------------------------------


def connect(stack: Stack, database: str | None = None) -> psycopg.Connection[DictRow]:
    """As the superuser, who needs none of the role's own connections, in the app's database."""
    name = database or conninfo_to_dict(stack.database_url)["dbname"]
    return psycopg.connect(stack.admin_database_url, dbname=name, row_factory=dict_row)


def rows(stack: Stack, query: LiteralString | sql.Composed, *values: Any) -> list[dict[str, Any]]:
    """Run a statement; what it finds, if it can find anything."""
    with connect(stack) as connection:
        cursor = connection.execute(query, values)
        return cursor.fetchall() if cursor.description else []


_JOB = sql.SQL("SELECT * FROM {} WHERE id = %s").format(sql.Identifier(JOB_TABLE))
_ATTEMPTS = sql.SQL("SELECT * FROM {} WHERE job_id = %s ORDER BY number").format(
    sql.Identifier(ATTEMPT_TABLE)
)
_STAGING = sql.SQL("SELECT tablename FROM pg_tables WHERE schemaname = {}").format(
    sql.Literal(STAGING_SCHEMA)
)
_TABLE = sql.SQL("SELECT * FROM {} ORDER BY id")
_COUNT = sql.SQL("SELECT count(*) AS rows FROM {}")


def job(stack: Stack, pk: str) -> dict[str, Any]:
    """The job's row."""
    (row,) = rows(stack, _JOB, pk)
    return row


def counts(row: dict[str, Any]) -> dict[str, int]:
    """The counts on a job's row, without those that are none; they add up."""
    read, *parts = (row["records_read"], *(row[f"rows_{name}"] for name in COUNTS[1:]))
    assert sum(parts) == read
    return {name: n for name, n in zip(COUNTS, (read, *parts), strict=True) if n}


def attempts(stack: Stack, pk: str) -> list[dict[str, Any]]:
    """The rows of its worker runs, in order."""
    return rows(stack, _ATTEMPTS, pk)


def ended(stack: Stack, pk: str, patience: float = PATIENCE) -> dict[str, Any]:
    """Wait for the job's end; its row."""

    def met() -> Any:
        found = job(stack, pk)
        return found if found["status"] in TERMINAL else None

    found: dict[str, Any] = until(met, f"the end of {pk}", patience)
    return found


def reached(stack: Stack, pk: str, phase: str) -> dict[str, Any]:
    """Wait for the job to be in a phase; the attempt that is at it."""

    def met() -> Any:
        status = job(stack, pk)["status"]
        assert status not in TERMINAL, f"{pk} {status} before it was {phase}"
        return status == phase and attempts(stack, pk)[-1]

    found: dict[str, Any] = until(met, f"{pk} {phase}")
    return found


def attempt_in(stack: Stack, pk: str, phase: str, number: int) -> dict[str, Any] | None:
    """The attempt, if it is the job's current one and in that phase."""
    found = attempts(stack, pk)[-1:]
    current = [row for row in found if (row["number"], row["phase"]) == (number, phase)]
    return current[0] if current else None


def table(stack: Stack, name: str) -> list[dict[str, Any]]:
    """Everything in a table."""
    return rows(stack, _TABLE.format(sql.Identifier(name)))


def count(stack: Stack, name: str) -> int:
    """How many rows a table has."""
    return int(rows(stack, _COUNT.format(sql.Identifier(name)))[0]["rows"])


def staging_tables(stack: Stack) -> list[str]:
    """What is left of staging."""
    return [row["tablename"] for row in rows(stack, _STAGING)]


def mails_about(stack: Stack, pk: str) -> list[str]:
    """The texts of the mails that link to the job."""
    texts = (json.dumps(mail, ensure_ascii=False) for mail in stack.mails())
    return [text for text in texts if pk in text]


def mail_about(stack: Stack, pk: str) -> str:
    """The one mail, which follows the job's end."""
    (text,) = until(lambda: mails_about(stack, pk), f"a mail about {pk}")
    return str(text)


RAW: Final = ("duplicate key", "violates", "UniqueViolation", "ForeignKeyViolation")
"""What an integrity error is known by: for Postgres' own log at most."""

CROWDED: Final = ("too many connections", "remaining connection slots")
"""How Postgres refuses a connection."""


class Log:
    """What Postgres and the local AWS (with the worker's lines) have written since it was made."""

    NAMES = ("postgres", "ministack")

    def __init__(self, stack: Stack) -> None:
        self._stack = stack
        self._before = {name: len(stack.log(name)) for name in self.NAMES}

    def text(self, names: Sequence[str] = NAMES) -> str:
        """All of it, or what some of them wrote."""
        return "\n".join(self._stack.log(name)[self._before[name] :] for name in names)

    def found(self, words: Sequence[str], names: Sequence[str] = NAMES) -> list[str]:
        """The lines with any of these words."""
        lines = self.text(names).splitlines()
        return [line for line in lines if any(word in line for word in words)]


# -- Queues ----------------------------------------------------------------------------------------


def messages(stack: Stack, url: str) -> int:
    """How many a queue has, on offer or being worked on."""
    names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
    found = stack.aws.client("sqs").get_queue_attributes(QueueUrl=url, AttributeNames=names)
    return sum(int(found["Attributes"][name]) for name in names)


def empty(stack: Stack, url: str) -> bool:
    """Whether a queue has nothing to do."""
    return messages(stack, url) == 0


def worked_off(stack: Stack, patience: float = PATIENCE) -> None:
    """Wait until nothing is left in the queues but watchdogs that sleep."""
    for name in ("UploadsQueueUrl", "CommandsQueueUrl"):
        url = stack.outputs[name]
        until(partial(empty, stack, url), f"an empty {name}", patience)


def asleep(stack: Stack) -> int:
    """How many messages the commands queue keeps back: watchdogs."""
    name = "ApproximateNumberOfMessagesDelayed"
    found = stack.aws.client("sqs").get_queue_attributes(
        QueueUrl=stack.outputs["CommandsQueueUrl"], AttributeNames=[name]
    )
    return int(found["Attributes"][name])


def send(stack: Stack, command: Command, job: str, attempt: int | None = None) -> None:
    """Give the worker a command, now."""
    message = CommandMessage(command, UUID(job), attempt).to_json()
    stack.aws.client("sqs").send_message(
        QueueUrl=stack.outputs["CommandsQueueUrl"], MessageBody=json.dumps(message)
    )


def purge(stack: Stack, name: str) -> None:
    """Throw away all that a queue holds: also what sleeps, and what is being worked on."""
    stack.aws.client("sqs").purge_queue(QueueUrl=stack.outputs[name])


def dead_letters(stack: Stack) -> list[str]:
    """The bodies in both dead-letter queues."""
    sqs = stack.aws.client("sqs")
    found: list[str] = []
    for name in ("UploadsDeadLettersUrl", "CommandsDeadLettersUrl"):
        url = stack.outputs[name]
        received = []
        while batch := sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages"):
            received += batch
        for message in received:
            sqs.change_message_visibility(
                QueueUrl=url, ReceiptHandle=message["ReceiptHandle"], VisibilityTimeout=0
            )
        found += [message["Body"] for message in received]
    return found


_TRUNCATE = sql.SQL("TRUNCATE {} RESTART IDENTITY CASCADE").format(
    sql.SQL(", ").join(map(sql.Identifier, TABLES))
)


_DROP = sql.SQL("DROP TABLE {}")
_LEFT = sql.SQL(
    "SELECT id, status FROM {job} j WHERE status = ANY(%s) AND EXISTS"
    " (SELECT FROM pg_tables WHERE schemaname = {schema}"
    " AND tablename LIKE '%%' || replace(j.id::text, '-', ''))"
).format(job=sql.Identifier(JOB_TABLE), schema=sql.Literal(STAGING_SCHEMA))


def left_behind(stack: Stack) -> list[dict[str, Any]]:
    """Jobs that have ended, and still have tables in staging."""
    return rows(stack, _LEFT, sorted(TERMINAL))


def clean(stack: Stack) -> None:
    """Nothing under way, nothing in the tables, no watchdog of a job that is no more."""
    try:
        worked_off(stack)
    finally:
        for name in ("UploadsQueueUrl", "CommandsQueueUrl"):
            purge(stack, name)
        rows(stack, _TRUNCATE)
        for name in staging_tables(stack):
            rows(stack, _DROP.format(sql.Identifier(STAGING_SCHEMA, name)))


@contextlib.contextmanager
def queue_set(stack: Stack, **attributes: str) -> Iterator[None]:
    """Other attributes of the uploads queue for a while."""
    sqs = stack.aws.client("sqs")
    url = stack.outputs["UploadsQueueUrl"]
    found = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=list(attributes))["Attributes"]
    sqs.set_queue_attributes(QueueUrl=url, Attributes=attributes)
    try:
        yield
    finally:
        sqs.set_queue_attributes(QueueUrl=url, Attributes=found)


@contextlib.contextmanager
def deliveries_paused(stack: Stack) -> Iterator[None]:
    """Keep the deployed function away from its queues for a while; what it began goes on."""
    lambda_ = stack.aws.client("lambda")
    mappings = lambda_.list_event_source_mappings()["EventSourceMappings"]
    for mapping in mappings:
        lambda_.update_event_source_mapping(UUID=mapping["UUID"], Enabled=False)
    try:
        yield
    finally:
        for mapping in mappings:
            lambda_.update_event_source_mapping(UUID=mapping["UUID"], Enabled=True)


# -- Standing in a worker's way -----------------------------------------------------------------


_TWIN = """
INSERT INTO airports_airport (icao, name, city, country_id, latitude, longitude, elevation,
    timezone) SELECT %s, '', '', min(id), 0, 0, 0, '' FROM airports_country"""
_SAME_NAME = sql.SQL("CREATE TABLE {} ()")


@contextlib.contextmanager
def held(stack: Stack, pk: str, phase: str, icao: str = "ZZZZ") -> Iterator[None]:
    """Somebody is about to make a table, or the airport, that the worker makes in this phase.

    So it waits there. While applying, that is after whatever sorts before the airport.
    """
    tables = StagingTables.of(UUID(pk))
    with connect(stack) as connection:
        match phase:
            case "staging":
                connection.execute(_SAME_NAME.format(tables.raw))
            case "checking":
                connection.execute(_SAME_NAME.format(tables.fault))
            case _:
                connection.execute(_TWIN, (icao,))
        yield
        connection.rollback()


_BACKEND = """
SELECT client_port, wait_event_type FROM pg_stat_activity WHERE pid = %s AND backend_start = %s"""


def backend_of(stack: Stack, attempt: dict[str, Any]) -> dict[str, Any] | None:
    """The server's side of the attempt's data connection, while it lives."""
    found = rows(stack, _BACKEND, attempt["backend_pid"], attempt["backend_start"])
    return found[0] if found else None


def waits_for_a_lock(stack: Stack, attempt: dict[str, Any]) -> bool:
    """Whether the attempt stands behind somebody's lock."""
    backend = backend_of(stack, attempt)
    return backend is not None and backend["wait_event_type"] == "Lock"


def worker_of(stack: Stack, attempt: dict[str, Any]) -> psutil.Process:
    """The function's process, known by its end of the data connection."""
    backend = backend_of(stack, attempt)
    assert backend is not None, "the attempt's connection is gone"
    port = backend["client_port"]
    for started in stack.running.started:
        for process in psutil.Process(started.pid).children(recursive=True):
            if any(c.laddr.port == port for c in process.net_connections() if c.raddr):
                return process
    raise AssertionError("no process has the attempt's connection")


def kill(stack: Stack, pk: str, phase: str, number: int = 1) -> dict[str, Any]:
    """Kill the worker of the job's attempt outright, once it is in a phase; the attempt."""
    attempt: dict[str, Any] = until(
        lambda: attempt_in(stack, pk, phase, number), f"attempt {number} {phase}"
    )
    worker_of(stack, attempt).kill()
    return attempt
