"""Starting an import: who may, what the preview shows, and what is refused."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.test import Client, override_settings

from imports.models import ImportJob
from lambda_worker.files.preview import SAMPLE_BYTES
from lambda_worker.plan import ImportPlan, Mode, OnReject
from tests.imports.factories import make_job, make_user
from tests.imports.web import MAY_IMPORT, client_of, import_fields, preview_fields

pytestmark = pytest.mark.django_db


@pytest.fixture
def client() -> Client:
    """Somebody who may import countries."""
    return client_of(make_user(*MAY_IMPORT))


def preview(client: Client, sample: bytes = b"code,name\nFR,France\n", **other: Any) -> str:
    response = client.post("/imports/new/preview/", preview_fields(sample, **other), secure=True)
    assert response.status_code == 200
    return response.content.decode()


def create(client: Client, **other: Any) -> Any:
    return client.post("/imports/new/create/", import_fields(**other), secure=True)


def test_start_asks_for_a_login() -> None:
    response = Client().get("/imports/new/", secure=True)
    assert response.status_code == 302
    assert response["Location"].endswith("?next=/imports/new/")


def test_start_is_forbidden_to_those_who_may_import_nothing() -> None:
    assert client_of(make_user()).get("/imports/new/", secure=True).status_code == 403


def test_start_is_forbidden_to_those_who_may_only_look() -> None:
    client = client_of(make_user("view_country"))
    assert client.get("/imports/new/", secure=True).status_code == 403


def test_start_offers_only_what_the_user_may_import_into(client: Client) -> None:
    page = client.get("/imports/new/", secure=True).content.decode()
    assert "airports.country" in page
    assert "airports.route" not in page


def test_start_for_another_target_is_forbidden(client: Client) -> None:
    assert client.get("/imports/new/?target=airports.route", secure=True).status_code == 403


def test_start_for_no_target_is_not_found(client: Client) -> None:
    assert client.get("/imports/new/?target=auth.user", secure=True).status_code == 404


def test_preview_suggests_the_mapping(client: Client) -> None:
    page = preview(client, b"Name,alpha-2,note\nFrance,FR,x\n")
    assert 'data-header="0" data-field="name"' in page
    assert 'data-header="1" data-field="code"' in page
    assert 'data-header="2" data-field=""' in page


def test_preview_has_the_words_for_required_fields_that_nothing_feeds(client: Client) -> None:
    page = preview(client, b"code\nFR\n")
    assert '<li data-required-field="name" hidden>Name</li>' in page


def test_preview_shows_the_first_rows_escaped(client: Client) -> None:
    page = preview(client, b"code,name\nFR,<script>\n")
    assert "&lt;script&gt;" in page
    assert "<script>" not in page


def test_preview_warns_of_a_file_without_rows(client: Client) -> None:
    assert "The file has no rows" in preview(client, b"code,name\n")
    assert "The file has no rows" not in preview(client, b"code,name\nFR,France\n")
    assert "The file has no rows" not in preview(client, b"code,name\n", file_size=10**9)


def test_preview_of_no_csv_says_so_in_words(client: Client) -> None:
    assert "no table in text form" in preview(client, b"PK\x03\x04...")


def test_preview_refuses_a_file_above_the_limit(client: Client) -> None:
    with override_settings(SLUICE_MAX_UPLOAD_BYTES=1000):
        assert "at most" in preview(client, file_size=1001)


def test_preview_takes_a_sample_as_long_as_browsers_send(client: Client) -> None:
    line = b"FR,France\n"
    sample = (b"code,name\n" + line * SAMPLE_BYTES)[:SAMPLE_BYTES]
    assert "data-confirm" in preview(client, sample, file_size=SAMPLE_BYTES * 10)


def test_preview_refuses_more_than_a_sample(client: Client) -> None:
    fields = preview_fields(b"x" * (SAMPLE_BYTES * 2))
    assert client.post("/imports/new/preview/", fields, secure=True).status_code == 413


def test_preview_refuses_a_long_body_before_anybody_has_read_it() -> None:
    # Not signed in and without a token: either check would answer otherwise, after reading.
    client = Client(enforce_csrf_checks=True)
    fields = preview_fields(b"x" * (SAMPLE_BYTES * 2))
    assert client.post("/imports/new/preview/", fields, secure=True).status_code == 413


def test_preview_wants_the_csrf_token() -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(make_user(*MAY_IMPORT))
    assert client.post("/imports/new/preview/", preview_fields(), secure=True).status_code == 403


def test_preview_for_another_target_is_forbidden(client: Client) -> None:
    fields = preview_fields(target="airports.airport")
    assert client.post("/imports/new/preview/", fields, secure=True).status_code == 403


def test_create_answers_with_the_form_for_the_storage(client: Client) -> None:
    response = create(client)
    answer = response.json()
    assert response.status_code == 201
    job = ImportJob.objects.get()
    assert answer["upload"]["fields"]["key"] == f"uploads/{job.pk}"
    assert answer["status_url"] == f"/imports/{job.pk}/"


def test_create_stores_what_was_decided(client: Client) -> None:
    create(client)
    plan = ImportPlan.from_json(ImportJob.objects.get().plan)
    assert (plan.mode, plan.on_reject) == (Mode.UPSERT, OnReject.ABORT)
    assert {c.field: c.header for c in plan.columns} == {"code": "code", "name": "name"}


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"map-1": ""}, "name"),
        ({"map-1": "id"}, "id"),
        ({"map-1": "code"}, "same field"),
        ({"mode": "replace"}, "replace"),
        ({"headers": "7"}, "header"),
        ({"dialect": "[1]"}, "cannot be read so"),
        ({"dialect": json.dumps({"delimiter": "ab"})}, "“Between values” must be"),
        ({"headers": json.dumps(["code", "code", "name"])}, "header"),
        ({"headers": json.dumps(["code", "name", "a\0"])}, "no database takes"),
        ({"headers": json.dumps(["code", "name", "\ud800"])}, "no database takes"),
        ({"dialect": json.dumps({"nulls": ["\0"]})}, "no database takes"),
        ({"file_size": 0}, "empty"),
        ({"file_size": 2**60}, "at most"),
    ],
)
def test_create_refuses(client: Client, wrong: dict[str, Any], words: str) -> None:
    response = create(client, **wrong)
    assert response.status_code == 400
    assert words in " ".join(response.json()["errors"])
    assert not ImportJob.objects.exists()


def test_create_refuses_an_upsert_to_those_who_may_only_add() -> None:
    response = create(client_of(make_user("add_country")))
    assert response.status_code == 400
    assert not ImportJob.objects.exists()


def test_create_for_another_target_is_forbidden(client: Client) -> None:
    assert create(client, target="airports.airport").status_code == 403


def test_create_wants_the_csrf_token() -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(make_user(*MAY_IMPORT))
    assert create(client).status_code == 403


def test_uploaded_queues_the_job() -> None:
    user = make_user(*MAY_IMPORT)
    job = make_job(owner=user)
    client_of(user).post(f"/imports/{job.pk}/uploaded/", secure=True)
    job.refresh_from_db()
    assert job.status == "queued"


def test_a_form_is_renewed_while_the_file_is_awaited() -> None:
    user = make_user(*MAY_IMPORT)
    job = make_job(owner=user)
    response = client_of(user).post(f"/imports/{job.pk}/upload-form/", secure=True)
    assert response.json()["upload"]["fields"]["key"] == f"uploads/{job.pk}"


def test_no_form_is_renewed_once_the_file_is_there() -> None:
    user = make_user(*MAY_IMPORT)
    client = client_of(user)
    job = make_job(owner=user)
    client.post(f"/imports/{job.pk}/uploaded/", secure=True)
    assert client.post(f"/imports/{job.pk}/upload-form/", secure=True).status_code == 409
