"""Whether values of a file could be a field's."""

from __future__ import annotations

import pytest

from imports.registry import get_target
from imports.value_tests import are_numbers, is_telling, told
from imports.value_tests import test_of as could_be_of
from tests.shapes.models import Article, Customer
from webapp.airports.models import Airport, Country, Route


@pytest.mark.parametrize(
    ("label", "field", "value", "could_be"),
    [
        ("airports.country", "code", "FR", True),
        ("airports.country", "code", "France", False),
        ("airports.airport", "latitude", "-12.5", True),
        ("airports.airport", "latitude", "north", False),
        ("shapes.customer", "status", "a", True),
        ("shapes.customer", "status", "Active", True),
        ("shapes.customer", "status", "x", False),
        ("shapes.article", "active", "JA", True),
        ("shapes.article", "active", "true", False),
        ("shapes.article", "day", "31.12.2025", True),
        ("shapes.article", "day", "yesterday", False),
    ],
)
def test_a_value_is_tried_by_the_field_s_own_rules(
    label: str, field: str, value: str, could_be: bool
) -> None:
    target = get_target(label)
    assert could_be_of(target, target.model._meta.get_field(field))(value) is could_be


@pytest.mark.parametrize(
    ("model", "field", "telling"),
    [
        (Country, "code", True),
        (Country, "name", False),
        (Airport, "elevation", False),
        (Route, "airline", False),
        (Customer, "status", True),
        (Article, "day", True),
    ],
)
def test_only_values_of_a_form_of_their_own_tell_a_field(
    model: type, field: str, telling: bool
) -> None:
    assert is_telling(model._meta.get_field(field)) is telling  # type: ignore[attr-defined]


def test_values_that_say_nothing_do_not_count() -> None:
    assert told(["FR ", "", "FR", "NA", "DE"], ["NA"]) == ["FR", "DE"]


@pytest.mark.parametrize(("values", "are"), [(["1", "-2.5", "3 %"], True), (["1", "x"], False)])
def test_numbers_could_be_anything_s(values: list[str], are: bool) -> None:
    assert are_numbers(values) is are
