"""The list of targets, the page of a target's rules, and its sample."""

from __future__ import annotations

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from imports.compiler import Asker
from imports.registry import get_target
from imports.sample_csv import sample_csv
from tests.imports.factories import make_user
from tests.imports.web import MAY_IMPORT, client_of
from tests.shapes.models import Customer, Tag, Tenant
from webapp.airports.models import Airport, Country

pytestmark = pytest.mark.django_db


@pytest.fixture
def client() -> Client:
    """Somebody who may import countries, and is no staff."""
    return client_of(make_user(*MAY_IMPORT))


@pytest.fixture
def everything() -> Client:
    """Somebody who may import all there is."""
    return client_of(make_user(is_superuser=True))


def get(client: Client, path: str) -> str:
    response = client.get(f"/imports/targets/{path}", secure=True)
    assert response.status_code == 200
    return response.content.decode()


def test_the_list_has_what_the_user_may_import(client: Client) -> None:
    text = get(client, "")
    assert "/imports/targets/airports.country/" in text
    assert "airports.airport" not in text


def test_the_list_says_what_a_file_needs_at_least(client: Client) -> None:
    assert "<code>code</code>, <code>name</code>." in get(client, "")


def test_every_target_has_its_page(everything: Client) -> None:
    for label in ("airports.route", "shapes.article", "shapes.customer", "shapes.station"):
        assert "/sample.csv" in get(everything, f"{label}/")


def test_a_page_leads_to_the_sample_and_to_the_start(client: Client) -> None:
    text = get(client, "airports.country/")
    assert 'href="/imports/targets/airports.country/sample.csv"' in text
    assert 'href="/imports/new/?target=airports.country"' in text


def test_the_start_page_leads_to_the_rules_and_the_sample(client: Client) -> None:
    text = client.get("/imports/new/", secure=True).content.decode()
    assert 'href="/imports/targets/airports.country/"' in text
    assert 'href="/imports/targets/airports.country/sample.csv"' in text


def test_the_list_of_imports_leads_to_the_targets(client: Client) -> None:
    text = client.get("/imports/", secure=True).content.decode()
    assert 'href="/imports/targets/"' in text


def test_the_list_of_imports_leads_nobody_there_who_may_not() -> None:
    text = client_of(make_user()).get("/imports/", secure=True).content.decode()
    assert 'href="/imports/targets/"' not in text


def test_the_sample_is_a_download(client: Client) -> None:
    response = client.get("/imports/targets/airports.country/sample.csv", secure=True)
    assert response["Content-Disposition"] == 'attachment; filename="country-sample.csv"'
    assert response.content.startswith(b"\xef\xbb\xbfcode,name\r\n")


def test_people_who_are_no_staff_get_no_admin_links(client: Client) -> None:
    assert 'href="/admin/' not in get(client, "") + get(client, "airports.country/")


def test_a_sample_names_rows_that_the_user_may_see() -> None:
    Country.objects.create(code="FR", name="France")
    user = make_user("add_airport", "view_country")
    assert b",FR," in sample_csv(get_target("airports.airport"), Asker(user))


def test_a_sample_names_no_rows_that_the_user_may_not_see() -> None:
    Country.objects.create(code="FR", name="France")
    user = make_user("add_airport")
    assert b",FR," not in sample_csv(get_target("airports.airport"), Asker(user))


def test_a_sample_has_no_row_of_somebody_elses(everything: Client) -> None:
    other = Tenant.objects.create(name="other")
    Customer.objects.create(tenant=other, number="secret-1", name="Ada")
    response = everything.get("/imports/targets/shapes.invoice/sample.csv", secure=True)
    assert b"secret-1" not in response.content


def test_a_sample_has_no_formula_from_the_table(everything: Client) -> None:
    Tag.objects.create(name="=cmd()")
    Tag.objects.create(name="red")
    response = everything.get("/imports/targets/shapes.article/sample.csv", secure=True)
    assert b"=cmd()" not in response.content
    assert b",red\r\n" in response.content


def test_a_flight_does_not_end_where_it_began(everything: Client) -> None:
    germany = Country.objects.create(code="DE", name="Germany")
    for icao, iata in (("EDDF", "FRA"), ("EDDM", "MUC")):
        Airport.objects.create(
            icao=icao, iata=iata, name=icao, country=germany, latitude=50, longitude=8, elevation=1
        )
    response = everything.get("/imports/targets/airports.route/sample.csv", secure=True)
    assert b",FRA,MUC," in response.content


def test_a_page_takes_a_few_queries_however_many_columns(
    everything: Client, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    # Session, user, mail choice of the audience, four of the catalog, and one a relation.
    with django_assert_max_num_queries(8):
        get(everything, "shapes.article/")
