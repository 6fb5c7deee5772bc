"""Apply: the ready rows into the target, in the transaction that also ends the job."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, Protocol

import psycopg
from psycopg import sql

from lambda_worker.checking import column_indices, drop_faulty, key_match
from lambda_worker.database import Data
from lambda_worker.faults import JobFault
from lambda_worker.kinds import sql_type
from lambda_worker.plan import Default, ImportPlan, Kind, Mode, Source
from lambda_worker.tables import StagingTables, fixed_value, ready_column, table, within_scope
from lambda_worker.typed_values import generated

BATCHES: Final = 16
"""Ten batches cost a few per cent of an import, a hundred a quarter (measured); sixteen give a
progress and an ear for cancel requests every second or so of a long load, and bound the triggers'
memory."""

SMALLEST_BATCH_PAGES: Final = 256
"""2 MiB of ready rows: below that a batch takes well under a second."""


class Watch(Protocol):
    """What applying tells, and asks, while it runs."""

    def progress(self, done: int, *, total: int | None = None) -> None:
        """`done` of `total` rows are written; raises where a stop was asked for."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Applied:
    """Rows by what became of them. With the rejects they add up to the records read."""

    inserted: int = 0
    updated: int = 0
    unchanged: int = 0
    skipped: int = 0
    conflicting: int = 0
    """Rows that somebody else's write got in the way of; they have become faults."""


def apply(data: Data, plan: ImportPlan, tables: StagingTables, watch: Watch) -> Applied:
    """Write the ready rows, in the caller's transaction and turn. JobFault where the table refuses
    them all."""
    # Django's foreign keys are deferred: checked at once, a batch's memory is bounded and COMMIT is
    # instant.
    data.execute(_IMMEDIATE)
    for statement in vanished_parents(plan, tables):
        data.execute(statement)
    data.execute(drop_faulty(tables))
    total = _count(data, _COUNT.format(ready=tables.ready))
    try:
        return _apply_batches(data, plan, tables, watch, total)
    except _REFUSALS as error:
        raise JobFault("refused_by_table", rule=_rule(error)) from error


_REFUSALS: Final = (
    psycopg.errors.IntegrityError,
    psycopg.errors.DataError,
    psycopg.errors.ProgramLimitExceeded,  # an index takes values of some 2,700 bytes at most
    psycopg.errors.RaiseException,  # a trigger of the app's own
)


def _rule(error: psycopg.Error) -> str:
    """What to name to the user: a rule's name, or the words that a trigger's author chose."""
    if isinstance(error, psycopg.errors.RaiseException):
        return error.diag.message_primary or "a trigger"
    return error.diag.constraint_name or error.diag.column_name or "its columns' types and indexes"


_IMMEDIATE = "SET CONSTRAINTS ALL IMMEDIATE"
_COUNT = sql.SQL("SELECT count(*) FROM {ready}")
_PAGES = sql.SQL("SELECT pg_relation_size({name}) / current_setting('block_size')::int")
_BATCH = sql.SQL("r.ctid >= {first} AND r.ctid < {end}")
_BATCH_COUNT = sql.SQL("SELECT count(*) FROM {ready} r WHERE {batch}")


def _count(data: Data, statement: sql.Composed) -> int:
    row = data.execute(statement).fetchone()
    assert row is not None
    return int(row[0])


def _apply_batches(
    data: Data, plan: ImportPlan, tables: StagingTables, watch: Watch, total: int
) -> Applied:
    inserted = updated = unchanged = skipped = conflicting = done = 0
    for batch in _batches(data, tables):
        watch.progress(done, total=total)
        rows = _count(data, _BATCH_COUNT.format(ready=tables.ready, batch=batch))
        batch_updated = _updated(data, plan, tables, batch)
        batch_inserted = data.execute(insert_new(plan, tables, batch)).rowcount
        left = rows - batch_updated - batch_inserted
        if left:
            conflicting += data.execute(conflicts(plan, tables, batch)).rowcount
            found = _count(data, count_untouched(plan, tables, batch))
            if plan.mode is Mode.UPSERT:
                unchanged += found
            else:
                skipped += found
        inserted += batch_inserted
        updated += batch_updated
        done += rows
    watch.progress(done, total=total)
    return Applied(
        inserted=inserted,
        updated=updated,
        unchanged=unchanged,
        skipped=skipped,
        conflicting=conflicting,
    )


def _batches(data: Data, tables: StagingTables) -> Iterator[sql.Composed]:
    """Conditions on `r` that take the ready table apart by its pages, which follow the key's
    order."""
    name = sql.Literal(tables.ready.as_string(data))
    pages = _count(data, _PAGES.format(name=name))
    size = max(SMALLEST_BATCH_PAGES, -(-pages // BATCHES))
    for first in range(0, pages, size):
        yield _BATCH.format(first=_tid(first), end=_tid(first + size))


_TID = sql.SQL("CAST({tid} AS tid)")


def _tid(page: int) -> sql.Composed:
    return _TID.format(tid=sql.Literal(f"({page},0)"))


# The parents are locked as a foreign-key check would lock them; one that is gone by now makes a
# reject.
_VANISHED = sql.SQL("""
WITH present AS (
    SELECT p.{pk} AS pk
      FROM {parent} p
     WHERE p.{pk} IN (SELECT r.{value} FROM {ready} r)
       FOR KEY SHARE)
INSERT INTO {fault} (record, column_no, code)
SELECT r.record, {index}, 'reference_vanished'
  FROM {ready} r
 WHERE r.{value} IS NOT NULL
   AND NOT EXISTS (SELECT FROM present WHERE present.pk = r.{value})""")


def vanished_parents(plan: ImportPlan, tables: StagingTables) -> Iterator[sql.Composed]:
    """For each lookup: lock the parents, and set the rows aside whose parent is gone."""
    for index, column in enumerate(plan.columns):
        if column.lookup and column.header is not None:
            yield _VANISHED.format(
                pk=sql.Identifier(column.lookup.pk_column),
                parent=table(column.lookup.schema, column.lookup.table),
                value=ready_column(index),
                ready=tables.ready,
                fault=tables.fault,
                index=sql.Literal(index),
            )


def _updated(data: Data, plan: ImportPlan, tables: StagingTables, batch: sql.Composed) -> int:
    if plan.mode is not Mode.UPSERT or not updatable(plan):
        return 0
    return data.execute(update_changed(plan, tables, batch)).rowcount


def updatable(plan: ImportPlan) -> list[int]:
    """The plan's columns that an upsert may change: from the file, declared so, and not of the
    key."""
    return [
        n
        for n, column in enumerate(plan.columns)
        if column.updatable
        and column.header is not None
        and column.column not in plan.target.natural_key
    ]


# A row that would stay the same is neither written nor locked.
_UPDATE = sql.SQL("""
UPDATE {target} t
   SET {assignments}
  FROM {ready} r
 WHERE {batch}
   AND {match}{scope}
   AND ROW({old}) IS DISTINCT FROM ROW({new})""")
_ASSIGN = sql.SQL("{column} = {value}")
_OLD = sql.SQL("t.{column}")
_NEW = sql.SQL("r.{value}")


def update_changed(plan: ImportPlan, tables: StagingTables, batch: sql.Composed) -> sql.Composed:
    """Bring the table's rows of a batch up to the file, where they differ."""
    columns = updatable(plan)
    old = [_OLD.format(column=sql.Identifier(plan.columns[n].column)) for n in columns]
    new = [_NEW.format(value=ready_column(n)) for n in columns]
    assignments = [
        _ASSIGN.format(column=sql.Identifier(plan.columns[n].column), value=value)
        for n, value in zip(columns, new, strict=True)
    ]
    assignments += [
        _ASSIGN.format(column=sql.Identifier(column), value=value)
        for column, value in _stamps(plan, on_update=True)
    ]
    comma = sql.SQL(", ")
    return _UPDATE.format(
        target=table(plan.target.schema, plan.target.table),
        assignments=comma.join(assignments),
        ready=tables.ready,
        batch=batch,
        match=key_match(plan, plan.target.natural_key),
        scope=within_scope("t", plan.scope),
        old=comma.join(old),
        new=comma.join(new),
    )


# DO NOTHING: another session's row with the same key makes no error, but a row that was not
# inserted.
_INSERT = sql.SQL("""
INSERT INTO {target} ({columns})
SELECT {values}
  FROM {ready} r
 WHERE {batch}{unless_there}
 ORDER BY r.ctid
    ON CONFLICT DO NOTHING""")
_UNLESS_THERE = sql.SQL("\n   AND NOT EXISTS (SELECT FROM {target} t WHERE {match}{scope})")


def insert_new(plan: ImportPlan, tables: StagingTables, batch: sql.Composed) -> sql.Composed:
    """Insert the rows of a batch whose key the table does not have."""
    columns = {c.column: _NEW.format(value=ready_column(n)) for n, c in enumerate(plan.columns)}
    columns |= {fixed.column: fixed_value(fixed) for fixed in plan.constants}
    columns |= dict(_stamps(plan, on_update=False))
    return _INSERT.format(
        target=table(plan.target.schema, plan.target.table),
        columns=sql.SQL(", ").join(map(sql.Identifier, columns)),
        values=sql.SQL(", ").join(columns.values()),
        ready=tables.ready,
        batch=batch,
        unless_there=_unless_there(plan),
    )


def _unless_there(plan: ImportPlan) -> sql.Composable:
    # In mode insert the check has set aside what was there: a row that came since is a conflict.
    if plan.mode is Mode.INSERT or not plan.target.natural_key:
        return sql.SQL("")
    return _UNLESS_THERE.format(
        target=table(plan.target.schema, plan.target.table),
        match=key_match(plan, plan.target.natural_key),
        scope=within_scope("t", plan.scope),
    )


def _stamps(plan: ImportPlan, *, on_update: bool) -> Iterator[tuple[str, sql.Composed]]:
    """What Django's save() would have set. An insert sets all of them, an update the auto_now
    ones."""
    types = {Source.NOW: Kind.DATETIME, Source.TODAY: Kind.DATE}
    for stamp in plan.target.stamps:
        if stamp.on_update or not on_update:
            type_ = sql_type(types[stamp.source])
            value = generated(Default(source=stamp.source), type_, plan)
            yield stamp.column, sql.Composed([value])


# What this transaction wrote, and what stood there as the mode wants it, is accounted for; the rest
# met another session's write. An update keeps a row's key, so the key tells which row is which.
_CONFLICTS = sql.SQL("""
INSERT INTO {fault} (record, column_no, code)
SELECT r.record, {column_no}, 'conflict'
  FROM {ready} r
 WHERE {batch}
   AND NOT EXISTS (
       SELECT FROM {target} t
        WHERE {match}{scope}
          AND ({written}{or_untouched}))""")
_WRITTEN_HERE = sql.SQL("t.xmin = pg_current_xact_id()::xid")
_OR_UNTOUCHED = sql.SQL(" OR ({untouched})")


def conflicts(plan: ImportPlan, tables: StagingTables, batch: sql.Composed) -> sql.Composed:
    """Make faults of the rows of a batch that were neither written nor found as the mode wants
    them."""
    key = plan.target.natural_key
    or_untouched: sql.Composable = sql.SQL("")
    if plan.mode is not Mode.INSERT:
        or_untouched = _OR_UNTOUCHED.format(untouched=_untouched(plan))
    return _CONFLICTS.format(
        fault=tables.fault,
        column_no=sql.Literal(column_indices(plan, key)[0] if len(key) == 1 else None),
        ready=tables.ready,
        batch=batch,
        target=table(plan.target.schema, plan.target.table),
        match=key_match(plan, key),
        scope=within_scope("t", plan.scope),
        written=_WRITTEN_HERE,
        or_untouched=or_untouched,
    )


_COUNT_UNTOUCHED = sql.SQL("""
SELECT count(*)
  FROM {ready} r
  JOIN {target} t ON {match}{scope}
 WHERE {batch}
   AND {untouched}""")


def count_untouched(plan: ImportPlan, tables: StagingTables, batch: sql.Composed) -> sql.Composed:
    """The rows of a batch that stood there already and were rightly left alone; none in mode
    insert."""
    return _COUNT_UNTOUCHED.format(
        ready=tables.ready,
        target=table(plan.target.schema, plan.target.table),
        match=key_match(plan, plan.target.natural_key),
        scope=within_scope("t", plan.scope),
        batch=batch,
        untouched=sql.SQL("false") if plan.mode is Mode.INSERT else _untouched(plan),
    )


_NOT_WRITTEN = sql.SQL("t.xmin <> pg_current_xact_id()::xid")
_SAME_VALUES = sql.SQL("{not_written} AND ROW({old}) IS NOT DISTINCT FROM ROW({new})")


def _untouched(plan: ImportPlan) -> sql.Composable:
    """That `t` is not of this transaction's making, and (in an upsert) as the file wants it."""
    columns = updatable(plan)
    if plan.mode is Mode.INSERT_NEW or not columns:
        return _NOT_WRITTEN
    comma = sql.SQL(", ")
    return _SAME_VALUES.format(
        not_written=_NOT_WRITTEN,
        old=comma.join(_OLD.format(column=sql.Identifier(plan.columns[n].column)) for n in columns),
        new=comma.join(_NEW.format(value=ready_column(n)) for n in columns),
    )
