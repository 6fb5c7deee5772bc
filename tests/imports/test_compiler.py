"""A target, a file and a user's choices become a plan."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path
from typing import Any, Final

import pytest
from django.contrib.auth.models import User
from django.db import connection

from imports import compiler
from imports.compiler import Asker, MappingFault, compile_plan
from imports.mapping import suggest
from imports.registry import get_target
from imports.targets import ImportTarget
from lambda_worker.files.dialect import Dialect
from lambda_worker.plan import Audience, Default, FilePlan, ImportPlan, Mode, OnReject, Review
from lambda_worker.plan import Source as DefaultSource
from webapp.airports.models import Airport, Country, Route

pytestmark = pytest.mark.django_db

GOLDEN: Final = Path(__file__).parent / "golden"

HEADERS: Final = {
    "airports.country": ("code", "name"),
    "airports.airport": (
        *("icao", "iata", "name", "city", "subd", "country", "elevation", "lat", "lon", "tz"),
    ),
    "airports.route": ("carrier", "origin", "dest"),
}


def plan_of(target: str | ImportTarget, headers: tuple[str, ...], **changes: Any) -> ImportPlan:
    found = get_target(target) if isinstance(target, str) else target
    choices: dict[str, Any] = {
        "user": User(is_superuser=True),
        "file": FilePlan(name="file.csv", dialect=Dialect(), headers=headers),
        "mapping": suggest(found, headers),
        "mode": Mode.INSERT,
        "on_reject": OnReject.SKIP,
        "review": Review.NEVER,
        "audience": Audience(
            recipient="pat@example.com", language="en", time_zone="UTC", job_url="https://x/1/"
        ),
    }
    return compile_plan(found, **{**choices, **changes})


@pytest.mark.parametrize("label", HEADERS)
def test_the_plan_is_the_golden_one(label: str, request: pytest.FixtureRequest) -> None:
    plan = plan_of(label, HEADERS[label])
    # The fingerprint changes with every migration; that it is one is asserted below.
    still = dataclasses.replace(plan, target=dataclasses.replace(plan.target, fingerprint=""))
    text = json.dumps(still.to_json(), indent=2, ensure_ascii=False) + "\n"
    golden = GOLDEN / f"{label}.json"
    if not golden.exists():
        golden.write_text(text)
    assert text == golden.read_text(), (
        f"the compiled plan differs from {golden.name}: if it should, delete that file, run this "
        "test, and look at what it wrote"
    )


@pytest.mark.parametrize("label", HEADERS)
def test_a_plan_survives_its_json(label: str) -> None:
    plan = plan_of(label, HEADERS[label])
    assert ImportPlan.from_json(json.loads(json.dumps(plan.to_json()))) == plan


def test_the_fingerprint_changes_with_the_table() -> None:
    before = plan_of("airports.country", ("code", "name")).target.fingerprint
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE airports_country ADD COLUMN extra text")
    assert plan_of("airports.country", ("code", "name")).target.fingerprint != before


def test_a_required_field_without_a_column_is_a_fault() -> None:
    with pytest.raises(MappingFault) as fault:
        plan_of("airports.country", ("code", "label"))
    assert fault.value.faults == {"name": "The field 'name' needs a column of the file."}


def test_a_field_that_no_file_may_fill_is_a_fault() -> None:
    mapping = {"code": "code", "name": "name", "id": "id"}
    with pytest.raises(MappingFault, match="A file cannot fill 'id'"):
        plan_of("airports.country", ("id", "code", "name"), mapping=mapping)


def test_a_column_that_the_file_has_not_is_a_fault() -> None:
    with pytest.raises(MappingFault, match="no column 'kode'"):
        plan_of("airports.country", ("code", "name"), mapping={"code": "kode", "name": "name"})


def test_what_is_wrong_with_a_mapping_is_said_in_the_user_s_language(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    japanese = {"The field '%(label)s' needs a column of the file.": "%(label)s に列が必要です。"}
    monkeypatch.setattr(compiler, "_", lambda text: japanese.get(text, text))
    with pytest.raises(MappingFault, match="name に列が必要です。"):
        plan_of("airports.country", ("code", "label"))


def test_an_unmapped_field_gets_its_default() -> None:
    columns = {c.field: c for c in plan_of("airports.route", HEADERS["airports.route"]).columns}
    assert columns["stops"].header is None
    assert columns["stops"].default == Default(source=DefaultSource.STATIC, value="0")


def test_an_unmapped_field_that_may_be_blank_is_written_blank() -> None:
    headers = tuple(h for h in HEADERS["airports.airport"] if h != "city")
    columns = {c.field: c for c in plan_of("airports.airport", headers).columns}
    assert columns["city"].default == Default(source=DefaultSource.STATIC, value="")


def test_an_unmapped_field_is_not_updated() -> None:
    columns = plan_of("airports.route", HEADERS["airports.route"]).columns
    assert not any(c.updatable for c in columns if c.header is None)


class InFrance(ImportTarget):
    model = Airport
    natural_key = ["icao"]
    lookups = {"country": "code"}

    def scope(self, request: Any) -> dict[str, Any]:
        return {"country": Country.objects.get(code="FR")}

    def constants(self, request: Any) -> dict[str, Any]:
        return {"timezone": "Europe/Paris"}


def test_a_scope_is_condition_and_constant_and_no_column_of_the_file() -> None:
    france = Country.objects.create(code="FR", name="France")
    plan = plan_of(
        InFrance(),
        ("icao", "name", "country", "latitude", "longitude", "elevation"),
        mapping={f: f for f in ("icao", "name", "latitude", "longitude", "elevation")},
    )
    assert [(f.column, f.value) for f in plan.scope] == [("country_id", str(france.pk))]
    assert {f.column for f in plan.constants} == {"timezone", "country_id"}
    assert not {c.column for c in plan.columns} & {"timezone", "country_id"}


def test_the_hooks_are_asked_with_the_user_where_there_is_no_request() -> None:
    seen: list[Any] = []

    class Own(ImportTarget):
        model = Country
        natural_key = ["code"]

        def constants(self, request: Any) -> dict[str, Any]:
            seen.append(request)
            return {}

    plan_of(Own(), ("code", "name"), user="pat")
    assert seen == [Asker("pat")]


def test_a_lookup_names_the_related_key_and_not_its_id() -> None:
    columns = {c.field: c for c in plan_of("airports.route", HEADERS["airports.route"]).columns}
    lookup = columns["origin"].lookup
    assert lookup is not None
    [key] = lookup.keys
    assert (lookup.table, key.column, key.label, key.header) == (
        "airports_airport",
        "iata",
        "IATA",
        "origin",
    )
    assert Route._meta.get_field("origin").column == columns["origin"].column
