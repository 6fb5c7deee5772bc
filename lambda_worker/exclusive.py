"""Exclusive load: the target locked against everybody, its secondary indexes and foreign keys
dropped before and built after, all in the import's own transaction, so that a death undoes it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, LiteralString, cast

import psycopg
from psycopg import sql

from lambda_worker.database import Data
from lambda_worker.faults import JobFault
from lambda_worker.plan import ImportPlan, Mode
from lambda_worker.tables import table

LOCK_SECONDS: Final = 5
"""How long others may keep the table: whoever queues for it behind us has to wait as long."""

_PATIENCE = sql.SQL("SET LOCAL lock_timeout = {milliseconds}")
_FOREVER = "SET LOCAL lock_timeout = 0"
_LOCK = sql.SQL("LOCK TABLE {target} IN ACCESS EXCLUSIVE MODE")


def lock(data: Data, plan: ImportPlan) -> None:
    """Keep everybody else off the target until the transaction ends. JobFault where somebody holds
    it."""
    data.execute(_PATIENCE.format(milliseconds=sql.Literal(LOCK_SECONDS * 1000)))
    try:
        data.execute(_LOCK.format(target=table(plan.target.schema, plan.target.table)))
    except psycopg.errors.LockNotAvailable as error:
        raise JobFault("table_in_use", seconds=LOCK_SECONDS) from error
    data.execute(_FOREVER)


@dataclass(frozen=True, slots=True)
class Rebuilt:
    """Something dropped for the load: its name, and how to drop it and make it again."""

    name: str
    drop: sql.Composed
    make: sql.Composed


# What only these statements would lose stays in place: comments, the mark of a clustered table or
# of replication, parts of partitioned tables. The primary key stays too: others refer to it, and
# rows come in its order. So does a unique index that a foreign key refers to.
_INDEXES = """
SELECT c.relname::text, n.nspname::text, k.conname::text,
       CASE WHEN k.oid IS NULL THEN pg_get_indexdef(c.oid) ELSE pg_get_constraintdef(k.oid) END
  FROM pg_index i
  JOIN pg_class c ON c.oid = i.indexrelid
  JOIN pg_namespace n ON n.oid = c.relnamespace
  LEFT JOIN pg_constraint k ON k.conindid = i.indexrelid AND k.conrelid = i.indrelid
                           AND k.contype IN ('p', 'u', 'x')
 WHERE i.indrelid = to_regclass(%(table)s)
   AND NOT (i.indisprimary OR i.indisclustered OR i.indisreplident OR c.relispartition)
   AND i.indisvalid
   AND obj_description(c.oid, 'pg_class') IS NULL
   AND (k.oid IS NULL OR obj_description(k.oid, 'pg_constraint') IS NULL)
   AND NOT EXISTS (SELECT FROM pg_constraint f WHERE f.contype = 'f' AND f.conindid = c.oid)
   AND NOT (%(keep)s AND i.indisunique)
 ORDER BY c.relname"""
_FOREIGN_KEYS = """
SELECT k.conname::text, pg_get_constraintdef(k.oid)
  FROM pg_constraint k
 WHERE k.conrelid = to_regclass(%(table)s) AND k.contype = 'f' AND k.conparentid = 0
   AND k.convalidated AND obj_description(k.oid, 'pg_constraint') IS NULL
 ORDER BY k.conname"""

_DROP_CONSTRAINT = sql.SQL("ALTER TABLE {target} DROP CONSTRAINT {name}")
_ADD_CONSTRAINT = sql.SQL("ALTER TABLE {target} ADD CONSTRAINT {name} {definition}")
_DROP_INDEX = sql.SQL("DROP INDEX {name}")


def to_rebuild(data: Data, plan: ImportPlan) -> list[Rebuilt]:
    """The target's foreign keys and secondary indexes, in the order in which they are to be made.

    Where rows are looked for in the target by their key, unique indexes stay.
    """
    target = table(plan.target.schema, plan.target.table)
    keep = plan.mode is not Mode.INSERT
    parameters = {"table": target.as_string(data), "keep": keep}
    found: list[Rebuilt] = []
    for name, schema, constraint, definition in data.execute(_INDEXES, parameters).fetchall():
        if constraint is not None:
            found.append(_constraint(target, constraint, definition))
        else:
            drop = _DROP_INDEX.format(name=sql.Identifier(schema, name))
            found.append(Rebuilt(name, drop, sql.Composed([_sql(definition)])))
    for name, definition in data.execute(_FOREIGN_KEYS, parameters).fetchall():
        found.append(_constraint(target, name, definition))
    return found


def _constraint(target: sql.Identifier, name: str, definition: str) -> Rebuilt:
    identifier = sql.Identifier(name)
    return Rebuilt(
        name,
        _DROP_CONSTRAINT.format(target=target, name=identifier),
        _ADD_CONSTRAINT.format(target=target, name=identifier, definition=_sql(definition)),
    )


def _sql(definition: str) -> sql.SQL:
    """The database's own rendering of what it has."""
    return sql.SQL(cast("LiteralString", definition))


def drop(data: Data, dropped: list[Rebuilt]) -> None:
    """Drop them; JobFault where something depends on one."""
    for item in reversed(dropped):
        try:
            data.execute(item.drop)
        except psycopg.errors.DependentObjectsStillExist as error:
            raise JobFault("has_dependents", which=item.name) from error


_MEMORY = "SET LOCAL maintenance_work_mem = '128MB'"
"""A sort of a million keys fits, and a small plan's server has several times that."""


def rebuild(data: Data, dropped: list[Rebuilt]) -> Iterator[str]:
    """Make them again, one a step; each name as its turn comes."""
    data.execute(_MEMORY)
    for item in dropped:
        yield item.name
        data.execute(item.make)
