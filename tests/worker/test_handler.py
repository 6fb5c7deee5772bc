"""The handler: what it raises, what it puts off, and what it answers."""

from __future__ import annotations

import json
from typing import Any
from uuid import UUID, uuid4

import pytest

from lambda_worker import claim, services
from lambda_worker import handler as module
from lambda_worker.contract import Command, CommandMessage, upload_key
from lambda_worker.events import UnreadableMessage
from lambda_worker.faults import DatabaseMoved, JobNotFound
from lambda_worker.staging import TruncatedObject
from tests.worker.workbench import MemorySource, Workbench


class Context:
    """Lambda's context, as far as the worker looks at it."""

    aws_request_id = "request-7"

    def get_remaining_time_in_millis(self) -> int:
        return 900_000


@pytest.fixture
def put_off(bench: Workbench, monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The handler on the workbench's world; the seconds that messages were put off by."""
    waits: list[int] = []
    monkeypatch.setattr(services, "database_url", lambda: bench.url)
    monkeypatch.setattr(services, "aws", bench.world.services)
    monkeypatch.setattr(services, "retry_later", lambda record, seconds: waits.append(seconds))
    return waits


def from_queue(body: dict[str, Any], receives: int = 1) -> dict[str, Any]:
    """A Lambda event of one SQS record."""
    record = {
        "eventSource": "aws:sqs",
        "eventSourceARN": "arn:aws:sqs:eu-west-1:1:uploads",
        "receiptHandle": "r",
        "body": json.dumps(body),
        "attributes": {"ApproximateReceiveCount": str(receives)},
    }
    return {"Records": [record]}


def created(job: UUID) -> dict[str, Any]:
    """S3's event for a job's upload."""
    thing = {"key": upload_key(job), "versionId": "v1"}
    record = {"eventSource": "aws:s3", "eventName": "ObjectCreated:Post", "s3": {"object": thing}}
    return {"Records": [record]}


def test_an_upload_is_imported(bench: Workbench, put_off: list[int]) -> None:
    job = bench.job(bench.plan("country"), "code,name\nDE,Germany\n")
    answer = module.handler(from_queue(created(job)), Context())
    assert answer["outcomes"] == [{"job": str(job), "outcome": "succeeded"}]
    (attempt,) = bench.all("SELECT request_id FROM imports_importattempt")
    assert attempt["request_id"] == "request-7"


def test_a_bare_s3_event_is_imported_too(bench: Workbench, put_off: list[int]) -> None:
    job = bench.job(bench.plan("country"), "code,name\nDE,Germany\n")
    assert module.handler(created(job), Context())["outcomes"][0]["outcome"] == "succeeded"


def test_a_job_not_visible_yet_raises_and_is_put_off(bench: Workbench, put_off: list[int]) -> None:
    for receives in (1, 2, 3, 9):
        with pytest.raises(JobNotFound):
            module.handler(from_queue(created(uuid4()), receives), Context())
    assert put_off == [30, 60, 120, 900]


def test_a_busy_job_is_looked_at_later_by_a_message_of_its_own(
    bench: Workbench, put_off: list[int]
) -> None:
    job = bench.job(bench.plan("country"), "code,name\nDE,Germany\n")
    with bench.connections() as other:
        claim.try_lock(other.data, job)
        answer = module.handler(from_queue(created(job)), Context())
    assert answer["outcomes"] == [{"job": str(job), "outcome": "busy"}]
    assert bench.world.messages == [(CommandMessage(Command.START, job), claim.BUSY_RETRY_SECONDS)]
    assert put_off == []


def test_a_ping_touches_no_job(bench: Workbench, put_off: list[int]) -> None:
    answer = module.handler({"sluice": 1, "command": "ping"}, Context())
    assert answer["outcomes"][0]["database"] == "reachable"


def test_every_line_of_an_error_names_the_job(
    bench: Workbench, put_off: list[int], capsys: pytest.CaptureFixture[str]
) -> None:
    job = bench.job(bench.plan("country"), "code,name\nDE,Germany\n")
    bench.world.uploads[upload_key(job)] = MemorySource(b"code,name\n", length=99)
    with pytest.raises(Exception, match="10 of 99 bytes"):
        module.handler(from_queue(created(job)), Context())
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert lines
    assert {line["job"] for line in lines} == {str(job)}
    assert lines[-1]["error"] == "TruncatedObject"
    assert bench.url not in str(lines)


def test_a_version_that_is_gone_fails_in_words(bench: Workbench, put_off: list[int]) -> None:
    job = bench.job(bench.plan("country"), None)
    bench.world.uploads[upload_key(job)] = MemorySource(b"code,name\nDE,Germany\n", version="v2")
    module.handler(from_queue(created(job)), Context())
    assert bench.row(job)["failure_code"] == "file_gone"


def test_garbage_is_logged_and_raised(
    bench: Workbench, put_off: list[int], capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(UnreadableMessage):
        module.handler(from_queue({"hello": "world"}), Context())
    assert json.loads(capsys.readouterr().out)["event"] == "unreadable"


def test_the_last_delivery_fails_the_job_and_tells_the_user(
    bench: Workbench, put_off: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SLUICE_MAX_RECEIVES", "2")
    job = bench.job(bench.plan("country"), None)
    bench.world.uploads[upload_key(job)] = MemorySource(b"code,name\n", length=99)
    with pytest.raises(TruncatedObject):
        module.handler(from_queue(created(job), receives=1), Context())
    assert bench.row(job)["status"] == "staging"
    with pytest.raises(TruncatedObject):
        module.handler(from_queue(created(job), receives=2), Context())
    row = bench.row(job)
    assert (row["status"], row["failure_code"]) == ("failed", "worker_failed")
    assert row["failure_params"]["error"] == "TruncatedObject"
    assert [mail.subject for mail in bench.world.mails] == ["countrys.csv was not imported"]


def test_nothing_is_committed_in_a_database_that_the_app_has_left(
    bench: Workbench, put_off: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    urls = [bench.url]
    monkeypatch.setattr(services, "database_url", lambda: urls.pop(0) if urls else "elsewhere")
    job = bench.job(bench.plan("country"), "code,name\nDE,Germany\n")
    with pytest.raises(DatabaseMoved):
        module.handler(from_queue(created(job)), Context())
    assert bench.all("SELECT * FROM airports_country") == []
    (attempt,) = bench.all("SELECT outcome, error FROM imports_importattempt")
    assert attempt == {"outcome": "error", "error": "DatabaseMoved"}
