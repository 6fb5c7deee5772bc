"""The upload form allows one key, one size range, one type, for a while: an S3 that enforces it."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
import urllib3

from devstack.stack import Stack
from tests.chain.support import import_file, job_row, sql

CONTENT = b"code,name\nFR,France\n"

MAKE_FORM = """
import json
from django.conf import settings
from django.contrib.auth import get_user_model
from imports import jobs, registry
from imports.mapping import suggest
from imports.uploads import upload_form
from lambda_worker.plan import FilePlan, Mode
target = registry.get_target("airports.country")
headers = ("code", "name")
file = FilePlan(name="countries.csv", encoding="utf-8", delimiter=",", headers=headers)
job = jobs.create_job(
    target, user=get_user_model().objects.get(username="admin"), file=file, size=%(size)d,
    mapping=suggest(target, headers), mode=Mode.INSERT,
)
%(before)s
form = upload_form(job)
print(json.dumps({"job": str(job.pk), "url": form.url, "fields": dict(form.fields)}))
"""


def make_form(stack: Stack, size: int = len(CONTENT), before: str = "") -> dict[str, Any]:
    """A job that waits for its upload, and the form that the browser would get."""
    code = MAKE_FORM % {"size": size, "before": before}
    done = subprocess.run(
        [sys.executable, "manage.py", "shell", "--verbosity", "0", "-c", code],
        env=dict(stack.env),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    form: dict[str, Any] = json.loads(done.stdout.strip().splitlines()[-1])
    return form


def post(form: dict[str, Any], content: bytes = CONTENT, **changes: Any) -> int:
    """Send the form as a browser does; S3's status."""
    fields = {**form["fields"], **changes, "file": ("countries.csv", content, "text/csv")}
    with urllib3.PoolManager() as pool:
        return pool.request("POST", form["url"], fields=fields, retries=False).status


def ended(stack: Stack, job: str, seconds: float = 20) -> dict[str, Any]:
    deadline = time.monotonic() + seconds
    while not (row := job_row(stack, job))["finished_at"]:
        assert time.monotonic() < deadline, row["status"]
        time.sleep(0.1)
    return row


def test_the_form_as_it_is_works(stack: Stack) -> None:
    form = make_form(stack)
    assert post(form) in (200, 201, 204)
    assert ended(stack, form["job"])["rows_inserted"] == 1


@pytest.mark.parametrize(
    "changes",
    [
        {"key": "uploads/00000000-0000-0000-0000-000000000000"},
        {"key": "results/x"},
        {"Content-Type": "text/html"},
        {"x-amz-signature": "0" * 64},
    ],
    ids=["another upload's key", "another prefix", "another type", "a forged signature"],
)
def test_a_changed_form_is_refused(stack: Stack, changes: dict[str, Any]) -> None:
    form = make_form(stack)
    assert 400 <= post(form, **changes) < 500
    assert job_row(stack, form["job"])["status"] == "awaiting_upload"


@pytest.mark.parametrize("content", [b"", CONTENT + b"DE,Germany\n" * 100_000])
def test_another_size_is_refused(stack: Stack, content: bytes) -> None:
    form = make_form(stack)
    assert 400 <= post(form, content) < 500
    assert job_row(stack, form["job"])["status"] == "awaiting_upload"


def test_an_expired_form_is_refused(stack: Stack) -> None:
    late = (
        "from datetime import timedelta; from unittest import mock; from botocore import signers\n"
        "import botocore.signers as s\n"
        "real = s.get_current_datetime\n"
        "s.get_current_datetime = lambda *a, **k: real(*a, **k) - timedelta(days=2)\n"
        "import botocore.auth as a\n"
        "real_a = a.get_current_datetime\n"
        "a.get_current_datetime = lambda *x, **k: real_a(*x, **k) - timedelta(days=2)\n"
    )
    form = make_form(stack, before=late)
    assert 400 <= post(form) < 500
    assert job_row(stack, form["job"])["status"] == "awaiting_upload"


def test_a_second_upload_by_the_same_form_has_no_effect(stack: Stack) -> None:
    form = make_form(stack)
    post(form)
    before = ended(stack, form["job"])
    assert post(form, b"code,name\nDE,Germny\n") in (200, 201, 204)
    time.sleep(2)  # the event takes milliseconds here
    assert job_row(stack, form["job"]) == before
    assert [row["code"] for row in sql(stack, "SELECT code FROM airports_country")] == ["FR"]


def test_the_event_delivered_twice_imports_once(stack: Stack, tmp_path: Path) -> None:
    file = tmp_path / "countries.csv"
    file.write_bytes(CONTENT)
    job = import_file(stack, "airports.country", file)["job"]
    thing = {"key": f"uploads/{job}", "versionId": job_row(stack, job)["object_version"]}
    record = {"eventSource": "aws:s3", "eventName": "ObjectCreated:Post", "s3": {"object": thing}}
    before, mails = job_row(stack, job), len(stack.mails())
    stack.aws.client("sqs").send_message(
        QueueUrl=stack.outputs["UploadsQueueUrl"], MessageBody=json.dumps({"Records": [record]})
    )
    time.sleep(2)
    assert (job_row(stack, job), len(stack.mails())) == (before, mails)
