"""Every code has its sentence, and every sentence can be filled."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import lambda_worker
from lambda_worker.kinds import RULES
from lambda_worker.words import FAILURES, FAULTS, sentence

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


def test_numbers_and_lists_read_well() -> None:
    params = {"header": "name", "found": ["code", "title"]}
    assert sentence("missing_column", params).endswith("It has: code, title.")
    assert "1,234 values" in sentence(
        "wrong_field_count", {"line": 2, "found": 1234, "expected": 2}
    )
