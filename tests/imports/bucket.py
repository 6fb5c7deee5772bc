"""A bucket that keeps what it gets, for tests of uploads; it refuses nothing that S3 would."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from moto import mock_aws

from imports import aws, parts
from imports.models import ImportJob
from lambda_worker.contract import upload_key

NAME = "sluice-test"


@contextmanager
def a_bucket() -> Iterator[Any]:
    """The bucket of the tests' settings, and a client of it."""
    aws.client.cache_clear()
    with mock_aws():
        s3 = aws.client("s3")
        where = {"LocationConstraint": "eu-west-1"}
        s3.create_bucket(Bucket=NAME, CreateBucketConfiguration=where)
        yield s3
    aws.client.cache_clear()


def put_part(s3: Any, job: ImportJob, number: int, size: int | None = None) -> str:
    """As a browser does, with zeros in it; the ETag."""
    length = parts.Cut.of(job.declared_size).length(number) if size is None else size
    answer = s3.upload_part(
        Bucket=NAME,
        Key=upload_key(job.pk),
        UploadId=job.upload_id,
        PartNumber=number,
        Body=bytes(length),
    )
    return str(answer["ETag"]).strip('"')


def uploads(s3: Any) -> list[str]:
    """Those under way."""
    found = s3.list_multipart_uploads(Bucket=NAME).get("Uploads", ())
    return [upload["UploadId"] for upload in found]
