"""Each journey begins, and leaves the stack, with empty tables and nothing under way."""

from __future__ import annotations

from collections.abc import Iterator

import psycopg
import pytest
from psycopg import sql

from devstack.stack import Stack
from tests.generated import COUNTRIES
from tests.journeys import support

_EMPTY = sql.SQL("TRUNCATE {} RESTART IDENTITY").format(
    sql.SQL(", ").join(map(sql.Identifier, support.TABLES))
)
_COUNTRY = "INSERT INTO airports_country (code, name) VALUES (%s, %s)"


def empty(stack: Stack) -> None:
    with psycopg.connect(stack.database_url) as connection:
        connection.execute(_EMPTY)


@pytest.fixture(autouse=True)
def empty_tables(stack: Stack) -> Iterator[None]:
    empty(stack)
    yield
    support.worked_off(stack)
    empty(stack)


@pytest.fixture
def countries(stack: Stack, empty_tables: None) -> int:
    """The countries that generated airports refer to, put there without an import."""
    pairs = [line.split(",") for line in COUNTRIES.splitlines()[1:]]
    with psycopg.connect(stack.database_url) as connection:
        for pair in pairs:
            connection.execute(_COUNTRY, pair)
    return len(pairs)
