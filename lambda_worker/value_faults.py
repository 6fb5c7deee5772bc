"""For each column of a plan, the SQL expression that names the fault of a value, or is NULL."""

from __future__ import annotations

from typing import Final

from psycopg import sql

from lambda_worker.kinds import RULES, KindRule, sql_type
from lambda_worker.plan import ColumnPlan, Empty, ImportPlan, Kind
from lambda_worker.tables import value_of
from lambda_worker.typed_values import values_by_choice

_CASE = sql.SQL("CASE {branches} END")
_EMPTY_IS_FAULT = sql.SQL("WHEN {value} = '' THEN 'required'")
_EMPTY_IS_FINE = sql.SQL("WHEN {value} = '' THEN NULL")
_SHAPE = sql.SQL("WHEN {value} !~ {shape} THEN {code}")
_INPUT = sql.SQL("WHEN NOT pg_input_is_valid({value}, {type}) THEN {code}")
_SCALE = sql.SQL(
    "WHEN scale(trim_scale(CAST({value} AS numeric))) > {scale} THEN 'too_many_decimals'"
)
_WHOLE_DIGITS = sql.SQL(
    "WHEN abs(CAST({value} AS numeric)) >= CAST({limit} AS numeric) THEN 'out_of_range'"
)
_MINIMUM = sql.SQL("WHEN CAST({value} AS {type}) < CAST({limit} AS {type}) THEN 'too_small'")
_MAXIMUM = sql.SQL("WHEN CAST({value} AS {type}) > CAST({limit} AS {type}) THEN 'too_large'")
_LENGTH = sql.SQL("WHEN char_length({value}) > {limit} THEN 'too_long'")
_CHOICE = sql.SQL("WHEN {value} <> ALL (CAST({choices} AS text[])) THEN 'not_a_choice'")
_PATTERN = sql.SQL("WHEN {value} {operator} {regex} THEN {code}")

_WHOLE: Final = frozenset({Kind.SMALLINT, Kind.INTEGER, Kind.BIGINT})
"""Compared as numeric with their limits, which may be fractions."""

_OPERATORS: Final = {
    # (ignore_case, inverse): the operator that is true where the value is at fault
    (False, False): sql.SQL("!~"),
    (True, False): sql.SQL("!~*"),
    (False, True): sql.SQL("~"),
    (True, True): sql.SQL("~*"),
}


def fault_of(plan: ImportPlan, column: ColumnPlan) -> sql.Composed:
    """A CASE over the value of a mapped column: a fault code, with ` N` behind `pattern` for its
    index."""
    value = value_of(plan, column)
    branches = [_empty(column, value)]
    if column.choices:  # a label need not have the shape of its value
        branches.append(_choice(column, value))
    else:
        branches += [*_type(RULES[column.kind], value), *_limits(column, value)]
    return _CASE.format(branches=sql.SQL(" ").join(branches))


def is_well_formed(column: ColumnPlan, value: sql.Composed) -> sql.Composed:
    """Whether a value can be cast to its kind: the guard around casts in join conditions."""
    branches = [
        *_type(RULES[column.kind], value),
        sql.SQL("WHEN {value} = '' THEN ''").format(value=value),
    ]
    return sql.SQL("({case} IS NULL)").format(
        case=_CASE.format(branches=sql.SQL(" ").join(branches))
    )


def _empty(column: ColumnPlan, value: sql.Composed) -> sql.Composed:
    return (_EMPTY_IS_FAULT if column.empty is Empty.REJECT else _EMPTY_IS_FINE).format(value=value)


def _choice(column: ColumnPlan, value: sql.Composed) -> sql.Composed:
    return _CHOICE.format(value=value, choices=sql.Literal(sorted(values_by_choice(column))))


def _type(rule: KindRule, value: sql.Composed) -> list[sql.Composed]:
    branches: list[sql.Composed] = []
    if rule.shape is not None:
        branches.append(
            _SHAPE.format(
                value=value, shape=sql.Literal(rule.shape), code=sql.Literal(rule.shape_fault)
            )
        )
    if rule.range_fault:
        branches.append(
            _INPUT.format(
                value=value, type=sql.Literal(rule.sql_type), code=sql.Literal(rule.range_fault)
            )
        )
    return branches


def _limits(column: ColumnPlan, value: sql.Composed) -> list[sql.Composed]:
    branches: list[sql.Composed] = []
    if column.kind is Kind.DECIMAL and column.precision is not None and column.scale is not None:
        limit = sql.Literal("1" + "0" * (column.precision - column.scale))
        branches.append(_SCALE.format(value=value, scale=sql.Literal(column.scale)))
        branches.append(_WHOLE_DIGITS.format(value=value, limit=limit))
    if column.max_length is not None and column.kind is Kind.TEXT:
        branches.append(_LENGTH.format(value=value, limit=sql.Literal(column.max_length)))
    for template, bound in ((_MINIMUM, column.min_value), (_MAXIMUM, column.max_value)):
        if bound is not None:
            type_ = sql_type(Kind.DECIMAL if column.kind in _WHOLE else column.kind)
            branches.append(template.format(value=value, type=type_, limit=sql.Literal(bound)))
    for index, pattern in enumerate(column.patterns):
        branches.append(
            _PATTERN.format(
                value=value,
                operator=_OPERATORS[pattern.ignore_case, pattern.inverse],
                regex=sql.Literal(pattern.regex),
                code=sql.Literal(f"pattern {index}"),
            )
        )
    return branches
