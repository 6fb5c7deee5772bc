"""The natural key: which rows of file and table are the same, and which line of the file counts."""

from __future__ import annotations

from collections.abc import Sequence

from psycopg import sql

from lambda_worker.plan import Duplicates, ImportPlan
from lambda_worker.tables import StagingTables, ready_column, table, within_scope

_KEY_MATCH = sql.SQL("t.{column} = {row}.{value}")


def key_match(plan: ImportPlan, columns: Sequence[str], row: str = "r") -> sql.Composed:
    """That the target's row `t` and a row of `ready` agree in `columns`."""
    return sql.SQL(" AND ").join(
        _KEY_MATCH.format(
            column=sql.Identifier(column), row=sql.Identifier(row), value=ready_column(n)
        )
        for column, n in zip(columns, column_indices(plan, columns), strict=True)
    )


def column_indices(plan: ImportPlan, columns: Sequence[str]) -> list[int]:
    """Where the database columns stand in the plan. KeyError names one that the plan does not
    import."""
    positions = {column.column: n for n, column in enumerate(plan.columns)}
    return [positions[column] for column in columns]


def one_column(plan: ImportPlan, columns: Sequence[str]) -> sql.Literal:
    """The number to name in a fault that concerns `columns`: the only one that is imported, or
    NULL."""
    positions = {column.column: n for n, column in enumerate(plan.columns)}
    known = [positions[column] for column in columns if column in positions]
    return sql.Literal(known[0] if len(known) == 1 else None)


# -- The same key twice in the file ----------------------------------------------------------------

_LATER = sql.SQL("""
INSERT INTO {fault} (record, column_no, code, detail)
SELECT r.record, {column_no}, 'duplicate_in_file', CAST(d.first AS text)
  FROM {ready} r
  JOIN (SELECT {keys}, min(record) AS first
          FROM {ready}
         GROUP BY {keys}
        HAVING count(*) > 1) d ON {match}
 WHERE r.record > d.first""")
_EARLIER = sql.SQL("""
INSERT INTO {fault} (record, code)
SELECT r.record, 'superseded'
  FROM {ready} r
  JOIN (SELECT {keys}, max(record) AS last
          FROM {ready}
         GROUP BY {keys}
        HAVING count(*) > 1) d ON {match}
 WHERE r.record < d.last""")
_ALL = sql.SQL("""
INSERT INTO {fault} (record, column_no, code, detail)
SELECT x.record, {column_no}, 'duplicate_in_file',
       CAST(CASE WHEN x.record = x.first THEN x.second ELSE x.first END AS text)
  FROM (SELECT r.record, d.first,
               lead(r.record) OVER (PARTITION BY d.first ORDER BY r.record) AS second
          FROM {ready} r
          JOIN (SELECT {keys}, min(record) AS first
                  FROM {ready}
                 GROUP BY {keys}
                HAVING count(*) > 1) d ON {match}) x""")
_TEMPLATES = {Duplicates.FIRST: _LATER, Duplicates.LAST: _EARLIER, Duplicates.NONE: _ALL}
_SAME = sql.SQL("r.{name} = d.{name}")


def duplicates_in_file(plan: ImportPlan, tables: StagingTables) -> sql.Composed:
    """Rows whose natural key another line has too, but for the one that counts. A key with a null
    in it equals none."""
    columns = plan.target.natural_key
    names = [ready_column(n) for n in column_indices(plan, columns)]
    return _TEMPLATES[plan.target.duplicates].format(
        fault=tables.fault,
        column_no=one_column(plan, columns),
        ready=tables.ready,
        keys=sql.SQL(", ").join(names),
        match=sql.SQL(" AND ").join(_SAME.format(name=name) for name in names),
    )


_DROP_SUPERSEDED = sql.SQL(
    "DELETE FROM {ready} r USING {fault} f WHERE f.record = r.record AND f.code = 'superseded'"
)


def drop_superseded(tables: StagingTables) -> sql.Composed:
    """Take the rows out of `ready` that a later line stands in for."""
    return _DROP_SUPERSEDED.format(ready=tables.ready, fault=tables.fault)


# -- The same key in the table ---------------------------------------------------------------------

_ALREADY_THERE = sql.SQL("""
INSERT INTO {fault} (record, column_no, code)
SELECT r.record, {column_no}, 'already_exists'
  FROM {ready} r
 WHERE EXISTS (SELECT FROM {target} t WHERE {match}{scope})""")


def already_there(plan: ImportPlan, tables: StagingTables) -> sql.Composed:
    """In mode insert: rows whose natural key the table has."""
    return _ALREADY_THERE.format(
        fault=tables.fault,
        column_no=one_column(plan, plan.target.natural_key),
        ready=tables.ready,
        target=table(plan.target.schema, plan.target.table),
        match=key_match(plan, plan.target.natural_key),
        scope=within_scope("t", plan.scope),
    )


_DROP_FAULTY = sql.SQL("DELETE FROM {ready} r USING {fault} f WHERE r.record = f.record")


def drop_faulty(tables: StagingTables) -> sql.Composed:
    """Take the rows out of `ready` that have a fault."""
    return _DROP_FAULTY.format(ready=tables.ready, fault=tables.fault)
