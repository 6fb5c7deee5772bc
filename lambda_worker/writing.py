"""The statements that write a batch of ready rows, and those that account for what was not
written."""

from __future__ import annotations

from collections.abc import Iterator

from psycopg import sql

from lambda_worker.candidates import stamp_value
from lambda_worker.keys import key_match, one_column
from lambda_worker.plan import ImportPlan, Mode
from lambda_worker.tables import (
    StagingTables,
    fixed_value,
    ready_column,
    table,
    within_scope,
)
from lambda_worker.tree import self_references
from lambda_worker.updating import differs, stays, updatable

_MATCH = sql.SQL("{match}{scope}")


def row_match(plan: ImportPlan) -> sql.Composed:
    """That the target's row `t` is the one that the ready row `r` stands for."""
    return _MATCH.format(
        match=key_match(plan, plan.target.natural_key), scope=within_scope("t", plan.scope)
    )


# A row that would stay the same is neither written nor locked.
_UPDATE = sql.SQL("""
UPDATE {target} t
   SET {assignments}
  FROM {ready} r
 WHERE {batch}
   AND {match}
   AND {differs}""")
_ASSIGN = sql.SQL("{column} = {value}")
_NEW = sql.SQL("r.{value}")


def update_changed(plan: ImportPlan, tables: StagingTables, batch: sql.Composed) -> sql.Composed:
    """Bring the table's rows of a batch up to the file, where they differ."""
    assignments = [
        _ASSIGN.format(
            column=sql.Identifier(plan.columns[n].column), value=_NEW.format(value=ready_column(n))
        )
        for n in updatable(plan)
    ]
    assignments += [
        _ASSIGN.format(column=sql.Identifier(column), value=value)
        for column, value in _stamps(plan, on_update=True)
    ]
    return _UPDATE.format(
        target=table(plan.target.schema, plan.target.table),
        assignments=sql.SQL(", ").join(assignments),
        ready=tables.ready,
        batch=batch,
        match=row_match(plan),
        differs=differs(plan),
    )


# With DO NOTHING another session's row with the same key makes no error, but a row that was not
# inserted.
_INSERT = sql.SQL("""
INSERT INTO {target} ({columns})
SELECT {values}
  FROM {ready} r
 WHERE {batch}{unless_there}
 ORDER BY r.ctid{on_conflict}""")
_DO_NOTHING = sql.SQL("\n    ON CONFLICT DO NOTHING")
_UNLESS_THERE = sql.SQL("\n   AND NOT EXISTS (SELECT FROM {target} t WHERE {match})")
_NOTHING = sql.SQL("")


def insert_new(
    plan: ImportPlan, tables: StagingTables, batch: sql.Composed, *, careful: bool = True
) -> sql.Composed:
    """Insert the rows of a batch whose key the table does not have."""
    columns: dict[str, sql.Composable] = {
        c.column: _NEW.format(value=ready_column(n)) for n, c in enumerate(plan.columns)
    }
    columns |= {fixed.column: fixed_value(fixed) for fixed in plan.constants}
    columns |= dict(_stamps(plan, on_update=False))
    if self_references(plan):
        columns[plan.target.pk_column] = sql.SQL("r.pk")
    return _INSERT.format(
        target=table(plan.target.schema, plan.target.table),
        columns=sql.SQL(", ").join(map(sql.Identifier, columns)),
        values=sql.SQL(", ").join(columns.values()),
        ready=tables.ready,
        batch=batch,
        unless_there=_unless_there(plan),
        on_conflict=_DO_NOTHING if careful and not plan.exclusive else _NOTHING,
    )


def _unless_there(plan: ImportPlan) -> sql.Composable:
    # In mode insert the check has set aside what was there: a row that came since is a conflict.
    if plan.mode is Mode.INSERT or not plan.target.natural_key:
        return _NOTHING
    return _UNLESS_THERE.format(
        target=table(plan.target.schema, plan.target.table), match=row_match(plan)
    )


def _stamps(plan: ImportPlan, *, on_update: bool) -> Iterator[tuple[str, sql.Composed]]:
    """What Django's save() would have set. An insert sets all of them, an update the auto_now
    ones."""
    for stamp in plan.target.stamps:
        if stamp.on_update or not on_update:
            yield stamp.column, stamp_value(plan, stamp)


# -- Accounts --------------------------------------------------------------------------------------

_WRITTEN_HERE = sql.SQL("t.xmin = pg_current_xact_id()::xid")
_NOT_WRITTEN = sql.SQL("t.xmin <> pg_current_xact_id()::xid")
_AND = sql.SQL("({a} AND {b})")
_OR = sql.SQL("({a} OR {b})")


def untouched(plan: ImportPlan) -> sql.Composable:
    """That `t` is not of this transaction's making, and (in an upsert) as the file wants it."""
    if plan.mode is Mode.INSERT_NEW or not updatable(plan):
        return _NOT_WRITTEN
    return _AND.format(a=_NOT_WRITTEN, b=stays(plan))


def as_imported(plan: ImportPlan) -> sql.Composable:
    """That `t` is as the import wants it: written here, or in an upsert left as it was rightly."""
    if plan.mode is not Mode.UPSERT:
        return _WRITTEN_HERE
    return _OR.format(a=_WRITTEN_HERE, b=untouched(plan))


# What this transaction wrote, and what stood there as the mode wants it, is accounted for; the rest
# met another session's write. An update keeps a row's key, so the key tells which row is which.
_CONFLICTS = sql.SQL("""
INSERT INTO {fault} (record, column_no, code)
SELECT r.record, {column_no}, 'conflict'
  FROM {ready} r
 WHERE NOT EXISTS (
       SELECT FROM {target} t
        WHERE {match}
          AND {accounted_for})""")


def conflicts(plan: ImportPlan, tables: StagingTables) -> sql.Composed:
    """Make faults of the rows that were neither written nor found as the mode wants
    them."""
    accounted_for: sql.Composable = _WRITTEN_HERE
    if plan.mode is not Mode.INSERT:
        accounted_for = _OR.format(a=_WRITTEN_HERE, b=untouched(plan))
    return _CONFLICTS.format(
        fault=tables.fault,
        column_no=one_column(plan, plan.target.natural_key),
        ready=tables.ready,
        target=table(plan.target.schema, plan.target.table),
        match=row_match(plan),
        accounted_for=accounted_for,
    )


_COUNT_UNTOUCHED = sql.SQL("""
SELECT count(*)
  FROM {ready} r
  JOIN {target} t ON {match}
 WHERE {untouched}""")


def count_untouched(plan: ImportPlan, tables: StagingTables) -> sql.Composed:
    """The rows that stood there already and were rightly left alone; none in mode
    insert."""
    return _COUNT_UNTOUCHED.format(
        ready=tables.ready,
        target=table(plan.target.schema, plan.target.table),
        match=row_match(plan),
        untouched=sql.SQL("false") if plan.mode is Mode.INSERT else untouched(plan),
    )


_COMPARED = sql.SQL("""
SELECT count(*), count(*) FILTER (WHERE t.{pk} IS NULL), count(*) FILTER (WHERE {differs})
  FROM {ready} r
  LEFT JOIN {target} t ON {match}""")


def compared(plan: ImportPlan, tables: StagingTables) -> sql.Composed:
    """How many rows there are, how many of them are new, and how many are to be changed (none where
    the mode changes none)."""
    changes = plan.mode is Mode.UPSERT and bool(updatable(plan))
    pk = sql.Identifier(plan.target.pk_column)
    return _COMPARED.format(
        pk=pk,
        differs=_IS_CHANGED.format(pk=pk, differs=differs(plan)) if changes else sql.SQL("false"),
        ready=tables.ready,
        target=table(plan.target.schema, plan.target.table),
        match=row_match(plan),
    )


_IS_CHANGED = sql.SQL("t.{pk} IS NOT NULL AND {differs}")
