"""papaparse's own tests: texts in a known dialect, and texts whose dialect is to be found."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from lambda_worker.files.reading import FileFault
from tests.outside.packages import PAPAPARSE, files_of
from tests.outside.reading import read_bytes

SCRIPT = Path(__file__).with_name("papaparse_cases.js")

KNOWN = {"delimiter", "comments", "quoteChar", "fastMode", "newline"}
"""Options that say how a text is written; the others change its values."""

PLAIN: dict[str, Any] = {"escape": "", "skip_blanks": False, "preamble": 0}

OTHERWISE = {
    "Input is just empty fields": "its records have three values and four",
    "Mixed slash n and slash r should choose first as precident": "a CR ends a line, too",
    "Using reserved regex character . as quote character": "no file is written so: not found",
    "Using reserved regex character | as quote character": "no file is written so: not found",
    "Other fields are empty": "a record of empty values is one",
    "Input is just the delimiter (2 empty fields)": "a record of empty values is one",
}
"""What is read in another way on purpose, and why."""

FAULTY = (
    "Lines with comments are not used when guessing the delimiter in an escaped file",
    "Lines with comments are not used when guessing the delimiter in a non-escaped file",
)
"""Known faults of the sniffer: lines of a given comment count for the width of the table."""


@pytest.fixture(scope="module")
def cases() -> dict[str, list[dict[str, Any]]]:
    """By whether the dialect is known (core) or sniffed."""
    tests = files_of(PAPAPARSE) / "package" / "tests" / "test-cases.js"
    node = shutil.which("node")
    if node is None:
        pytest.skip("THERE IS NO NODE, WHAT PAPAPARSE TESTS IS NOT TESTED")
    done = subprocess.run([node, SCRIPT, tests], check=True, capture_output=True, text=True)
    found: dict[str, list[dict[str, Any]]] = json.loads(done.stdout)
    return {part: [case for case in some if is_ours(case)] for part, some in found.items()}


def test_a_text_in_a_known_dialect_gives_the_records_that_are_expected(
    cases: dict[str, list[dict[str, Any]]],
) -> None:
    assert len(cases["core"]) > 40
    for case in cases["core"]:
        quote = "" if options(case).get("fastMode") else '"'
        known = {"encoding": "utf-8", "delimiter": ",", "quote": quote}
        assert records(case, {**known, **PLAIN}) == expected(case), case["description"]


def test_the_dialect_of_a_text_is_found(cases: dict[str, list[dict[str, Any]]]) -> None:
    assert len(cases["sniffed"]) > 25
    for case in cases["sniffed"]:
        assert records(case, {}) == expected(case), case["description"]


def options(case: dict[str, Any]) -> dict[str, Any]:
    return case.get("config") or {}


def is_ours(case: dict[str, Any]) -> bool:
    """Whether its options are members of a Dialect, and papaparse finds nothing wrong with it."""
    told = options(case)
    marks = [told.get(name) or "," for name in ("delimiter", "comments", "quoteChar")]
    single = all(mark is True or (isinstance(mark, str) and len(mark) == 1) for mark in marks)
    told_apart = told.get("delimiter") != "\n"
    known = told.keys() <= KNOWN and single and told_apart and not case.get("disabled")
    return (
        known
        and not case["expected"]["errors"]
        and case["description"] not in (*OTHERWISE, *FAULTY)
    )


def expected(case: dict[str, Any]) -> list[list[str]]:
    """Its records; a blank line is one for papaparse."""
    return [row for row in case["expected"]["data"] if any(map(str.strip, row)) or len(row) > 1]


def records(case: dict[str, Any], given: dict[str, Any]) -> list[list[str]]:
    told = options(case)
    comment = "#" if told.get("comments") is True else told.get("comments") or ""
    given = {**given, "format": "csv", "header_lines": 0, "comment": comment}
    given |= {"delimiter": told["delimiter"]} if "delimiter" in told else {}
    given |= {"quote": told["quoteChar"] or ""} if "quoteChar" in told else {}
    try:
        return read_bytes(case["input"].encode(), **given).rows
    except FileFault as fault:
        return [] if fault.code == "empty_file" else [[fault.code]]
