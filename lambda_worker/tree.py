"""Self references: rows whose parent may stand anywhere in the same file."""

from __future__ import annotations

from collections.abc import Iterator

from psycopg import sql

from lambda_worker.database import Data
from lambda_worker.keys import key_match
from lambda_worker.plan import ColumnPlan, ImportPlan
from lambda_worker.tables import (
    StagingTables,
    asked_column,
    ready_column,
    table,
    within_scope,
)


def self_references(plan: ImportPlan) -> list[tuple[int, ColumnPlan]]:
    """The plan's mapped columns that refer to rows of the target itself, with their numbers."""
    return [
        (n, column)
        for n, column in enumerate(plan.columns)
        if column.lookup is not None and column.lookup.itself and column.header is not None
    ]


def _key_column(plan: ImportPlan, column: ColumnPlan) -> sql.Identifier:
    """The column of `ready` that holds what a self reference asks for."""
    assert column.lookup is not None
    [key] = column.lookup.keys
    return ready_column([c.column for c in plan.columns].index(key.column))


_UNKNOWN = sql.SQL("""
INSERT INTO {fault} (record, column_no, code)
SELECT r.record, {index}, 'unknown_reference'
  FROM {ready} r
 WHERE r.{parent} IS NULL AND r.{asked} IS NOT NULL
   AND NOT EXISTS (SELECT FROM {ready} o WHERE o.{key} = r.{asked})""")


def unknown_parents(
    plan: ImportPlan, tables: StagingTables, index: int, column: ColumnPlan
) -> sql.Composed:
    """Self references that neither the table nor the file answers."""
    return _UNKNOWN.format(
        fault=tables.fault,
        index=sql.Literal(index),
        ready=tables.ready,
        parent=ready_column(index),
        asked=asked_column(index),
        key=_key_column(plan, column),
    )


# Of one key at most one record is without a fault: where there is none, the key is rejected, and so
# are the records that ask for it, which may make their own keys rejected.
_REJECTED = sql.SQL("""
WITH RECURSIVE faulty AS MATERIALIZED (
    SELECT DISTINCT f.record FROM {fault} f
), good AS MATERIALIZED (
    SELECT r.{key} AS key
      FROM {ready} r
     WHERE NOT EXISTS (SELECT FROM faulty f WHERE f.record = r.record)
), rejected (key) AS (
    SELECT r.{key}
      FROM {ready} r
     WHERE r.{key} IS NOT NULL
       AND NOT EXISTS (SELECT FROM good g WHERE g.key = r.{key})
     UNION
    SELECT c.{key}
      FROM rejected p
      JOIN {ready} c ON c.{asked} = p.key AND c.{parent} IS NULL
     WHERE NOT EXISTS (SELECT FROM faulty f WHERE f.record = c.record)
)
INSERT INTO {fault} (record, column_no, code)
SELECT c.record, {index}, 'reference_rejected'
  FROM rejected p
  JOIN {ready} c ON c.{asked} = p.key AND c.{parent} IS NULL
 WHERE NOT EXISTS (
       SELECT FROM {fault} f
        WHERE f.record = c.record AND f.column_no = {index} AND f.code = 'reference_rejected')""")


def rejected_parents(
    plan: ImportPlan, tables: StagingTables, index: int, column: ColumnPlan
) -> sql.Composed:
    """Records whose parent stands in the file alone and is a reject."""
    return _REJECTED.format(
        fault=tables.fault,
        index=sql.Literal(index),
        ready=tables.ready,
        parent=ready_column(index),
        asked=asked_column(index),
        key=_key_column(plan, column),
    )


def reject_children(data: Data, plan: ImportPlan, tables: StagingTables) -> None:
    """Reject what refers to rejects, until no more is found."""
    references = self_references(plan)
    while sum(
        data.execute(rejected_parents(plan, tables, index, column)).rowcount
        for index, column in references
    ):
        if len(references) == 1:
            return  # the statement itself follows one reference to its end


# -- Ids -------------------------------------------------------------------------------------------

_SET_KEYS = sql.SQL("""
UPDATE {ready} r
   SET pk = coalesce(x.pk, {new})
  FROM (SELECT o.record, t.{pk} AS pk
          FROM {ready} o
          LEFT JOIN {target} t ON {match}{scope}) x
 WHERE x.record = r.record""")
_NEXT = sql.SQL("nextval((SELECT CAST(pg_get_serial_sequence({table}, {column}) AS regclass)))")
_OWN = sql.SQL("r.{value}")
_SET_PARENTS = sql.SQL("""
UPDATE {ready} r
   SET {parent} = p.pk
  FROM {ready} p
 WHERE p.{key} = r.{asked} AND r.{parent} IS NULL""")


def assign_ids(plan: ImportPlan, tables: StagingTables) -> Iterator[sql.Composed]:
    """Give each row the id that it has in the table or will have, and each child its parent's.

    A row that is skipped later leaves a gap in the sequence, as any rolled-back insert does.
    """
    references = self_references(plan)
    if not references:
        return
    target = table(plan.target.schema, plan.target.table)
    yield _SET_KEYS.format(
        ready=tables.ready,
        new=_new_key(plan, target),
        pk=sql.Identifier(plan.target.pk_column),
        target=target,
        match=key_match(plan, plan.target.natural_key, row="o"),
        scope=within_scope("t", plan.scope),
    )
    for index, column in references:
        yield _SET_PARENTS.format(
            ready=tables.ready,
            parent=ready_column(index),
            asked=asked_column(index),
            key=_key_column(plan, column),
        )


def _new_key(plan: ImportPlan, target: sql.Identifier) -> sql.Composed:
    columns = [column.column for column in plan.columns]
    if plan.target.pk_column in columns:
        return _OWN.format(value=ready_column(columns.index(plan.target.pk_column)))
    return _NEXT.format(
        table=sql.Literal(target.as_string()), column=sql.Literal(plan.target.pk_column)
    )
