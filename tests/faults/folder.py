"""Bucket, queue and mail as files in a folder: what is in them outlives the process that wrote."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final
from uuid import UUID

from lambda_worker.contract import CommandMessage, upload_key
from lambda_worker.mail import Mail
from lambda_worker.objects import Source, Write
from lambda_worker.services import Services
from tests.worker.workbench import World

CHUNK: Final = 4096
"""Bytes a read: a file of twenty kilobytes comes in five chunks."""


@dataclass(frozen=True, slots=True)
class FileSource:
    """An upload on disk."""

    path: Path
    size: int
    version: str = "v1"

    def chunks(self) -> Iterator[bytes]:
        with self.path.open("rb") as file:
            while chunk := file.read(CHUNK):
                yield chunk


@dataclass(frozen=True, slots=True)
class Folder:
    """The outside world of one test. It is the bucket itself; queue and mail are lists of lines."""

    path: Path

    def clear(self) -> None:
        """Forget everything that was uploaded, put and sent."""
        for part in ("uploads", "results", "runs"):
            (self.path / part).mkdir(exist_ok=True, parents=True)
            for file in (self.path / part).iterdir():
                file.unlink()
        for part in ("messages", "mails"):
            self._lines(part).unlink(missing_ok=True)

    def upload(self, job: UUID, data: bytes) -> None:
        """Put a job's file into the bucket."""
        self._object(upload_key(job)).write_bytes(data)

    def open(self, key: str, version: str) -> Source | None:
        path = self._object(key)
        return FileSource(path, path.stat().st_size) if path.exists() else None

    @contextmanager
    def writing(self, key: str, content_type: str) -> Iterator[Write]:
        path = self._object(key)
        whole = path.with_suffix(".part")
        with whole.open("wb") as file:
            yield file.write
        whole.rename(path)  # an object is there whole or not at all

    def result(self, key: str) -> bytes:
        """A file that the worker has put."""
        return self._object(key).read_bytes()

    def _object(self, key: str) -> Path:
        prefix, name = key.split("/", 1)
        return self.path / prefix / name.replace("/", "-")

    def services(self) -> Services:
        """The worker's services; what else there is of them is as in any other test."""
        return replace(World().services(), objects=self, queue=_Queue(self), mailer=_Mailer(self))

    def messages(self) -> list[CommandMessage]:
        """All that was ever sent to the queue, in order."""
        return [CommandMessage.from_json(line["message"]) for line in self._read("messages")]

    def mails(self) -> list[dict[str, Any]]:
        """All mails that ever went out, in order."""
        return self._read("mails")

    def append(self, part: str, line: dict[str, Any]) -> None:
        """Add a line in one write: it is there whole or not at all."""
        with self._lines(part).open("ab", buffering=0) as file:
            file.write(json.dumps(line).encode() + b"\n")

    def _read(self, part: str) -> list[dict[str, Any]]:
        path = self._lines(part)
        if not path.exists():
            return []
        return [json.loads(line) for line in path.read_bytes().splitlines()]

    def _lines(self, part: str) -> Path:
        return self.path / f"{part}.jsonl"

    def trace(self, pid: int) -> list[str]:
        """The boundaries that a child has crossed, in order."""
        path = self.trace_path(pid)
        return path.read_text().splitlines() if path.exists() else []

    def trace_path(self, pid: int) -> Path:
        """Where a child notes the boundaries that it crosses."""
        return self.path / "runs" / f"{pid}.trace"

    def outcome_path(self, pid: int) -> Path:
        """Where a child notes how its run ended, if it lives to do so."""
        return self.path / "runs" / f"{pid}.outcome"


@dataclass(frozen=True, slots=True)
class _Queue:
    folder: Folder

    def send(self, message: CommandMessage, delay_seconds: int) -> None:
        self.folder.append("messages", {"message": message.to_json(), "delay": delay_seconds})


@dataclass(frozen=True, slots=True)
class _Mailer:
    folder: Folder

    def send(self, mail: Mail) -> str:
        line = {"to": mail.recipient, "subject": mail.subject, "text": mail.text}
        self.folder.append("mails", line)
        return f"mail-{os.getpid()}"
