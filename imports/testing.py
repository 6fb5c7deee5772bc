"""Tries a target on a file without AWS: the worker's pipeline here, on the test database.

    def test_a_bad_country_is_rejected(transactional_db):
        result = run_import("shop.product", "sku,name\\nA1,Apple\\n")
        assert result.job.rows_inserted == 1

The worker has connections of its own, so what a test writes must be committed first: use
TransactionTestCase, or pytest-django's `transactional_db`.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any, Final

import psycopg
from django.contrib.auth import get_user_model
from django.db import connection

from imports import jobs, registry
from imports.mapping import suggest
from imports.models import ImportJob
from imports.targets import ImportTarget, Request
from lambda_worker.claim import Invocation, Order, now
from lambda_worker.contract import Command, CommandMessage
from lambda_worker.database import connect
from lambda_worker.files.opening import open_file
from lambda_worker.mail import Mail
from lambda_worker.objects import CHUNK, Source, Write
from lambda_worker.pipeline import run_job
from lambda_worker.plan import FilePlan, Mode, OnReject, Review
from lambda_worker.reject_file import REJECT_COLUMNS
from lambda_worker.services import Services

DEADLINE: Final = timedelta(minutes=15)
"""As long as Lambda lets a function run at most."""


@dataclass(frozen=True, slots=True)
class ImportResult:
    """The job as it ended, the reject file's rows, and the mails that would have gone."""

    job: ImportJob
    rejects: list[dict[str, str]]
    mails: list[Mail]


@dataclass(frozen=True, slots=True)
class _File:
    data: bytes
    version: str = "test"

    @property
    def size(self) -> int:
        return len(self.data)

    def chunks(self) -> Iterator[bytes]:
        for start in range(0, len(self.data), CHUNK):
            yield self.data[start : start + CHUNK]


@dataclass(slots=True)
class _Outside:
    """Bucket, queue and mail in memory."""

    file: _File
    results: dict[str, bytes] = field(default_factory=dict)
    mails: list[Mail] = field(default_factory=list)

    def open(self, key: str, version: str) -> Source | None:  # noqa: ARG002
        return self.file

    @contextmanager
    def writing(self, key: str, content_type: str) -> Iterator[Write]:  # noqa: ARG002
        body = bytearray()
        yield body.extend
        self.results[key] = bytes(body)


class _Queue:
    def send(self, message: CommandMessage, delay_seconds: int) -> None:
        """Nothing dies unseen in a test, so nobody need look again."""


@dataclass(frozen=True, slots=True)
class _Mailer:
    mails: list[Mail]

    def send(self, mail: Mail) -> str:
        self.mails.append(mail)
        return f"test-{len(self.mails)}"


def run_import(  # noqa: PLR0913  (as many choices as the page has)
    target: str | ImportTarget,
    file: str | bytes | Path,
    *,
    user: Any = None,
    mapping: Mapping[str, str] | None = None,
    mode: Mode | None = None,
    on_reject: OnReject = OnReject.SKIP,
    review: Review = Review.NEVER,
    again: bool = False,
    exclusive: bool = False,
    request: Request | None = None,
    dialect: Mapping[str, Any] | None = None,
) -> ImportResult:
    """Import a file (text, bytes, or a path to it); columns are mapped by name unless told;
    the file's dialect is detected but for its members in `dialect`.

    MappingFault and FileFault come up as the page would show them; a superuser does it by default.
    """
    name, data = _content(file)
    found = registry.get_target(target) if isinstance(target, str) else target
    found_file = open_file(_File(data).chunks(), given=dialect, size=len(data))
    job = jobs.create_job(
        found,
        user=user or _superuser(),
        file=FilePlan(name=name, dialect=found_file.dialect, headers=found_file.headers),
        size=len(data),
        mapping=suggest(found, found_file.headers) if mapping is None else mapping,
        mode=mode or found.mode,
        on_reject=on_reject,
        review=review,
        again=again,
        exclusive=exclusive,
        request=request,
    )
    return work_on(job, data)


def work_on(job: ImportJob, data: bytes, command: Command = Command.START) -> ImportResult:
    """Run the worker once on a job whose file is `data`."""
    outside = _Outside(_File(data))
    services = Services(objects=outside, queue=_Queue(), mailer=_Mailer(outside.mails))
    begun = now()
    invocation = Invocation("test", 0, begun + DEADLINE, begun)
    with connect(connection_info()) as connections:
        run_job(connections, Order(job.pk, command=command), invocation, services)
    job.refresh_from_db()
    rejects = outside.results.get(job.reject_key, b"").decode("utf-8-sig")
    return ImportResult(job, _rows_of(rejects), outside.mails)


def _rows_of(reject_file: str) -> list[dict[str, str]]:
    """By the delimiter that stands behind its first header: the upload's own."""
    delimiter = reject_file.removeprefix(REJECT_COLUMNS[0])[:1] or ","
    return list(csv.DictReader(io.StringIO(reject_file, newline=""), delimiter=delimiter))


def _content(file: str | bytes | Path) -> tuple[str, bytes]:
    if isinstance(file, Path):
        return file.name, file.read_bytes()
    return "test.csv", file.encode() if isinstance(file, str) else file


def _superuser() -> Any:
    users = get_user_model()._default_manager
    name = get_user_model().USERNAME_FIELD
    found, _made = users.get_or_create(
        **{name: "import-tester"},
        defaults={"is_superuser": True, "is_active": True, "email": "tester@example.com"},
    )
    return found


def connection_info() -> str:
    """The test database as libpq names it; refuses where the test's own rows cannot be seen."""
    if connection.in_atomic_block:
        raise RuntimeError(
            "run_import needs committed rows: use TransactionTestCase or transactional_db"
        )
    wanted = ("dbname", "user", "password", "host", "port", "sslmode", "options")
    known = connection.get_connection_params()
    return psycopg.conninfo.make_conninfo(**{k: known[k] for k in wanted if known.get(k)})
