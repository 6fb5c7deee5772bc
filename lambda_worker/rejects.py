"""The rejects of a job: into their files, summed up, and the first ones into the database."""

from __future__ import annotations

import json
from collections.abc import Callable, Generator, Iterator, Mapping
from contextlib import AbstractContextManager, closing, contextmanager
from dataclasses import dataclass
from heapq import merge
from itertools import chain, groupby
from operator import attrgetter, itemgetter
from typing import Any, Final, NamedTuple
from uuid import UUID

from psycopg import sql

from lambda_worker.checking import mapped
from lambda_worker.contract import REJECT_TABLE, REJECTS_KEPT
from lambda_worker.database import Data
from lambda_worker.files.dialect import Dialect
from lambda_worker.lookups import leaf_keys, lookup_of
from lambda_worker.near_matches import near_matches
from lambda_worker.plan import ColumnPlan, ImportPlan
from lambda_worker.reject_files import RejectFiles
from lambda_worker.reject_groups import VALUE_SHOWN, Fault, Groups
from lambda_worker.staged_values import BLANKS
from lambda_worker.tables import StagingTables, is_wide, line_of
from lambda_worker.words import sentence


@dataclass(frozen=True, slots=True)
class RejectReport:
    """`records` with at least one fault, the summary of reject_groups.Groups, and how many are
    `left_out` of the file as it was sent: they are too long to be held whole, or damaged."""

    records: int
    summary: list[dict[str, Any]]
    left_out: int = 0
    sent_as: Dialect | None = None
    """How that file is written, if there is one."""


class Reject(NamedTuple):
    """A record with faults: its fields, and its text where the reader set it aside; then the fields
    may be fewer or more than the file has headers, or none."""

    line: int
    fields: list[str]
    faults: list[Fault]
    text: str | None = None


def write_rejects(
    data: Data,
    job: UUID,
    plan: ImportPlan,
    tables: StagingTables,
    files: Callable[[], AbstractContextManager[RejectFiles]],
) -> RejectReport:
    """Write the rejects to `files`, which are opened if there are any, and the first faults into
    the database, inside the caller's transaction."""
    groups = Groups()
    kept: list[Fault] = []
    records = left_out = 0
    with _in_order(data, plan, tables) as rejects:
        first = next(rejects, None)
        if first is not None:
            with files() as out:
                for reject in chain([first], rejects):
                    records += 1
                    cells = [_cells(fault, plan) for fault in reject.faults]
                    left_out += not out.write(reject.line, cells, reject.fields, reject.text)
                    groups.add(reject.faults)
                    if len(kept) < REJECTS_KEPT:
                        kept.extend(map(_shortened, reject.faults))
    _keep(data, job, kept[:REJECTS_KEPT])
    return RejectReport(records, groups.summary(), left_out)


@contextmanager
def _in_order(data: Data, plan: ImportPlan, tables: StagingTables) -> Generator[Iterator[Reject]]:
    """All of them, in the file's order; the cursors are closed at the end, or at an error."""
    with (
        closing(_rejected(data, plan, tables)) as told_apart,
        closing(_set_aside(data, plan, tables)) as set_aside,
    ):
        yield merge(told_apart, set_aside, key=attrgetter("line"))


# A fault may name another record; people are told its line. A record that a later one stands in
# for is none of the rejects.
_REJECTED = sql.SQL("""
SELECT f.record, {line}, f.column_no, f.code,
       CASE WHEN f.code = 'duplicate_in_file' THEN CAST({other_line} AS text) ELSE f.detail END,
       s.*
  FROM {fault} f
  JOIN {raw} s ON s.record = f.record
 WHERE f.code <> 'superseded'
 ORDER BY f.record, f.column_no, f.code, f.detail""")
_RECORD = sql.SQL("f.record")
_OTHER_RECORD = sql.SQL("CAST(f.detail AS bigint)")


def _rejected(data: Data, plan: ImportPlan, tables: StagingTables) -> Generator[Reject]:
    """The records that were told apart, in the file's order."""
    statement = _REJECTED.format(
        fault=tables.fault,
        raw=tables.raw,
        line=line_of(_RECORD, tables),
        other_line=line_of(_OTHER_RECORD, tables),
    )
    near = near_matches(data, plan, tables)
    with data.cursor(name="rejected") as cursor:
        for _, rows in groupby(cursor.execute(statement), key=itemgetter(0)):
            record = list(rows)
            fields = json.loads(record[0][-1]) if is_wide(plan) else list(record[0][6:])
            if not any(fields):
                yield Reject(record[0][1], fields, [_nothing(plan, record[0][1])])
                continue
            faults: list[Fault] = []
            for row in record:
                fault = _with_near(_fault(plan, fields, *row[1:5]), near, row[2])
                if fault not in faults:  # two patterns of one validator have one sentence
                    faults.append(fault)
            yield Reject(faults[0].line, fields, faults)


def _nothing(plan: ImportPlan, line: int) -> Fault:
    """The one fault of a record of empty values, as spreadsheets write below a table: that many
    columns want a value is no news."""
    return Fault(line, "", "", "", "empty_record", {"name": plan.target.name})


_SET_ASIDE = sql.SQL("SELECT line, code, params, text, fields FROM {aside} ORDER BY line")


def _set_aside(data: Data, plan: ImportPlan, tables: StagingTables) -> Generator[Reject]:
    """The records that the reader set aside, likewise."""
    with data.cursor(name="set_aside") as cursor:
        for line, code, params, text, fields in cursor.execute(
            _SET_ASIDE.format(aside=tables.aside)
        ):
            told = {"name": plan.target.name} | params
            yield Reject(line, fields, [Fault(line, "", "", text, code, told)], text)


def _fault(
    plan: ImportPlan,
    fields: list[str],
    line: int,
    column_no: int | None,
    code: str,
    detail: str | None,
) -> Fault:
    column = _column(plan, column_no)
    headers = column.headers if column else _key_headers(plan)
    value = ", ".join(fields[plan.file.headers.index(header)] for header in headers)
    if column is not None and column.listed and code != "required" and detail:
        *numbers, value = detail.split(" ", 1) if code == "pattern" else [detail]
        detail = numbers[0] if numbers else None
    params = {"name": plan.target.name} | _params(plan, column, code, detail)
    field = column.field if column else ""
    return Fault(line, field, ", ".join(headers), value, code, params)


def _with_near(fault: Fault, near: Mapping[tuple[int, str], str], column_no: int | None) -> Fault:
    """The fault, and what its value was probably meant to be."""
    if column_no is None or fault.code not in ("unknown_reference", "not_a_choice"):
        return fault
    name = near.get((column_no, fault.value.strip(BLANKS)))
    return fault._replace(params=fault.params | {"near": name}) if name else fault


def _column(plan: ImportPlan, column_no: int | None) -> ColumnPlan | None:
    """The column, or the link, that a fault names; None where it names the whole record."""
    return None if column_no is None else mapped(plan)[column_no]


def _key_headers(plan: ImportPlan) -> tuple[str, ...]:
    """What tells the record from others."""
    key = (column for column in plan.columns if column.column in plan.target.natural_key)
    return tuple(header for column in key for header in column.headers)


_LIMITS: Final = {
    "too_long": "max_length",
    "too_small": "min_value",
    "too_large": "max_value",
    "too_many_decimals": "scale",
}
"""For each fault of a limit, the column's member that holds it."""

CHOICES_SHOWN: Final = 10
"""A sentence with more would not be read."""


def _params(
    plan: ImportPlan, column: ColumnPlan | None, code: str, detail: str | None
) -> dict[str, Any]:
    """What the sentence of a fault needs to know."""
    match code:
        case "duplicate_in_file":
            return {"first_line": int(detail or 0)}
        case "check_failed":
            rule = plan.target.checks[int(detail or 0)]
            return {"rule": rule.message or rule.name}
        case _:
            return {} if column is None else _column_params(plan, column, code, detail)


def _column_params(
    plan: ImportPlan, column: ColumnPlan, code: str, detail: str | None
) -> dict[str, Any]:
    if code in _LIMITS:
        return {"limit": getattr(column, _LIMITS[code])}
    if code == "not_a_choice":
        return {"choices": [choice.value for choice in column.choices[:CHOICES_SHOWN]]}
    if code == "pattern":
        return {"message": column.patterns[int(detail or 0)].message}
    lookup = lookup_of(plan, column)
    if lookup and code in ("unknown_reference", "reference_vanished"):
        keys = ", ".join(key.label for key in leaf_keys(lookup))
        return {"model": lookup.label, "key": keys}
    return {}


def _cells(fault: Fault, plan: ImportPlan) -> tuple[str, str, str]:
    return fault.header, fault.value, sentence(fault.code, words(fault), plan.audience.language)


def words(fault: Fault) -> dict[str, Any]:
    """The params of a fault's sentence, its value among them."""
    return {**fault.params, "value": fault.value[:VALUE_SHOWN]}


def _shortened(fault: Fault) -> Fault:
    """The fault with as much of its value as is kept: a thousand whole ones may be a gigabyte."""
    return fault._replace(value=fault.value[:VALUE_SHOWN])


_FORGET = sql.SQL("DELETE FROM {table} WHERE job_id = {job}")
_KEEP = sql.SQL("COPY {table} (job_id, line, field, header, value, code, params) FROM STDIN")


def _keep(data: Data, job: UUID, faults: list[Fault]) -> None:
    name = sql.Identifier(REJECT_TABLE)
    data.execute(_FORGET.format(table=name, job=sql.Literal(job)))
    with data.cursor() as cursor, cursor.copy(_KEEP.format(table=name)) as copy:
        for fault in faults:
            params = json.dumps(fault.params)
            row = (fault.line, fault.field, fault.header, fault.value, fault.code, params)
            copy.write_row((job, *row))
