"""Stored values in the reader's form."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from django.utils import timezone, translation

from imports.shown import readable, where_they_differ
from lambda_worker.plan import Choice, Kind
from tests.worker.plans import column

LONG = "x" * 150


@pytest.mark.parametrize(
    ("kind", "text", "shown"),
    [
        (Kind.TEXT, "1.50", "1.50"),
        (Kind.INTEGER, "2024", "2024"),
        (Kind.DECIMAL, "1234.50", "1234,50"),
        (Kind.DECIMAL, "NaN", "NaN"),
        (Kind.FLOAT, "1e+20", "1e+20"),
        (Kind.BOOLEAN, "true", "yes"),
        (Kind.DATE, "2025-12-31", "31.12.2025"),
        (Kind.DATE, "0044-03-15 BC", "0044-03-15 BC"),
        (Kind.DATETIME, "2025-12-31 10:00:00.5+00", "31.12.2025 10:00:00.500000"),
        (Kind.DATETIME, "infinity", "infinity"),
        (Kind.JSON, '{"a": 1}', '{"a": 1}'),
    ],
)
def test_a_value_has_the_reader_s_form_and_all_its_digits(
    kind: Kind, text: str, shown: str
) -> None:
    with translation.override("de"), timezone.override("UTC"):
        assert readable(column("value", kind), text) == shown


def test_a_choice_is_told_by_its_label() -> None:
    choices = (Choice(value="a", label="Active"),)
    assert readable(column("value", choices=choices), "a") == "Active"
    assert readable(column("value", choices=choices), "x") == "x"


def test_a_list_is_told_item_by_item() -> None:
    dates: Any = replace(column("value", Kind.DATE), listed=True)
    with translation.override("en"):
        assert readable(dates, '["2025-12-31", null]') == "12/31/2025, ∅"


def test_long_texts_begin_where_they_differ() -> None:
    old, new = where_they_differ(LONG * 2 + "a", LONG * 2 + "b")
    assert old == "…" + "x" * 40 + "a"
    assert new == "…" + "x" * 40 + "b"


def test_what_is_added_at_the_end_is_seen() -> None:
    _old, new = where_they_differ(LONG * 2, LONG * 2 + " and more")
    assert str(new).endswith(" and more")


@pytest.mark.parametrize(("old", "new"), [("a", "b"), (None, LONG * 2), (LONG * 2, "")])
def test_other_texts_stay_whole(old: str | None, new: str | None) -> None:
    assert where_they_differ(old, new) == (old, new)
