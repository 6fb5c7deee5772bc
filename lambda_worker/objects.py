"""The bucket, as the worker uses it: one object version streamed in, one reject file put."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from typing import IO, Any, Final, Protocol, cast

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


class Objects(Protocol):
    """Where uploads are read and results put."""

    def open(self, key: str, version: str) -> Source | None:
        """The object's version, or its newest where `version` is empty; None if there is none."""
        ...

    def put(self, key: str, body: IO[bytes], content_type: str) -> None:
        """Store a result."""
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

    def put(self, key: str, body: IO[bytes], content_type: str) -> None:
        from boto3.s3.transfer import TransferConfig  # pyright: ignore[reportMissingTypeStubs]

        # One part of 8 MB at a time: boto3's ten threads would hold a hundred megabytes.
        self._client.upload_fileobj(
            body,
            self._bucket,
            key,
            ExtraArgs={"ContentType": content_type},
            Config=TransferConfig(use_threads=False),
        )
