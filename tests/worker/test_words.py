"""Every code has its sentence, and every sentence can be filled."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

import lambda_worker
from lambda_worker import words
from lambda_worker.contract import RUNNING, Status
from lambda_worker.kinds import RULES
from lambda_worker.words import FAILURES, FAULTS, KINDS, group_words, kind, sentence

_SOURCES = "\n".join(p.read_text() for p in Path(lambda_worker.__file__).parent.rglob("*.py"))


def test_every_failure_that_the_worker_raises_has_a_sentence() -> None:
    raised = set(re.findall(r'(?:JobFault|FileFault)\(\s*"(\w+)"', _SOURCES))
    assert raised
    assert raised <= FAILURES.keys(), "add the sentence to lambda_worker/words.py"


def test_every_fault_of_a_kind_has_a_sentence() -> None:
    codes = {c for rule in RULES.values() for c in (rule.shape_fault, rule.range_fault) if c}
    assert codes <= FAULTS.keys(), "add the sentence to lambda_worker/words.py"


@pytest.mark.parametrize("code", sorted(FAILURES | FAULTS))
def test_a_sentence_can_be_filled(code: str) -> None:
    template = (FAILURES | FAULTS)[code]
    params = dict.fromkeys(re.findall(r"{(\w+)}", template), 1234)
    assert "{" not in sentence(code, params)


def test_every_fault_has_a_kind() -> None:
    assert KINDS.keys() == FAULTS.keys(), "add what its groups have in common to KINDS"


@pytest.mark.parametrize("code", sorted(KINDS))
def test_a_kind_needs_no_more_than_its_sentence(code: str) -> None:
    names = re.findall(r"{(\w+)}", FAULTS[code])
    assert "{" not in kind(code, dict.fromkeys(names, 1234))


def group(rows: int, *examples: tuple[int, str, dict[str, int]]) -> dict[str, Any]:
    """Faults of one kind."""
    found = [{"rows": n, "value": value, "params": params} for n, value, params in examples]
    return {"code": "duplicate_in_file", "rows": rows, "examples": found}


def test_what_is_true_of_a_whole_group_is_said_of_it() -> None:
    lone = group(1, (1, "x", {"first_line": 3}))
    assert group_words(lone) == "“x” stands already in line 3"
    alike = {**group(2, (2, "x", {})), "code": "not_a_date"}
    assert group_words(alike) == sentence("not_a_date", {"value": "x"})


def test_of_a_group_of_different_values_some_are_named() -> None:
    three = group(9, (5, "x", {"first_line": 3}), (2, "y", {"first_line": 4}))
    assert group_words(three) == "stands twice in the file: “x”, “y”, …"
    assert group_words(group(2, (2, "x", {"first_line": 3}))) == "stands twice in the file: “x”"
    assert group_words(group(2, (2, "", {"first_line": 3}))) == "stands twice in the file"


@pytest.mark.parametrize("phase", sorted(RUNNING))
def test_every_phase_is_said_in_words(phase: Status) -> None:
    words_of_it = sentence(
        "out_of_time", {"phase": phase.value, "seconds": 840, "percent": 40, "parts": 3}
    )
    assert phase.value not in words_of_it


def test_values_inside_of_a_sentence_are_translated_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(words, "translated", lambda text, _: {"array": "配列"}.get(text, text))
    said = sentence("other_kind", {"found": "array", "expected": "object"}, "ja")
    assert "“配列”" in said
    assert "“object”" in said


def test_what_the_reader_has_chosen_stays_as_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(words, "translated", lambda text, _: {"array": "配列"}.get(text, text))
    missing = {"header": "name", "found": ["array", "object"]}
    assert "array, object" in sentence("missing_column", missing)


def test_numbers_and_lists_read_well() -> None:
    params = {"header": "name", "found": ["code", "title"]}
    assert sentence("missing_column", params).endswith("It has: code, title.")
    assert "1,234 values" in sentence(
        "wrong_field_count", {"line": 2, "found": 1234, "expected": 2}
    )
