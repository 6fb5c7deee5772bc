"""Uploading without a browser, by form, to a server that keeps what it gets."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from email import message_from_bytes
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from imports.posting import CHUNK, UploadRefused, post_file
from imports.uploads import UploadForm

REFUSAL = b"<Error><Code>EntityTooLarge</Code><Message>Too much.</Message></Error>"


@dataclass
class Bucket:
    """What arrived, and what is answered."""

    url: str = ""
    status: int = 204
    answer: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""

    def parts(self) -> list[tuple[str, bytes]]:
        raw = f"Content-Type: {self.headers['Content-Type']}\r\n\r\n".encode() + self.body
        found = message_from_bytes(raw).get_payload()
        assert isinstance(found, list)
        return [
            (str(p.get_param("name", header="content-disposition")), p.get_payload(decode=True))  # type: ignore[union-attr,misc]
            for p in found
        ]


@pytest.fixture
def bucket() -> Iterator[Bucket]:
    kept = Bucket()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            kept.headers = dict(self.headers)
            kept.body = self.rfile.read(int(self.headers["Content-Length"]))
            self.send_response(kept.status)
            self.send_header("Content-Length", str(len(kept.answer)))
            self.end_headers()
            self.wfile.write(kept.answer)

        def log_message(self, *args: object) -> None: ...

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        kept.url = f"http://127.0.0.1:{server.server_port}/bucket"
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield kept
        server.shutdown()


def form(bucket: Bucket) -> UploadForm:
    return UploadForm(bucket.url, {"key": "uploads/1", "Content-Type": "application/octet-stream"})


def test_the_file_comes_last_and_whole(bucket: Bucket, tmp_path: Path) -> None:
    data = bytes(range(256)) * 3000
    file = tmp_path / "f.csv"
    file.write_bytes(data)
    post_file(form(bucket), file)
    assert bucket.parts() == [
        ("key", b"uploads/1"),
        ("Content-Type", b"application/octet-stream"),
        ("file", data),
    ]


def test_an_awkward_name_breaks_nothing(bucket: Bucket, tmp_path: Path) -> None:
    file = tmp_path / 'a"b\r\nc é.csv'
    file.write_bytes(b"x")
    post_file(form(bucket), file)
    assert [name for name, _data in bucket.parts()] == ["key", "Content-Type", "file"]


def test_it_tells_how_far_it_is(bucket: Bucket, tmp_path: Path) -> None:
    file = tmp_path / "f.csv"
    file.write_bytes(b"x" * (CHUNK + 1))
    told: list[int] = []
    post_file(form(bucket), file, told.append)
    assert told == [CHUNK, CHUNK + 1]


def test_a_refusal_says_what_s3_said(bucket: Bucket, tmp_path: Path) -> None:
    bucket.status, bucket.answer = 400, REFUSAL
    file = tmp_path / "f.csv"
    file.write_bytes(b"x")
    with pytest.raises(UploadRefused, match=r"EntityTooLarge: Too much\."):
        post_file(form(bucket), file)
