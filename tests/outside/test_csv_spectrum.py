"""csv-spectrum: small files that every CSV parser should read, each with its records as JSON."""

from __future__ import annotations

import json

import pytest

from tests.outside.packages import CSV_SPECTRUM, files_of
from tests.outside.reading import read_path

NAMES = (
    "comma_in_quotes", "empty", "empty_crlf", "escaped_quotes", "json", "location_coordinates",
    "newlines", "newlines_crlf", "quotes_and_newlines", "simple", "simple_crlf", "utf8",
)  # fmt: skip

TYPING_ERROR = {"Contact Phone Number": "2095257564"}
"""What location_coordinates.csv has; its JSON has 1234567890, and is no list."""


@pytest.mark.parametrize("name", NAMES)
def test_a_file_gives_exactly_the_records_that_are_expected(name: str) -> None:
    folder = files_of(CSV_SPECTRUM) / "package"
    expected = json.loads((folder / "json" / f"{name}.json").read_text())
    if name == "location_coordinates":
        expected = [{**expected, **TYPING_ERROR}]
    outcome = read_path(folder / "csvs" / f"{name}.csv")
    assert outcome.objects == expected
    assert not outcome.asides


def test_no_file_is_left_out() -> None:
    folder = files_of(CSV_SPECTRUM) / "package" / "csvs"
    assert sorted(path.stem for path in folder.glob("*.csv")) == sorted(NAMES)
