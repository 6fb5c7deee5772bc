"""Which column most likely feeds which field."""

from __future__ import annotations

import pytest

from imports.mapping import importable_fields, suggest
from imports.registry import UnknownTarget, get_target, targets


@pytest.mark.parametrize(
    ("header", "field"),
    [
        ("ICAO", "icao"),
        ("Time Zone", "timezone"),
        ("tz", "timezone"),
        ("LAT", "latitude"),
        ("Country code", "country"),
        ("country_code", "country"),
        ("Élevation", "elevation"),
    ],
)
def test_a_header_is_recognised(header: str, field: str) -> None:
    assert suggest(get_target("airports.airport"), [header]) == {field: header}


def test_a_stranger_is_left_alone() -> None:
    assert suggest(get_target("airports.airport"), ["subd", "lid"]) == {}


def test_a_field_s_own_name_goes_before_its_synonyms() -> None:
    target = get_target("airports.airport")
    assert suggest(target, ["tz", "timezone"]) == {"timezone": "timezone"}


def test_the_first_of_two_like_headers_is_taken() -> None:
    assert suggest(get_target("airports.country"), ["Code", "code"]) == {"code": "Code"}


def test_ids_are_not_offered() -> None:
    names = [field.name for field in importable_fields(get_target("airports.route"))]
    assert names == ["airline", "origin", "destination", "stops"]


def test_what_must_be_mapped_is_said() -> None:
    fields = importable_fields(get_target("airports.airport"))
    assert {f.name for f in fields if not f.required} == {"iata", "city"}


def test_an_unknown_target_names_those_that_there_are() -> None:
    with pytest.raises(UnknownTarget, match=r"airports\.airport, airports\.country"):
        get_target("airports.plane")


def test_the_example_declares_three_targets() -> None:
    labels = [target.label for target in targets()]
    assert [label for label in labels if label.startswith("airports.")] == [
        "airports.airport",
        "airports.country",
        "airports.route",
    ]
