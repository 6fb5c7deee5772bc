"""For each column of a plan, the SQL expression that makes the typed value to be stored."""

from __future__ import annotations

import json

from psycopg import sql

from lambda_worker.catalog import Catalog
from lambda_worker.choices import values_by_choice
from lambda_worker.kinds import sql_type, stored_type, typed
from lambda_worker.lookups import parent_alias
from lambda_worker.plan import ColumnPlan, Default, Empty, ImportPlan, Source
from lambda_worker.staged_values import ITEM, items_of, nothing_given, value_of

_CASE = sql.SQL("CASE WHEN {empty} THEN {instead} ELSE {typed} END")
_CAST = sql.SQL("CAST({value} AS {type})")
_CHOICE = sql.SQL("CAST(CAST({choices} AS jsonb) ->> {value} AS {type})")
_NULL = sql.SQL("CAST(NULL AS {type})")
_PARENT = sql.SQL("{alias}.pk")
_TODAY = sql.SQL("CAST(now() AT TIME ZONE {zone} AS date)")
_LIST = sql.SQL("CAST(ARRAY(SELECT {item} FROM {items} ORDER BY i.n) AS {type})")


def typed_value(plan: ImportPlan, index: int, catalog: Catalog) -> sql.Composable:
    """What the plan's column at `index` gets, over `s` (the raw row) and `pN` (the looked-up
    parents). Only for values without a fault."""
    column = plan.columns[index]
    if column.header is None:
        return default_value(column, plan, catalog)
    if column.lookup:
        found: sql.Composable = _PARENT.format(alias=parent_alias(index))
    elif column.listed:
        items = items_of(column.read_as, value_of(plan, column))
        found = _LIST.format(item=_typed(column, ITEM), items=items, type=stored_type(column))
    else:
        found = _typed(column, value_of(plan, column))
    if column.empty is Empty.REJECT:
        return found
    instead = _instead_of_empty(column, plan, catalog)
    return _CASE.format(empty=nothing_given(plan, column), instead=instead, typed=found)


def _typed(column: ColumnPlan, value: sql.Composed) -> sql.Composed:
    if not column.choices:
        return typed(column.kind, column.read_as, value)
    choices = json.dumps(values_by_choice(column))
    return _CHOICE.format(choices=sql.Literal(choices), value=value, type=sql_type(column.kind))


def _instead_of_empty(column: ColumnPlan, plan: ImportPlan, catalog: Catalog) -> sql.Composable:
    match column.empty:
        case Empty.EMPTY_STRING:
            return sql.SQL("''")
        case Empty.DEFAULT:
            return default_value(column, plan, catalog)
        case Empty.NULL | Empty.REJECT:
            return _NULL.format(type=stored_type(column))


def default_value(column: ColumnPlan, plan: ImportPlan, catalog: Catalog) -> sql.Composable:
    """What the column gets where the file has nothing."""
    type_ = stored_type(column)
    if column.default is None:
        return _NULL.format(type=type_)
    if column.default.source is Source.DATABASE:
        found = catalog.column(column.column).default
        return _NULL.format(type=type_) if found is None else _CAST.format(value=found, type=type_)
    return generated(column.default, type_, plan)


def generated(default: Default, type_: sql.Composable, plan: ImportPlan) -> sql.Composed:
    """A default as an expression; `now` and `today` are the transaction's. The column's own is in
    the catalog."""
    match default.source:
        case Source.STATIC:
            return _CAST.format(value=sql.Literal(default.value), type=type_)
        case Source.NOW:
            return _CAST.format(value=sql.SQL("now()"), type=type_)
        case Source.TODAY:
            today = _TODAY.format(zone=sql.Literal(plan.audience.time_zone))
            return _CAST.format(value=today, type=type_)
        case Source.UUID:
            return _CAST.format(value=sql.SQL("gen_random_uuid()"), type=type_)
        case Source.DATABASE:
            raise ValueError("the column's own default is in the catalog")
