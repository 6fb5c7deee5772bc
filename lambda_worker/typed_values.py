"""For each column of a plan, the SQL expression that makes the typed value to be stored."""

from __future__ import annotations

import json
from collections import Counter

from psycopg import sql

from lambda_worker.kinds import sql_type
from lambda_worker.plan import ColumnPlan, Default, Empty, ImportPlan, Kind, Source
from lambda_worker.tables import value_of

_CASE = sql.SQL("CASE WHEN {value} = '' THEN {empty} ELSE {typed} END")
_CAST = sql.SQL("CAST({value} AS {type})")
_CHOICE = sql.SQL("CAST(CAST({choices} AS jsonb) ->> {value} AS {type})")
_NULL = sql.SQL("CAST(NULL AS {type})")
_PARENT = sql.SQL("{alias}.{column}")
_TODAY = sql.SQL("CAST(now() AT TIME ZONE {zone} AS date)")


def stored_kind(column: ColumnPlan) -> Kind:
    """The kind that ends up in the table: for a lookup that of the related primary key."""
    return column.pk_kind if column.lookup and column.pk_kind else column.kind


def typed_value(plan: ImportPlan, index: int) -> sql.Composable:
    """What the plan's column at `index` gets, over `s` (the raw row) and `pN` (the looked-up
    parents)."""
    column = plan.columns[index]
    if column.header is None:
        return default_value(column, plan)
    if column.lookup:
        typed = _PARENT.format(
            alias=parent_alias(index), column=sql.Identifier(column.lookup.pk_column)
        )
    else:
        typed = _typed(column, value_of(plan, column))
    value = value_of(plan, column)
    return _CASE.format(value=value, empty=_empty_value(column, plan), typed=typed)


def parent_alias(index: int) -> sql.Identifier:
    """The alias of the parent that the plan's column at `index` looks up."""
    return sql.Identifier(f"p{index + 1}")


def _typed(column: ColumnPlan, value: sql.Composed) -> sql.Composed:
    type_ = sql_type(column.kind)
    if not column.choices:
        return _CAST.format(value=value, type=type_)
    choices = json.dumps(values_by_choice(column))
    return _CHOICE.format(choices=sql.Literal(choices), value=value, type=type_)


def values_by_choice(column: ColumnPlan) -> dict[str, str]:
    """What a file may hold for a choice, and the value it stands for. A label of two stands for
    none."""
    labels = Counter(choice.label for choice in column.choices)
    known = {c.label: c.value for c in column.choices if labels[c.label] == 1}
    return known | {c.value: c.value for c in column.choices}


def _empty_value(column: ColumnPlan, plan: ImportPlan) -> sql.Composable:
    match column.empty:
        case Empty.EMPTY_STRING:
            return sql.SQL("''")
        case Empty.DEFAULT:
            return default_value(column, plan)
        case Empty.NULL | Empty.REJECT:
            return _NULL.format(type=sql_type(stored_kind(column)))


def default_value(column: ColumnPlan, plan: ImportPlan) -> sql.Composable:
    """What the column gets where the file has nothing."""
    type_ = sql_type(stored_kind(column))
    if column.default is None:
        return _NULL.format(type=type_)
    return generated(column.default, type_, plan)


def generated(default: Default, type_: sql.SQL, plan: ImportPlan) -> sql.Composable:
    """A default as an expression; `now` and `today` are the transaction's."""
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
