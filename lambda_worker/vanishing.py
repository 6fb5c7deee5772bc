"""Related rows that were deleted between check and apply: locked if they are there, and a fault if
not."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from psycopg import sql

from lambda_worker.plan import ImportPlan
from lambda_worker.tables import StagingTables, linked_column, ready_column, table

# The parents are locked as a foreign-key check would lock them.
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
_VANISHED_ITEMS = sql.SQL("""
WITH present AS (
    SELECT p.{pk} AS pk
      FROM {parent} p
     WHERE p.{pk} IN (SELECT unnest(r.{wanted}) FROM {ready} r)
       FOR KEY SHARE)
INSERT INTO {fault} (record, column_no, code)
SELECT DISTINCT r.record, {index}, 'reference_vanished'
  FROM {ready} r
 CROSS JOIN LATERAL unnest(r.{wanted}) AS w (pk)
 WHERE NOT EXISTS (SELECT FROM present WHERE present.pk = w.pk)""")


def vanished_parents(
    plan: ImportPlan, tables: StagingTables, watched: Collection[str] = ()
) -> Iterator[sql.Composed]:
    """For each lookup and link: lock the parents, and set the rows aside whose parent is gone. Not
    for the columns `watched`, which the database itself looks after."""
    for index, column in enumerate(plan.columns):
        if column.lookup and column.header is not None and column.column not in watched:
            yield _VANISHED.format(
                pk=sql.Identifier(column.lookup.pk_column),
                parent=table(column.lookup.schema, column.lookup.table),
                value=ready_column(index),
                ready=tables.ready,
                fault=tables.fault,
                index=sql.Literal(index),
            )
    for index, link in enumerate(plan.links):
        yield _VANISHED_ITEMS.format(
            pk=sql.Identifier(link.lookup.pk_column),
            parent=table(link.lookup.schema, link.lookup.table),
            wanted=linked_column(index),
            ready=tables.ready,
            fault=tables.fault,
            index=sql.Literal(len(plan.columns) + index),
        )
