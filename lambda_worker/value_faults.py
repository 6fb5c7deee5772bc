"""For each column of a plan, the SQL expressions that name the faults of a value, or are NULL."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from psycopg import sql

from lambda_worker.choices import values_by_choice
from lambda_worker.kinds import WHOLE, plain_text, sql_type
from lambda_worker.lookups import key_columns
from lambda_worker.plan import ColumnPlan, Empty, ImportPlan, Kind
from lambda_worker.staged_values import (
    ITEM,
    headers_trimmed,
    is_empty,
    items_of,
    nothing_given,
    staged,
    value_of,
)
from lambda_worker.tables import StagingTables
from lambda_worker.type_tests import type_tests


@dataclass(frozen=True, slots=True)
class Tests:
    """Conditions with their codes: the first that holds of `stops` stands alone, for the value has
    no type then; of `limits` every one that holds is a fault."""

    stops: tuple[tuple[sql.Composable, str], ...] = ()
    limits: tuple[tuple[sql.Composable, str], ...] = ()


# -- All faults of the file's values ---------------------------------------------------------------

_VALUE_FAULTS = sql.SQL("""
INSERT INTO {fault} (record, column_no, code, detail)
SELECT s.record, f.column_no, split_part(e.fault, ' ', 1),
       NULLIF(substr(e.fault, strpos(e.fault || ' ', ' ') + 1), '')
  FROM {suspect} x
  JOIN {staged} s ON s.record = x.record
 CROSS JOIN LATERAL (VALUES
       {rows}) AS f (column_no, faults)
 CROSS JOIN LATERAL unnest(f.faults) AS e (fault)
 WHERE e.fault IS NOT NULL""")
_ROW = sql.SQL("({column_no}, {faults})")


def value_faults(
    plan: ImportPlan, tables: StagingTables, columns: dict[int, ColumnPlan]
) -> sql.Composed:
    """Faults that the suspects' values in `columns` (by their number) show by themselves."""
    rows = (
        _ROW.format(column_no=sql.Literal(n), faults=all_faults(plan, column))
        for n, column in columns.items()
    )
    return _VALUE_FAULTS.format(
        fault=tables.fault,
        suspect=tables.suspect,
        staged=staged(plan, tables, headers_trimmed(plan)),
        rows=sql.SQL(",\n       ").join(rows),
    )


# -- One column ------------------------------------------------------------------------------------

_CASE = sql.SQL("CASE {branches} END")
_WHEN = sql.SQL("WHEN {condition} THEN {code}")
_WHEN_EMPTY = sql.SQL("WHEN {empty} THEN {code}")
_ELSE = sql.SQL("ELSE {rest}")
_BLANK = sql.SQL(" ")
_NULL = sql.SQL("NULL")


def first_fault(plan: ImportPlan, column: ColumnPlan) -> sql.Composed:
    """A code, or NULL: whether a mapped column has a fault, at the least cost."""
    branches = [_empty(plan, column)]
    if column.listed:
        branches.append(_ELSE.format(rest=_first_of_items(column, value_of(plan, column))))
    else:
        found = tests(plan, column)
        branches += _whens((*found.stops, *found.limits))
    return _CASE.format(branches=_BLANK.join(branches))


_ARRAY = sql.SQL("ARRAY[{items}]")


def all_faults(plan: ImportPlan, column: ColumnPlan) -> sql.Composed:
    """An array of codes and NULLs, with ` detail` behind a code that has one."""
    found = Tests() if column.listed else tests(plan, column)
    if not column.listed and len(found.limits) < 2:
        return _ARRAY.format(items=first_fault(plan, column))
    listed = column.listed
    rest = _all_of_items(column, value_of(plan, column)) if listed else _each(found.limits)
    empty = _WHEN_EMPTY.format(
        empty=nothing_given(plan, column), code=_ARRAY.format(items=_code_of_empty(column))
    )
    stops = (
        _WHEN.format(condition=condition, code=_ARRAY.format(items=sql.Literal(code)))
        for condition, code in found.stops
    )
    return _CASE.format(branches=_BLANK.join([empty, *stops, _ELSE.format(rest=rest)]))


def _each(limits: tuple[tuple[sql.Composable, str], ...]) -> sql.Composed:
    cases = (_CASE.format(branches=_BLANK.join(_whens((limit,)))) for limit in limits)
    return _ARRAY.format(items=sql.SQL(", ").join(cases))


def _whens(conditions: tuple[tuple[sql.Composable, str], ...]) -> Iterator[sql.Composed]:
    for condition, code in conditions:
        yield _WHEN.format(condition=condition, code=sql.Literal(code))


def _empty(plan: ImportPlan, column: ColumnPlan) -> sql.Composed:
    return _WHEN_EMPTY.format(empty=nothing_given(plan, column), code=_code_of_empty(column))


_NO_FAULT = sql.SQL("CAST(NULL AS text)")


def _code_of_empty(column: ColumnPlan) -> sql.Composable:
    return sql.Literal("required") if column.empty is Empty.REJECT else _NO_FAULT


# -- The items of a list ---------------------------------------------------------------------------

_FIRST_OF_ITEMS = sql.SQL("(SELECT min({fault}) FROM {items} WHERE {fault} IS NOT NULL)")
_ALL_OF_ITEMS = sql.SQL(
    "ARRAY(SELECT DISTINCT c.code || ' ' || {item}"
    " FROM {items} CROSS JOIN LATERAL unnest({faults}) AS c (code) WHERE c.code IS NOT NULL)"
)


def _first_of_items(column: ColumnPlan, value: sql.Composed) -> sql.Composed:
    found = _item_tests(column)
    fault = _CASE.format(branches=_BLANK.join(_whens((*found.stops, *found.limits))))
    return _FIRST_OF_ITEMS.format(fault=fault, items=items_of(column.read_as, value))


def _all_of_items(column: ColumnPlan, value: sql.Composed) -> sql.Composed:
    found = _item_tests(column)
    stops = (
        _WHEN.format(condition=condition, code=_ARRAY.format(items=sql.Literal(code)))
        for condition, code in found.stops
    )
    rest = _each(found.limits) if found.limits else _ARRAY.format(items=_NO_FAULT)
    faults = _CASE.format(branches=_BLANK.join([*stops, _ELSE.format(rest=rest)]))
    items = items_of(column.read_as, value)
    return _ALL_OF_ITEMS.format(item=ITEM, items=items, faults=faults)


_EMPTY_ITEM = sql.SQL("{item} = ''")


def _item_tests(column: ColumnPlan) -> Tests:
    found = _value_tests(column, ITEM)
    empty = (_EMPTY_ITEM.format(item=ITEM), "empty_item")
    return Tests((empty, *found.stops), found.limits)


# -- One value -------------------------------------------------------------------------------------

_CHOICE = sql.SQL("{value} <> ALL (CAST({choices} AS text[]))")
_NOT = sql.SQL("NOT ({condition})")


def tests(plan: ImportPlan, column: ColumnPlan) -> Tests:
    """What a mapped column's value must not be, where it is not empty."""
    if column.lookup is None:
        return _value_tests(column, value_of(plan, column))
    stops: list[tuple[sql.Composable, str]] = []
    for key, value in key_columns(plan, column.lookup):
        # One of several may be empty; then no row is found, which is said elsewhere.
        empty = is_empty(column.read_as, value) if len(column.headers) > 1 else None
        for condition, code in type_tests(key.kind, column.read_as, value):
            stops.append((_unless(empty, condition), code))
    return Tests(tuple(stops))


_UNLESS = sql.SQL("(NOT {empty} AND {condition})")


def _unless(empty: sql.Composable | None, condition: sql.Composable) -> sql.Composable:
    return condition if empty is None else _UNLESS.format(empty=empty, condition=condition)


def _value_tests(column: ColumnPlan, value: sql.Composed) -> Tests:
    if column.choices:  # a label need not have the shape of its value
        choices = sql.Literal(sorted(values_by_choice(column)))
        return Tests(((_CHOICE.format(value=value, choices=choices), "not_a_choice"),))
    return Tests(type_tests(column.kind, column.read_as, value), tuple(limits_of(column, value)))


_SCALE = sql.SQL("scale(trim_scale(CAST({value} AS numeric))) > {scale}")
_WHOLE_DIGITS = sql.SQL("abs(CAST({value} AS numeric)) >= CAST({limit} AS numeric)")
_MINIMUM = sql.SQL("CAST({value} AS {type}) < CAST({limit} AS {type})")
_MAXIMUM = sql.SQL("CAST({value} AS {type}) > CAST({limit} AS {type})")
_LENGTH = sql.SQL("char_length({value}) > {limit}")
_BYTES = sql.SQL("octet_length(decode({value}, {encoding})) > {limit}")
_PATTERN = sql.SQL("{value} {operator} {regex}")

_OPERATORS: Final = {
    # (ignore_case, inverse): the operator that is true where the value is at fault
    (False, False): sql.SQL("!~"),
    (True, False): sql.SQL("!~*"),
    (False, True): sql.SQL("~"),
    (True, True): sql.SQL("~*"),
}


def limits_of(column: ColumnPlan, value: sql.Composed) -> Iterator[tuple[sql.Composable, str]]:
    """What a value of its kind must not be, each with its code."""
    text = plain_text(column.kind, column.read_as, value)
    if column.kind is Kind.DECIMAL and column.precision is not None and column.scale is not None:
        limit = sql.Literal("1" + "0" * (column.precision - column.scale))
        yield _SCALE.format(value=text, scale=sql.Literal(column.scale)), "too_many_decimals"
        yield _WHOLE_DIGITS.format(value=text, limit=limit), "out_of_range"
    if column.max_length is not None:
        longest = sql.Literal(column.max_length)
        if column.kind is Kind.TEXT:
            yield _LENGTH.format(value=value, limit=longest), "too_long"
        elif column.kind in (Kind.BASE64, Kind.HEX):
            encoding = sql.Literal(column.kind.value)
            yield _BYTES.format(value=value, encoding=encoding, limit=longest), "too_long"
    # Limits of whole numbers may be fractions.
    type_ = sql_type(Kind.DECIMAL if column.kind in WHOLE else column.kind)
    for template, bound, code in (
        (_MINIMUM, column.min_value, "too_small"),
        (_MAXIMUM, column.max_value, "too_large"),
    ):
        if bound is not None:
            yield template.format(value=text, type=type_, limit=sql.Literal(bound)), code
    for index, pattern in enumerate(column.patterns):
        condition = _PATTERN.format(
            value=value,
            operator=_OPERATORS[pattern.ignore_case, pattern.inverse],
            regex=sql.Literal(pattern.regex),
        )
        yield condition, f"pattern {index}"
