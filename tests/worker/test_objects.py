"""A download that breaks in the middle goes on where it broke, at exactly the same version; a
result is stored whole, in parts where it is large, or not at all."""

from __future__ import annotations

import io
from contextlib import suppress
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


class Bucket:
    """S3, as far as results are written."""

    def __init__(self) -> None:
        self.stored: dict[str, bytes] = {}
        self.parts: list[bytes] = []
        self.is_open = False

    def put_object(self, **given: Any) -> None:
        self.stored[given["Key"]] = given["Body"]

    def create_multipart_upload(self, **given: Any) -> dict[str, str]:
        assert given["ContentType"] == "text/csv"
        self.is_open = True
        return {"UploadId": "u"}

    def upload_part(self, **given: Any) -> dict[str, str]:
        assert (given["PartNumber"], given["UploadId"]) == (len(self.parts) + 1, "u")
        self.parts.append(given["Body"])
        return {"ETag": f"etag {len(self.parts)}"}

    def complete_multipart_upload(self, **given: Any) -> None:
        told = given["MultipartUpload"]["Parts"]
        assert told == [{"PartNumber": n, "ETag": f"etag {n}"} for n in range(1, len(told) + 1)]
        self.stored[given["Key"]] = b"".join(self.parts)
        self.is_open = False

    def abort_multipart_upload(self, **_given: Any) -> None:
        self.is_open = False
        raise ConnectionError


def results(bucket: Bucket) -> objects.S3Objects:
    """With another client than boto3's."""
    found = object.__new__(objects.S3Objects)
    found._bucket, found._client = "bucket", bucket
    return found


def test_a_small_result_is_stored_in_one_piece() -> None:
    bucket = Bucket()
    with results(bucket).writing("key", "text/csv") as write:
        write(b"a")
        write(b"b")
    assert (bucket.stored, bucket.parts) == ({"key": b"ab"}, [])


def test_a_large_result_is_stored_in_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(objects, "PART", 4)
    bucket = Bucket()
    with results(bucket).writing("key", "text/csv") as write:
        for piece in (b"abc", b"def", b"gh"):
            write(piece)
    assert (bucket.stored, bucket.parts) == ({"key": b"abcdefgh"}, [b"abcdef", b"gh"])


def test_of_a_result_that_is_not_finished_nothing_is_left(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(objects, "PART", 4)
    bucket = Bucket()
    with suppress(KeyError), results(bucket).writing("key", "text/csv") as write:
        write(b"abcdef")
        raise KeyError
    assert (bucket.stored, bucket.is_open) == ({}, False)
