"""Which column is proposed for which field, and what speaks for it."""

from __future__ import annotations

import pytest

from imports.compiler import Asker
from imports.registry import get_target
from imports.suggesting import Columns, Why, suggestions
from tests.imports.factories import make_user
from webapp.airports.models import Country

pytestmark = pytest.mark.django_db


@pytest.fixture
def asker() -> Asker:
    """Somebody who may do everything."""
    return Asker(make_user(is_superuser=True))


def proposed(
    asker: Asker, columns: Columns, label: str = "airports.country"
) -> dict[str, tuple[str, Why]]:
    found = suggestions(get_target(label), asker, columns)
    return {name: (one.header, one.why) for name, one in found.items()}


def test_a_name_is_surest(asker: Asker) -> None:
    columns = {"Name": ["France"], "code": ["FR"]}
    assert proposed(asker, columns) == {"code": ("code", Why.NAME), "name": ("Name", Why.NAME)}


def test_a_declared_synonym_is_a_name(asker: Asker) -> None:
    assert proposed(asker, {"ALPHA-2": ["FR"]}) == {"code": ("ALPHA-2", Why.NAME)}


def test_a_name_with_a_slip_is_a_guess(asker: Asker) -> None:
    found = proposed(asker, {"longitdue": ["2.5"]}, "airports.airport")
    assert found == {"longitude": ("longitdue", Why.SLIP)}


def test_a_slip_is_no_guess_where_the_values_speak_against_it(asker: Asker) -> None:
    assert proposed(asker, {"longitdue": ["Paris"]}, "airports.airport") == {}


def test_values_of_a_needed_code_are_a_guess(asker: Asker) -> None:
    columns = {"Kürzel": ["FR", "DE", "IT"], "Land": ["Frankreich", "Deutschland", "Italien"]}
    assert proposed(asker, columns) == {"code": ("Kürzel", Why.VALUES)}


def test_two_columns_of_the_same_form_are_no_guess(asker: Asker) -> None:
    assert proposed(asker, {"von": ["FR", "DE"], "nach": ["IT", "ES"]}) == {}


def test_keys_of_rows_that_there_are_are_a_guess(asker: Asker) -> None:
    Country.objects.create(code="FR", name="France")
    Country.objects.create(code="DE", name="Germany")
    columns = {"Staat": ["FR", "DE"], "Ort": ["Paris", "Berlin"]}
    assert proposed(asker, columns, "airports.airport") == {"country": ("Staat", Why.VALUES)}


def test_a_reject_file_s_own_columns_are_never_proposed(asker: Asker) -> None:
    assert proposed(asker, {"sluice_value": ["FR", "DE"], "name": ["France"]}) == {
        "name": ("name", Why.NAME)
    }
