"""What the browser and the web app say to each other around an upload in parts."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from botocore.exceptions import ClientError, EndpointConnectionError
from django.test import Client
from django.utils import timezone

from imports import parts
from imports.models import ImportJob
from lambda_worker.contract import Status
from tests.imports.bucket import a_bucket, put_part, uploads
from tests.imports.factories import make_job, make_user
from tests.imports.web import MAY_IMPORT, client_of, import_fields

SIZE = parts.SMALLEST + 100
"""Two parts."""


@pytest.fixture(autouse=True)
def s3(db: None, settings: Any) -> Iterator[Any]:
    settings.SLUICE_PARTS_ABOVE_BYTES = 1000
    with a_bucket() as client:
        yield client


@pytest.fixture
def user() -> Any:
    return make_user(*MAY_IMPORT)


@pytest.fixture
def client(user: Any) -> Client:
    return client_of(user)


@pytest.fixture
def job(user: Any) -> ImportJob:
    """The user's, whose upload in parts has begun."""
    made = make_job(owner=user, declared_size=SIZE)
    parts.offer(made)
    return made


def post(client: Client, job: ImportJob, what: str, **fields: Any) -> Any:
    return client.post(f"/imports/{job.pk}/{what}/", fields, secure=True)


def failing(error: Exception) -> Any:
    def fail(**_: Any) -> None:
        raise error

    return fail


def test_a_big_file_is_told_to_go_in_parts(client: Client) -> None:
    fields = import_fields(file_size=SIZE)
    upload = client.post("/imports/new/create/", fields, secure=True).json()["upload"]
    assert upload == {"way": "parts", "part_size": parts.SMALLEST, "there": {}}


def test_a_small_file_is_told_to_go_by_form(client: Client) -> None:
    fields = import_fields(file_size=1000)
    upload = client.post("/imports/new/create/", fields, secure=True).json()["upload"]
    assert upload["way"] == "form"


def test_a_job_is_created_though_the_storage_is_silent(
    client: Client, s3: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    silent = failing(EndpointConnectionError(endpoint_url="https://s3"))
    monkeypatch.setattr(s3, "create_multipart_upload", silent)
    answer = client.post("/imports/new/create/", import_fields(file_size=SIZE), secure=True)
    assert answer.status_code == 201
    assert answer.json()["upload"] is None


def test_going_on_is_told_what_is_there(client: Client, job: ImportJob, s3: Any) -> None:
    etag = put_part(s3, job, 1)
    assert post(client, job, "upload-form").json()["upload"]["there"] == {"1": etag}


def test_urls_are_given_for_the_parts_that_are_asked_for(client: Client, job: ImportJob) -> None:
    answer = post(client, job, "upload-parts", number=[1, 2]).json()
    assert answer["urls"].keys() == {"1", "2"}
    assert answer["seconds"] == 900


@pytest.mark.parametrize("number", ["0", "3", "x", ""])
def test_no_url_is_given_for_anything_else(client: Client, job: ImportJob, number: str) -> None:
    assert post(client, job, "upload-parts", number=[number]).status_code == 400


def test_asking_for_urls_keeps_the_job_from_expiring(client: Client, job: ImportJob) -> None:
    ImportJob.objects.update(upload_expires_at=timezone.now() - timedelta(hours=1))
    post(client, job, "upload-parts", number=[1])
    assert ImportJob.objects.get().upload_expires_at > timezone.now()


def test_no_urls_are_given_once_it_is_cancelled(client: Client, job: ImportJob) -> None:
    post(client, job, "cancel")
    assert post(client, job, "upload-parts", number=[1]).status_code == 409


@pytest.mark.parametrize("what", ["upload-form", "upload-parts", "uploaded"])
def test_a_stranger_finds_nothing(job: ImportJob, what: str) -> None:
    assert post(client_of(make_user(*MAY_IMPORT)), job, what, number=[1]).status_code == 404


@pytest.mark.parametrize("what", ["upload-form", "upload-parts", "uploaded"])
def test_who_may_only_look_uploads_nothing(job: ImportJob, what: str) -> None:
    looker = client_of(make_user("view_all_imports"))
    assert post(looker, job, what, number=[1]).status_code == 403


@pytest.mark.parametrize("what", ["upload-form", "upload-parts", "uploaded"])
def test_a_foreign_page_cannot_ask(job: ImportJob, user: Any, what: str) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(user)
    assert post(client, job, what).status_code == 403


def test_whole_parts_are_joined_and_the_job_is_queued(
    client: Client, job: ImportJob, s3: Any
) -> None:
    digest = parts.digest({number: put_part(s3, job, number) for number in (1, 2)})
    assert post(client, job, "uploaded", digest=digest).status_code == 204
    job.refresh_from_db()
    assert (job.status, job.upload_id, uploads(s3)) == (Status.QUEUED, "", [])


def test_what_is_missing_is_told_instead(client: Client, job: ImportJob, s3: Any) -> None:
    etag = put_part(s3, job, 1)
    answer = post(client, job, "uploaded", digest=parts.digest({1: etag}))
    assert answer.json()["upload"]["there"] == {"1": etag}
    job.refresh_from_db()
    assert job.status == Status.AWAITING_UPLOAD


def test_saying_it_twice_is_no_fault(client: Client, job: ImportJob, s3: Any) -> None:
    digest = parts.digest({number: put_part(s3, job, number) for number in (1, 2)})
    assert post(client, job, "uploaded", digest=digest).status_code == 204
    assert post(client, job, "uploaded", digest=digest).status_code == 204


def test_a_silent_storage_is_to_be_asked_again(
    client: Client, job: ImportJob, s3: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    silent = failing(EndpointConnectionError(endpoint_url="https://s3"))
    monkeypatch.setattr(s3, "get_paginator", lambda _: type("P", (), {"paginate": silent}))
    assert post(client, job, "uploaded").status_code == 503


def test_a_refusal_of_the_storage_is_told_by_its_code(
    client: Client, job: ImportJob, s3: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    said = {"Error": {"Code": "AccessDenied"}, "ResponseMetadata": {"HTTPStatusCode": 403}}
    denied = failing(ClientError(said, "ListParts"))
    monkeypatch.setattr(s3, "get_paginator", lambda _: type("P", (), {"paginate": denied}))
    answer = post(client, job, "upload-form")
    assert (answer.status_code, answer.json()) == (424, {"code": "AccessDenied"})


def test_the_start_page_knows_ones_own_unfinished_uploads(client: Client, job: ImportJob) -> None:
    other = make_job(owner=make_user(), declared_size=SIZE, file_name="other.csv")
    parts.offer(other)
    unfinished = client.get("/imports/new/", secure=True).context["unfinished"]
    assert [(upload["name"], upload["size"]) for upload in unfinished] == [("countries.csv", SIZE)]
    assert "countries" in unfinished[0]["sentence"]


def test_the_start_page_offers_no_upload_that_is_over(client: Client, job: ImportJob) -> None:
    post(client, job, "cancel")
    assert client.get("/imports/new/", secure=True).context["unfinished"] == []


def test_the_job_s_page_goes_on_with_the_upload(client: Client, job: ImportJob) -> None:
    page = client.get(f"/imports/{job.pk}/", secure=True)
    assert 'id="resume-file"' in page.content.decode()


def test_the_job_s_page_offers_that_to_nobody_else(job: ImportJob) -> None:
    page = client_of(make_user("view_all_imports")).get(f"/imports/{job.pk}/", secure=True)
    assert 'id="resume-file"' not in page.content.decode()


def test_the_job_s_page_offers_that_to_nobody_whose_right_was_withdrawn(
    user: Any, job: ImportJob
) -> None:
    user.user_permissions.clear()
    page = client_of(user).get(f"/imports/{job.pk}/", secure=True)
    assert page.status_code == 200
    assert 'id="resume-file"' not in page.content.decode()


def test_the_job_s_page_offers_that_no_longer_than_it_can_be(
    client: Client, job: ImportJob
) -> None:
    ImportJob.objects.update(status=Status.QUEUED.value)
    page = client.get(f"/imports/{job.pk}/", secure=True)
    assert 'id="resume-file"' not in page.content.decode()
