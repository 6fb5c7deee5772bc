"""A digest of the tables that a plan relies on, so that a migration between upload and import is
noticed."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from typing import Any, Final

from psycopg import Connection

from lambda_worker.plan import ImportPlan, Lookup
from lambda_worker.tables import table as name

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

KNOWS_ALL_TABLES: Final = 4
"""The version of plans from which on links and chains belong to the fingerprint."""

Table = tuple[str | None, str]
"""Schema (None: found by search_path) and name."""


def fingerprint(connection: Connection[Any], tables: Iterable[Table]) -> str:
    """SHA-256 over columns, constraints and unique indexes of `tables`, in hex."""
    digest = hashlib.sha256()
    for table in sorted(set(tables), key=lambda t: (t[0] or "", t[1])):
        digest.update(repr(table).encode())
        with connection.cursor() as cursor:
            for fact in cursor.execute(_TABLE_FACTS, {"table": name(*table).as_string(cursor)}):
                digest.update(repr(tuple(fact)).encode())
    return digest.hexdigest()


def tables_of(plan: ImportPlan) -> tuple[Table, ...]:
    """The tables that a plan reads or writes; of an older one those that its fingerprint knows."""
    if plan.version < KNOWS_ALL_TABLES:
        direct = ((c.lookup.schema, c.lookup.table) for c in plan.columns if c.lookup)
        return ((plan.target.schema, plan.target.table), *direct)
    lookups = [c.lookup for c in plan.columns if c.lookup] + [link.lookup for link in plan.links]
    return (
        (plan.target.schema, plan.target.table),
        *((link.schema, link.table) for link in plan.links),
        *(table for lookup in lookups for table in _tables_of(lookup)),
    )


def _tables_of(lookup: Lookup) -> Iterator[Table]:
    """The related table, and those of a chain."""
    yield lookup.schema, lookup.table
    for key in lookup.keys:
        if key.lookup is not None:
            yield from _tables_of(key.lookup)
