"""Example values that a field's own rules let pass, and texts for regular expressions."""

from __future__ import annotations

import datetime as dt
import re
from typing import Any

import pytest
from django.core.validators import (
    MaxValueValidator,
    MinLengthValidator,
    MinValueValidator,
    RegexValidator,
)
from django.db import models

from imports.examples import example
from imports.fields import AnyField, kind_of
from imports.matching_texts import matching
from lambda_worker.plan import ReadAs

SOON = dt.date(2030, 1, 1)
LATE = dt.datetime(2030, 1, 1, tzinfo=dt.UTC)


def examples(field: AnyField, **read_as: Any) -> list[str]:
    """Those of the two rows of a sample."""
    return [example(field, kind_of(field), ReadAs(**read_as), number) for number in range(2)]


@pytest.mark.parametrize(
    ("field", "expected"),
    [
        (models.CharField("name", max_length=9), ["Name 1", "Name 2"]),
        (models.CharField("name", max_length=3), ["Na1", "Na2"]),
        (models.CharField("name", max_length=1), ["1", "2"]),
        (models.CharField(choices=[("a", "Apple"), ("b", "Bean")]), ["a", "b"]),
        (models.SlugField("slug"), ["example-1", "example-2"]),
        (models.EmailField("mail"), ["name1@example.com", "name2@example.com"]),
        (models.URLField("link"), ["https://example.com/1", "https://example.com/2"]),
        (models.IntegerField(validators=[MinValueValidator(100)]), ["100", "101"]),
        (models.IntegerField(validators=[MaxValueValidator(-5)]), ["-5", "-6"]),
        (models.DecimalField(max_digits=3, decimal_places=1), ["1.5", "2.5"]),
        (models.DecimalField(max_digits=2, decimal_places=0), ["1", "2"]),
        (models.DecimalField(max_digits=2, decimal_places=2), ["0.1", "0.2"]),
        (models.BooleanField(), ["true", "false"]),
        (models.DateField(), ["2025-12-31", "2025-12-30"]),
        (models.DateField(validators=[MinValueValidator(SOON)]), ["2030-01-01", "2030-01-02"]),
        (models.DateTimeField(), ["2025-12-31 23:59:00", "2025-12-31 23:58:00"]),
        (
            models.DateTimeField(validators=[MinValueValidator(LATE)]),
            ["2030-01-01 00:00:00+00:00", "2030-01-01 00:01:00+00:00"],
        ),
        (models.TimeField(validators=[MaxValueValidator(dt.time(8))]), ["08:00:00", "07:59:00"]),
        (models.DurationField(), ["1 02:30:00", "1 02:29:00"]),
        (models.BinaryField(max_length=2), ["SDE=", "SDI="]),
    ],
)
def test_a_field_has_examples(field: AnyField, expected: list[str]) -> None:
    assert examples(field) == expected


def test_an_example_is_written_as_the_file_has_it() -> None:
    field = models.DecimalField(max_digits=3, decimal_places=1)
    assert examples(field, decimal=",") == ["1,5", "2,5"]


def test_where_nothing_is_found_there_is_no_example() -> None:
    field = models.CharField(validators=[RegexValidator(r"^(?=a)b$"), MinLengthValidator(9)])
    assert examples(field) == ["", ""]


@pytest.mark.parametrize(
    "pattern",
    [
        r"^[A-Z]{2}$",
        r"^[A-Z0-9]{4}$",
        r"^B\d+$",
        r"^\d{3}-\d{2}-\d{4}\Z",
        r"^(?:AB|CD)[^-\s]x?$",
        r"\w+\s\w+",
        r"^[-+]?\d+(?:\.\d{2})?$",
        r"^.{3,}$",
        r"^[^a-z]{2}$",
        r"(?i)^abc$",
    ],
)
def test_a_text_is_built_for_an_expression(pattern: str) -> None:
    found = re.compile(pattern)
    texts = [matching(found, number) for number in range(2)]
    assert all(text is not None and found.search(text) for text in texts)


@pytest.mark.parametrize("pattern", [r"^(a)\1$", r"^(?=x)y$", r"^[^\x00-\U0010ffff]$"])
def test_none_is_built_where_that_is_too_hard(pattern: str) -> None:
    assert matching(re.compile(pattern), 0) is None
