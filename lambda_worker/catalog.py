"""What the target's table says of itself: columns, unique indexes and check constraints, read from
the catalog by name, so that no SQL text travels in a plan."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, LiteralString, cast

from psycopg import Connection, sql

from lambda_worker.plan import ImportPlan
from lambda_worker.tables import table


@dataclass(frozen=True, slots=True)
class CatalogColumn:
    """A column: its type, its collation unless that is the type's own, and as expressions what an
    INSERT without it gets, or what it is generated from. A default that counts up is None here:
    nobody may use up its numbers."""

    name: str
    type: sql.SQL
    collation: sql.SQL | None = None
    default: sql.SQL | None = None
    generated: sql.SQL | None = None


@dataclass(frozen=True, slots=True)
class CatalogIndex:
    """A unique index: its key as expressions over the table's columns, its condition, and the
    columns that either reads. `plain`: columns alone, nulls distinct, no condition."""

    name: str
    keys: tuple[sql.SQL, ...]
    condition: sql.SQL | None
    nulls_distinct: bool
    columns: tuple[str, ...]
    plain: bool


@dataclass(frozen=True, slots=True)
class CatalogCheck:
    """A check constraint: its expression over the table's columns, and those that it reads."""

    name: str
    expression: sql.SQL
    columns: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Catalog:
    """The target's table."""

    columns: tuple[CatalogColumn, ...] = ()
    indexes: tuple[CatalogIndex, ...] = ()
    checks: tuple[CatalogCheck, ...] = ()

    def column(self, name: str) -> CatalogColumn:
        """A column by name. KeyError where the table has none."""
        return {column.name: column for column in self.columns}[name]

    def collation(self, name: str) -> sql.SQL | None:
        """The collation of a column, where it is not its type's own."""
        return next((c.collation for c in self.columns if c.name == name), None)

    def index(self, name: str) -> CatalogIndex:
        """A unique index by name. KeyError where the table has none."""
        return {index.name: index for index in self.indexes}[name]

    def check(self, name: str) -> CatalogCheck:
        """A check constraint by name. KeyError where the table has none."""
        return {check.name: check for check in self.checks}[name]


def read_catalog(connection: Connection[Any], plan: ImportPlan) -> Catalog:
    """The catalog of the plan's target."""
    target = plan.target
    name = {"table": table(target.schema, target.table).as_string(connection)}
    with connection.cursor() as cursor:
        columns = tuple(
            CatalogColumn(column, _sql(type_), *map(_optional, others))
            for column, type_, *others in cursor.execute(_COLUMNS, name)
        )
        indexes = tuple(
            CatalogIndex(
                index,
                tuple(map(_sql, keys)),
                _optional(condition),
                nulls_distinct,
                tuple(used),
                plain,
            )
            for index, keys, condition, nulls_distinct, used, plain in cursor.execute(
                _INDEXES, name
            )
        )
        checks = tuple(
            CatalogCheck(check, _sql(expression), tuple(used))
            for check, expression, used in cursor.execute(_CHECKS, name)
        )
    return Catalog(columns, indexes, checks)


def foreign_keys(connection: Connection[Any], plan: ImportPlan) -> frozenset[str]:
    """The plan's columns whose references the database checks at every row."""
    target = table(plan.target.schema, plan.target.table).as_string(connection)
    found: set[str] = set()
    for column in plan.columns:
        if column.lookup is not None:
            parent = table(column.lookup.schema, column.lookup.table).as_string(connection)
            names = {"table": target, "column": column.column, "parent": parent}
            if connection.execute(_FOREIGN_KEY, names).fetchone() is not None:
                found.add(column.column)
    return frozenset(found)


def _sql(text: str) -> sql.SQL:
    """The database's own rendering of an expression or type: the one SQL that is not a constant."""
    return sql.SQL(cast("LiteralString", text))


def _optional(text: str | None) -> sql.SQL | None:
    return None if text is None else _sql(text)


_COLUMNS = """
SELECT a.attname::text, format_type(a.atttypid, NULL),
       CASE WHEN a.attcollation <> t.typcollation
            THEN quote_ident(n.nspname) || '.' || quote_ident(c.collname) END,
       CASE WHEN a.attgenerated = '' AND a.attidentity = ''
                 AND pg_get_expr(d.adbin, d.adrelid) !~ '^nextval'
            THEN pg_get_expr(d.adbin, d.adrelid) END,
       CASE WHEN a.attgenerated <> '' THEN pg_get_expr(d.adbin, d.adrelid) END
  FROM pg_attribute a
  JOIN pg_type t ON t.oid = a.atttypid
  LEFT JOIN pg_collation c ON c.oid = a.attcollation
  LEFT JOIN pg_namespace n ON n.oid = c.collnamespace
  LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
 WHERE a.attrelid = to_regclass(%(table)s) AND a.attnum > 0 AND NOT a.attisdropped
 ORDER BY a.attnum"""

# A constraint's index has no dependencies of its own: then its key's columns are all that it reads.
_INDEXES = """
SELECT c.relname::text,
       ARRAY(SELECT pg_get_indexdef(i.indexrelid, n, true)
               FROM generate_series(1, i.indnkeyatts) AS n ORDER BY n),
       pg_get_expr(i.indpred, i.indrelid),
       NOT i.indnullsnotdistinct,
       ARRAY(SELECT a.attname::text
               FROM pg_attribute a
              WHERE a.attrelid = i.indrelid
                AND (a.attnum = ANY ((i.indkey::int2[])[0:i.indnkeyatts - 1])
                     OR a.attnum IN (
                        SELECT p.refobjsubid FROM pg_depend p
                         WHERE p.classid = 'pg_class'::regclass AND p.objid = i.indexrelid
                           AND p.refclassid = 'pg_class'::regclass AND p.refobjid = i.indrelid))
              ORDER BY a.attnum),
       i.indpred IS NULL AND i.indexprs IS NULL AND NOT i.indnullsnotdistinct
  FROM pg_index i
  JOIN pg_class c ON c.oid = i.indexrelid
 WHERE i.indrelid = to_regclass(%(table)s) AND i.indisunique
 ORDER BY c.relname"""

_CHECKS = """
SELECT k.conname::text, pg_get_expr(k.conbin, k.conrelid),
       ARRAY(SELECT a.attname::text FROM pg_attribute a
              WHERE a.attrelid = k.conrelid AND a.attnum = ANY (k.conkey) ORDER BY a.attnum)
  FROM pg_constraint k
 WHERE k.conrelid = to_regclass(%(table)s) AND k.contype = 'c'
 ORDER BY k.conname"""

# A constraint that is not enforced (as Postgres 18 allows) has no triggers.
_FOREIGN_KEY = """
SELECT 1 FROM pg_constraint k
  JOIN pg_attribute a ON a.attrelid = k.conrelid AND ARRAY[a.attnum] = k.conkey
 WHERE k.contype = 'f' AND k.conrelid = to_regclass(%(table)s)
   AND k.confrelid = to_regclass(%(parent)s) AND a.attname = %(column)s
   AND EXISTS (SELECT FROM pg_trigger g
                WHERE g.tgconstraint = k.oid AND g.tgrelid = k.conrelid AND g.tgenabled <> 'D')"""
