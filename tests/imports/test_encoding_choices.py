"""A line as other encodings read it."""

from __future__ import annotations

import pytest

from imports.encoding_choices import readings


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        ("Müller aus Köln", "cp1252"),
        ("Łódź i Kraków", "cp1250"),
        ("Привет мир", "cp1251"),
        ("東京都港区", "cp932"),
    ],
)
def test_the_right_reading_of_a_line_read_wrongly_is_among_them(text: str, encoding: str) -> None:
    line = text.encode(encoding).decode("iso8859-1")
    assert text in [reading.line for reading in readings(line, "iso8859-1")]


def test_the_chosen_one_is_always_among_them() -> None:
    found = readings("M\u045cller", "cp1251")
    assert [reading.encoding for reading in found if reading.is_chosen] == ["cp1251"]


def test_no_two_read_the_line_alike() -> None:
    lines = [reading.line for reading in readings("Müller aus Köln", "cp1252")]
    assert len(lines) == len(set(lines)) > 1


def test_a_line_that_was_not_read_whole_has_no_readings() -> None:
    assert readings("M\ufffdller", "cp1252") == []
