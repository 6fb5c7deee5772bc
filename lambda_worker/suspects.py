"""Suspects: the records that a quick look cannot clear, each of whose values is then looked at
closely.

Shapes are regular expressions, which Postgres compiles at every value anew: exact, and slow. The
quick look clears a value by what is cheap, most often by comparing it with the text that its own
type makes of it; what it does not clear may still be fine.
"""

from __future__ import annotations

from psycopg import sql

from lambda_worker.kinds import RULES, plain_text, shape
from lambda_worker.lookups import key_columns
from lambda_worker.plan import ColumnPlan, Empty, ImportPlan, Kind, ReadAs
from lambda_worker.staged_values import headers_trimmed, nothing_given, trimmed, value_of
from lambda_worker.tables import StagingTables
from lambda_worker.value_faults import first_fault, limits_of

# A plain SELECT inside CREATE TABLE AS may run on several cores, an INSERT may not.
_CREATE = sql.SQL("""
CREATE UNLOGGED TABLE {suspect} AS
SELECT s.record
  FROM {raw} s
 WHERE CASE WHEN {fine} THEN false ELSE true END""")
_AND = sql.SQL("\n   AND ")


def create_suspects(
    plan: ImportPlan, tables: StagingTables, columns: dict[int, ColumnPlan]
) -> sql.Composed:
    """Note the records that a quick look at `columns` does not clear. Values with blanks around
    them, where blanks are trimmed, are not cleared."""
    return _CREATE.format(
        suspect=tables.suspect,
        raw=tables.raw,
        fine=_AND.join(_is_fine(plan, column) for column in columns.values()),
    )


_EMPTY_OR = sql.SQL("({empty} OR {fine})")
_NOT_EMPTY = sql.SQL("(NOT {empty} AND {fine})")


def _is_fine(plan: ImportPlan, column: ColumnPlan) -> sql.Composed:
    template = _NOT_EMPTY if column.empty is Empty.REJECT else _EMPTY_OR
    return template.format(empty=nothing_given(plan, column), fine=_value_is_fine(plan, column))


_NO_FAULT = sql.SQL("({fault} IS NULL{unpadded})")
_UNPADDED = sql.SQL(" AND {value} = {trimmed}")
_JOINED = sql.SQL("({conditions})")


def _value_is_fine(plan: ImportPlan, column: ColumnPlan) -> sql.Composed:
    if column.lookup is not None:
        conditions: list[sql.Composable] = []
        for key, value in key_columns(plan, column.lookup):
            quick = _quick(key.kind, column.read_as, value) if key.kind in _QUICK else None
            header = str(key.header)
            if quick is None:
                unpadded = _UNPADDED.format(value=value, trimmed=trimmed(plan, header))
                quick = _NO_FAULT.format(fault=first_fault(plan, column), unpadded=unpadded)
            conditions.append(quick)
        return _JOINED.format(conditions=sql.SQL(" AND ").join(conditions))
    value = value_of(plan, column)
    if column.kind in _QUICK and not (column.listed or column.choices):
        return _with_limits(column, _quick(column.kind, column.read_as, value), value)
    if column.kind is Kind.TEXT and not (column.listed or column.choices or column.read_as.trim):
        return _text_is_fine(column, value)
    padding = sql.Composed([])
    if str(column.header) in headers_trimmed(plan):
        padding = _UNPADDED.format(value=value, trimmed=trimmed(plan, str(column.header)))
    return _NO_FAULT.format(fault=first_fault(plan, column), unpadded=padding)


_SHORT = sql.SQL("octet_length({value}) <= {limit}")
_NOT = sql.SQL("NOT {condition}")


def _text_is_fine(column: ColumnPlan, value: sql.Composed) -> sql.Composed:
    """A text has at least as many bytes as characters, and bytes need not be counted."""
    conditions: list[sql.Composable] = [
        _NOT.format(condition=condition)
        for condition, code in limits_of(column, value)
        if code != "too_long"
    ]
    if column.max_length is not None:
        short = _SHORT.format(value=value, limit=sql.Literal(column.max_length))
        conditions.insert(0, short)
    return _JOINED.format(conditions=sql.SQL(" AND ").join(conditions or [sql.SQL("true")]))


_WITH_LIMITS = sql.SQL("CASE WHEN {quick} THEN {limits} ELSE false END")


def _with_limits(column: ColumnPlan, quick: sql.Composed, value: sql.Composed) -> sql.Composed:
    limits = [_NOT.format(condition=condition) for condition, _ in limits_of(column, value)]
    if not limits:
        return quick
    return _WITH_LIMITS.format(quick=quick, limits=sql.SQL(" AND ").join(limits))


# -- Values by their kind -------------------------------------------------------------------------

# Of digits, points and signs alone the type takes what the shape takes.
_NUMBER = sql.SQL("({value} !~ '[^0-9.-]' AND pg_input_is_valid({value}, {type}))")
_WHOLE = sql.SQL("({value} !~ '[^0-9-]' AND pg_input_is_valid({value}, {type}))")
# What equals the text of its own type has that type's one canonical form. Years above 9999 have
# more digits.
_CANONICAL = sql.SQL(
    "(octet_length({value}) = {length} AND CASE WHEN pg_input_is_valid({value}, {type})"
    " THEN CAST(CAST({value} AS {cast}) AS text) = {form} ELSE false END)"
)
# A timestamp leaves the zone aside, which is nothing or Z; it may lead out of the first year and of
# the last.
_LIKE_TIMESTAMP = sql.SQL(
    "(substr({value}, 20) IN ('', 'Z') AND {value} NOT LIKE '0001%' AND {value} NOT LIKE '9999%'"
    " AND CASE WHEN pg_input_is_valid({value}, 'timestamp')"
    " THEN CAST(CAST({value} AS timestamp) AS text) = translate(left({value}, 19), 'T', ' ')"
    " ELSE false END)"
)
_LOWER = sql.SQL("lower({value})")

_LENGTHS = {Kind.DATE: 10, Kind.TIME: 8, Kind.UUID: 36}
_QUICK = frozenset(
    {Kind.SMALLINT, Kind.INTEGER, Kind.BIGINT, Kind.DECIMAL, Kind.DATETIME, *_LENGTHS}
)


def _quick(kind: Kind, read_as: ReadAs, value: sql.Composed) -> sql.Composed:
    """True only for values of the kind without blanks around them; not for all of those."""
    type_ = RULES[kind].sql_type
    if kind in _LENGTHS:
        return _CANONICAL.format(
            value=value,
            length=sql.Literal(_LENGTHS[kind]),
            type=sql.Literal(type_),
            cast=sql.SQL(type_),
            form=_LOWER.format(value=value) if kind is Kind.UUID else value,
        )
    if kind is Kind.DATETIME:
        return _LIKE_TIMESTAMP.format(value=value)
    if read_as.decimal != "." or read_as.thousands:
        return _IN_SHAPE.format(
            value=value,
            shape=sql.Literal(shape(kind, read_as)),
            text=plain_text(kind, read_as, value),
            type=sql.Literal(type_),
        )
    template = _NUMBER if kind is Kind.DECIMAL else _WHOLE
    return template.format(value=value, type=sql.Literal(type_))


_IN_SHAPE = sql.SQL("({value} ~ {shape} AND pg_input_is_valid({text}, {type}))")
