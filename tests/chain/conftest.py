"""Each test begins and ends with the example's tables empty."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from devstack.stack import Stack
from tests.chain.support import sql

EMPTY = "TRUNCATE airports_route, airports_airport, airports_country, imports_importjob CASCADE"


@pytest.fixture(autouse=True)
def empty_tables(stack: Stack) -> Iterator[None]:
    """The stack is shared by the whole run."""
    sql(stack, EMPTY)
    yield
    sql(stack, EMPTY)
