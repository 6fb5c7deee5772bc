"""Links: the rows of a many-to-many relation, brought to what the file lists."""

from __future__ import annotations

from collections.abc import Iterator

from psycopg import sql

from lambda_worker.plan import ImportPlan, LinkPlan, Mode
from lambda_worker.tables import StagingTables, linked_column, table

# In each statement `r` is a ready row of the batch, and `t` the target's row that stands for it.
_CHANGED = sql.SQL("""
SELECT count(*)
  FROM {ready} r
  JOIN {target} t ON {match}
 WHERE {batch} AND {untouched}
   AND ({differ})""")
_MISSING = sql.SQL("""EXISTS (
       SELECT FROM unnest(r.{wanted}) AS w (pk)
        WHERE NOT EXISTS (
              SELECT FROM {links} x WHERE x.{source} = t.{pk} AND x.{related} = w.pk))""")
_SURPLUS = sql.SQL("""EXISTS (
       SELECT FROM {links} x
        WHERE x.{source} = t.{pk} AND x.{related} <> ALL (r.{wanted}))""")
_OR = sql.SQL("\n        OR ")


def changed_links(
    plan: ImportPlan,
    tables: StagingTables,
    batch: sql.Composed,
    match: sql.Composed,
    untouched: sql.Composable,
) -> sql.Composed:
    """How many rows of a batch stay as they are but for their links; to be asked before these
    change."""
    return _CHANGED.format(
        ready=tables.ready,
        target=table(plan.target.schema, plan.target.table),
        match=match,
        batch=batch,
        untouched=untouched,
        differ=_OR.join(links_differ(plan)),
    )


def links_differ(plan: ImportPlan) -> list[sql.Composed]:
    """The ways in which the links of the table's row `t` may not be as the file lists them."""
    differ: list[sql.Composed] = []
    for n, link in enumerate(plan.links):
        names = _names(plan, link) | {"wanted": linked_column(n)}
        differ.append(_MISSING.format(**names))
        if link.replaces:
            differ.append(_SURPLUS.format(**names))
    return differ


_CURRENT = sql.SQL(
    "ARRAY(SELECT x.{related} FROM {links} x WHERE x.{source} = t.{pk} ORDER BY x.{related})"
)


def current_links(plan: ImportPlan, link: LinkPlan) -> sql.Composed:
    """The keys that the table's row `t` is linked to, as an array."""
    return _CURRENT.format(**_names(plan, link))


_REMOVE = sql.SQL("""
DELETE FROM {links} x
 USING {ready} r
  JOIN {target} t ON {match}
 WHERE {batch} AND {imported}
   AND x.{source} = t.{pk} AND x.{related} <> ALL (r.{wanted})""")
_ADD = sql.SQL("""
INSERT INTO {links} ({source}, {related})
SELECT t.{pk}, w.pk
  FROM {ready} r
  JOIN {target} t ON {match}
 CROSS JOIN LATERAL unnest(r.{wanted}) AS w (pk)
 WHERE {batch} AND {imported}
   AND NOT EXISTS (SELECT FROM {links} x WHERE x.{source} = t.{pk} AND x.{related} = w.pk)
    ON CONFLICT DO NOTHING""")


def set_links(
    plan: ImportPlan,
    tables: StagingTables,
    batch: sql.Composed,
    match: sql.Composed,
    imported: sql.Composable,
) -> Iterator[sql.Composed]:
    """Bring the links of a batch's rows to what the file lists. `imported`: that `t` is as the
    import wants it."""
    for n, link in enumerate(plan.links):
        parts = _names(plan, link) | {
            "wanted": linked_column(n),
            "ready": tables.ready,
            "target": table(plan.target.schema, plan.target.table),
            "match": match,
            "batch": batch,
            "imported": imported,
        }
        if link.replaces and plan.mode is Mode.UPSERT:
            yield _REMOVE.format(**parts)
        yield _ADD.format(**parts)


def _names(plan: ImportPlan, link: LinkPlan) -> dict[str, sql.Composable]:
    return {
        "links": table(link.schema, link.table),
        "source": sql.Identifier(link.source_column),
        "related": sql.Identifier(link.target_column),
        "pk": sql.Identifier(plan.target.pk_column),
    }
