"""A download that breaks in the middle goes on where it broke, at exactly the same version."""

from __future__ import annotations

import io
from typing import Any

import pytest
from botocore.exceptions import ReadTimeoutError
from botocore.response import StreamingBody

from lambda_worker import objects
from lambda_worker.objects import CHUNK

CONTENT = bytes(range(256)) * 4096  # 1 MiB, no two neighbouring chunks' borders alike


class Breaking(io.RawIOBase):
    """A body whose connection breaks after some bytes."""

    def __init__(self, data: bytes, after: int) -> None:
        self.data, self.after, self.done = io.BytesIO(data), after, 0

    def read(self, amount: int = -1) -> bytes:
        if self.done >= self.after:
            raise ReadTimeoutError(endpoint_url="s3")
        chunk = self.data.read(amount)
        self.done += len(chunk)
        return chunk


class Client:
    """S3, as far as a source uses it."""

    def __init__(self, breaks: int) -> None:
        self.breaks = breaks
        self.asked: list[str] = []

    def get_object(self, **arguments: str) -> dict[str, Any]:
        assert arguments["VersionId"] == "v7"
        wanted = arguments["Range"]
        self.asked.append(wanted)
        rest = CONTENT[int(wanted.removeprefix("bytes=").removesuffix("-")) :]
        self.breaks -= 1
        raw: Any = Breaking(rest, CHUNK) if self.breaks >= 0 else io.BytesIO(rest)
        return {"Body": StreamingBody(raw, len(rest))}


def source(client: Client) -> Any:
    return objects._S3Source(client, "bucket", "key", "v7", len(CONTENT))


def test_it_goes_on_where_it_broke() -> None:
    client = Client(breaks=2)
    assert b"".join(source(client).chunks()) == CONTENT
    assert client.asked == ["bytes=0-", f"bytes={CHUNK}-", f"bytes={2 * CHUNK}-"]


def test_a_bucket_that_breaks_again_and_again_ends_the_attempt() -> None:
    client = Client(breaks=99)
    with pytest.raises(ReadTimeoutError):
        list(source(client).chunks())
    assert len(client.asked) == objects.RESUMES + 1
