"""Uploads in parts at a storage that enforces its permissions."""

from __future__ import annotations

import re
import time
from pathlib import Path
from typing import Any

import pytest
import urllib3

from devstack.stack import Stack
from devstack.web import PARTS_ABOVE_BYTES
from lambda_worker.contract import upload_key
from tests.generated import write_airports_of
from tests.journeys import support

SIZE = 8 * 2**20 + 100
"""Two parts, the second a short one."""


def begun(stack: Stack, **options: Any) -> dict[str, Any]:
    """A job whose upload in parts has begun, with the URLs of its two parts."""
    found: dict[str, Any] = support.inside(stack, "begin_parts", size=SIZE, **options)
    return found


def put(url: str, size: int) -> int:
    return urllib3.request("PUT", url, body=bytes(size), retries=False).status


def test_import_file_sends_a_big_file_in_parts(
    stack: Stack, countries: int, tmp_path: Path
) -> None:
    file = tmp_path / "airports.csv"
    airports = write_airports_of(file, PARTS_ABOVE_BYTES + 1_000_000)
    found = support.import_file(stack, "airports.airport", file)
    assert (found["status"], found["rows_inserted"]) == ("succeeded", airports)
    key = upload_key(found["job"])
    (version,) = stack.aws.client("s3").list_object_versions(
        Bucket=stack.outputs["BucketName"], Prefix=key
    )["Versions"]
    assert version["ETag"].endswith('-3"')


def test_a_part_of_the_size_that_was_signed_is_taken(stack: Stack) -> None:
    assert put(begun(stack)["urls"]["2"], 100) == 200


@pytest.mark.parametrize("size", [99, 101])
def test_a_part_of_another_size_is_refused(stack: Stack, size: int) -> None:
    assert put(begun(stack)["urls"]["2"], size) == 403


@pytest.mark.parametrize(
    ("signed", "asked"),
    [("partNumber=2", "partNumber=3"), ("/uploads/", "/results/"), (r"uploadId=", "uploadId=x")],
)
def test_another_part_key_or_upload_is_refused(stack: Stack, signed: str, asked: str) -> None:
    url = re.sub(signed, asked, begun(stack)["urls"]["2"])
    assert put(url, 100) == 403


def test_a_url_that_has_expired_is_refused(stack: Stack) -> None:
    url = begun(stack, lifetime=1)["urls"]["2"]
    time.sleep(2)  # its expiry has whole seconds
    assert put(url, 100) == 403


def test_nothing_is_taken_after_the_job_was_cancelled(stack: Stack) -> None:
    job = begun(stack)
    support.inside(stack, "cancel", job=job["job"])
    assert put(job["urls"]["2"], 100) == 404
    assert support.job(stack, job["job"])["upload_id"] == ""
