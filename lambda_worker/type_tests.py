"""Why a value has not the type of its kind: conditions in SQL, with the codes of the faults."""

from __future__ import annotations

from psycopg import sql

from lambda_worker.kinds import RULES, plain_text, shape, typed, words
from lambda_worker.plan import Kind, ReadAs
from lambda_worker.staged_values import is_empty

_SHAPE = sql.SQL("{value} !~ {shape}")
_INPUT = sql.SQL("NOT pg_input_is_valid({value}, {type})")
_WORD = sql.SQL("lower({value}) <> ALL (CAST({words} AS text[]))")
_LOSES = sql.SQL(
    "CAST(CAST(CAST({value} AS float8) AS text) AS numeric) <> CAST({value} AS numeric)"
)
# Django and Python know the years 1 to 9999, and read datetimes in UTC.
_YEARS = sql.SQL(
    "CAST({value} AS timestamptz) NOT BETWEEN timestamptz '0001-01-01 00:00:00+00'"
    " AND timestamptz '9999-12-31 23:59:59.999999+00'"
)


def type_tests(
    kind: Kind, read_as: ReadAs, value: sql.Composed
) -> tuple[tuple[sql.Composable, str], ...]:
    """Why a value has not the type of its kind; each condition relies on those before it."""
    rule = RULES[kind]
    text = plain_text(kind, read_as, value)
    found: list[tuple[sql.Composable, str]] = []
    if kind is Kind.BOOLEAN:
        known = words((*read_as.true, *read_as.false))
        found.append((_WORD.format(value=value, words=known), rule.shape_fault))
    if (pattern := shape(kind, read_as)) is not None:
        condition = _SHAPE.format(value=value, shape=sql.Literal(pattern))
        found.append((condition, rule.shape_fault))
    if rule.range_fault:
        condition = _INPUT.format(value=text, type=sql.Literal(rule.sql_type))
        found.append((condition, rule.range_fault))
    if kind is Kind.FLOAT:
        found.append((_LOSES.format(value=text), "loses_digits"))
    if kind is Kind.DATETIME:
        found.append((_YEARS.format(value=text), rule.range_fault))
    return tuple(found)


_GUARDED = sql.SQL("CASE WHEN {empty} THEN NULL{tests} ELSE {typed} END")
_WHEN = sql.SQL(" WHEN {condition} THEN NULL")


def guarded(kind: Kind, read_as: ReadAs, value: sql.Composed) -> sql.Composed:
    """A value as its type, or NULL where it is empty or has not the type: for rows that may be
    faulty."""
    found = (_WHEN.format(condition=test) for test, _ in type_tests(kind, read_as, value))
    return _GUARDED.format(
        empty=is_empty(read_as, value),
        tests=sql.Composed(list(found)),
        typed=typed(kind, read_as, value),
    )


_WELL_FORMED = sql.SQL("({guarded} IS NOT NULL)")


def well_formed(kind: Kind, read_as: ReadAs, value: sql.Composed) -> sql.Composed:
    """Whether a value is not empty and has the type of its kind."""
    return _WELL_FORMED.format(guarded=guarded(kind, read_as, value))
