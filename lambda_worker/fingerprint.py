"""A digest of the tables that a plan relies on, so that a migration between upload and import is
noticed."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from typing import Any

from psycopg import Connection

from lambda_worker.plan import ImportPlan

_TABLE_FACTS = """
    SELECT 'column', attname::text, format_type(atttypid, atttypmod), attnotnull::text,
           concat(atthasdef, attidentity, attgenerated)
      FROM pg_attribute
     WHERE attrelid = to_regclass(%(table)s) AND attnum > 0 AND NOT attisdropped
    UNION ALL
    SELECT 'constraint', conname::text, pg_get_constraintdef(oid), condeferrable::text,
           condeferred::text
      FROM pg_constraint
     WHERE conrelid = to_regclass(%(table)s)
    UNION ALL
    SELECT 'unique index', indexrelid::regclass::text, pg_get_indexdef(indexrelid), '', ''
      FROM pg_index
     WHERE indrelid = to_regclass(%(table)s) AND indisunique
     ORDER BY 1, 2, 3
"""

Table = tuple[str | None, str]
"""Schema (None: found by search_path) and name."""


def fingerprint(connection: Connection[Any], tables: Iterable[Table]) -> str:
    """SHA-256 over columns, constraints and unique indexes of `tables`, in hex."""
    digest = hashlib.sha256()
    for table in sorted(set(tables), key=lambda t: (t[0] or "", t[1])):
        digest.update(repr(table).encode())
        with connection.cursor() as cursor:
            for fact in cursor.execute(_TABLE_FACTS, {"table": _quoted(table)}):
                digest.update(repr(tuple(fact)).encode())
    return digest.hexdigest()


def tables_of(plan: ImportPlan) -> tuple[Table, ...]:
    """The tables that a plan reads or writes."""
    lookups = ((c.lookup.schema, c.lookup.table) for c in plan.columns if c.lookup)
    return ((plan.target.schema, plan.target.table), *lookups)


def _quoted(table: Table) -> str:
    parts = [part for part in table if part is not None]
    return ".".join('"' + part.replace('"', '""') + '"' for part in parts)
