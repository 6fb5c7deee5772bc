"""Check: every fault of every staged row, set-based, and the good rows typed and in the order of
their key."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import psycopg
from psycopg import sql

from lambda_worker.database import Data
from lambda_worker.faults import JobFault
from lambda_worker.kinds import sql_type
from lambda_worker.plan import ColumnPlan, ImportPlan, Kind, Mode
from lambda_worker.tables import (
    StagingTables,
    ready_column,
    table,
    value_of,
    within_scope,
)
from lambda_worker.typed_values import parent_alias, stored_kind, typed_value
from lambda_worker.value_faults import fault_of, is_well_formed


class Watch(Protocol):
    """What checking tells, and asks, while it runs."""

    def progress(self, done: int, *, total: int | None = None) -> None:
        """`done` of `total` steps are made; raises where a stop was asked for."""
        ...


@dataclass(frozen=True, slots=True)
class Checked:
    """What the check found: rows ready to be written, and records with at least one fault."""

    ready: int
    rejected: int


def check(data: Data, plan: ImportPlan, tables: StagingTables, watch: Watch) -> Checked:
    """Fill the tables `fault` and `ready`. Every record ends in exactly one of them."""
    with data.transaction():
        statements = list(steps(plan, tables))
        for done, statement in enumerate(statements):
            watch.progress(done, total=len(statements))
            _execute(data, statement)
        watch.progress(len(statements), total=len(statements))
        row = data.execute(_COUNTS.format(ready=tables.ready, fault=tables.fault)).fetchone()
    assert row is not None
    return Checked(*row)


def _execute(data: Data, statement: sql.Composed) -> None:
    try:
        data.execute(statement)
    except psycopg.errors.StatementTooComplex as error:
        # JSON nested thousands deep exhausts the server's stack even where it is only tested.
        raise JobFault("value_too_complex") from error


_COUNTS = sql.SQL(
    "SELECT (SELECT count(*) FROM {ready}), (SELECT count(DISTINCT record) FROM {fault})"
)
_ANALYZE = sql.SQL("ANALYZE {table}")


def steps(plan: ImportPlan, tables: StagingTables) -> Iterator[sql.Composed]:
    """The statements of the check, in order."""
    yield _drop_earlier(tables)
    yield _create_fault(tables)
    if any(column.header is not None for column in plan.columns):
        yield value_faults(plan, tables)
    for index, column in enumerate(plan.columns):
        if column.lookup and column.header is not None:
            yield unknown_references(plan, tables, index)
    yield _ANALYZE.format(table=tables.fault)
    yield create_ready(plan, tables)
    if plan.target.natural_key:
        yield duplicates_in_file(plan, tables, plan.target.natural_key, "duplicate_in_file")
    for unique in plan.target.uniques:
        if _all_imported(plan, unique.columns):
            yield duplicates_in_file(plan, tables, unique.columns, "duplicate_in_file")
            yield taken_in_table(plan, tables, unique.columns)
    if plan.mode is Mode.INSERT and plan.target.natural_key:
        yield already_there(plan, tables)
    yield drop_faulty(tables)
    yield _ANALYZE.format(table=tables.ready)


_DROP_EARLIER = sql.SQL("DROP TABLE IF EXISTS {fault}, {ready}")


def _drop_earlier(tables: StagingTables) -> sql.Composed:
    return _DROP_EARLIER.format(fault=tables.fault, ready=tables.ready)


_CREATE_FAULT = sql.SQL("""
CREATE UNLOGGED TABLE {fault} (
    record bigint NOT NULL,
    column_no int,
    code text NOT NULL,
    detail text
)""")


def _create_fault(tables: StagingTables) -> sql.Composed:
    return _CREATE_FAULT.format(fault=tables.fault)


# The WHERE finds the few rows with any fault in one pass; only those are taken apart by column.
_VALUE_FAULTS = sql.SQL("""
INSERT INTO {fault} (record, column_no, code, detail)
SELECT s.record, f.column_no, split_part(f.fault, ' ', 1), NULLIF(split_part(f.fault, ' ', 2), '')
  FROM {raw} s
 CROSS JOIN LATERAL (VALUES {rows}) AS f (column_no, fault)
 WHERE coalesce({faults}) IS NOT NULL
   AND f.fault IS NOT NULL""")
_VALUE_FAULT_ROW = sql.SQL("({index}, {fault})")


def value_faults(plan: ImportPlan, tables: StagingTables) -> sql.Composed:
    """Faults that a value shows by itself."""
    faults = {
        index: fault_of(plan, column)
        for index, column in enumerate(plan.columns)
        if column.header is not None
    }
    rows = (_VALUE_FAULT_ROW.format(index=sql.Literal(n), fault=f) for n, f in faults.items())
    comma = sql.SQL(",\n       ")
    return _VALUE_FAULTS.format(
        fault=tables.fault,
        raw=tables.raw,
        rows=comma.join(rows),
        faults=comma.join(faults.values()),
    )


_UNKNOWN = sql.SQL("""
INSERT INTO {fault} (record, column_no, code)
SELECT s.record, {index}, 'unknown_reference'
  FROM {raw} s
 WHERE {well_formed}
   AND NOT EXISTS (
       SELECT FROM {parent} {alias}
        WHERE {match})""")


def unknown_references(plan: ImportPlan, tables: StagingTables, index: int) -> sql.Composed:
    """Values that name no row of the related table."""
    column = plan.columns[index]
    assert column.lookup is not None
    return _UNKNOWN.format(
        fault=tables.fault,
        index=sql.Literal(index),
        raw=tables.raw,
        well_formed=is_well_formed(column, value_of(plan, column)),
        parent=table(column.lookup.schema, column.lookup.table),
        alias=parent_alias(index),
        match=_parent_match(plan, index),
    )


_MATCH = sql.SQL("{alias}.{key} = {value}{scope}")
_GUARDED = sql.SQL("CASE WHEN {well_formed} THEN CAST({value} AS {type}) END")


def _parent_match(plan: ImportPlan, index: int) -> sql.Composed:
    """The join condition between a raw row and the parent that its column at `index` names."""
    column = plan.columns[index]
    lookup = column.lookup
    assert lookup is not None
    return _MATCH.format(
        alias=parent_alias(index),
        key=sql.Identifier(lookup.keys[0].column),
        value=_key_value(plan, column),
        scope=within_scope(f"p{index + 1}", lookup.scope),
    )


def _key_value(plan: ImportPlan, column: ColumnPlan) -> sql.Composed:
    """The key to look for, typed; a join may see rows whose faults are known already, so casts are
    guarded."""
    value = value_of(plan, column)
    if column.kind is Kind.TEXT:
        return value
    return _GUARDED.format(
        well_formed=is_well_formed(column, value),
        value=value,
        type=sql_type(column.kind),
    )


_CREATE_READY = sql.SQL("""
CREATE UNLOGGED TABLE {ready} AS
SELECT * FROM (
SELECT s.record, {values}
  FROM {raw} s{joins}
 WHERE NOT EXISTS (SELECT FROM {fault} f WHERE f.record = s.record)) typed
 ORDER BY {order}""")
_READY_VALUE = sql.SQL("{value} AS {name}")
_PARENT_JOIN = sql.SQL("\n  LEFT JOIN {parent} {alias} ON {match}")
# The C collation sorts bytes, several times faster than a locale's rules; any order that keeps
# equal prefixes together makes the index inserts local.
_TEXT_KEY = sql.SQL('{name} COLLATE "C"')


def create_ready(plan: ImportPlan, tables: StagingTables) -> sql.Composed:
    """The rows without a fault so far, typed, with their references resolved."""
    indices = range(len(plan.columns))
    values = (
        _READY_VALUE.format(value=typed_value(plan, n), name=ready_column(n)) for n in indices
    )
    joins = (
        _PARENT_JOIN.format(
            parent=table(column.lookup.schema, column.lookup.table),
            alias=parent_alias(n),
            match=_parent_match(plan, n),
        )
        for n, column in enumerate(plan.columns)
        if column.lookup and column.header is not None
    )
    return _CREATE_READY.format(
        ready=tables.ready,
        values=sql.SQL(", ").join(values),
        raw=tables.raw,
        joins=sql.Composed(list(joins)),
        fault=tables.fault,
        order=_order(plan),
    )


def _order(plan: ImportPlan) -> sql.Composable:
    if not plan.target.natural_key:
        return sql.Identifier("record")
    keys = [
        (_TEXT_KEY.format(name=ready_column(n)) if kind is Kind.TEXT else ready_column(n))
        for n in column_indices(plan, plan.target.natural_key)
        for kind in [stored_kind(plan.columns[n])]
    ]
    return sql.SQL(", ").join(keys)


_DUPLICATES = sql.SQL("""
INSERT INTO {fault} (record, column_no, code, detail)
SELECT r.record, {column_no}, {code}, CAST(d.first_record AS text)
  FROM {ready} r
  JOIN (SELECT {keys}, min(record) AS first_record
          FROM {ready}
         GROUP BY {keys}
        HAVING count(*) > 1) d ON {match}
 WHERE r.record > d.first_record""")
_SAME = sql.SQL("r.{name} = d.{name}")


def duplicates_in_file(
    plan: ImportPlan, tables: StagingTables, columns: Sequence[str], code: str
) -> sql.Composed:
    """Rows whose key an earlier line has too. A key with a null in it equals none."""
    names = [ready_column(n) for n in column_indices(plan, columns)]
    return _DUPLICATES.format(
        fault=tables.fault,
        column_no=_one_column(plan, columns),
        code=sql.Literal(code),
        ready=tables.ready,
        keys=sql.SQL(", ").join(names),
        match=sql.SQL(" AND ").join(_SAME.format(name=name) for name in names),
    )


_TAKEN = sql.SQL("""
INSERT INTO {fault} (record, column_no, code)
SELECT r.record, {column_no}, 'taken'
  FROM {ready} r
  JOIN {target} t ON {match}
 WHERE {other_row}""")
_OTHER_ROW = sql.SQL("NOT ({same_key}{scope})")


def taken_in_table(plan: ImportPlan, tables: StagingTables, columns: Sequence[str]) -> sql.Composed:
    """Rows whose unique value another row of the table has."""
    key = plan.target.natural_key
    other_row: sql.Composable = sql.SQL("true")
    if key:
        other_row = _OTHER_ROW.format(
            same_key=key_match(plan, key), scope=within_scope("t", plan.scope)
        )
    return _TAKEN.format(
        fault=tables.fault,
        column_no=_one_column(plan, columns),
        ready=tables.ready,
        target=table(plan.target.schema, plan.target.table),
        match=key_match(plan, columns),
        other_row=other_row,
    )


_ALREADY_THERE = sql.SQL("""
INSERT INTO {fault} (record, column_no, code)
SELECT r.record, {column_no}, 'already_exists'
  FROM {ready} r
 WHERE EXISTS (SELECT FROM {target} t WHERE {match}{scope})""")


def already_there(plan: ImportPlan, tables: StagingTables) -> sql.Composed:
    """In mode insert: rows whose natural key the table has."""
    return _ALREADY_THERE.format(
        fault=tables.fault,
        column_no=_one_column(plan, plan.target.natural_key),
        ready=tables.ready,
        target=table(plan.target.schema, plan.target.table),
        match=key_match(plan, plan.target.natural_key),
        scope=within_scope("t", plan.scope),
    )


_DROP_FAULTY = sql.SQL("DELETE FROM {ready} r USING {fault} f WHERE r.record = f.record")


def drop_faulty(tables: StagingTables) -> sql.Composed:
    """Take the rows out of `ready` that turned out faulty after it was made."""
    return _DROP_FAULTY.format(ready=tables.ready, fault=tables.fault)


_KEY_MATCH = sql.SQL("t.{column} = r.{value}")


def key_match(plan: ImportPlan, columns: Sequence[str]) -> sql.Composed:
    """That the target's row `t` and the ready row `r` agree in `columns`."""
    return sql.SQL(" AND ").join(
        _KEY_MATCH.format(column=sql.Identifier(column), value=ready_column(n))
        for column, n in zip(columns, column_indices(plan, columns), strict=True)
    )


def column_indices(plan: ImportPlan, columns: Sequence[str]) -> list[int]:
    """Where the database columns stand in the plan. KeyError names one that the plan does not
    import."""
    positions = {column.column: n for n, column in enumerate(plan.columns)}
    return [positions[column] for column in columns]


def _all_imported(plan: ImportPlan, columns: Sequence[str]) -> bool:
    return set(columns) <= {column.column for column in plan.columns}


def _one_column(plan: ImportPlan, columns: Sequence[str]) -> sql.Literal:
    """The column to name in a fault of a key: its only one, or none."""
    indices: list[Any] = column_indices(plan, columns)
    return sql.Literal(indices[0] if len(indices) == 1 else None)
