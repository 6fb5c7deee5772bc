"""Child without Django: the worker's pipeline on a file on disk."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

from lambda_worker import claim
from lambda_worker.claim import Invocation, Order, now
from lambda_worker.contract import CommandMessage
from lambda_worker.database import connect
from lambda_worker.mail import Mail
from lambda_worker.objects import CHUNK, Source, Write
from lambda_worker.pipeline import run_job
from lambda_worker.services import Services
from tests.bench.measuring import measured, task, tell

COUNTS = ("inserted", "updated", "unchanged", "superseded", "skipped", "rejected")


@dataclass(frozen=True, slots=True)
class _File:
    path: Path
    version: str = "bench"

    @property
    def size(self) -> int:
        return self.path.stat().st_size

    def chunks(self) -> Iterator[bytes]:
        with self.path.open("rb") as file:
            while chunk := file.read(CHUNK):
                yield chunk


@dataclass(frozen=True, slots=True)
class _Outside:
    path: Path

    def open(self, key: str, version: str) -> Source | None:
        return _File(self.path)

    @contextmanager
    def writing(self, key: str, content_type: str) -> Iterator[Write]:
        yield len


class _Nowhere:
    def send(self, message: CommandMessage | Mail, delay_seconds: int = 0) -> str:
        return ""


def main() -> None:
    """Import the task's file; say what became of the rows."""
    work = task()
    nowhere: Any = _Nowhere()
    services = Services(objects=_Outside(Path(work["path"])), queue=nowhere, mailer=nowhere)
    invocation = Invocation("bench", 1024, now() + timedelta(hours=1), now())
    job = UUID(work["job"])
    with connect(work["url"]) as connections:
        with measured() as measure:
            outcome = run_job(connections, Order(job), invocation, services)
        columns = ", ".join(f"rows_{name}" for name in COUNTS)
        row = connections.control.execute(
            f"SELECT {columns} FROM imports_importjob WHERE id = %s".encode(), (job,)
        ).fetchone()
        loaded = claim.load(connections.control, job)
    assert row is not None
    measure.said = {
        "outcome": outcome,
        "read": loaded.records_read,
        **dict(zip(COUNTS, row, strict=True)),
    }
    tell(measure)


if __name__ == "__main__":
    main()
