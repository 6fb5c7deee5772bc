"""The bucket, as the worker uses it: one object version streamed in, reject files streamed out."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator
from contextlib import AbstractContextManager, closing, contextmanager, suppress
from dataclasses import dataclass
from typing import Any, Final, Protocol, cast

CHUNK: Final = 256 * 1024
"""Bytes a read: large enough that Python's cost a chunk vanishes, small beside the memory goal."""


class Source(Protocol):
    """A file to import. `size` is in bytes; `version` names exactly these bytes."""

    @property
    def size(self) -> int: ...
    @property
    def version(self) -> str: ...
    def chunks(self) -> Iterator[bytes]:
        """The bytes, once, from the start."""
        ...


Write = Callable[[bytes], object]
"""Takes the next bytes of an object."""


class Objects(Protocol):
    """Where uploads are read and results written."""

    def open(self, key: str, version: str) -> Source | None:
        """The object's version, or its newest where `version` is empty; None if there is none."""
        ...

    def writing(self, key: str, content_type: str) -> AbstractContextManager[Write]:
        """Store a result of any size: it is there, whole, after the block, and not at all where the
        block raises."""
        ...


RESUMES: Final = 3
"""A connection that breaks in mid-stream is made anew so often for one file: gigabytes take
minutes, and starting over costs more than going on."""


@dataclass(frozen=True, slots=True)
class _S3Source:
    client: Any
    bucket: str
    key: str
    version: str
    size: int

    def chunks(self) -> Iterator[bytes]:
        from botocore.exceptions import BotoCoreError  # pyright: ignore[reportMissingTypeStubs]

        done = breaks = 0
        while done < self.size:
            try:
                for chunk in self._from(done):
                    done += len(chunk)
                    yield chunk
                break  # at its end; that it is the whole object is verified by the reader
            except BotoCoreError:
                breaks += 1
                if breaks > RESUMES:
                    raise

    def _from(self, start: int) -> Iterator[bytes]:
        """The bytes from `start` on, of exactly this version."""
        response = self.client.get_object(
            Bucket=self.bucket, Key=self.key, VersionId=self.version, Range=f"bytes={start}-"
        )
        with closing(response["Body"]) as body:
            yield from body.iter_chunks(CHUNK)


class S3Objects:
    """The real bucket."""

    def __init__(self, bucket: str) -> None:
        # boto3 costs a quarter of a second and 49 MB; it is imported where S3 is really used.
        import boto3  # pyright: ignore[reportMissingTypeStubs]
        from botocore.config import Config  # pyright: ignore[reportMissingTypeStubs]

        self._bucket = bucket
        # Ten seconds to connect, thirty for any read: a stalled stream ends the attempt, not the
        # budget.
        config = Config(connect_timeout=10, read_timeout=30, retries={"mode": "standard"})
        client: Any = boto3  # boto3 makes its clients at run time, so there is nothing to type
        self._client: Any = client.client("s3", config=config)

    def open(self, key: str, version: str) -> Source | None:
        from botocore.exceptions import ClientError  # pyright: ignore[reportMissingTypeStubs]

        arguments = {"Bucket": self._bucket, "Key": key}
        if version:
            arguments["VersionId"] = version
        try:
            head: dict[str, Any] = self._client.head_object(**arguments)
        except ClientError as error:
            status = cast("Any", error).response["ResponseMetadata"]["HTTPStatusCode"]
            # 405 is a delete marker. 403 is a missing permission: nobody's file is to vanish by
            # that.
            if status in (404, 405):
                return None
            raise
        return _S3Source(
            self._client, self._bucket, key, head.get("VersionId", "null"), head["ContentLength"]
        )

    @contextmanager
    def writing(self, key: str, content_type: str) -> Generator[Write]:
        target = {"Bucket": self._bucket, "Key": key}
        written = _InParts(self._client, target, content_type)
        try:
            yield written.write
            written.complete()
        except BaseException:
            written.abort()
            raise


PART: Final = 8 * 1024 * 1024
"""Bytes of a part, which is held in memory: 10,000 of them (S3's limit) make 78 GB, more than any
file that is read."""


class _InParts:
    """One object, sent in parts as its bytes come; in one piece where it is small."""

    def __init__(self, client: Any, target: dict[str, str], content_type: str) -> None:
        self._client = client
        self._target = target
        self._type = content_type
        self._held = bytearray()
        self._upload: dict[str, str] = {}
        self._parts: list[dict[str, Any]] = []

    def write(self, data: bytes) -> None:
        self._held += data
        if len(self._held) >= PART:
            self._send()

    def _send(self) -> None:
        if not self._upload:
            begun = self._client.create_multipart_upload(**self._target, ContentType=self._type)
            self._upload = {**self._target, "UploadId": begun["UploadId"]}
        number = len(self._parts) + 1
        sent = self._client.upload_part(**self._upload, PartNumber=number, Body=bytes(self._held))
        self._parts.append({"PartNumber": number, "ETag": sent["ETag"]})
        self._held.clear()

    def complete(self) -> None:
        if not self._upload:
            body = bytes(self._held)
            self._client.put_object(**self._target, Body=body, ContentType=self._type)
            return
        if self._held:
            self._send()
        self._client.complete_multipart_upload(
            **self._upload, MultipartUpload={"Parts": self._parts}
        )

    def abort(self) -> None:
        """Forget the parts. Where that fails the bucket's lifecycle does it, and the first error is
        the one to be raised."""
        if self._upload:
            with suppress(Exception):
                self._client.abort_multipart_upload(**self._upload)
