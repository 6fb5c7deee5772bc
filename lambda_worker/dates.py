"""Dates such as 03/04/2025: which number is the day, where the whole column leaves no doubt."""

from __future__ import annotations

from dataclasses import replace

from psycopg import sql

from lambda_worker.database import Data
from lambda_worker.kinds import YEAR_LAST
from lambda_worker.plan import ColumnPlan, Dates, ImportPlan, Kind
from lambda_worker.staged_values import headers_trimmed, staged, value_of
from lambda_worker.tables import StagingTables

_EVIDENCE = sql.SQL("""
SELECT coalesce(bool_or(CAST(d.parts[1] AS int) > 12), false),
       coalesce(bool_or(CAST(d.parts[2] AS int) > 12), false)
  FROM {staged} s
  JOIN {fault} f ON f.record = s.record AND f.column_no = {column_no}
                AND f.code IN ('not_a_date', 'not_a_datetime')
 CROSS JOIN LATERAL (SELECT regexp_match({value}, {parts}) AS parts) d
 WHERE {value} ~ {year_last}""")
_PARTS = "^([0-9]{1,2})[./-]([0-9]{1,2})"
_FORGET = sql.SQL("DELETE FROM {fault} WHERE column_no = {column_no}")


def open_questions(plan: ImportPlan) -> dict[int, ColumnPlan]:
    """The mapped date columns whose order is for the file to prove, by their number."""
    return {
        n: column
        for n, column in enumerate(plan.columns)
        if column.header is not None
        and column.lookup is None
        and not column.listed
        and column.kind in (Kind.DATE, Kind.DATETIME)
        and column.read_as.dates is Dates.PROVEN
    }


def evidence(
    plan: ImportPlan, tables: StagingTables, column_no: int, column: ColumnPlan
) -> sql.Composed:
    """Whether any first number, and any second, is above 12, among the values that were no dates so
    far."""
    return _EVIDENCE.format(
        staged=staged(plan, tables, headers_trimmed(plan)),
        fault=tables.fault,
        column_no=sql.Literal(column_no),
        value=value_of(plan, column),
        parts=sql.Literal(_PARTS),
        year_last=sql.Literal(YEAR_LAST),
    )


_ASKED = sql.SQL("""
SELECT DISTINCT column_no FROM {fault} WHERE code IN ('not_a_date', 'not_a_datetime')""")


def settle_dates(data: Data, plan: ImportPlan, tables: StagingTables) -> ImportPlan:
    """The plan with the orders that the file proves; the faults of those columns are forgotten, for
    they are to be checked again."""
    columns = list(plan.columns)
    asked = {row[0] for row in data.execute(_ASKED.format(fault=tables.fault)).fetchall()}
    for n, column in open_questions(plan).items():
        if n not in asked:
            continue
        row = data.execute(evidence(plan, tables, n, column)).fetchone()
        assert row is not None
        first_above, second_above = row
        if first_above != second_above:
            order = Dates.DAY_FIRST if first_above else Dates.MONTH_FIRST
            columns[n] = replace(column, read_as=replace(column.read_as, dates=order))
            data.execute(_FORGET.format(fault=tables.fault, column_no=sql.Literal(n)))
    return replace(plan, columns=tuple(columns))
