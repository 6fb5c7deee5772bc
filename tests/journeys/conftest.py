"""Each journey begins, and leaves the stack, with empty tables and nothing under way."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from devstack.stack import Stack
from tests.generated import COUNTRIES
from tests.journeys import support

_COUNTRY = "INSERT INTO airports_country (code, name) VALUES (%s, %s)"


@pytest.fixture(autouse=True)
def empty_tables(stack: Stack) -> Iterator[None]:
    """The stack is shared by the whole run."""
    support.clean(stack)
    yield
    support.worked_off(stack)
    left = support.left_behind(stack)
    support.clean(stack)
    assert left == []


@pytest.fixture
def countries(stack: Stack, empty_tables: None) -> int:
    """The countries that generated airports refer to, put there without an import."""
    pairs = [line.split(",") for line in COUNTRIES.splitlines()[1:]]
    for pair in pairs:
        support.rows(stack, _COUNTRY, *pair)
    return len(pairs)
