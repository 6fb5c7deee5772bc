"""Files to import, imports to wait for, and a look at the stack's database."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
from psycopg.rows import dict_row

from devstack.stack import Stack

HEADER = "icao,iata,name,city,country,latitude,longitude,elevation,timezone\n"
_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"


def icao(number: int) -> str:
    """A made-up ICAO code, another for each number below 36 ** 4."""
    digits = (number // 36**power % 36 for power in (3, 2, 1, 0))
    return "".join(_LETTERS[digit] for digit in digits)


def airports_file(path: Path, rows: int, width: int = 0) -> Path:
    """Airports in country DE; `width` more characters in each name."""
    with path.open("w", encoding="utf-8") as out:
        out.write(HEADER)
        for number in range(rows):
            name = f"Airport {number} " + "x" * width
            out.write(f"{icao(number)},,{name},,DE,50.{number % 1000:03},8.5,{number % 3000},UTC\n")
    return path


def sql(stack: Stack, statement: str, *parameters: Any) -> list[dict[str, Any]]:
    """Run a statement as the app's own role; its rows, if it has any."""
    with psycopg.connect(stack.database_url, autocommit=True, row_factory=dict_row) as connection:
        cursor = connection.execute(statement.encode(), parameters)
        return cursor.fetchall() if cursor.description else []


def job_row(stack: Stack, job: str) -> dict[str, Any]:
    """The job as it stands."""
    (row,) = sql(stack, "SELECT * FROM imports_importjob WHERE id = %s", job)
    return row


def import_file(stack: Stack, target: str, path: Path, *options: str) -> dict[str, Any]:
    """Run the command as an operator does, to the end; its JSON."""
    done = stack.manage("import_file", target, str(path), "--wait", "--json", *options)
    assert done.stdout.strip(), done.stderr
    outcome: dict[str, Any] = json.loads(done.stdout.strip().splitlines()[-1])
    return outcome


def start_import(stack: Stack, target: str, path: Path, *options: str) -> str:
    """The same, not waiting; the job's id."""
    done = stack.manage("import_file", target, str(path), "--json", *options)
    assert done.returncode == 0, done.stderr
    return str(json.loads(done.stdout.strip().splitlines()[-1])["job"])


def wait_for(condition: Callable[[], Any], seconds: float = 60.0) -> Any:
    """What `condition` returns once it is true."""
    deadline = time.monotonic() + seconds
    while not (found := condition()):
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.05)
    return found


def country(stack: Stack, code: str = "DE") -> None:
    """A country for the made-up airports."""
    sql(stack, "INSERT INTO airports_country (code, name) VALUES (%s, %s)", code, code)


def staging_tables(stack: Stack) -> int:
    """How many tables jobs have left in staging."""
    (row,) = sql(
        stack,
        "SELECT count(*) AS n FROM pg_class WHERE relkind = 'r'"
        " AND relnamespace = 'sluice_staging'::regnamespace",
    )
    return int(row["n"])


@contextmanager
def visibility(stack: Stack, seconds: int) -> Generator[None]:
    """Messages of a dead worker come again after `seconds`, not after a quarter of an hour."""
    sqs = stack.aws.client("sqs")
    url = stack.outputs["UploadsQueueUrl"]

    def set_to(value: str) -> None:
        sqs.set_queue_attributes(QueueUrl=url, Attributes={"VisibilityTimeout": value})

    attributes = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["VisibilityTimeout"])
    before = attributes["Attributes"]["VisibilityTimeout"]
    set_to(str(seconds))
    try:
        yield
    finally:
        set_to(before)


@contextmanager
def deliveries_paused(stack: Stack) -> Generator[None]:
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
