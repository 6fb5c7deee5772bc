"""Names of a job's staging tables, and the expressions that read staged values as what they stand
for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final
from uuid import UUID

from psycopg import sql

from lambda_worker.contract import STAGING_SCHEMA
from lambda_worker.kinds import sql_type
from lambda_worker.plan import Fixed, ImportPlan

KINDS_OF_TABLE: Final = ("raw", "lines", "aside", "suspect", "fault", "ready", "review")

MOST_COLUMNS: Final = 400
"""A row must fit a page of 8 KiB, and a value that moved out of it still leaves 18 bytes there."""


@dataclass(frozen=True, slots=True)
class StagingTables:
    """A job's tables: `raw` holds the file's text, `fault` all faults, `ready` the typed good rows.

    raw: record bigint (1, 2, ... in the file's order), c1 ... cN text; of a file that is wider than
    MOST_COLUMNS only the columns that the plan uses, and all values in `whole`, a JSON array.
    lines: first_record, line: a record stands as many lines below the last first_record that is not
    above its own number as it has records below it. One row a change of that distance.
    aside: line, code, params, text, fields: records that could not be told apart from what is
    around them, or into values (see files.reading.Aside); they are in no other table.
    suspect: record, of those to be looked at closely.
    fault: record, column_no (index into the plan's columns, and after them its links; null for the
    whole row), code, detail.
    ready: record, v1 ... vN, one for each column of the plan, in its order; l1 ... for its links;
    w1 ... for its self references, and then pk, the id that the row has or will have.
    review: of a job in review, each ready row's record, place, kind and mark (see reviewing.rows).
    """

    raw: sql.Identifier
    lines: sql.Identifier
    aside: sql.Identifier
    suspect: sql.Identifier
    fault: sql.Identifier
    ready: sql.Identifier
    review: sql.Identifier

    @classmethod
    def of(cls, job: UUID) -> StagingTables:
        """The tables of a job, whichever attempt made them: only one attempt at a time holds its
        lock."""
        return cls(
            *(sql.Identifier(STAGING_SCHEMA, f"{kind}_{job.hex}") for kind in KINDS_OF_TABLE)
        )


_LINE = sql.SQL("""(
       SELECT {record} - l.first_record + l.line
         FROM {lines} l
        WHERE l.first_record <= {record}
        ORDER BY l.first_record DESC
        LIMIT 1)""")


def line_of(record: sql.SQL, tables: StagingTables) -> sql.Composed:
    """The file's line that a record begins on."""
    return _LINE.format(record=record, lines=tables.lines)


def table(schema: str | None, name: str) -> sql.Identifier:
    """A table by name, in its schema if it has one."""
    return sql.Identifier(schema, name) if schema else sql.Identifier(name)


def raw_column(position: int) -> sql.Identifier:
    """The staging column of the file's column at `position`, counted from 0."""
    return sql.Identifier(f"c{position + 1}")


WHOLE: Final = sql.Identifier("whole")
"""Of a wide file: all values of a record."""


def is_wide(plan: ImportPlan) -> bool:
    """Whether the file has more columns than a table takes."""
    return len(plan.file.headers) > MOST_COLUMNS


def staged_headers(plan: ImportPlan) -> list[str]:
    """The file's columns that have a column in `raw`, in the file's order."""
    if not is_wide(plan):
        return list(plan.file.headers)
    used = {header for column in plan.columns for header in column.headers}
    used |= {link.header for link in plan.links}
    return [header for header in plan.file.headers if header in used]


def staged_column(plan: ImportPlan, header: str) -> sql.Identifier:
    """The staging column that the file's column `header` went to."""
    return raw_column(plan.file.headers.index(header))


def ready_column(index: int) -> sql.Identifier:
    """The typed column of the plan's column at `index`, counted from 0."""
    return sql.Identifier(f"v{index + 1}")


def asked_column(index: int) -> sql.Identifier:
    """In `ready`: the key that the self reference at `index` asks for."""
    return sql.Identifier(f"w{index + 1}")


def linked_column(index: int) -> sql.Identifier:
    """In `ready`: the primary keys that the plan's link at `index` names, as an array."""
    return sql.Identifier(f"l{index + 1}")


_FIXED = sql.SQL("CAST({value} AS {type})")


def fixed_value(fixed: Fixed) -> sql.Composed:
    """A constant of the plan, typed."""
    return _FIXED.format(value=sql.Literal(fixed.value), type=sql_type(fixed.kind))


_SCOPE = sql.SQL(" AND {alias}.{column} = {value}")
_NULL_SCOPE = sql.SQL(" AND {alias}.{column} IS NULL")


def within_scope(alias: str, scope: tuple[Fixed, ...]) -> sql.Composed:
    """The conditions of a scope on the table called `alias`, each with its AND in front."""
    conditions: list[sql.Composed] = []
    for fixed in scope:
        template = _NULL_SCOPE if fixed.value is None else _SCOPE
        conditions.append(
            template.format(
                alias=sql.Identifier(alias),
                column=sql.Identifier(fixed.column),
                value=fixed_value(fixed),
            )
        )
    return sql.Composed(conditions)
