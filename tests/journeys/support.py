"""How a journey acts on the running stack, and looks at what came of it."""

from __future__ import annotations

import contextlib
import json
import subprocess
import sys
import time
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import psutil
import psycopg
import urllib3
from psycopg import sql
from psycopg.rows import dict_row

from devstack.stack import Stack
from devstack.web import ROOT
from lambda_worker.contract import (
    ATTEMPT_TABLE,
    JOB_TABLE,
    STAGING_SCHEMA,
    TERMINAL,
)

PATIENCE: Final = 60.0
"""Seconds for something that takes one or two; the machine may be busy with something else."""

TABLES: Final = ("airports_route", "airports_airport", "airports_country")


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


def waiting(stack: Stack, target: str, content: bytes, **options: Any) -> Waiting:
    """A job for a file with this header line and size."""
    headers = content.split(b"\n")[0].decode().split(",")
    options = {"headers": headers, "size": len(content)} | options
    return Waiting(**inside(stack, "wait_for_upload", target=target, **options))


def uploaded(stack: Stack, target: str, content: bytes, **options: Any) -> str:
    """A job whose file is on its way; the job's id."""
    form = waiting(stack, target, content, **options)
    assert form.post(content) == 204
    return form.job


def import_file(stack: Stack, target: str, path: Path, *options: str) -> dict[str, Any]:
    """The management command to the job's end; its outcome."""
    done = stack.manage("import_file", target, str(path), "--wait", "--json", *options)
    assert done.stdout, done.stderr
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


# -- Looking --------------------------------------------------------------------------------------


def rows(stack: Stack, query: sql.Composed, *values: Any) -> list[dict[str, Any]]:
    """What a query finds."""
    with psycopg.connect(stack.database_url, row_factory=dict_row) as connection:
        return connection.execute(query, values).fetchall()


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
        return job(stack, pk)["status"] == phase and attempts(stack, pk)[-1]

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


# -- Queues ----------------------------------------------------------------------------------------


def messages(stack: Stack, url: str) -> int:
    """How many a queue has, on offer or being worked on."""
    names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
    found = stack.aws.client("sqs").get_queue_attributes(QueueUrl=url, AttributeNames=names)
    return sum(int(found["Attributes"][name]) for name in names)


def worked_off(stack: Stack, patience: float = PATIENCE) -> None:
    """Wait until nothing is left in the uploads queue."""
    url = stack.outputs["UploadsQueueUrl"]
    until(lambda: messages(stack, url) == 0, "an empty uploads queue", patience)


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
    """Keep the deployed function away from its queues for a while."""
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


@contextlib.contextmanager
def held_while_checking(stack: Stack) -> Iterator[None]:
    """Nobody reads the countries, so the worker cannot look its airports' up."""
    with psycopg.connect(stack.database_url) as connection:
        connection.execute("LOCK TABLE airports_country IN ACCESS EXCLUSIVE MODE")
        yield
        connection.rollback()


_TWIN = """
INSERT INTO airports_airport (icao, name, city, country_id, latitude, longitude, elevation,
    timezone) SELECT %s, '', '', min(id), 0, 0, 0, '' FROM airports_country"""


@contextlib.contextmanager
def held_while_applying(stack: Stack, icao: str) -> Iterator[None]:
    """Somebody else is about to write this airport, so the worker waits when it comes to it."""
    with psycopg.connect(stack.database_url) as connection:
        connection.execute(_TWIN, (icao,))
        yield
        connection.rollback()


_PORT = "SELECT client_port FROM pg_stat_activity WHERE pid = %s AND backend_start = %s"


def worker_of(stack: Stack, attempt: dict[str, Any]) -> psutil.Process:
    """The function's process, known by its end of the data connection."""
    with psycopg.connect(stack.admin_database_url) as connection:
        found = connection.execute(_PORT, (attempt["backend_pid"], attempt["backend_start"]))
        (port,) = found.fetchone() or (None,)
    for started in stack.running.started:
        for process in psutil.Process(started.pid).children(recursive=True):
            if any(c.laddr.port == port for c in process.net_connections() if c.raddr):
                return process
    raise AssertionError("no process has the attempt's connection")
