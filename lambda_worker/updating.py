"""Which columns an update may touch, and when a row would stay as it is."""

from __future__ import annotations

from psycopg import sql

from lambda_worker.plan import ImportPlan
from lambda_worker.tables import ready_column


def updatable(plan: ImportPlan) -> list[int]:
    """The columns that an upsert may change: from the file, declared so, and not of the key."""
    return [
        n
        for n, column in enumerate(plan.columns)
        if column.updatable
        and column.header is not None
        and column.column not in plan.target.natural_key
    ]


_OLD = sql.SQL("t.{column}")
_NEW = sql.SQL("r.{value}")
_DIFFERS = sql.SQL("ROW({old}) IS DISTINCT FROM ROW({new})")
_SAME = sql.SQL("ROW({old}) IS NOT DISTINCT FROM ROW({new})")


def differs(plan: ImportPlan) -> sql.Composed:
    """That the table's row `t` is not as the ready row `r` wants it."""
    return _compared(plan, _DIFFERS)


def stays(plan: ImportPlan) -> sql.Composed:
    """That the table's row `t` is as the ready row `r` wants it."""
    return _compared(plan, _SAME)


def _compared(plan: ImportPlan, template: sql.SQL) -> sql.Composed:
    columns = updatable(plan)
    comma = sql.SQL(", ")
    old = (_OLD.format(column=sql.Identifier(plan.columns[n].column)) for n in columns)
    new = (_NEW.format(value=ready_column(n)) for n in columns)
    return template.format(old=comma.join(old), new=comma.join(new))
