"""How a file is written, in words, and what of it can be changed."""

from __future__ import annotations

from typing import Any

import pytest

from imports.dialects import controls, misfit_words, sentence
from lambda_worker.files.dialect import ASCII, Compression, Dialect, Format
from lambda_worker.files.given import Misfit, given_of


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
    ("given", "words"),
    [
        ({"delimiter": ";", "quote": ";"}, "“Between values” and “Around values” must be diff"),
        ({"delimiter": "\\", "escape": "\\"}, "“Between values” and “Quotes inside” must be diff"),
        ({"delimiter": "ab"}, "“Between values” must be a single character"),
        ({"preamble": -1}, "“Lines above the table” must be a number from 0 to 10"),
        ({"delimiter": " ", "skip_blanks": True}, "“Blanks between values do not count” cannot"),
        ({"encoding": "klingon"}, "“Encoding” is unknown or has a wrong value"),
        ({"shape": "round"}, "“shape” is unknown"),
    ],
)
def test_what_cannot_be_is_said_by_the_labels(given: Any, words: str) -> None:
    with pytest.raises(Misfit) as raised:
        given_of(given)
    assert words in misfit_words(raised.value)


@pytest.mark.parametrize("given", [{"quote": '"', "escape": '"'}, {"delimiter": ";", "quote": ""}])
def test_no_quotes_and_doubled_quotes_are_no_contradiction(given: Any) -> None:
    assert given_of(given)


def test_a_value_that_is_none_of_the_usual_is_an_option_too() -> None:
    (control,) = [c for c in controls(Dialect(delimiter="^"), []) if c.name == "delimiter"]
    assert ("^", "^") in control.options


def test_json_has_no_delimiter_to_change() -> None:
    names = [control.name for control in controls(Dialect(format=Format.JSON), [])]
    assert "path" in names
    assert "delimiter" not in names
