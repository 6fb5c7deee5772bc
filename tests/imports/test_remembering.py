"""What was chosen for a file is proposed for the next one with the same header."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.test import Client

from imports.jobs import create_job
from imports.models import ImportJob, RememberedMapping
from imports.registry import get_target
from imports.remembering import Chosen, chosen_in, header_hash, recalled, remember
from lambda_worker.files.dialect import Dialect
from lambda_worker.plan import FilePlan, Mode, OnReject, Review
from tests.imports.factories import make_job, make_user
from tests.imports.web import MAY_IMPORT, client_of, import_fields, preview_fields

pytestmark = pytest.mark.django_db

HEADERS = ["code", "name"]
ASKED = {
    "mapping": {"code": "name", "name": "code"},
    "mode": Mode.INSERT_NEW,
    "on_reject": OnReject.ABORT,
    "review": Review.ALWAYS,
}


@pytest.fixture
def user() -> Any:
    """Who may import countries."""
    return make_user(*MAY_IMPORT)


def recall(user: Any, headers: list[str] = HEADERS, label: str = "airports.country") -> Chosen:
    found = recalled(user, get_target(label), headers)
    assert found is not None
    return found


def preview(client: Client, **other: Any) -> str:
    sample = other.pop("sample", b"code,name\nFR,France\n")
    fields = preview_fields(sample, **other)
    return client.post("/imports/new/preview/", fields, secure=True).content.decode()


def test_mapping_and_policies_come_back(user: Any) -> None:
    remember(user, get_target("airports.country"), HEADERS, ASKED)
    found = recall(user)
    assert found.mapping == ASKED["mapping"]
    assert found.policies == {"mode": "insert_new", "on_reject": "abort", "review": "always"}


@pytest.mark.parametrize("headers", [["name", "code"], ["code"], ["code", "name", "note"]])
def test_another_header_recalls_nothing(user: Any, headers: list[str]) -> None:
    remember(user, get_target("airports.country"), HEADERS, ASKED)
    assert recalled(user, get_target("airports.country"), headers) is None


def test_what_others_chose_is_not_recalled(user: Any) -> None:
    remember(user, get_target("airports.country"), HEADERS, ASKED)
    assert recalled(make_user(*MAY_IMPORT), get_target("airports.country"), HEADERS) is None


def test_another_target_recalls_nothing(user: Any) -> None:
    remember(user, get_target("airports.country"), HEADERS, ASKED)
    assert recalled(user, get_target("airports.airport"), HEADERS) is None


def test_the_last_choice_counts(user: Any) -> None:
    target = get_target("airports.country")
    remember(user, target, HEADERS, ASKED)
    remember(user, target, HEADERS, {**ASKED, "mode": Mode.UPSERT})
    assert recall(user).policies["mode"] == "upsert"
    assert RememberedMapping.objects.count() == 1


def test_a_reject_file_has_the_header_that_it_was_made_from() -> None:
    rejects = ["sluice_line", "sluice_column", "sluice_value", "sluice_reason", "'=x", "name"]
    assert header_hash(rejects) == header_hash(["=x", "name"])


def test_an_import_remembers_what_was_chosen(user: Any) -> None:
    client_of(user).post("/imports/new/create/", import_fields(), secure=True)
    found = recall(user, ["code", "name", "note"])
    assert found.mapping == {"code": "code", "name": "name"}
    assert found.policies["mode"] == "upsert"


def test_a_refused_import_remembers_nothing(user: Any) -> None:
    fields = import_fields(**{"map-1": ""})
    client_of(user).post("/imports/new/create/", fields, secure=True)
    assert not RememberedMapping.objects.exists()


def test_the_preview_proposes_what_was_chosen(user: Any) -> None:
    remember(user, get_target("airports.country"), HEADERS, ASKED)
    page = preview(client_of(user))
    assert 'name="map-0" data-header="0" data-field="name"' in page
    assert 'value="insert_new" checked' in page
    assert "when a file had the same columns" in page


def test_the_preview_suggests_anew_when_it_is_asked_to(user: Any) -> None:
    remember(user, get_target("airports.country"), HEADERS, ASKED)
    page = preview(client_of(user), anew="on")
    assert 'name="map-0" data-header="0" data-field="code"' in page


def test_only_the_mapping_is_suggested_anew(user: Any) -> None:
    remember(user, get_target("airports.country"), HEADERS, ASKED)
    page = preview(client_of(user), anew="on")
    for value in ("insert_new", "abort", "always"):
        assert f'value="{value}" checked' in page


@pytest.mark.parametrize("anew", ["", "on"])
def test_where_the_choices_for_the_rows_come_from_is_said_beside_them(user: Any, anew: str) -> None:
    remember(user, get_target("airports.country"), HEADERS, ASKED)
    _mapping, rows = preview(client_of(user), anew=anew).split('id="rules-title"')
    assert "when a file had the same columns" in rows


def test_a_mode_that_the_user_lost_is_not_proposed() -> None:
    user = make_user("add_country")
    remember(user, get_target("airports.country"), HEADERS, {**ASKED, "mode": Mode.UPSERT})
    assert 'value="insert" checked' in preview(client_of(user))


def test_a_field_that_is_no_more_is_not_proposed(user: Any) -> None:
    asked = {**ASKED, "mapping": {"gone": "name", "code": "code"}}
    remember(user, get_target("airports.country"), HEADERS, asked)
    page = preview(client_of(user))
    assert 'data-header="0" data-field="code"' in page
    assert 'data-header="1" data-field=""' in page


# -- In the import that is fixed -------------------------------------------------------------------


@pytest.fixture
def job(user: Any) -> ImportJob:
    """Of countries, with columns that are called otherwise."""
    fields = import_fields(headers='["a", "b"]', **{"map-0": "name", "map-1": "code"})
    client_of(user).post("/imports/new/create/", fields, secure=True)
    RememberedMapping.objects.all().delete()
    return ImportJob.objects.get()


FIXED = b"sluice_line,sluice_column,sluice_value,sluice_reason,a,b\n2,b,x,wrong,France,FR\n"


def test_a_job_s_choices_are_read_from_its_plan(job: ImportJob) -> None:
    found = chosen_in(job, get_target("airports.country"))
    assert found is not None
    assert found.mapping == {"name": "a", "code": "b"}
    assert found.policies == {"mode": "upsert", "on_reject": "abort", "review": "never"}


def test_a_plan_that_cannot_be_read_any_more_proposes_nothing() -> None:
    assert chosen_in(make_job(), get_target("airports.country")) is None


def test_a_relation_that_is_no_more_is_left_out_of_a_plan() -> None:
    admin = make_user(is_superuser=True)
    target = get_target("shapes.station")
    headers = ("c", "n", "land")
    mapping = dict(zip(("code", "city__name", "city__land__code"), headers, strict=True))
    file = FilePlan(name="f", dialect=Dialect(), headers=headers)
    job = create_job(target, user=admin, file=file, size=1, mapping=mapping, mode=Mode.INSERT)
    job.plan = json.loads(json.dumps(job.plan).replace('"field": "city"', '"field": "gone"'))
    found = chosen_in(job, target)
    assert found is not None
    assert found.mapping == {"code": "c"}


def test_lookups_by_several_columns_are_read_from_a_plan(user: Any) -> None:
    """Held together by the compiler: what goes in comes out."""
    admin = make_user(is_superuser=True)
    headers = '["c", "n", "k", "land"]'
    fields = import_fields(target="shapes.station", headers=headers)
    named = {"map-0": "code", "map-1": "city__name", "map-3": "city__land__code", "map-2": ""}
    answer = client_of(admin).post("/imports/new/create/", {**fields, **named}, secure=True)
    assert answer.status_code == 201
    found = chosen_in(ImportJob.objects.get(), get_target("shapes.station"))
    assert found is not None
    assert found.mapping == {"code": "c", "city__name": "n", "city__land__code": "land"}


def test_a_fixed_file_is_proposed_what_was_chosen_in_its_import(user: Any, job: ImportJob) -> None:
    page = preview(client_of(user), sample=FIXED, fixes=str(job.pk))
    assert 'data-header="4" data-field="name"' in page
    assert 'data-header="5" data-field="code"' in page
    assert "As in the import that this file corrects" in page
    assert 'value="upsert" checked' in page


def test_a_fixed_file_s_import_knows_what_it_fixes(user: Any, job: ImportJob) -> None:
    fields = import_fields(fixes=str(job.pk))
    assert client_of(user).post("/imports/new/create/", fields, secure=True).status_code == 201
    assert ImportJob.objects.exclude(pk=job.pk).get().fixes_id == job.pk


def test_the_start_page_of_a_fixed_file_offers_its_target_alone(user: Any, job: ImportJob) -> None:
    response = client_of(user).get(f"/imports/new/?fixes={job.pk}", secure=True)
    page = response.content.decode()
    assert page.count("<option value=") == 1
    assert f'name="fixes" value="{job.pk}"' in page
    assert "are put right" in page


@pytest.mark.parametrize("way", ["page", "preview", "create"])
def test_a_stranger_cannot_fix_it(job: ImportJob, way: str) -> None:
    assert fix(client_of(make_user(*MAY_IMPORT)), way, str(job.pk)) == 404


@pytest.mark.parametrize("way", ["page", "preview", "create"])
def test_who_sees_it_but_may_not_import_there_cannot_fix_it(job: ImportJob, way: str) -> None:
    client = client_of(make_user("view_all_imports", "add_airport"))
    assert fix(client, way, str(job.pk)) == 403


@pytest.mark.parametrize("way", ["preview", "create"])
def test_a_file_for_another_target_fixes_nothing(job: ImportJob, way: str) -> None:
    client = client_of(make_user(is_superuser=True))
    assert fix(client, way, str(job.pk), target="airports.airport") == 404


def test_an_address_that_is_no_job_s_is_not_found(user: Any) -> None:
    assert fix(client_of(user), "page", "nonsense") == 404


def fix(client: Client, way: str, pk: str, **other: Any) -> int:
    if way == "page":
        return client.get(f"/imports/new/?fixes={pk}", secure=True).status_code
    fields = preview_fields if way == "preview" else import_fields
    url = f"/imports/new/{way}/"
    return client.post(url, fields(fixes=pk, **other), secure=True).status_code
