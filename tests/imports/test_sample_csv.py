"""A target's sample file really imports."""

from __future__ import annotations

import csv
import io
from typing import Any

import pytest

from imports.compiler import Asker
from imports.registry import get_target, targets
from imports.sample_csv import sample_csv
from imports.testing import run_import
from tests.imports.factories import make_user
from tests.shapes.models import Article, City, Continent, Customer, Land, Tag, Tenant
from webapp.airports.models import Airport, Country

LABELS = [target.label for target in targets()]


@pytest.fixture
def asker(transactional_db: None) -> Asker:
    """Somebody who may see and do everything."""
    return Asker(make_user(is_superuser=True, username="sampler"))


@pytest.fixture
def related(asker: Asker) -> None:
    """Rows that the targets' lookups find."""
    germany = Country.objects.create(code="DE", name="Germany")
    for icao, iata in (("EDDF", "FRA"), ("EDDM", "MUC")):
        Airport.objects.create(
            icao=icao, iata=iata, name=icao, country=germany, latitude=50, longitude=8, elevation=1
        )
    europe = Continent.objects.create(code="EU")
    france = Land.objects.create(code="FR", continent=europe)
    City.objects.create(land=france, name="Paris")
    Tag.objects.create(name="red")
    Tag.objects.create(name="blue")
    Article.objects.create(slug="a", title="An article")
    tenant, _ = Tenant.objects.get_or_create(name="sampler")
    Customer.objects.create(tenant=tenant, number="C1", name="Ada")


def rows_of(label: str, asker: Asker) -> list[dict[str, Any]]:
    text = sample_csv(get_target(label), asker).decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text, newline="")))


@pytest.mark.usefixtures("related")
@pytest.mark.parametrize("label", LABELS)
def test_every_sample_imports_without_a_reject(label: str, asker: Asker) -> None:
    result = run_import(label, sample_csv(get_target(label), asker), user=asker.user)
    assert result.rejects == []
    assert (result.job.rows_inserted, result.job.status) == (2, "succeeded")


@pytest.mark.usefixtures("related")
def test_the_first_row_has_a_value_in_every_column(asker: Asker) -> None:
    assert all(rows_of("shapes.article", asker)[0].values())


@pytest.mark.usefixtures("related")
def test_the_second_row_has_what_is_needed_alone(asker: Asker) -> None:
    row = rows_of("airports.airport", asker)[1]
    assert {name for name, value in row.items() if not value} == {"iata", "city"}


def test_what_the_site_sets_is_no_column(asker: Asker) -> None:
    assert "tenant" not in rows_of("shapes.customer", asker)[0]


def test_a_row_that_may_refer_to_another_of_the_file_does(asker: Asker) -> None:
    first, second = rows_of("shapes.category", asker)
    assert (first["parent"], second["parent"]) == ("", first["code"])
