"""Stage: the file's records by COPY into an unlogged table of text columns, memory constant."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final, Protocol

from psycopg import sql

from lambda_worker.database import Data
from lambda_worker.faults import StagingLost
from lambda_worker.files.csv_reader import CsvReader
from lambda_worker.files.reading import FileFault, Reading, Record
from lambda_worker.objects import Source
from lambda_worker.plan import ImportPlan
from lambda_worker.reject_file import REJECT_COLUMNS, unguard
from lambda_worker.tables import StagingTables, raw_column

COPY_BLOCK: Final = 128 * 1024
"""Characters collected for one write to COPY: psycopg's own sweet spot is 128 KiB and more
(psycopg/_copy_base.py), and records are a tenth of a kilobyte."""

_DROP = sql.SQL("DROP TABLE IF EXISTS {tables}")
_CREATE = sql.SQL(
    "CREATE UNLOGGED TABLE {raw} (record bigint GENERATED ALWAYS AS IDENTITY, {columns})"
)
_CREATE_LINES = sql.SQL(
    "CREATE UNLOGGED TABLE {lines} (first_record bigint PRIMARY KEY, line bigint NOT NULL)"
)
_COLUMN = sql.SQL("{name} text NOT NULL")
_COPY = sql.SQL("COPY {raw} ({columns}) FROM STDIN")
_COPY_LINES = sql.SQL("COPY {lines} FROM STDIN")
_ANALYZE = sql.SQL("ANALYZE {raw}")
_COUNT = sql.SQL("SELECT count(*) FROM {raw}")
_EXISTS = sql.SQL("SELECT to_regclass({name}) IS NOT NULL")


class Watch(Protocol):
    """What staging tells, and asks, while it runs."""

    def progress(self, done: int, *, records: int | None = None) -> None:
        """`done` bytes are read; raises where a stop was asked for."""
        ...


@dataclass(frozen=True, slots=True)
class Staged:
    """What came out of staging: the number of records and the SHA-256 of the file's bytes, in
    hex."""

    records: int
    sha256: str
    reading: Reading


def stage(
    data: Data, plan: ImportPlan, tables: StagingTables, source: Source, watch: Watch
) -> Staged:
    """Read the whole source into a new staging table. Raises FileFault; then no table is left."""
    stream = _Counted(source, watch)
    reader = CsvReader(stream)
    headers = reader.header()
    _require_columns(plan, headers)
    with data.transaction():
        create(data, tables, len(headers))
        records = _copy(data, tables, reader.records(), stream, headers)
    stream.verify()
    data.execute(_ANALYZE.format(raw=tables.raw))
    if (stored := count(data, tables)) != records:
        raise StagingLost(f"the reader counted {records} records, COPY {stored}")
    reading = Reading(format="csv", encoding="utf-8", delimiter=",", headers=headers)
    return Staged(records, stream.sha256(), reading)


def create(data: Data, tables: StagingTables, width: int) -> None:
    """An empty staging table for `width` columns, in place of whatever an earlier attempt left."""
    drop(data, tables)
    columns = (_COLUMN.format(name=raw_column(n)) for n in range(width))
    data.execute(_CREATE.format(raw=tables.raw, columns=sql.SQL(", ").join(columns)))
    data.execute(_CREATE_LINES.format(lines=tables.lines))


def drop(data: Data, tables: StagingTables) -> None:
    """Remove a job's staging tables, if there are any."""
    names = (tables.raw, tables.lines, tables.suspect, tables.fault, tables.ready)
    data.execute(_DROP.format(tables=sql.SQL(", ").join(names)))


def count(data: Data, tables: StagingTables) -> int:
    """The number of records staged; StagingLost if the table is gone."""
    name = sql.Literal(tables.raw.as_string(data))
    if not _scalar(data, _EXISTS.format(name=name)):
        raise StagingLost("the staging table is gone")
    return int(str(_scalar(data, _COUNT.format(raw=tables.raw))))


def _scalar(data: Data, statement: sql.Composed) -> object:
    row = data.execute(statement).fetchone()
    return row[0] if row else None


def _require_columns(plan: ImportPlan, headers: tuple[str, ...]) -> None:
    """The file must have the columns that were mapped, where the user saw them."""
    if len(headers) > MOST_COLUMNS:
        raise FileFault("too_many_columns", found=len(headers), limit=MOST_COLUMNS)
    missing = [c.header for c in plan.columns if c.header is not None and c.header not in headers]
    if missing:
        raise FileFault("missing_column", header=missing[0], missing=missing, found=list(headers))
    if headers != plan.file.headers:
        raise FileFault("other_columns", expected=list(plan.file.headers), found=list(headers))


MOST_COLUMNS: Final = 400
"""A row must fit a page of 8 KiB, and a value that moved out of it still leaves 18 bytes there."""


def _is_reject_file(headers: tuple[str, ...]) -> bool:
    """Whether this is one of our own reject files come back fixed: its formula guards are taken
    off."""
    return set(REJECT_COLUMNS) <= set(headers)


def _copy(
    data: Data,
    tables: StagingTables,
    records: Iterable[Record],
    stream: _Counted,
    headers: tuple[str, ...],
) -> int:
    """Feed COPY in its text format, in which every byte of a value can be written; the number of
    records."""
    guarded = _is_reject_file(headers)
    number = distance = 0
    breaks: list[tuple[int, int]] = []
    block: list[str] = []
    size = 0
    columns = sql.SQL(", ").join(map(raw_column, range(len(headers))))
    with (
        data.cursor() as cursor,
        cursor.copy(_COPY.format(raw=tables.raw, columns=columns)) as copy,
    ):
        for record in records:
            number += 1
            if record.line - number != distance:
                distance = record.line - number
                breaks.append((number, record.line))
            fields = [unguard(field) for field in record.fields] if guarded else record.fields
            line = copy_line(fields)
            block.append(line)
            size += len(line)
            if size >= COPY_BLOCK:
                copy.write("".join(block))
                block.clear()
                size = 0
                stream.records = number
        copy.write("".join(block))
    with data.cursor() as cursor, cursor.copy(_COPY_LINES.format(lines=tables.lines)) as copy:
        for pair in breaks:
            copy.write_row(pair)
    return number


def copy_line(fields: list[str]) -> str:
    """One record in COPY's text format: tab between fields, backslash before what would be
    special."""
    text = "\t".join(fields)
    if "\\" in text or "\n" in text or "\r" in text or text.count("\t") != len(fields) - 1:
        text = "\t".join(map(_escape, fields))
    return text + "\n"


_ESCAPES: Final = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"})


def _escape(field: str) -> str:
    return field.translate(_ESCAPES)


class TruncatedObject(Exception):
    """S3 ended the stream before the object's length was reached; the attempt is retried."""


class _Counted:
    """The source's bytes, hashed and counted on the way."""

    def __init__(self, source: Source, watch: Watch) -> None:
        self._source = source
        self._watch = watch
        self._hash = hashlib.sha256()
        self._bytes = 0
        self.records = 0

    def __iter__(self) -> Iterator[bytes]:
        for chunk in self._source.chunks():
            self._hash.update(chunk)
            self._bytes += len(chunk)
            self._watch.progress(self._bytes, records=self.records)
            yield chunk

    def verify(self) -> None:
        """The whole object was read."""
        if self._bytes != self._source.size:
            raise TruncatedObject(f"{self._bytes} of {self._source.size} bytes arrived")

    def sha256(self) -> str:
        return self._hash.hexdigest()
