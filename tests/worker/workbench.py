"""A database with the example's tables, and the worker's outside world as plain objects."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import psycopg
import pytest
from psycopg.rows import dict_row

from lambda_worker import turns
from lambda_worker.claim import Invocation, Order, now
from lambda_worker.contract import (
    Command,
    CommandMessage,
    rejects_as_sent_key,
    upload_key,
)
from lambda_worker.database import Connections, connect
from lambda_worker.mail import Mail
from lambda_worker.objects import Source, Write
from lambda_worker.pipeline import run_job
from lambda_worker.plan import ImportPlan
from lambda_worker.services import Services
from tests.worker.plans import plan_for

TABLES = ("airports_route", "airports_airport", "airports_country", "imports_importjob")


@dataclass
class MemorySource:
    """A file in memory, in chunks small enough to split records and characters."""

    data: bytes
    version: str = "v1"
    chunk: int = 61
    length: int | None = None

    @property
    def size(self) -> int:
        return len(self.data) if self.length is None else self.length

    def chunks(self) -> Iterator[bytes]:
        for start in range(0, len(self.data), self.chunk):
            yield self.data[start : start + self.chunk]


@dataclass
class World:
    """Bucket, queue and mail in memory."""

    uploads: dict[str, Source] = field(default_factory=dict)
    results: dict[str, bytes] = field(default_factory=dict)
    messages: list[tuple[CommandMessage, int]] = field(default_factory=list)
    mails: list[Mail] = field(default_factory=list)

    def open(self, key: str, version: str) -> Source | None:
        source = self.uploads.get(key)
        return source if source and version in ("", source.version) else None

    @contextmanager
    def writing(self, key: str, content_type: str) -> Iterator[Write]:
        body = bytearray()
        yield body.extend
        self.results[key] = bytes(body)

    def services(self) -> Services:
        return Services(objects=self, queue=_Queue(self), mailer=_Mailer(self))


@dataclass
class _Queue:
    world: World

    def send(self, message: CommandMessage, delay_seconds: int) -> None:
        self.world.messages.append((message, delay_seconds))


@dataclass
class _Mailer:
    world: World

    def send(self, mail: Mail) -> str:
        self.world.mails.append(mail)
        return f"mail-{len(self.world.mails)}"


@dataclass
class Workbench:
    """Creates jobs, runs the worker on them in this process, and looks at what came out."""

    url: str
    sql: psycopg.Connection[dict[str, Any]]
    world: World = field(default_factory=World)

    def plan(self, model: str, **changes: Any) -> ImportPlan:
        with psycopg.connect(self.url) as connection:
            return plan_for(model, connection, **changes)

    def job(self, plan: ImportPlan, data: bytes | str | None) -> UUID:
        """A job awaiting its upload, and its file in the bucket unless `data` is None."""
        job = uuid4()
        self.sql.execute(
            "INSERT INTO imports_importjob (id, target, file_name, declared_size, plan,"
            " plan_version, upload_expires_at)"
            " VALUES (%s, %s, %s, %s, %s, %s, now() + interval '1 hour')",
            (job, plan.target.label, plan.file.name, 1, json.dumps(plan.to_json()), plan.version),
        )
        if data is not None:
            content = data.encode() if isinstance(data, str) else data
            self.world.uploads[upload_key(job)] = MemorySource(content)
        return job

    def run(self, job: UUID, command: Command = Command.START, seconds: int = 900) -> str:
        """Run the worker on the job; its outcome."""
        return self.order(Order(job, command=command), seconds)

    def order(self, order: Order, seconds: int = 900) -> str:
        """Run the worker on an order; its outcome."""
        invocation = Invocation("request-1", 512, now() + timedelta(seconds=seconds), now())
        with self.connections() as connections:
            return run_job(connections, order, invocation, self.world.services())

    @contextmanager
    def connections(self) -> Iterator[Connections]:
        """The worker's own two connections."""
        with connect(self.url) as connections:
            yield connections

    def import_(self, model: str, data: bytes | str, **changes: Any) -> dict[str, Any]:
        """A whole import of a file; the job's row afterwards."""
        job = self.job(self.plan(model, **changes), data)
        self.run(job)
        return self.row(job)

    def before_writing(self, patch: pytest.MonkeyPatch, statement: str) -> None:
        """Somebody runs a statement when a job's rows are checked and not yet written."""
        patch.setattr(turns, "take_turn", lambda *_: self.sql.execute(statement.encode()))

    def approve(self, job: UUID) -> str:
        """A reviewer says yes; the outcome of the worker's next run."""
        self.sql.execute(
            "UPDATE imports_importjob SET review_approved_at = now() WHERE id = %s", (job,)
        )
        return self.run(job, Command.APPLY)

    def row(self, job: UUID) -> dict[str, Any]:
        row = self.sql.execute("SELECT * FROM imports_importjob WHERE id = %s", (job,)).fetchone()
        assert row is not None
        return row

    def all(self, statement: str) -> list[dict[str, Any]]:
        return self.sql.execute(statement.encode()).fetchall()

    def faults(self, job: UUID) -> list[tuple[Any, ...]]:
        """(line, header, value, code) of each fault kept."""
        rows = self.sql.execute(
            "SELECT line, header, value, code FROM imports_importreject WHERE job_id = %s"
            " ORDER BY id",
            (job,),
        ).fetchall()
        return [tuple(row.values()) for row in rows]

    def reject_file(self, job: UUID) -> list[dict[str, str]]:
        data = self.world.results[self.row(job)["reject_key"]]
        return list(csv.DictReader(io.StringIO(data.decode("utf-8-sig"), newline="")))

    def as_sent(self, job: UUID) -> bytes:
        """The rejects in the shape that was sent."""
        return self.world.results[rejects_as_sent_key(self.row(job)["reject_key"])]

    def staging_tables(self) -> list[str]:
        rows = self.all(
            "SELECT relname FROM pg_class JOIN pg_namespace n ON n.oid = relnamespace"
            " WHERE nspname = 'sluice_staging' AND relkind = 'r'"
        )
        return [row["relname"] for row in rows]

    def countries(self, *codes: str) -> None:
        for code in codes:
            self.sql.execute(
                "INSERT INTO airports_country (code, name) VALUES (%s, %s)",
                (code, f"Country {code}"),
            )


@contextmanager
def workbench(url: str) -> Iterator[Workbench]:
    """A workbench on a clean database, which it leaves clean."""
    with psycopg.connect(url, autocommit=True, row_factory=dict_row) as sql:
        bench = Workbench(url, sql)
        try:
            yield bench
        finally:
            bench.sql.execute(f"TRUNCATE {', '.join(TABLES)} CASCADE".encode())
            for name in bench.staging_tables():
                bench.sql.execute(f'DROP TABLE sluice_staging."{name}"'.encode())
