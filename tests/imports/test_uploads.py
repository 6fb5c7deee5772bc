"""The presigned form: what it takes, in its own policy's words."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import unquote, urlsplit

import pytest
from django.utils import timezone

from imports import aws
from imports.file_names import rejects_name, to_fix_name
from imports.models import ImportJob
from imports.results import NoRejects, reject_file_url
from imports.uploads import NotUploadable, UploadForm, upload_form
from lambda_worker.contract import Status, upload_key
from tests.imports.factories import make_job

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _fresh_clients() -> Iterator[None]:
    aws.client.cache_clear()
    yield
    aws.client.cache_clear()


def conditions(form: UploadForm) -> list[Any]:
    policy = json.loads(base64.b64decode(form.fields["policy"]))
    return list(policy["conditions"])


def test_the_form_goes_to_the_bucket_s_own_host_with_sigv4() -> None:
    form = upload_form(make_job())
    assert urlsplit(form.url).hostname == "sluice-test.s3.eu-west-1.amazonaws.com"
    assert form.fields["x-amz-algorithm"] == "AWS4-HMAC-SHA256"


def test_a_local_stack_has_the_bucket_in_the_path(settings: Any) -> None:
    settings.SLUICE_AWS_ENDPOINT_URL = "http://127.0.0.1:4566"
    assert upload_form(make_job()).url == "http://127.0.0.1:4566/sluice-test"


def test_the_form_takes_the_job_s_key_size_and_type_alone() -> None:
    job = make_job(declared_size=321)
    form = upload_form(job)
    named = [c for c in conditions(form) if isinstance(c, dict)]
    assert {"key": upload_key(job.pk)} in named
    assert {"bucket": "sluice-test"} in named
    assert {"Content-Type": "application/octet-stream"} in named
    assert [c for c in conditions(form) if isinstance(c, list)] == [
        ["content-length-range", 1, 321]
    ]


def test_the_form_runs_out_after_a_quarter_of_an_hour() -> None:
    job = make_job()
    policy = json.loads(base64.b64decode(upload_form(job).fields["policy"]))
    left = datetime.fromisoformat(policy["expiration"]) - timezone.now()
    assert timedelta(minutes=14) < left <= timedelta(minutes=15)


def test_another_form_moves_the_job_s_expiry() -> None:
    job = make_job(upload_expires_at=timezone.now() - timedelta(hours=1))
    upload_form(job)
    assert ImportJob.objects.get().upload_expires_at > timezone.now()


def test_a_job_whose_file_is_there_gets_no_form() -> None:
    with pytest.raises(NotUploadable):
        upload_form(make_job(Status.QUEUED))


def test_a_reject_file_is_downloaded_by_a_short_lived_link() -> None:
    job = make_job(Status.SUCCEEDED, reject_key="results/x/1/rejects.csv")
    url = reject_file_url(job)
    assert urlsplit(url).path == "/results/x/1/rejects.csv"
    assert "X-Amz-Expires=300" in url
    assert "countries-rejects.csv" in url


def test_a_name_in_other_letters_goes_into_the_link() -> None:
    job = make_job(Status.SUCCEEDED, reject_key="results/x/1/rejects.csv", file_name="Länder.csv")
    assert "filename*=utf-8''L%C3%A4nder-rejects.csv" in unquote(reject_file_url(job))


@pytest.mark.parametrize(
    ("file", "name"),
    [
        ("airports.csv", "airports-to-fix.csv"),
        ("airports.TSV.gz", "airports-to-fix.TSV"),
        ("airports.jsonl", "airports-to-fix.jsonl"),
        ("airports", "airports-to-fix.csv"),
        ("airports.exe", "airports-to-fix.csv"),
        (".gz", "gz-to-fix.csv"),
        ("..gz", "import-to-fix.csv"),
    ],
)
def test_rejects_as_sent_keep_the_extension_of_a_table(file: str, name: str) -> None:
    assert to_fix_name(file, ".csv") == name


def test_no_rejects_no_link() -> None:
    with pytest.raises(NoRejects):
        reject_file_url(make_job())


@pytest.mark.parametrize(
    ("file", "rejects"),
    [
        ("airports.csv", "airports-rejects.csv"),
        ('a"b\r\nSet-Cookie: x.csv', "abSet-Cookie x-rejects.csv"),
        ("机场.csv", "机场-rejects.csv"),
        ("\r\n.csv", "import-rejects.csv"),
    ],
)
def test_a_reject_file_has_a_telling_and_harmless_name(file: str, rejects: str) -> None:
    assert rejects_name(file) == rejects
