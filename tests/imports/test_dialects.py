"""How a file is written, in words, and what of it can be changed."""

from __future__ import annotations

from typing import Any

import pytest

from imports.dialects import contradiction, controls, sentence
from lambda_worker.files.dialect import ASCII, Compression, Dialect, Format


@pytest.mark.parametrize(
    ("dialect", "words"),
    [
        (Dialect(), "CSV in UTF-8, separated by commas, names of the columns in line 1"),
        (
            Dialect(encoding=ASCII, delimiter="\t", header_lines=2, preamble=3),
            "CSV in plain ASCII, separated by tabs, names of the columns in lines 4 to 5",
        ),
        (
            Dialect(delimiter="^", quote="'", header_lines=0),
            "CSV in UTF-8, separated by “^”, values in single quotes, no names of columns",
        ),
        (
            Dialect(format=Format.JSON, path=("data", "items"), compression=Compression.GZIP),
            "JSON in UTF-8, packed with gzip, records in “data.items”",
        ),
    ],
)
def test_a_dialect_is_one_sentence(dialect: Dialect, words: str) -> None:
    assert sentence(dialect) == words


@pytest.mark.parametrize(
    ("given", "named"),
    [
        ({"delimiter": ";", "quote": ";"}, ["Between values", "Around values"]),
        ({"delimiter": "\\", "escape": "\\"}, ["Between values", "Quotes inside"]),
        ({"quote": '"', "escape": '"'}, []),
        ({"delimiter": ";", "quote": ""}, []),
    ],
)
def test_characters_that_mean_two_things_are_named(given: Any, named: list[str]) -> None:
    words = contradiction(given)
    assert bool(words) == bool(named)
    assert all(name in words for name in named)


def test_a_value_that_is_none_of_the_usual_is_an_option_too() -> None:
    (control,) = [c for c in controls(Dialect(delimiter="^"), []) if c.name == "delimiter"]
    assert ("^", "^") in control.options


def test_json_has_no_delimiter_to_change() -> None:
    names = [control.name for control in controls(Dialect(format=Format.JSON), [])]
    assert "path" in names
    assert "delimiter" not in names
