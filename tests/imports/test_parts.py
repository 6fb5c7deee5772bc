"""Uploads in parts: how a file is cut, begun, gone on with, joined and given up."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from botocore.exceptions import ClientError, EndpointConnectionError
from django.test import TestCase
from hypothesis import given
from hypothesis import strategies as st

from imports import jobs, parts, sweeping
from imports.models import ImportJob
from imports.parts import MIB, Cut, Incomplete
from imports.uploads import MOST_IN_A_POST, NotUploadable, goes_in_parts
from lambda_worker.contract import Status, upload_key
from tests.imports.bucket import NAME, a_bucket, put_part, uploads
from tests.imports.factories import make_job, make_user

TERABYTE = 10**12
SIZE = parts.SMALLEST + 100
"""Two parts, the second a short one."""


@pytest.fixture
def s3(db: None) -> Iterator[Any]:
    with a_bucket() as client:
        yield client


@pytest.fixture
def job(s3: Any) -> ImportJob:
    """A job whose upload in parts has begun."""
    made = make_job(declared_size=SIZE)
    parts.offer(made)
    return made


def send_all(s3: Any, job: ImportJob) -> str:
    """The digest of what was sent."""
    return parts.digest({number: put_part(s3, job, number) for number in (1, 2)})


@given(st.integers(1, 5 * TERABYTE))
def test_parts_cover_the_file_and_are_no_more_than_s3_takes(size: int) -> None:
    cut = Cut.of(size)
    assert cut.count <= parts.MOST
    assert cut.start(cut.count) + cut.length(cut.count) == size
    assert cut.length(1) == min(size, cut.part_size)


@pytest.mark.parametrize(
    ("size", "part"),
    [(1, 8 * MIB), (10**9, 8 * MIB), (30 * 10**9, 29 * MIB), (TERABYTE // 10, 64 * MIB)],
)
def test_parts_grow_with_the_file_but_stay_comfortable(size: int, part: int) -> None:
    assert Cut.of(size).part_size == part


@pytest.mark.parametrize("number", [-1, 0, 3])
def test_there_are_no_other_parts(number: int) -> None:
    with pytest.raises(ValueError, match="of 2"):
        Cut.of(SIZE).length(number)


def test_big_files_go_in_parts(settings: Any) -> None:
    settings.SLUICE_PARTS_ABOVE_BYTES = 1000
    assert goes_in_parts(ImportJob(declared_size=1001))
    assert not goes_in_parts(ImportJob(declared_size=1000))


def test_what_no_post_can_carry_goes_in_parts_whatever_is_set(settings: Any) -> None:
    settings.SLUICE_PARTS_ABOVE_BYTES = TERABYTE
    assert goes_in_parts(ImportJob(declared_size=MOST_IN_A_POST + 1))


def test_an_upload_is_begun_once(s3: Any, job: ImportJob) -> None:
    assert parts.offer(ImportJob.objects.get()).there == {}
    assert uploads(s3) == [job.upload_id]


def test_of_two_pages_that_begin_at_once_both_get_the_same_upload(s3: Any) -> None:
    one = make_job(declared_size=SIZE)
    other = ImportJob.objects.get()
    parts.offer(one)
    parts.offer(other)
    assert uploads(s3) == [one.upload_id] == [other.upload_id]


def test_going_on_tells_what_is_there(s3: Any, job: ImportJob) -> None:
    etag = put_part(s3, job, 2)
    assert parts.offer(job).there == {2: etag}


def test_a_part_of_another_size_is_not_there(s3: Any, job: ImportJob) -> None:
    put_part(s3, job, 2, size=99)
    assert parts.offer(job).there == {}


def test_an_upload_that_is_gone_begins_anew(s3: Any, job: ImportJob) -> None:
    gone = job.upload_id
    s3.abort_multipart_upload(Bucket=NAME, Key=upload_key(job.pk), UploadId=gone)
    assert parts.offer(job).there == {}
    assert uploads(s3) == [job.upload_id] != [gone]


def test_a_job_that_awaits_no_file_has_nothing_to_go_on_with(job: ImportJob) -> None:
    jobs.mark_uploaded(job)
    with pytest.raises(NotUploadable):
        parts.offer(job)


def test_a_part_s_url_is_for_its_number_and_its_bytes(job: ImportJob) -> None:
    url = parts.urls(job, [2])[2]
    assert "partNumber=2" in url
    assert "X-Amz-SignedHeaders=content-length%3Bhost" in url
    assert "X-Amz-Expires=900" in url


def test_there_are_no_urls_once_the_file_is_there(job: ImportJob) -> None:
    jobs.mark_uploaded(job)
    with pytest.raises(NotUploadable):
        parts.urls(job, [1])


def test_there_are_no_urls_before_the_upload_has_begun(db: None) -> None:
    with pytest.raises(NotUploadable):
        parts.urls(make_job(declared_size=SIZE), [1])


def test_all_parts_make_the_object(s3: Any, job: ImportJob) -> None:
    parts.join(job, send_all(s3, job))
    assert s3.head_object(Bucket=NAME, Key=upload_key(job.pk))["ContentLength"] == SIZE
    assert uploads(s3) == []


def test_a_missing_part_is_no_file(s3: Any, job: ImportJob) -> None:
    digest = parts.digest({1: put_part(s3, job, 1)})
    with pytest.raises(Incomplete):
        parts.join(job, digest)
    assert uploads(s3) == [job.upload_id]


def test_parts_that_another_page_has_sent_since_are_not_joined(s3: Any, job: ImportJob) -> None:
    send_all(s3, job)
    with pytest.raises(Incomplete):
        parts.join(job, parts.digest({1: "0" * 32, 2: "0" * 32}))


def test_joining_again_after_a_lost_answer_is_no_fault(s3: Any, job: ImportJob) -> None:
    digest = send_all(s3, job)
    parts.join(job, digest)
    parts.join(job, digest)


def failing_to_join(s3: Any, code: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """As if something came between the list of the parts and their joining."""

    def fail(**_: Any) -> None:
        raise ClientError({"Error": {"Code": code}}, "CompleteMultipartUpload")

    monkeypatch.setattr(s3, "complete_multipart_upload", fail)


def test_two_pages_that_join_at_once_are_no_fault(
    s3: Any, job: ImportJob, monkeypatch: pytest.MonkeyPatch
) -> None:
    failing_to_join(s3, "NoSuchUpload", monkeypatch)
    parts.join(job, send_all(s3, job))


def test_a_part_that_is_sent_anew_while_they_are_joined_is_not_joined(
    s3: Any, job: ImportJob, monkeypatch: pytest.MonkeyPatch
) -> None:
    failing_to_join(s3, "InvalidPart", monkeypatch)
    with pytest.raises(Incomplete):
        parts.join(job, send_all(s3, job))


def test_any_other_refusal_to_join_is_told(
    s3: Any, job: ImportJob, monkeypatch: pytest.MonkeyPatch
) -> None:
    failing_to_join(s3, "AccessDenied", monkeypatch)
    with pytest.raises(ClientError):
        parts.join(job, send_all(s3, job))


def test_cancelling_throws_the_parts_away(s3: Any, job: ImportJob) -> None:
    put_part(s3, job, 1)
    user = make_user("change_importjob")
    with TestCase.captureOnCommitCallbacks(execute=True):
        assert jobs.cancel(job, user)
    assert uploads(s3) == []
    assert ImportJob.objects.get().upload_id == ""


def test_the_sweep_throws_away_what_expired(s3: Any, job: ImportJob) -> None:
    ImportJob.objects.update(status=Status.EXPIRED.value)
    assert sweeping.sweep().uploads == 1
    assert uploads(s3) == []
    assert sweeping.sweep().uploads == 0


def test_what_the_bucket_threw_away_itself_is_no_fault(s3: Any, job: ImportJob) -> None:
    s3.abort_multipart_upload(Bucket=NAME, Key=upload_key(job.pk), UploadId=job.upload_id)
    assert parts.give_up(job)


def test_a_silent_storage_is_asked_again_by_the_next_sweep(
    s3: Any, job: ImportJob, monkeypatch: pytest.MonkeyPatch
) -> None:
    def silent(**_: Any) -> None:
        raise EndpointConnectionError(endpoint_url="https://s3")

    monkeypatch.setattr(s3, "abort_multipart_upload", silent)
    assert not parts.give_up(job)
    assert ImportJob.objects.get().upload_id
