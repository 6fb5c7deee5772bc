"""Lookups: the related rows as one query of key and keys, and the joins that find them."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from psycopg import sql

from lambda_worker.plan import ColumnPlan, ImportPlan, Kind, LinkPlan, Lookup, LookupKey
from lambda_worker.staged_values import (
    ITEM,
    is_empty,
    items_of,
    nothing_given,
    staged,
    text_of,
)
from lambda_worker.tables import StagingTables, ready_column, table, within_scope
from lambda_worker.type_tests import guarded, well_formed


def leaf_keys(lookup: Lookup) -> Iterator[LookupKey]:
    """The keys that the file feeds, those of a chain in the place of the key that it finds."""
    for key in lookup.keys:
        if key.lookup is not None:
            yield from leaf_keys(key.lookup)
        else:
            yield key


def lookup_of(plan: ImportPlan, column: ColumnPlan) -> Lookup | None:
    """How a column, or a link as a column, finds its related rows; None if it does not."""
    links = (link.lookup for link in plan.links if link.field == column.field)
    return column.lookup or next(links, None)


def key_columns(plan: ImportPlan, lookup: Lookup) -> list[tuple[LookupKey, sql.Composed]]:
    """Each key that the file feeds, and its value in the row `s`."""
    return [(key, text_of(plan, str(key.header))) for key in leaf_keys(lookup)]


# -- The related rows ------------------------------------------------------------------------------

_PARENTS = sql.SQL("SELECT p.{pk} AS pk, {keys} FROM {parent} p{joins} WHERE true{scope}")
_KEY = sql.SQL("p.{column} AS {name}")
_CHAINED_KEY = sql.SQL("{alias}.{key} AS {name}")
_CHAIN = sql.SQL(" JOIN ({parents}) {alias} ON {alias}.pk = p.{column}")


def parents(lookup: Lookup) -> sql.Composed:
    """The related rows within the scope: pk, and k1 ... kN, one for each key that the file feeds.

    A chain is a join; its keys are unique together, so that no row comes twice.
    """
    keys: list[sql.Composed] = []
    joins: list[sql.Composed] = []
    for n, key in enumerate(lookup.keys):
        if key.lookup is None:
            column = sql.Identifier(key.column)
            keys.append(_KEY.format(column=column, name=key_name(len(keys))))
            continue
        alias = sql.Identifier(f"c{n + 1}")
        joins.append(
            _CHAIN.format(
                parents=parents(key.lookup), alias=alias, column=sql.Identifier(key.column)
            )
        )
        for inner in range(len(key.lookup.headers)):
            name = key_name(len(keys))
            keys.append(_CHAINED_KEY.format(alias=alias, key=key_name(inner), name=name))
    return _PARENTS.format(
        pk=sql.Identifier(lookup.pk_column),
        keys=sql.SQL(", ").join(keys),
        parent=table(lookup.schema, lookup.table),
        joins=sql.Composed(joins),
        scope=within_scope("p", lookup.scope),
    )


def key_name(position: int) -> sql.Identifier:
    """The name of a key in `parents`, counted from 0."""
    return sql.Identifier(f"k{position + 1}")


def parent_alias(index: int) -> sql.Identifier:
    """The alias of the parent that the plan's column at `index` looks up."""
    return sql.Identifier(f"p{index + 1}")


_MATCH = sql.SQL("{alias}.{key} = {value}")
_AND = sql.SQL(" AND ")


def parent_match(plan: ImportPlan, index: int) -> sql.Composed:
    """The join condition between a raw row and the parent that its column at `index` names."""
    column = plan.columns[index]
    assert column.lookup is not None
    return _AND.join(
        _MATCH.format(
            alias=parent_alias(index), key=key_name(n), value=_key_value(column, key, value)
        )
        for n, (key, value) in enumerate(key_columns(plan, column.lookup))
    )


def _key_value(column: ColumnPlan, key: LookupKey, value: sql.Composed) -> sql.Composed:
    """The key to look for, typed; a join may see rows whose faults are known already, so casts are
    guarded. One key that is a text is empty nowhere that the join matters."""
    if key.kind is Kind.TEXT and len(column.headers) == 1:
        return value
    return guarded(key.kind, column.read_as, value)


_JOIN = sql.SQL("\n  LEFT JOIN ({parents}) {alias} ON {match}")


def parent_joins(plan: ImportPlan) -> sql.Composed:
    """The joins that bring the parents of a raw row `s`, as p1, p2, ... for the plan's columns."""
    return sql.Composed(
        [
            _JOIN.format(
                parents=parents(column.lookup),
                alias=parent_alias(index),
                match=parent_match(plan, index),
            )
            for index, column in enumerate(plan.columns)
            if column.lookup and column.header is not None
        ]
    )


# -- What names no related row ---------------------------------------------------------------------

# The join has looked already: what it found nothing for, though there was something to look for.
_UNKNOWN = sql.SQL("""
INSERT INTO {fault} (record, column_no, code)
SELECT r.record, {index}, 'unknown_reference'
  FROM {ready} r
  JOIN {staged} s ON s.record = r.record
 WHERE r.{found} IS NULL AND NOT {empty}
   AND NOT EXISTS (
       SELECT FROM {fault} f WHERE f.record = r.record AND f.column_no = {index})""")


def unknown_references(
    plan: ImportPlan, tables: StagingTables, index: int, padded: Collection[str]
) -> sql.Composed:
    """Values that name no row of the related table; those that cannot be keys have their fault."""
    return _UNKNOWN.format(
        fault=tables.fault,
        index=sql.Literal(index),
        ready=tables.ready,
        staged=staged(plan, tables, padded),
        found=ready_column(index),
        empty=nothing_given(plan, plan.columns[index]),
    )


# -- The items of links ----------------------------------------------------------------------------

_AND_FORMED = sql.SQL(" AND ({formed})")
_UNKNOWN_ITEMS = sql.SQL("""
INSERT INTO {fault} (record, column_no, code, detail)
SELECT DISTINCT s.record, {index}, 'unknown_reference', {item}
  FROM {staged} s
 CROSS JOIN LATERAL {items}
 WHERE NOT {empty} AND {item} <> ''{well_formed}
   AND NOT EXISTS (
       SELECT FROM ({parents}) p
        WHERE p.k1 = {key})""")


def unknown_items(
    plan: ImportPlan, tables: StagingTables, link: LinkPlan, padded: Collection[str]
) -> sql.Composed:
    """Items of a link's list that name no row of the related table."""
    [key] = link.lookup.keys
    listed = text_of(plan, link.header)
    formed = sql.Composed([])
    if key.kind is not Kind.TEXT:
        formed = _AND_FORMED.format(formed=well_formed(key.kind, link.read_as, ITEM))
    return _UNKNOWN_ITEMS.format(
        fault=tables.fault,
        index=sql.Literal(len(plan.columns) + plan.links.index(link)),
        item=ITEM,
        staged=staged(plan, tables, padded),
        items=items_of(link.read_as, listed),
        empty=is_empty(link.read_as, listed),
        well_formed=formed,
        parents=parents(link.lookup),
        key=_item_key(link),
    )


def _item_key(link: LinkPlan) -> sql.Composed:
    [key] = link.lookup.keys
    return ITEM if key.kind is Kind.TEXT else guarded(key.kind, link.read_as, ITEM)


_LINKED = sql.SQL("""(
       SELECT coalesce(array_agg(DISTINCT q.pk), '{{}}')
         FROM {items}
         JOIN ({parents}) q ON q.k1 = {key}
        WHERE NOT {empty})""")


def linked(plan: ImportPlan, link: LinkPlan) -> sql.Composed:
    """The primary keys of the rows that a link's list in the row `s` names, as an array."""
    listed = text_of(plan, link.header)
    return _LINKED.format(
        items=items_of(link.read_as, listed),
        parents=parents(link.lookup),
        key=_item_key(link),
        empty=is_empty(link.read_as, listed),
    )
