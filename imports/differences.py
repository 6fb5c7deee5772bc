"""The rows of a review: what stands in the table beside what would, read from the staging tables,
a page at a time."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from django.db import OperationalError, ProgrammingError, connection, transaction
from psycopg import sql

from imports.cells import Cell, cell
from imports.shown import readable, where_they_differ
from lambda_worker.links import current_links
from lambda_worker.lookups import key_name, parents
from lambda_worker.plan import ColumnPlan, ImportPlan, Kind, LinkPlan, Lookup, Mode
from lambda_worker.reviewing import rows
from lambda_worker.tables import (
    StagingTables,
    asked_column,
    line_of,
    linked_column,
    ready_column,
    table,
)
from lambda_worker.updating import updatable
from lambda_worker.writing import row_match

PAGE_SIZE: Final = 50
"""What fits a screen or two, as a person reads it."""


class Lost(Exception):
    """The staged rows are gone, as unlogged tables are after a crash of Postgres."""


class Busy(Exception):
    """Somebody holds the table, or the server is too slow just now."""


@dataclass(frozen=True, slots=True)
class Shown:
    """A value as it would stand in the table, and what stands there so far if that `was` another
    one."""

    value: Cell
    was: Cell | None = None


@dataclass(frozen=True, slots=True)
class Row:
    """A row, by the line of the file. `is_stale`: it is not any more what the check has found."""

    record: int
    line: int
    values: list[Shown]
    is_stale: bool


@dataclass(frozen=True, slots=True)
class Page:
    """Rows in the file's order. `before` and `after` are the records at which the list goes on, ""
    where it does not; `hidden` is how many columns are left out because nothing differs in them."""

    labels: list[str]
    rows: list[Row]
    before: str
    after: str
    hidden: int = 0


# -- Columns --------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Column:
    """A column of the page: three expressions over `r` and `t`, as text, text and boolean."""

    label: str
    plan: ColumnPlan | None
    old: sql.Composable
    new: sql.Composable
    differs: sql.Composable


# More of it than anybody looks through: a page of the longest texts would fill a dyno's memory.
_TEXT = sql.SQL("left(CAST({value} AS text), 100000)")
_ARRAY = sql.SQL("CAST(to_jsonb({value}) AS text)")
_OLD = sql.SQL("t.{column}")
_NEW = sql.SQL("r.{column}")
_DIFFERS = sql.SQL("({old} IS DISTINCT FROM {new})")
_DIFFERS_OR_IS_NEW = sql.SQL(
    "({old} IS DISTINCT FROM {new} OR ({new} IS NULL AND {asked} IS NOT NULL))"
)
_NO = sql.SQL("false")


def columns_of(plan: ImportPlan) -> list[_Column]:
    """The key first, then what else the import writes, in its own order."""
    key = plan.target.natural_key
    own = [_column(plan, n, column) for n, column in enumerate(plan.columns)]
    order = sorted(range(len(own)), key=lambda n: plan.columns[n].column not in key)
    links = (_link(plan, n, link) for n, link in enumerate(plan.links))
    return [*(own[n] for n in order), *links]


def _column(plan: ImportPlan, number: int, column: ColumnPlan) -> _Column:
    old = _OLD.format(column=sql.Identifier(column.column))
    new = _NEW.format(column=ready_column(number))
    changes = plan.mode is Mode.UPSERT and number in updatable(plan)
    differs: sql.Composable = _DIFFERS.format(old=old, new=new) if changes else _NO
    if column.lookup is None:
        form = _ARRAY if column.listed else _TEXT
        return _Column(
            column.label, column, form.format(value=old), form.format(value=new), differs
        )
    shown = _related(column.lookup, new)
    if column.lookup.itself and column.header is not None:
        asked = _NEW.format(column=asked_column(number))
        shown = _EITHER.format(found=shown, asked=asked)
        if changes:
            differs = _DIFFERS_OR_IS_NEW.format(old=old, new=new, asked=asked)
    return _Column(column.label, column, _related(column.lookup, old), shown, differs)


# A row out of the user's scope, or deleted meanwhile, is told by its id.
_RELATED = sql.SQL("""coalesce((
       SELECT concat_ws(' · ', {keys})
         FROM ({parents}) q
        WHERE q.pk = {value}), '#' || CAST({value} AS text))""")
_RELATED_KEY = sql.SQL("CAST(q.{key} AS text)")
_EITHER = sql.SQL("coalesce({found}, CAST({asked} AS text))")


def _related(lookup: Lookup, value: sql.Composable) -> sql.Composed:
    """The related row by its natural key."""
    keys = (_RELATED_KEY.format(key=key_name(n)) for n in range(len(lookup.headers)))
    return _RELATED.format(keys=sql.SQL(", ").join(keys), parents=parents(lookup), value=value)


_RELATED_ROWS = sql.SQL("""(
       SELECT string_agg({related}, ', ' ORDER BY {related})
         FROM (SELECT DISTINCT u.pk FROM unnest({values}) AS u (pk)) u)""")
_BOTH = sql.SQL("({old} || {new})")
_PK = sql.SQL("u.pk")


def _link(plan: ImportPlan, number: int, link: LinkPlan) -> _Column:
    old = current_links(plan, link)
    new: sql.Composable = _NEW.format(column=linked_column(number))
    if not link.replaces:
        new = _BOTH.format(old=old, new=new)
    before, after = _related_rows(link.lookup, old), _related_rows(link.lookup, new)
    differs = _DIFFERS.format(old=before, new=after) if plan.mode is Mode.UPSERT else _NO
    return _Column(link.label, None, before, after, differs)


def _related_rows(lookup: Lookup, values: sql.Composable) -> sql.Composed:
    return _RELATED_ROWS.format(related=_related(lookup, _PK), values=values)


# -- A page ---------------------------------------------------------------------------------------

_PAGE = sql.SQL("""
SELECT v.record, {line}, {mark_now} IS DISTINCT FROM v.mark{values}
  FROM {review} v
  JOIN {ready} r ON r.ctid = v.place{join}
 WHERE v.kind = {kind} AND {place}
 ORDER BY v.record {direction}
 LIMIT {limit}""")
# In the list of columns, not as a join: that would be planned for all rows of the import.
_MARK_NOW = sql.SQL("(SELECT n.mark FROM ({rows}) n WHERE n.place = v.place)")
_RECORD = sql.SQL("v.record")
_JOIN = sql.SQL("\n  LEFT JOIN {target} t ON {match}")
_AFTER = sql.SQL("v.record > {record}")
_BEFORE = sql.SQL("v.record < {record}")
_VALUES = {
    "new": sql.SQL(", NULL, {new}, false"),
    "changed": sql.SQL(", {old}, {new}, {differs}"),
    "unchanged": sql.SQL(", {old}, NULL, false"),
}
KINDS: Final = tuple(_VALUES)
NEW: Final = "new"


def statement(
    plan: ImportPlan, tables: StagingTables, kind: str, record: int, *, backwards: bool = False
) -> sql.Composed:
    """One row more than a page of a kind, below a record, or above it in reverse."""
    joins = plan.mode is not Mode.INSERT  # there no row has its like in the table
    values = (
        _VALUES[kind].format(old=column.old, new=column.new, differs=column.differs)
        for column in columns_of(plan)
    )
    return _PAGE.format(
        line=line_of(_RECORD, tables),
        values=sql.Composed(list(values)),
        review=tables.review,
        ready=tables.ready,
        mark_now=_MARK_NOW.format(rows=rows(plan, tables)),
        join=_join(plan) if joins else sql.SQL(""),
        kind=sql.Literal(kind),
        place=(_BEFORE if backwards else _AFTER).format(record=sql.Literal(record)),
        direction=sql.SQL("DESC" if backwards else "ASC"),
        limit=sql.Literal(PAGE_SIZE + 1),
    )


def _join(plan: ImportPlan) -> sql.Composed:
    target = table(plan.target.schema, plan.target.table)
    return _JOIN.format(target=target, match=row_match(plan))


def page_of(
    job: UUID, plan: ImportPlan, kind: str, *, before: int | None, after: int, whole: bool
) -> Page:
    """A page of a kind's rows. Of the columns only the key and those in which something differs,
    unless the `whole` rows are wanted. Lost or Busy where they cannot be read."""
    tables = StagingTables.of(job)
    with _reading(tables, plan.audience.time_zone) as cursor:
        if before is not None:
            cursor.execute(statement(plan, tables, kind, before, backwards=True).as_string())
            found = cursor.fetchall()[::-1]
            if len(found) > PAGE_SIZE:
                return _page(plan, kind, found[1:], has_before=True, has_after=True, whole=whole)
            after = 0
        cursor.execute(statement(plan, tables, kind, after).as_string())
        found = cursor.fetchall()
    more = len(found) > PAGE_SIZE
    return _page(plan, kind, found[:PAGE_SIZE], has_before=after > 0, has_after=more, whole=whole)


_PATIENCE = "SET LOCAL statement_timeout = '10s'; SET LOCAL lock_timeout = '2s'"
"""A web dyno answers within 30 s; an index leads to every row of a page."""
_FORMS = "SET LOCAL DateStyle = 'ISO, YMD'; SET LOCAL IntervalStyle = 'postgres'"
"""Marks are made of values as text: alike where the sessions are, the worker's and this one."""
_ZONE = "SELECT set_config('TimeZone', %s, true)"
_IS_THERE_ANY = sql.SQL("SELECT EXISTS (SELECT FROM {review})")


@contextmanager
def _reading(tables: StagingTables, time_zone: str) -> Iterator[Any]:
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(_PATIENCE)
            cursor.execute(_FORMS)
            cursor.execute(_ZONE, [time_zone])
            cursor.execute(_IS_THERE_ANY.format(review=tables.review).as_string())
            if cursor.fetchone() != (True,):
                raise Lost
            yield cursor
    except ProgrammingError as error:
        raise Lost from error
    except OperationalError as error:
        raise Busy from error


def _page(
    plan: ImportPlan,
    kind: str,
    found: list[Any],
    *,
    has_before: bool,
    has_after: bool,
    whole: bool,
) -> Page:
    columns = columns_of(plan)
    key = len(plan.target.natural_key)
    shown = [
        n
        for n in range(len(columns))
        if whole or kind != "changed" or n < key or any(row[5 + 3 * n] for row in found)
    ]
    return Page(
        labels=[columns[n].label for n in shown],
        rows=[_row(kind, row, [(n, columns[n]) for n in shown]) for row in found],
        before=str(found[0][0]) if has_before and found else "",
        after=str(found[-1][0]) if has_after and found else "",
        hidden=len(columns) - len(shown),
    )


def _row(kind: str, row: Any, columns: list[tuple[int, _Column]]) -> Row:
    record, line, is_stale = row[:3]
    values = [_shown(column, kind, *row[3 + 3 * n : 6 + 3 * n]) for n, column in columns]
    return Row(record, line, values, is_stale=is_stale)


def _shown(column: _Column, kind: str, old: str | None, new: str | None, differs: bool) -> Shown:
    if kind == "new":
        return Shown(_cell(column, new))
    if not differs:
        return Shown(_cell(column, old))
    if column.plan is None or column.plan.kind is Kind.TEXT:
        old, new = where_they_differ(old, new)
    return Shown(_cell(column, new), was=_cell(column, old))


_EMPTY_TEXT: Final = Cell("", "“”", "", is_empty=False)
"""Not the same as no value at all."""


def _cell(column: _Column, text: str | None) -> Cell:
    if text == "":
        return _EMPTY_TEXT
    if text is None or column.plan is None or column.plan.lookup is not None:
        return cell(text or "")  # what is related is told in words already
    return cell(readable(column.plan, text))
