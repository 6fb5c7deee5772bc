"""The keys of the related rows that an import is about to link to: a review holds as long as they
are the same."""

from __future__ import annotations

from collections.abc import Iterator

from psycopg import sql

from lambda_worker.database import Data
from lambda_worker.lookups import parents
from lambda_worker.plan import ImportPlan, Lookup
from lambda_worker.tables import StagingTables, linked_column, ready_column

# Whoever renames a row and gives its old name to another changes what the file's name stands for.
_KEYS = sql.SQL("""
SELECT CAST(coalesce(sum(hashtextextended(CAST(p AS text), 0)), 0) AS text)
  FROM ({parents}) p
 WHERE p.pk IN (SELECT {linked} FROM {ready} r)""")
_ONE = sql.SQL("r.{column}")
_MANY = sql.SQL("unnest(r.{column})")


def related_keys(plan: ImportPlan, tables: StagingTables) -> Iterator[sql.Composed]:
    """For each lookup and link: a number that stands for the related rows and their keys."""
    for index, column in enumerate(plan.columns):
        if column.lookup and column.header is not None:
            yield _keys(column.lookup, _ONE.format(column=ready_column(index)), tables)
    for index, link in enumerate(plan.links):
        yield _keys(link.lookup, _MANY.format(column=linked_column(index)), tables)


def _keys(lookup: Lookup, linked: sql.Composed, tables: StagingTables) -> sql.Composed:
    return _KEYS.format(parents=parents(lookup), linked=linked, ready=tables.ready)


def digest_of_keys(data: Data, plan: ImportPlan, tables: StagingTables) -> list[str]:
    """The numbers, as they are now."""
    rows = [data.execute(statement).fetchone() for statement in related_keys(plan, tables)]
    return [row[0] for row in rows if row is not None]
