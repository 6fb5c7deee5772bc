"""The table `ready`: every record as typed values, in the order of its natural key."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from psycopg import sql

from lambda_worker.catalog import Catalog
from lambda_worker.lookups import key_columns, linked, parent_joins
from lambda_worker.plan import ColumnPlan, ImportPlan, Kind
from lambda_worker.staged_values import staged
from lambda_worker.tables import (
    StagingTables,
    asked_column,
    linked_column,
    ready_column,
)
from lambda_worker.tree import self_references
from lambda_worker.type_tests import guarded
from lambda_worker.typed_values import typed_value

# Casts fail where a value is faulty, so records with a fault go the longer way of the second half:
# their other values may have more faults to be found.
_CREATE = sql.SQL("""
CREATE UNLOGGED TABLE {ready} AS
SELECT * FROM (
SELECT s.record,
       {values}
  FROM {staged} s{joins}
 WHERE NOT EXISTS (SELECT FROM {fault} f WHERE f.record = s.record)
 UNION ALL
SELECT s.record,
       {guarded_values}
  FROM {staged} s
  JOIN (SELECT record, array_agg(column_no) AS faulty
          FROM {fault}
         GROUP BY record) f ON f.record = s.record{joins}) typed
 ORDER BY {order}""")
_VALUE = sql.SQL("{value} AS {name}")
_COMMA = sql.SQL(",\n       ")


def create_ready(
    plan: ImportPlan, tables: StagingTables, catalog: Catalog, padded: Collection[str]
) -> sql.Composed:
    """All records, typed, with their references resolved; a value with a fault is NULL. `padded`
    are the file's columns whose values have blanks to be trimmed."""
    return _CREATE.format(
        ready=tables.ready,
        staged=staged(plan, tables, padded),
        fault=tables.fault,
        joins=parent_joins(plan),
        values=_COMMA.join(_values(plan, catalog, sound=True)),
        guarded_values=_COMMA.join(_values(plan, catalog, sound=False)),
        order=_order(plan),
    )


def _values(plan: ImportPlan, catalog: Catalog, *, sound: bool) -> Iterator[sql.Composed]:
    for n, column in enumerate(plan.columns):
        value = typed_value(plan, n, catalog)
        if not sound and column.header is not None:
            value = _SOUND.format(number=sql.Literal(n), value=value)
        collation = catalog.collation(column.column)
        if collation is not None and column.lookup is None:
            value = _COLLATED.format(value=value, collation=collation)
        yield _VALUE.format(value=value, name=ready_column(n))
    for n, link in enumerate(plan.links):
        yield _VALUE.format(value=linked(plan, link), name=linked_column(n))
    for n, column in self_references(plan):
        yield _VALUE.format(value=_asked(plan, column), name=asked_column(n))
    if self_references(plan):
        yield _NO_KEY.format(type=_pk_type(plan, catalog))


_NO_KEY = sql.SQL("CAST(NULL AS {type}) AS pk")
# Which keys are the same, the column's collation says: it may take no notice of case.
_COLLATED = sql.SQL("{value} COLLATE {collation}")
_SOUND = sql.SQL("CASE WHEN {number} = ANY (f.faulty) THEN NULL ELSE {value} END")


def _asked(plan: ImportPlan, column: ColumnPlan) -> sql.Composed:
    assert column.lookup is not None
    [(key, value)] = key_columns(plan, column.lookup)
    return guarded(key.kind, column.read_as, value)


def _pk_type(plan: ImportPlan, catalog: Catalog) -> sql.SQL:
    return catalog.column(plan.target.pk_column).type


# The C collation sorts bytes, several times faster than a locale's rules; any order that keeps
# equal prefixes together makes the index inserts local.
_TEXT_KEY = sql.SQL('{name} COLLATE "C"')


def _order(plan: ImportPlan) -> sql.Composable:
    keys = [
        _TEXT_KEY.format(name=ready_column(n))
        if column.kind is Kind.TEXT and not (column.lookup or column.listed)
        else ready_column(n)
        for n, column in enumerate(plan.columns)
        if column.column in plan.target.natural_key
    ]
    return sql.SQL(", ").join(keys) if keys else sql.Identifier("record")
