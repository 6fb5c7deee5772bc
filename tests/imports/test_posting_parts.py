"""Uploading without a browser, in parts, to a server that keeps what it gets."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from imports import parts, posting
from imports.models import ImportJob
from imports.parts import Cut, Incomplete, Offer
from imports.posting import UploadRefused, send_parts

MIB = parts.MIB
DATA = bytes(range(256)) * (2 * 4096) + b"the end"
"""Two MiB and a bit: three parts of one MiB, the last a short one."""


@dataclass
class Storage:
    """The parts that arrived, how often each was sent, and what is answered instead."""

    url: str = ""
    parts: dict[int, bytes] = field(default_factory=dict)
    sent: list[int] = field(default_factory=list)
    refusals: list[int] = field(default_factory=list)
    joined: bytes = b""

    def etags(self) -> dict[int, str]:
        return {number: hashlib.md5(data).hexdigest() for number, data in self.parts.items()}

    def join(self, job: ImportJob, digest: str) -> None:
        if len(self.parts) < 3 or digest != parts.digest(self.etags()):
            raise Incomplete
        self.joined = b"".join(self.parts[number] for number in sorted(self.parts))


@pytest.fixture
def storage(monkeypatch: pytest.MonkeyPatch) -> Iterator[Storage]:
    kept = Storage()

    class Handler(BaseHTTPRequestHandler):
        def do_PUT(self) -> None:
            number = int(self.path.removeprefix("/"))
            data = self.rfile.read(int(self.headers["Content-Length"]))
            kept.sent.append(number)
            status = kept.refusals.pop() if kept.refusals else 200
            if status == 200:
                kept.parts[number] = data
            self.send_response(status)
            self.send_header("ETag", f'"{hashlib.md5(data).hexdigest()}"')
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *args: object) -> None: ...

    cut = Cut(len(DATA), MIB)
    monkeypatch.setattr(parts, "offer", lambda job: Offer(cut, kept.etags()))
    monkeypatch.setattr(parts, "url", lambda job, number, length: f"{kept.url}/{number}")
    monkeypatch.setattr(parts, "join", kept.join)
    monkeypatch.setattr(parts, "forget", lambda job: None)
    monkeypatch.setattr(posting, "extend", lambda job: None)
    monkeypatch.setattr(posting, "WAITS", (0.01, 0.01))
    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        kept.url = f"http://127.0.0.1:{server.server_port}"
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield kept
        server.shutdown()
        posting.POOL.clear()


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "f.csv"
    path.write_bytes(DATA)
    return path


@pytest.fixture
def send(file: Path) -> Callable[[], list[int]]:
    """Sends the file; what was told meanwhile."""

    def sending() -> list[int]:
        told: list[int] = []
        send_parts(ImportJob(), file, told.append)
        return told

    return sending


def test_the_parts_are_the_file(storage: Storage, send: Callable[[], list[int]]) -> None:
    assert send() == [MIB, 2 * MIB, len(DATA)]
    assert storage.joined == DATA
    assert sorted(storage.sent) == [1, 2, 3]


def test_a_busy_storage_is_asked_again(storage: Storage, send: Callable[[], list[int]]) -> None:
    storage.refusals = [503, 500]
    send()
    assert storage.joined == DATA
    assert len(storage.sent) == 5


def test_a_refusal_ends_it(storage: Storage, send: Callable[[], list[int]]) -> None:
    storage.refusals = [403] * 9
    with pytest.raises(UploadRefused, match="HTTP 403"):
        send()
    assert storage.joined == b""


def test_a_storage_that_stays_busy_ends_it(storage: Storage, send: Callable[[], list[int]]) -> None:
    storage.refusals = [503] * 99
    with pytest.raises(UploadRefused, match="HTTP 503"):
        send()


def test_a_line_that_stays_broken_ends_it(storage: Storage, send: Callable[[], list[int]]) -> None:
    storage.url = "http://127.0.0.1:1"
    with pytest.raises(UploadRefused, match="NewConnectionError"):
        send()


def test_a_part_that_the_storage_has_lost_is_sent_once_more(
    storage: Storage, send: Callable[[], list[int]], monkeypatch: pytest.MonkeyPatch
) -> None:
    def lose_one(job: ImportJob, digest: str) -> None:
        monkeypatch.setattr(parts, "join", storage.join)
        del storage.parts[2]
        raise Incomplete

    monkeypatch.setattr(parts, "join", lose_one)
    send()
    assert sorted(storage.sent) == [1, 2, 2, 3]
    assert storage.joined == DATA


def test_a_file_that_changes_meanwhile_is_not_joined(
    storage: Storage, file: Path, send: Callable[[], list[int]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(posting, "extend", lambda job: file.write_bytes(DATA[::-1]))
    with pytest.raises(UploadRefused, match="FileChanged"):
        send()
    assert storage.joined == b""


def test_a_file_that_shrinks_is_not_sent_as_if_it_were_whole(
    storage: Storage, file: Path, send: Callable[[], list[int]]
) -> None:
    file.write_bytes(DATA[:-1])
    with pytest.raises(UploadRefused):
        send()
    assert storage.joined == b""
