"""The rejects of a job: into the reject file, summed up, and the first ones into the database."""

from __future__ import annotations

import io
import json
import tempfile
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from heapq import merge
from itertools import groupby
from operator import itemgetter
from typing import IO, Any, Final, NamedTuple
from uuid import UUID

from psycopg import sql

from lambda_worker.checking import mapped
from lambda_worker.contract import REJECT_TABLE, REJECTS_KEPT
from lambda_worker.database import Data
from lambda_worker.lookups import leaf_keys, lookup_of
from lambda_worker.near_matches import near_matches
from lambda_worker.plan import ColumnPlan, ImportPlan
from lambda_worker.reject_file import RejectFile
from lambda_worker.staged_values import BLANKS
from lambda_worker.tables import StagingTables, is_wide
from lambda_worker.words import sentence

SUMMARY_KEPT: Final = 50
"""Groups of identical faults that a page or mail could show; the commonest are kept."""

SUMMARY_COUNTED: Final = 10_000
"""Different faults counted at most while summing up: bounds memory where every row has its own."""

VALUE_SHOWN: Final = 200
"""Characters of a value in the database and the summary; the reject file has it whole."""

IN_MEMORY: Final = 1024 * 1024
"""Bytes of a reject file held in memory before it goes to a temporary file."""


class Fault(NamedTuple):
    """One fault of one record, ready to be put into words."""

    line: int
    field: str
    header: str
    value: str
    code: str
    params: dict[str, Any]


@dataclass(frozen=True, slots=True)
class RejectReport:
    """`records` with at least one fault; the summary's groups, commonest first: each with its
    number of `rows` and the `line` of the first."""

    records: int
    summary: list[dict[str, Any]]


def write_rejects(
    data: Data,
    job: UUID,
    plan: ImportPlan,
    tables: StagingTables,
    headers: tuple[str, ...],
    out: IO[bytes],
) -> RejectReport:
    """Write the reject file to `out` and the first faults into the database, inside the caller's
    transaction."""
    text = io.TextIOWrapper(out, encoding="utf-8", newline="", write_through=True)
    file = RejectFile(text, headers)
    groups = _Groups()
    kept: list[Fault] = []
    records = 0
    for line, fields, faults in merge(
        _rejected(data, plan, tables), _set_aside(data, plan, tables), key=itemgetter(0)
    ):
        records += 1
        file.write(line, [_cells(fault, plan) for fault in faults], fields)
        groups.add(faults)
        if len(kept) < REJECTS_KEPT:
            kept.extend(faults)
    text.flush()
    text.detach()
    _keep(data, job, kept[:REJECTS_KEPT])
    return RejectReport(records, groups.summary())


def new_reject_stream() -> IO[bytes]:
    """Where a reject file is collected before it is uploaded."""
    return tempfile.SpooledTemporaryFile(max_size=IN_MEMORY)


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
_LINE = sql.SQL("""(
       SELECT {record} - l.first_record + l.line
         FROM {lines} l
        WHERE l.first_record <= {record}
        ORDER BY l.first_record DESC
        LIMIT 1)""")
_RECORD = sql.SQL("f.record")
_OTHER_RECORD = sql.SQL("CAST(f.detail AS bigint)")


def _rejected(
    data: Data, plan: ImportPlan, tables: StagingTables
) -> Iterator[tuple[int, list[str], list[Fault]]]:
    """The rejected records, in the file's order: their lines, their fields, and their faults."""
    statement = _REJECTED.format(
        fault=tables.fault,
        raw=tables.raw,
        line=_LINE.format(record=_RECORD, lines=tables.lines),
        other_line=_LINE.format(record=_OTHER_RECORD, lines=tables.lines),
    )
    near = near_matches(data, plan, tables)
    with data.cursor(name="rejected") as cursor:
        for _, rows in groupby(cursor.execute(statement), key=lambda row: row[0]):
            record = list(rows)
            fields = json.loads(record[0][-1]) if is_wide(plan) else list(record[0][6:])
            if not any(fields):
                yield record[0][1], fields, [_nothing(plan, record[0][1])]
                continue
            faults: list[Fault] = []
            for row in record:
                fault = _with_near(_fault(plan, fields, *row[1:5]), near, row[2])
                if fault not in faults:  # two patterns of one validator have one sentence
                    faults.append(fault)
            yield faults[0].line, fields, faults


def _nothing(plan: ImportPlan, line: int) -> Fault:
    """The one fault of a record of empty values, as spreadsheets write below a table: that many
    columns want a value is no news."""
    return Fault(line, "", "", "", "empty_record", {"name": plan.target.name})


_SET_ASIDE = sql.SQL("SELECT line, code, params, text, fields FROM {aside} ORDER BY line")


def _set_aside(
    data: Data, plan: ImportPlan, tables: StagingTables
) -> Iterator[tuple[int, list[str], list[Fault]]]:
    """The records that the reader set aside, likewise; their fields may be fewer or more than the
    file has headers."""
    with data.cursor(name="set_aside") as cursor:
        for line, code, params, text, fields in cursor.execute(
            _SET_ASIDE.format(aside=tables.aside)
        ):
            told = {"name": plan.target.name} | params
            yield line, fields, [Fault(line, "", "", text, code, told)]


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


_Key = tuple[str, str, str, str, str]


class _Groups:
    """Sums up what is wrong: faults that read alike are one."""

    def __init__(self) -> None:
        self._rows: Counter[_Key] = Counter()
        self._lines: dict[_Key, int] = {}

    def add(self, faults: list[Fault]) -> None:
        """The faults of the next record."""
        for fault in faults:
            key = _key(fault)
            if key in self._rows or len(self._rows) < SUMMARY_COUNTED:
                self._rows[key] += 1
                self._lines.setdefault(key, fault.line)

    def summary(self) -> list[dict[str, Any]]:
        """The commonest groups, as JSON."""
        return [
            {
                "field": key[0],
                "header": key[1],
                "value": key[2],
                "code": key[3],
                "params": json.loads(key[4]),
                "rows": rows,
                "line": self._lines[key],
            }
            for key, rows in self._rows.most_common(SUMMARY_KEPT)
        ]


def _key(fault: Fault) -> _Key:
    params = {k: v for k, v in fault.params.items() if k not in ("first_line", "line", "column")}
    # What is wrong with a whole line is one thing in a thousand lines.
    value = fault.value[:VALUE_SHOWN] if fault.header else ""
    return (fault.field, fault.header, value, fault.code, json.dumps(params))


_FORGET = sql.SQL("DELETE FROM {table} WHERE job_id = {job}")
_KEEP = sql.SQL("COPY {table} (job_id, line, field, header, value, code, params) FROM STDIN")


def _keep(data: Data, job: UUID, faults: list[Fault]) -> None:
    name = sql.Identifier(REJECT_TABLE)
    data.execute(_FORGET.format(table=name, job=sql.Literal(job)))
    with data.cursor() as cursor, cursor.copy(_KEEP.format(table=name)) as copy:
        for fault in faults:
            value = fault.value[:VALUE_SHOWN]
            params = json.dumps(fault.params)
            copy.write_row((job, fault.line, fault.field, fault.header, value, fault.code, params))
