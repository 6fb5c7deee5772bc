"""Uploads a file as a browser does, by a presigned form or in parts, never held in memory whole."""

from __future__ import annotations

import os
import re
import secrets
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import IO, Final

import urllib3

from imports import parts
from imports.models import ImportJob
from imports.uploads import UploadForm, extend

CHUNK: Final = 256 * 1024
"""Bytes a write: enough that Python costs nothing beside the network."""

TIMEOUT: Final = urllib3.Timeout(connect=10, read=300)
"""S3 answers a POST only when it has stored the file: minutes for gigabytes."""

LANES: Final = 4
"""Parts under way at once: one connection seldom fills a line."""

WAITS: Final = (1, 2, 4, 8, 16, 32, 64)
"""Seconds before each new try of a part: a line that is away for two minutes ends no upload."""

POOL: Final = urllib3.PoolManager(maxsize=LANES)

ROUNDS: Final = 3
"""Times that S3 may say that it has not what it has taken; once is rare."""


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
        raise _refusal(response)


def _refusal(response: urllib3.BaseHTTPResponse) -> UploadRefused:
    text = response.data.decode(errors="replace")
    return UploadRefused(response.status, _element("Code", text), _element("Message", text))


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


def send_parts(
    job: ImportJob, path: Path, told: Callable[[int], None] = lambda _sent: None
) -> None:
    """Send what S3 has not of the file, and have it joined; `told` hears of the bytes that are
    there. UploadRefused where S3 says no, or where a part cannot be sent however often."""
    found = parts.offer(job)
    sent: dict[int, str] = {}
    before = path.stat()
    for _ in range(ROUNDS):
        sent = _send_missing(job, path, found, sent, told)
        if _was_changed(path, before):
            raise UploadRefused(0, "FileChanged", f"{path.name} was changed while it was sent")
        try:
            parts.join(job, parts.digest(sent))
        except parts.Incomplete:
            found = parts.offer(job)
        else:
            parts.forget(job)
            return
    raise UploadRefused(0, "Incomplete", f"S3 does not keep the parts of {path.name}")


def _send_missing(
    job: ImportJob,
    path: Path,
    found: parts.Offer,
    sent: dict[int, str],
    told: Callable[[int], None],
) -> dict[int, str]:
    """The ETags of all parts, after those are sent that are not there as they were sent."""
    cut = found.cut
    kept = {n: etag for n, etag in sent.items() if found.there.get(n) == etag}
    missing = [number for number in range(1, cut.count + 1) if number not in kept]
    done = sum(map(cut.length, kept))
    send = partial(_send_part, job, path, cut)
    with ThreadPoolExecutor(LANES) as lanes:
        try:
            for number, etag in zip(missing, lanes.map(send, missing), strict=True):
                kept[number] = etag
                done += cut.length(number)
                told(done)
                extend(job)
        except BaseException:
            lanes.shutdown(wait=False, cancel_futures=True)  # the other parts are in vain
            raise
    return kept


def _send_part(job: ImportJob, path: Path, cut: parts.Cut, number: int) -> str:
    """Send one part until it is there; its ETag. In a thread, so away from the database."""
    length = cut.length(number)
    for wait in (*WAITS, None):
        url = parts.url(job, number, length)  # a fresh one each time: the last may have run out
        try:
            response = _put(url, path, cut.start(number), length)
        except urllib3.exceptions.HTTPError as error:
            if wait is None:
                raise UploadRefused(0, type(error).__name__, str(error)) from error
        else:
            if response.status == 200:
                return response.headers["ETag"].strip('"')
            refusal = _refusal(response)
            if wait is None or not _passes(refusal):
                raise refusal
        time.sleep(wait)
    raise AssertionError("the last try either succeeds or raises")


def _put(url: str, path: Path, start: int, length: int) -> urllib3.BaseHTTPResponse:
    with path.open("rb") as file:
        file.seek(start)
        return POOL.request(
            "PUT",
            url,
            body=_chunks(file, length),
            headers={"Content-Length": str(length)},
            timeout=TIMEOUT,
            retries=False,  # tried again with a fresh URL and from the part's beginning
            redirect=False,
        )


def _chunks(file: IO[bytes], length: int) -> Iterator[bytes]:
    while length and (chunk := file.read(min(CHUNK, length))):
        yield chunk
        length -= len(chunk)
    if length:
        raise UploadRefused(0, "FileChanged", "the file is shorter than it was")


def _passes(refusal: UploadRefused) -> bool:
    """Whether the same request may succeed a little later."""
    return refusal.status >= 500 or refusal.code in {"RequestTimeout", "SlowDown"}


def _was_changed(path: Path, before: os.stat_result) -> bool:
    now = path.stat()
    return (now.st_size, now.st_mtime_ns) != (before.st_size, before.st_mtime_ns)
