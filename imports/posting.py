"""Uploads a file by a presigned form, as a browser does, without ever holding it in memory."""

from __future__ import annotations

import re
import secrets
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final

import urllib3

from imports.uploads import UploadForm

CHUNK: Final = 256 * 1024
"""Bytes a write: enough that Python costs nothing beside the network."""

TIMEOUT: Final = urllib3.Timeout(connect=10, read=300)
"""S3 answers a POST only when it has stored the file: minutes for gigabytes."""


class UploadRefused(Exception):
    """The bucket did not take the file: S3's own code and message say why."""

    def __init__(self, status: int, code: str, message: str) -> None:
        super().__init__(f"{code or f'HTTP {status}'}: {message or 'no reason given'}")
        self.status = status
        self.code = code


def post_file(
    form: UploadForm, path: Path, told: Callable[[int], None] = lambda _sent: None
) -> None:
    """POST the file; `told` hears of the bytes sent so far. UploadRefused where S3 says no."""
    boundary = secrets.token_hex(16)
    head, tail = _around(form, path.name, boundary)
    response = urllib3.PoolManager().request(
        "POST",
        form.url,
        body=_body(head, path, tail, told),
        headers={
            "Content-Type": f"multipart/form-data; boundary={boundary}",
            # S3 takes no chunked encoding here (501 NotImplemented), so the length goes in front.
            "Content-Length": str(len(head) + path.stat().st_size + len(tail)),
        },
        timeout=TIMEOUT,
        retries=False,  # the body is a stream, gone once sent
        redirect=False,
    )
    if response.status not in {200, 201, 204}:
        text = response.data.decode(errors="replace")
        raise UploadRefused(response.status, _element("Code", text), _element("Message", text))


def _around(form: UploadForm, name: str, boundary: str) -> tuple[bytes, bytes]:
    """What comes before the file, and after it: S3 ignores every field that follows the file."""
    fields = "".join(
        f'--{boundary}\r\nContent-Disposition: form-data; name="{field}"\r\n\r\n{value}\r\n'
        for field, value in form.fields.items()
    )
    # As browsers escape a name (WHATWG HTML, "multipart/form-data encoding algorithm").
    plain = name.replace('"', "%22").replace("\r", "%0D").replace("\n", "%0A")
    file = (
        f'--{boundary}\r\nContent-Disposition: form-data; name="file"; filename="{plain}"\r\n'
        f"Content-Type: {form.fields.get('Content-Type', 'application/octet-stream')}\r\n\r\n"
    )
    return (fields + file).encode(errors="replace"), f"\r\n--{boundary}--\r\n".encode()


def _body(head: bytes, path: Path, tail: bytes, told: Callable[[int], None]) -> Iterator[bytes]:
    yield head
    sent = 0
    with path.open("rb") as file:
        while chunk := file.read(CHUNK):
            yield chunk
            sent += len(chunk)
            told(sent)
    yield tail


def _element(name: str, xml: str) -> str:
    """One element of S3's short error document, without a parser for what strangers send."""
    found = re.search(rf"<{name}>([^<]*)</{name}>", xml)
    return found.group(1) if found else ""
