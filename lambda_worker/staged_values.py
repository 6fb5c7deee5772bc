"""Staged values as text: where they stand, what is trimmed, which count as empty."""

from __future__ import annotations

from psycopg import sql

from lambda_worker.plan import ColumnPlan, ImportPlan, Kind, LinkPlan, ReadAs
from lambda_worker.tables import staged_column

# \x0b, not \v: Postgres 16 takes \v for the letter v.
_AS_SENT = sql.SQL("s.{column}")
_TRIMMED = sql.SQL(r"btrim(s.{column}, E' \t\r\n\f\x0b')")


def text_of(plan: ImportPlan, header: str, *, trimmed: bool = True) -> sql.Composed:
    """What the file's column `header` has in the row `s`."""
    template = _TRIMMED if trimmed else _AS_SENT
    return template.format(column=staged_column(plan, header))


def value_of(plan: ImportPlan, column: ColumnPlan) -> sql.Composed:
    """A mapped column's value, blanks trimmed where they cannot matter or as the plan says."""
    own_text = column.kind is Kind.TEXT and not (column.lookup or column.choices or column.listed)
    trimmed = column.read_as.trim or not own_text
    return text_of(plan, str(column.header), trimmed=trimmed)


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


_ITEMS = sql.SQL("unnest(string_to_array({value}, {separator})) WITH ORDINALITY AS i (item, n)")
ITEM = sql.SQL(r"btrim(i.item, E' \t\r\n\f\x0b')").format()
"""One item of a list, in a query from `items_of`."""


def items_of(read_as: ReadAs, value: sql.Composable) -> sql.Composed:
    """The items of a list, as a table `i`."""
    return _ITEMS.format(value=value, separator=sql.Literal(read_as.separator))


def list_of(plan: ImportPlan, link: LinkPlan) -> sql.Composed:
    """The list that the file has for a link."""
    return text_of(plan, link.header)
