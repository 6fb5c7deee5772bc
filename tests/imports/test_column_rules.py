"""What people are told about each column, from the models of the tests."""

from __future__ import annotations

import pytest

from imports.column_rules import ColumnRules, column_rules
from imports.compiler import Asker
from imports.registry import get_target
from imports.whole_plan import whole_plan
from tests.imports.factories import make_user
from tests.shapes.models import Customer

pytestmark = pytest.mark.django_db


def rules(path: str) -> ColumnRules:
    """Of `app.model.column`, as a superuser is told them."""
    label, _, name = path.rpartition(".")
    asker = Asker(make_user(is_superuser=True))
    target = get_target(label)
    found = column_rules(target, asker, whole_plan(target, asker))
    return next(column for column in found if column.name == name)


def words(path: str) -> str:
    return " ".join(rules(path).words)


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("airports.country.code", "Text. At most 2 characters. A country code is two capital"),
        ("airports.country.name", "Text. At most 100 characters."),
        ("airports.airport.latitude", "At most 2 digits before the decimals. At most 6 decimals."),
        ("airports.airport.latitude", "From -90 to 90."),
        ("airports.route.stops", "A whole number. From 0 to 32,767."),
        ("shapes.article.rank", "From 0 to 10."),
        ("shapes.article.views", "A whole number. 0 or more."),
        ("shapes.article.title", "At least 2 characters."),
        ("shapes.article.slug", "Enter a valid “slug”"),
        ("shapes.article.link", "Enter a valid URL."),
        ("shapes.article.price", "The decimal sign is “,”."),
        ("shapes.article.price", "Thousands may be set apart with “.”."),
        ("shapes.article.ratio", "A number, such as 1.5 or 1.5e3."),
        ("shapes.article.active", "For yes: “ja”. For no: “nein”."),
        ("shapes.article.day", "Or with the day first: 31.12.2025"),
        ("shapes.booking.begins", "if the file's dates leave no doubt"),
        ("shapes.article.published", "Without a time zone, it is the time of Asia/Tokyo."),
        ("shapes.booking.made", "Without a time zone, it is the time of UTC."),
        ("shapes.article.at", "A time of day"),
        ("shapes.article.reading", "A length of time"),
        ("shapes.article.payload", "JSON"),
        ("shapes.article.address", "An IP address, IPv4 or IPv6."),
        ("shapes.article.key", "A UUID"),
        ("shapes.article.words", "A list, with “,” between its items. Of each item: Text."),
        ("shapes.article.words", "At most 5 characters."),
        ("shapes.article.picture", "Bytes, written in base64."),
        ("shapes.article.digest", "two for each. At most 2 bytes."),
        ("shapes.customer.status", "One of these:"),
    ],
)
def test_a_value_in_words(path: str, expected: str) -> None:
    assert expected in words(path)


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("airports.route.origin", "The IATA of the airport, which must exist already."),
        ("shapes.station.city__land__code", "The land code of the city, which must exist already."),
        ("shapes.station.city__land__code", "It goes with “city__name”: fill all of them, or none"),
        ("shapes.category.parent", "in the table already or anywhere in the same file."),
        ("shapes.invoice.customer", "Only those that belong to you count."),
        ("shapes.article.tags", "A list, with “|” between its items: the name of each tag."),
        ("shapes.article.tags", "the list takes the place of what the row had."),
    ],
)
def test_a_relation_in_words(path: str, expected: str) -> None:
    assert expected in words(path)


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("airports.airport.icao", "It tells one airport from another."),
        ("airports.airport.iata", "No two airports may have the same."),
        ("airports.route.airline", "Together with “origin”, “destination” it tells one route"),
        ("shapes.article.body", "An update leaves it as it is."),
    ],
)
def test_what_other_rows_have_to_do_with_it(path: str, expected: str) -> None:
    assert expected in words(path)


@pytest.mark.parametrize(
    ("path", "empty", "absent"),
    [
        ("airports.country.name", "The row is rejected.", ""),
        ("airports.airport.iata", "Stays empty.", ""),
        ("airports.airport.city", "Stays empty.", ""),
        ("airports.route.stops", "Becomes “0”.", ""),
        ("shapes.article.rank", "Stays empty. As empty count “NA”, too.", ""),
        ("shapes.article.active", "Becomes “ja”.", ""),
        ("shapes.article.day", "Becomes the day of the import.", ""),
        ("shapes.article.id", "Becomes a new UUID.", ""),
        ("shapes.article.words", "Becomes an empty list.", ""),
        ("shapes.booking.made", "Becomes the moment of the import.", ""),
        ("shapes.booking.bonus", "The database fills it in.", ""),
        ("shapes.customer.status", "Becomes “Active”.", ""),
    ],
)
def test_what_becomes_of_nothing(path: str, empty: str, absent: str) -> None:
    found = rules(path)
    assert (found.empty, found.absent) == (empty, absent)


def test_other_names_of_a_column_are_told() -> None:
    assert rules("airports.airport.latitude").names == ["lat"]


def test_a_name_is_told_once_whatever_its_capitals() -> None:
    found = rules("airports.airport.iata")
    assert (found.label, found.names) == ("", [])


def test_the_same_words_of_two_validators_are_told_once() -> None:
    assert words("shapes.article.link").count("Enter a valid URL.") == 1


def test_choices_are_told_with_their_labels() -> None:
    assert [(c.value, c.label) for c in rules("shapes.customer.status").choices] == [
        ("a", "Active"),
        ("g", "Gone"),
    ]


def test_a_label_of_two_choices_is_not_told(monkeypatch: pytest.MonkeyPatch) -> None:
    same = [("a", "Same"), ("b", "Same")]
    monkeypatch.setattr(Customer._meta.get_field("status"), "choices", same)
    assert [c.label for c in rules("shapes.customer.status").choices] == ["", ""]


def test_what_a_file_needs_is_told() -> None:
    assert rules("airports.country.code").required
    assert not rules("airports.airport.iata").required


def test_an_example_comes_from_the_rules() -> None:
    assert rules("airports.country.code").example == "AB"
    assert rules("shapes.booking.reference").example == "B0"
