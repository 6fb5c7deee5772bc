"""Stage: the file's records by COPY into an unlogged table of text columns, memory constant."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, Protocol

from psycopg import Copy, sql

from lambda_worker.database import Data
from lambda_worker.faults import StagingLost
from lambda_worker.files.csv_reader import CsvReader, Proven
from lambda_worker.files.reading import FileFault, Reading
from lambda_worker.objects import Source
from lambda_worker.plan import ImportPlan
from lambda_worker.reject_file import REJECT_COLUMNS, unguard
from lambda_worker.tables import StagingTables, raw_column

COPY_BLOCK: Final = 128 * 1024
"""Characters collected for one write to COPY: psycopg's own sweet spot is 128 KiB and more
(psycopg/_copy_base.py), and records are a tenth of a kilobyte."""

BREAKS_HELD: Final = 50_000
"""Lines of the table `lines` that are held in memory: some megabytes."""

_DROP = sql.SQL("DROP TABLE IF EXISTS {tables}")
_CREATE = sql.SQL(
    "CREATE UNLOGGED TABLE {raw} (record bigint GENERATED ALWAYS AS IDENTITY, {columns})"
)
_CREATE_LINES = sql.SQL(
    "CREATE UNLOGGED TABLE {lines} (first_record bigint PRIMARY KEY, line bigint NOT NULL)"
)
_COLUMN = sql.SQL("{name} text NOT NULL")
# FREEZE, which a table made in the same transaction may have, spares the first reader the writing
# of every page. An empty value is an empty string, quoted or not.
_COPY = sql.SQL(
    "COPY {raw} ({columns}) FROM STDIN (FORMAT csv, FREEZE true, FORCE_NOT_NULL ({columns}))"
)
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
        records = _Feed(data, tables, headers, reader, stream).run()
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


class _Feed:
    """Feeds COPY: proven bytes as they come, other records written anew."""

    def __init__(
        self,
        data: Data,
        tables: StagingTables,
        headers: tuple[str, ...],
        reader: CsvReader,
        stream: _Counted,
    ) -> None:
        self._data = data
        self._tables = tables
        self._width = len(headers)
        self._guarded = _is_reject_file(headers)
        self._pieces = reader.records() if self._guarded else reader.pieces()
        self._line_end = reader.line_end.decode()
        self._stream = stream
        self._records = 0
        self._distance = 0
        self._breaks: list[tuple[int, int]] = []

    def run(self) -> int:
        """All of it; the number of records."""
        columns = sql.SQL(", ").join(map(raw_column, range(self._width)))
        statement = _COPY.format(raw=self._tables.raw, columns=columns)
        more = True
        while more:
            with self._data.cursor() as cursor, cursor.copy(statement) as copy:
                more = self._fill(copy)
            self._write_breaks()
        return self._records

    def _fill(self, copy: Copy) -> bool:
        """Write until the file ends, or there are many breaks: whether there is more."""
        block: list[str] = []
        size = 0
        for piece in self._pieces:
            self._note_line(piece.line)
            if isinstance(piece, Proven):
                copy.write("".join(block))
                block, size = [], 0
                copy.write(piece.data)
                self._records += piece.records
                self._stream.records = self._records
                continue
            self._records += 1
            fields = [unguard(field) for field in piece.fields] if self._guarded else piece.fields
            line = copy_line(fields, self._line_end)
            block.append(line)
            size += len(line)
            if size >= COPY_BLOCK:
                copy.write("".join(block))
                block, size = [], 0
                self._stream.records = self._records
                if len(self._breaks) >= BREAKS_HELD:
                    return True
        copy.write("".join(block))
        return False

    def _note_line(self, line: int) -> None:
        """The next record begins at this line: noted where it is not as many below as before."""
        distance = line - self._records
        if distance != self._distance:
            self._distance = distance
            self._breaks.append((self._records + 1, line))

    def _write_breaks(self) -> None:
        with self._data.cursor() as cursor:
            statement = _COPY_LINES.format(lines=self._tables.lines)
            with cursor.copy(statement) as copy:
                for pair in self._breaks:
                    copy.write_row(pair)
        self._breaks.clear()


def copy_line(fields: list[str], line_end: str) -> str:
    """One record as COPY reads CSV: quoted where a value would be taken for something else."""
    text = ",".join(fields)
    if (
        '"' in text
        or "\n" in text
        or "\r" in text
        or text.count(",") != len(fields) - 1
        or "\\." in text  # a line of these alone ends the data to Postgres before 18
        or not text
    ):
        text = ",".join(['"' + field.replace('"', '""') + '"' for field in fields])
    return text + line_end


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
