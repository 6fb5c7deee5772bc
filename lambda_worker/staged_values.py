"""Staged values as text: where they stand, what is trimmed, which count as empty."""

from __future__ import annotations

from collections.abc import Collection
from typing import Final

from psycopg import sql

from lambda_worker.plan import ColumnPlan, ImportPlan, Kind, ReadAs
from lambda_worker.tables import StagingTables, staged_column, staged_headers

_VALUE = sql.SQL("s.{column}")


def text_of(plan: ImportPlan, header: str) -> sql.Composed:
    """What the file's column `header` has in the row `s`, trimmed where `staged` trims it."""
    return _VALUE.format(column=staged_column(plan, header))


def value_of(plan: ImportPlan, column: ColumnPlan) -> sql.Composed:
    """The value of a mapped column, which one column of the file feeds."""
    return text_of(plan, str(column.header))


# -- Blanks around values -------------------------------------------------------------------------

BLANKS: Final = " \t\r\n\f\v"
"""What is trimmed."""

# \x0b, not \v: Postgres 16 takes \v for the letter v.
_TRIMMED = sql.SQL(r"btrim(s.{column}, E' \t\r\n\f\x0b')")


def trimmed(plan: ImportPlan, header: str) -> sql.Composed:
    """The value without the blanks around it."""
    return _TRIMMED.format(column=staged_column(plan, header))


def headers_trimmed(plan: ImportPlan) -> list[str]:
    """The file's columns around whose values blanks do not matter, or that the plan says to trim. A
    text that shares its column with another kind of value is trimmed with it."""
    headers = [header for c in plan.columns if _is_trimmed(c) for header in c.headers]
    return list(dict.fromkeys([*headers, *(link.header for link in plan.links)]))


def _is_trimmed(column: ColumnPlan) -> bool:
    own_text = column.kind is Kind.TEXT and not (column.lookup or column.choices or column.listed)
    return column.read_as.trim or not own_text


_AS_TRIMMED = sql.SQL("(SELECT s.record, {columns} FROM {raw} s)")
_NAMED = sql.SQL("{value} AS {name}")


def staged(plan: ImportPlan, tables: StagingTables, padded: Collection[str]) -> sql.Composable:
    """The staged rows as a table, the values of the columns `padded` trimmed."""
    if not padded:
        return tables.raw
    columns = [
        _NAMED.format(
            value=trimmed(plan, header) if header in padded else text_of(plan, header),
            name=staged_column(plan, header),
        )
        for header in staged_headers(plan)
    ]
    return _AS_TRIMMED.format(columns=sql.SQL(", ").join(columns), raw=tables.raw)


# -- Empty values ---------------------------------------------------------------------------------

_EMPTY = sql.SQL("{value} = ''")
_ONE_OF = sql.SQL("{value} = ANY (CAST({words} AS text[]))")


def is_empty(read_as: ReadAs, value: sql.Composable) -> sql.Composable:
    """That a value is one of those that count as empty."""
    if read_as.nulls == ("",):
        return _EMPTY.format(value=value)
    return _ONE_OF.format(value=value, words=sql.Literal(list(read_as.nulls)))


_ALL_EMPTY = sql.SQL("({conditions})")


def nothing_given(plan: ImportPlan, column: ColumnPlan) -> sql.Composable:
    """That a mapped column is empty: a lookup by several keys where all of them are."""
    if len(column.headers) == 1:
        return is_empty(column.read_as, value_of(plan, column))
    empty = (is_empty(column.read_as, text_of(plan, header)) for header in column.headers)
    return _ALL_EMPTY.format(conditions=sql.SQL(" AND ").join(empty))


# -- Lists ----------------------------------------------------------------------------------------

_ITEMS = sql.SQL("unnest(string_to_array({value}, {separator})) WITH ORDINALITY AS i (item, n)")
ITEM = sql.SQL(r"btrim(i.item, E' \t\r\n\f\x0b')").format()
"""One item of a list, in a query from `items_of`."""


def items_of(read_as: ReadAs, value: sql.Composable) -> sql.Composed:
    """The items of a list, as a table `i`."""
    return _ITEMS.format(value=value, separator=sql.Literal(read_as.separator))
