"""What S3 refuses, and what uploads that it takes can no longer do."""

from __future__ import annotations

import time
import uuid

import pytest

from devstack.stack import Stack
from lambda_worker.contract import Command
from tests.journeys import support
from tests.journeys.support import Waiting

TARGET = "airports.country"
FRANCE = b"code,name\nFR,France\n"
JAPAN = b"code,name\nJP,Japan.\n"


def form(stack: Stack, **options: int) -> Waiting:
    return support.waiting(stack, TARGET, FRANCE, **options)


def untouched(stack: Stack, waiting: Waiting) -> bool:
    """Neither an object in the bucket nor a move of the job."""
    key = waiting.fields["key"]
    found = stack.aws.client("s3").list_object_versions(
        Bucket=stack.outputs["BucketName"], Prefix=key
    )
    job = support.job(stack, waiting.job)
    return "Versions" not in found and (job["status"], job["attempt"]) == ("awaiting_upload", 0)


def names(stack: Stack) -> set[str]:
    return {row["name"] for row in support.table(stack, "airports_country")}


def test_a_file_of_the_size_that_was_said_is_taken(stack: Stack) -> None:
    waiting = form(stack)
    assert waiting.post(FRANCE) == 204
    assert support.ended(stack, waiting.job)["status"] == "succeeded"


@pytest.mark.parametrize("key", ["uploads/{}", "results/{}", "elsewhere"])
def test_another_key_is_refused(stack: Stack, key: str) -> None:
    waiting = form(stack)
    assert waiting.post(FRANCE, key=key.format(uuid.uuid4())) == 403
    assert untouched(stack, waiting)


@pytest.mark.parametrize("content", [FRANCE + b"x", FRANCE * 1000, b""])
def test_another_size_is_refused(stack: Stack, content: bytes) -> None:
    waiting = form(stack)
    assert waiting.post(content) == 400
    assert untouched(stack, waiting)


def test_another_content_type_is_refused(stack: Stack) -> None:
    waiting = form(stack)
    assert waiting.post(FRANCE, **{"Content-Type": "text/html"}) == 403
    assert untouched(stack, waiting)


def test_a_forged_signature_is_refused(stack: Stack) -> None:
    waiting = form(stack)
    name = "x-amz-signature"
    forged = "".join(reversed(waiting.fields[name]))
    assert waiting.post(FRANCE, **{name: forged}) == 403
    assert untouched(stack, waiting)


def test_another_jobs_policy_is_refused(stack: Stack) -> None:
    """A policy is good only with the signature made for it."""
    waiting, other = form(stack), form(stack)
    assert waiting.post(FRANCE, policy=other.fields["policy"]) == 403
    assert untouched(stack, waiting)


def test_a_form_that_has_expired_is_refused(stack: Stack) -> None:
    waiting = form(stack, lifetime=1)
    time.sleep(2)  # a policy's expiry has whole seconds
    assert waiting.post(FRANCE) == 403
    assert untouched(stack, waiting)


def test_a_second_upload_after_the_end_changes_nothing(stack: Stack) -> None:
    waiting = form(stack)
    assert waiting.post(FRANCE) == 204
    before = support.ended(stack, waiting.job)
    assert waiting.post(JAPAN) == 204  # the form is still good, and S3 knows no jobs
    support.worked_off(stack)
    assert support.job(stack, waiting.job) == before
    assert names(stack) == {"France"}


def test_a_second_upload_during_the_import_changes_nothing(stack: Stack) -> None:
    waiting = form(stack)
    with support.held(stack, waiting.job, "checking"):
        assert waiting.post(FRANCE) == 204
        before = support.reached(stack, waiting.job, "checking")
        assert waiting.post(JAPAN) == 204
    assert support.ended(stack, waiting.job)["attempt"] == before["number"]
    support.worked_off(stack)
    assert names(stack) == {"France"}


def test_of_two_uploads_before_the_start_the_claimed_one_is_imported(stack: Stack) -> None:
    waiting = form(stack)
    with support.deliveries_paused(stack):
        assert waiting.post(FRANCE) == 204
        assert waiting.post(JAPAN) == 204
    job = support.ended(stack, waiting.job)
    support.worked_off(stack)
    claimed = stack.aws.client("s3").get_object(
        Bucket=stack.outputs["BucketName"],
        Key=waiting.fields["key"],
        VersionId=job["object_version"],
    )
    imported = {FRANCE: {"France"}, JAPAN: {"Japan."}}[claimed["Body"].read()]
    assert names(stack) == imported
    assert support.job(stack, waiting.job)["attempt"] == 1


def test_what_follows_a_death_imports_the_version_claimed_before(stack: Stack) -> None:
    waiting = form(stack)
    with support.held(stack, waiting.job, "checking"):
        assert waiting.post(FRANCE) == 204
        support.reached(stack, waiting.job, "checking")
        with support.deliveries_paused(stack):
            assert waiting.post(JAPAN) == 204
            attempt = support.kill(stack, waiting.job, "checking")
    support.until(lambda: support.backend_of(stack, attempt) is None, "the backend's end")
    support.send(stack, Command.WATCHDOG, waiting.job, 1)
    assert support.ended(stack, waiting.job)["status"] == "succeeded"
    assert names(stack) == {"France"}
    support.purge(stack, "UploadsQueueUrl")  # the dead worker's message is hidden for long
