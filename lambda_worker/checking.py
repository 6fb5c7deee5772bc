"""Check: every fault of every staged row, set-based, and the good rows typed and in the order of
their key."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from typing import Protocol

import psycopg
from psycopg import sql

from lambda_worker.candidates import RuleStep, check_faults, unique_faults
from lambda_worker.catalog import Catalog, read_catalog
from lambda_worker.database import Data
from lambda_worker.dates import open_questions, settle_dates
from lambda_worker.faults import JobFault
from lambda_worker.keys import already_there, drop_faulty, drop_superseded, duplicates_in_file
from lambda_worker.lookups import unknown_items, unknown_references
from lambda_worker.plan import ColumnPlan, Duplicates, Empty, ImportPlan, LinkPlan, Mode
from lambda_worker.ready import create_ready
from lambda_worker.staged_values import headers_trimmed, text_of, trimmed
from lambda_worker.suspects import create_suspects
from lambda_worker.tables import StagingTables
from lambda_worker.tree import reject_children, self_references, unknown_parents
from lambda_worker.value_faults import value_faults


class Watch(Protocol):
    """What checking tells, and asks, while it runs."""

    def progress(self, done: int, *, total: int | None = None) -> None:
        """`done` of `total` steps are made; raises where a stop was asked for."""
        ...


@dataclass(frozen=True, slots=True)
class Checked:
    """What the check found: rows ready to be written, records with at least one fault or
    set aside by the reader, and the order of day and month in the columns where the file has proved
    it (field to a Dates)."""

    ready: int
    rejected: int
    dates: dict[str, str]


def check(data: Data, plan: ImportPlan, tables: StagingTables, watch: Watch) -> Checked:
    """Fill the tables `fault` and `ready`. Every record ends in exactly one of them."""
    with data.transaction():
        catalog = read_catalog(data, plan)
        steps = _Steps(data, watch, planned=_planned(plan, tables, catalog))
        steps.run(value_steps(plan, tables))
        proved = _prove_dates(data, plan, tables)
        padded = _padded(data, plan, tables)
        steps.run(row_steps(proved, tables, catalog, padded))
        steps.ask(rule_steps(proved, tables, catalog))
        reject_children(data, proved, tables)
        steps.run(last_steps(tables))
        row = data.execute(
            _COUNTS.format(ready=tables.ready, fault=tables.fault, aside=tables.aside)
        ).fetchone()
    assert row is not None
    return Checked(*row, dates=_found(plan, proved))


def _planned(plan: ImportPlan, tables: StagingTables, catalog: Catalog) -> int:
    """How many statements the check consists of: proofs on the way change these, not their
    number."""
    groups = (
        value_steps(plan, tables),
        row_steps(plan, tables, catalog),
        rule_steps(plan, tables, catalog),
        last_steps(tables),
    )
    return sum(1 for group in groups for _ in group)


class _Steps:
    """Runs the check's statements and tells how many of all that are planned have run."""

    def __init__(self, data: Data, watch: Watch, *, planned: int) -> None:
        self._data = data
        self._watch = watch
        self._planned = planned
        self._done = 0

    def run(self, statements: Iterable[sql.Composed]) -> None:
        """The next group."""
        for statement in statements:
            self._tell()
            _execute(self._data, statement)

    def ask(self, rules: Iterable[RuleStep]) -> None:
        """The next group, of the table's rules."""
        for rule in rules:
            self._tell()
            rule.run(self._data)

    def _tell(self) -> None:
        self._watch.progress(self._done, total=self._planned)
        self._done += 1


def _execute(data: Data, statement: sql.Composed) -> None:
    try:
        data.execute(statement)
    except psycopg.errors.StatementTooComplex as error:
        # JSON nested thousands deep exhausts the server's stack even where it is only tested.
        raise JobFault("value_too_complex") from error


_COUNTS = sql.SQL(
    "SELECT (SELECT count(*) FROM {ready}),"
    " (SELECT count(DISTINCT record) FROM {fault} WHERE code <> 'superseded')"
    " + (SELECT count(*) FROM {aside})"
)
_ANALYZE = sql.SQL("ANALYZE {table}")


def value_steps(plan: ImportPlan, tables: StagingTables) -> Iterator[sql.Composed]:
    """The faults that values show by themselves."""
    yield _DROP_EARLIER.format(suspect=tables.suspect, fault=tables.fault, ready=tables.ready)
    yield _CREATE_FAULT.format(fault=tables.fault)
    if columns := mapped(plan):
        yield create_suspects(plan, tables, columns)
        yield _ANALYZE.format(table=tables.suspect)
        yield value_faults(plan, tables, columns)


def row_steps(
    plan: ImportPlan, tables: StagingTables, catalog: Catalog, padded: Collection[str] = ()
) -> Iterator[sql.Composed]:
    """The faults that show beside the file's other rows, the related tables and the target.
    `padded` are the file's columns whose values have blanks to be trimmed."""
    for link in plan.links:
        yield unknown_items(plan, tables, link, padded)
    yield _ANALYZE.format(table=tables.fault)
    yield create_ready(plan, tables, catalog, padded)
    for index, column in enumerate(plan.columns):
        if column.lookup and column.header is not None and not column.lookup.itself:
            yield unknown_references(plan, tables, index, padded)
    for index, column in self_references(plan):
        yield unknown_parents(plan, tables, index, column)
    if plan.target.natural_key:
        yield duplicates_in_file(plan, tables)
        if plan.target.duplicates is Duplicates.LAST:
            yield drop_superseded(tables)
    if plan.mode is Mode.INSERT and plan.target.natural_key:
        yield already_there(plan, tables)


def rule_steps(plan: ImportPlan, tables: StagingTables, catalog: Catalog) -> Iterator[RuleStep]:
    """The faults that the table's own rules find."""
    yield from unique_faults(plan, tables, catalog)
    yield from check_faults(plan, tables, catalog)


def last_steps(tables: StagingTables) -> Iterator[sql.Composed]:
    """Leave the good rows alone in `ready`."""
    yield drop_faulty(tables)
    yield _ANALYZE.format(table=tables.ready)


_DROP_EARLIER = sql.SQL("DROP TABLE IF EXISTS {suspect}, {fault}, {ready}")
_CREATE_FAULT = sql.SQL("""
CREATE UNLOGGED TABLE {fault} (
    record bigint NOT NULL,
    column_no int,
    code text NOT NULL,
    detail text
)""")


def mapped(plan: ImportPlan) -> dict[int, ColumnPlan]:
    """The columns that the file feeds, by their number; a link is a list of keys like any other."""
    columns = {n: c for n, c in enumerate(plan.columns) if c.header is not None}
    links = {len(plan.columns) + n: _as_column(link) for n, link in enumerate(plan.links)}
    return columns | links


def _as_column(link: LinkPlan) -> ColumnPlan:
    [key] = link.lookup.keys
    return ColumnPlan(
        field=link.field,
        label=link.label,
        column="",
        header=link.header,
        kind=key.kind,
        empty=Empty.REJECT if link.required else Empty.NULL,
        default=None,
        max_length=None,
        precision=None,
        scale=None,
        min_value=None,
        max_value=None,
        choices=(),
        patterns=(),
        lookup=None,
        pk_kind=None,
        updatable=False,
        read_as=link.read_as,
        listed=True,
    )


def _prove_dates(data: Data, plan: ImportPlan, tables: StagingTables) -> ImportPlan:
    """The plan as the file's own dates complete it."""
    if not open_questions(plan):
        return plan
    proved = settle_dates(data, plan, tables)
    changed = {n: c for n, c in mapped(proved).items() if c != mapped(plan)[n]}
    if changed:
        _execute(data, value_faults(proved, tables, changed))
    return proved


_PADDED = sql.SQL("SELECT {columns} FROM {suspect} x JOIN {raw} s ON s.record = x.record")
_IS_PADDED = sql.SQL("coalesce(bool_or({value} <> {trimmed}), false)")


def _padded(data: Data, plan: ImportPlan, tables: StagingTables) -> list[str]:
    """The file's columns with blanks around any value, where these are to be trimmed: all such
    records are suspects."""
    headers = headers_trimmed(plan)
    if not headers:
        return []
    columns = (
        _IS_PADDED.format(value=text_of(plan, header), trimmed=trimmed(plan, header))
        for header in headers
    )
    statement = _PADDED.format(
        columns=sql.SQL(", ").join(columns), suspect=tables.suspect, raw=tables.raw
    )
    row = data.execute(statement).fetchone()
    assert row is not None
    return [header for header, found in zip(headers, row, strict=True) if found]


def _found(plan: ImportPlan, proved: ImportPlan) -> dict[str, str]:
    pairs = zip(plan.columns, proved.columns, strict=True)
    return {new.field: new.read_as.dates.value for old, new in pairs if old != new}
