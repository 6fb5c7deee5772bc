"""Stage: the file's records by COPY into an unlogged table of text columns, memory constant."""

from __future__ import annotations

import codecs
import hashlib
import json
from collections.abc import Iterable, Iterator
from dataclasses import astuple, dataclass, replace
from typing import Any, Final, Protocol

from psycopg import Copy, sql

from lambda_worker.copy_form import CopyForm
from lambda_worker.database import Data
from lambda_worker.faults import StagingLost
from lambda_worker.files.opening import open_file
from lambda_worker.files.reading import Aside, FileFault, Proven, Reader, Rows
from lambda_worker.objects import Source
from lambda_worker.plan import ImportPlan
from lambda_worker.reject_file import is_reject_file, unguard
from lambda_worker.strict_json import to_json
from lambda_worker.tables import (
    MOST_COLUMNS,
    WHOLE,
    StagingTables,
    is_wide,
    raw_column,
    staged_headers,
)

COPY_BLOCK: Final = 128 * 1024
"""Characters collected for one write to COPY: psycopg's own sweet spot is 128 KiB and more
(psycopg/_copy_base.py), and records are a tenth of a kilobyte."""

BREAKS_HELD: Final = 50_000
"""Lines of the table `lines` that are held in memory: some megabytes."""

ASIDES_HELD: Final = 4 * 1024 * 1024
"""Characters of records set aside that are held in memory."""

_DROP = sql.SQL("DROP TABLE IF EXISTS {tables}")
_CREATE = sql.SQL(
    "CREATE UNLOGGED TABLE {raw} (record bigint GENERATED ALWAYS AS IDENTITY, {columns})"
)
_CREATE_LINES = sql.SQL(
    "CREATE UNLOGGED TABLE {lines} (first_record bigint PRIMARY KEY, line bigint NOT NULL)"
)
_CREATE_ASIDE = sql.SQL(
    "CREATE UNLOGGED TABLE {aside} (line bigint NOT NULL, code text NOT NULL,"
    " params jsonb NOT NULL, text text NOT NULL, fields jsonb NOT NULL)"
)
_COLUMN = sql.SQL("{name} text NOT NULL")
_COPY_LINES = sql.SQL("COPY {lines} FROM STDIN")
_COPY_ASIDE = sql.SQL("COPY {aside} FROM STDIN")
_ANALYZE = sql.SQL("ANALYZE {raw}")
_COUNT = sql.SQL("SELECT (SELECT count(*) FROM {raw}) + (SELECT count(*) FROM {aside})")
_EXISTS = sql.SQL("SELECT to_regclass({name}) IS NOT NULL")


class Watch(Protocol):
    """What staging tells, and asks, while it runs."""

    def progress(self, done: int, *, records: int | None = None) -> None:
        """`done` bytes are read; raises where a stop was asked for."""
        ...


@dataclass(frozen=True, slots=True)
class Staged:
    """What came out of staging: the number of records (those set aside included), the SHA-256 of
    the file's bytes, in hex, and what was understood of the file, as JSON."""

    records: int
    sha256: str
    reading: dict[str, Any]


def stage(
    data: Data,
    plan: ImportPlan,
    tables: StagingTables,
    source: Source,
    watch: Watch,
    *,
    proven: bool = True,
) -> Staged:
    """Read the whole source into a new staging table, bytes that prove safe as they are unless
    `proven` is off. Raises FileFault; then no table is left."""
    stream = _Counted(source, watch)
    reader = open_file(stream, plan.file.dialect, headers=plan.file.headers, size=source.size)
    _require_columns(plan, reader.headers)
    with data.transaction():
        create(data, tables, plan)
        records = _Feed(data, tables, plan, reader, stream, proven=proven).run()
    stream.verify()
    data.execute(_ANALYZE.format(raw=tables.raw))
    if (stored := count(data, tables)) != records:
        raise StagingLost(f"the reader counted {records} records, COPY {stored}")
    reading = {**reading_of(reader), "mark": stream.is_marked}
    return Staged(records, stream.sha256(), reading)


def reading_of(reader: Reader) -> dict[str, Any]:
    """What was understood of a file, as it stands on the job: its `dialect`, `headers`, `notes`
    ([code, params]), and whether its lines end in `crlf`. Beside these `mark`: whether it begins
    with that of UTF-8."""
    return {
        "dialect": to_json(reader.dialect),
        "headers": list(reader.headers),
        "notes": [[note.code, note.params] for note in reader.notes],
        "crlf": reader.line_end == b"\r\n",
    }


def create(data: Data, tables: StagingTables, plan: ImportPlan) -> None:
    """Empty staging tables for the plan's file, in place of whatever an earlier attempt left."""
    drop(data, tables)
    columns = [_COLUMN.format(name=name) for name in _raw_columns(plan)]
    data.execute(_CREATE.format(raw=tables.raw, columns=sql.SQL(", ").join(columns)))
    data.execute(_CREATE_LINES.format(lines=tables.lines))
    data.execute(_CREATE_ASIDE.format(aside=tables.aside))


def _raw_columns(plan: ImportPlan) -> list[sql.Identifier]:
    columns = [raw_column(n) for n in _positions(plan)]
    return [*columns, WHOLE] if is_wide(plan) else columns


def _positions(plan: ImportPlan) -> list[int]:
    """Of the columns that are staged, in the file, counted from 0."""
    if not is_wide(plan):
        return list(range(len(plan.file.headers)))
    return [plan.file.headers.index(header) for header in staged_headers(plan)]


def drop(data: Data, tables: StagingTables) -> None:
    """Remove a job's staging tables, if there are any."""
    data.execute(drop_statement(tables))


def drop_statement(tables: StagingTables) -> sql.Composed:
    """DROP of whatever a job has in staging."""
    return _DROP.format(tables=sql.SQL(", ").join(astuple(tables)))


def count(data: Data, tables: StagingTables) -> int:
    """The number of records staged; StagingLost if the table is gone."""
    name = sql.Literal(tables.raw.as_string(data))
    if not _scalar(data, _EXISTS.format(name=name)):
        raise StagingLost("the staging table is gone")
    return int(str(_scalar(data, _COUNT.format(raw=tables.raw, aside=tables.aside))))


def _scalar(data: Data, statement: sql.Composed) -> object:
    row = data.execute(statement).fetchone()
    return row[0] if row else None


def _require_columns(plan: ImportPlan, headers: tuple[str, ...]) -> None:
    """The file must have the columns that were mapped, where the user saw them."""
    if (used := len(_positions(plan))) > MOST_COLUMNS:
        raise FileFault("too_many_columns", found=used, limit=MOST_COLUMNS)
    missing = [c.header for c in plan.columns if c.header is not None and c.header not in headers]
    if missing:
        raise FileFault("missing_column", header=missing[0], missing=missing, found=list(headers))
    if headers != plan.file.headers:
        raise FileFault("other_columns", expected=list(plan.file.headers), found=list(headers))


class _Feed:
    """Feeds COPY: proven bytes as they come, other records written anew."""

    def __init__(
        self,
        data: Data,
        tables: StagingTables,
        plan: ImportPlan,
        reader: Reader,
        stream: _Counted,
        *,
        proven: bool,
    ) -> None:
        self._data = data
        self._tables = tables
        self._plan = plan
        self._guarded = is_reject_file(reader.headers)
        self._wide = _positions(plan) if is_wide(plan) else None
        untouched = proven and not self._guarded and not self._wide
        self._pieces = reader.pieces(proven=untouched)
        self._form = CopyForm.of(reader.dialect, reader.line_end.decode())
        self._stream = stream
        self._staged = 0
        self._distance = 0
        self._breaks: list[tuple[int, int]] = []
        self._asides: list[Aside] = []
        self._asides_size = 0
        self._set_aside = 0

    def run(self) -> int:
        """All of it; the number of records, those set aside included."""
        statement = self._form.statement(self._tables.raw, _raw_columns(self._plan), freeze=True)
        more = True
        while more:
            with self._data.cursor() as cursor, cursor.copy(statement) as copy:
                more = self._fill(copy)
            self._write_breaks()
            self._write_asides()
        return self._staged + self._set_aside

    def _fill(self, copy: Copy) -> bool:
        """Write until the file ends, or much is held: whether there is more."""
        held: list[str] = []
        size = 0
        for piece in self._pieces:
            if isinstance(piece, Aside):
                self._put_aside(piece)
                if self._asides_size < ASIDES_HELD:
                    continue
                copy.write("".join(held))
                return True
            self._note_line(piece.line)
            self._staged += piece.records
            if isinstance(piece, Rows):
                held.append(self._form.text(self._as_staged(piece.rows)))
                size += len(held[-1])
                if size < COPY_BLOCK:
                    continue
            copy.write("".join(held))
            held, size = [], 0
            if isinstance(piece, Proven):
                copy.write(piece.data)
            self._stream.records = self._staged + self._set_aside
            if len(self._breaks) >= BREAKS_HELD:
                return True
        copy.write("".join(held))
        return False

    def _as_staged(self, rows: list[list[str]]) -> list[list[str]]:
        if self._guarded:
            rows = [[unguard(value) for value in row] for row in rows]
        if self._wide is not None:
            kept = self._wide
            rows = [[*(r[n] for n in kept), json.dumps(r, ensure_ascii=False)] for r in rows]
        return rows

    def _note_line(self, line: int) -> None:
        """The next record begins at this line: noted where it is not as many below as before."""
        distance = line - self._staged
        if distance != self._distance:
            self._distance = distance
            self._breaks.append((self._staged + 1, line))

    def _put_aside(self, aside: Aside) -> None:
        self._set_aside += 1
        if self._guarded:
            aside = replace(aside, fields=[unguard(value) for value in aside.fields])
        self._asides.append(aside)
        self._asides_size += len(aside.text) + sum(map(len, aside.fields)) + 100

    def _write_breaks(self) -> None:
        self._write(_COPY_LINES.format(lines=self._tables.lines), self._breaks)
        self._breaks.clear()

    def _write_asides(self) -> None:
        rows = (
            (aside.line, aside.code, json.dumps(aside.params), aside.text, json.dumps(aside.fields))
            for aside in self._asides
        )
        self._write(_COPY_ASIDE.format(aside=self._tables.aside), rows)
        self._asides.clear()
        self._asides_size = 0

    def _write(self, statement: sql.Composed, rows: Iterable[tuple[Any, ...]]) -> None:
        with self._data.cursor() as cursor, cursor.copy(statement) as copy:
            for row in rows:
                copy.write_row(row)


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
        self.is_marked = False
        """Whether the file itself, not what is packed in it, begins as Excel's UTF-8 does."""

    def __iter__(self) -> Iterator[bytes]:
        for chunk in self._source.chunks():
            if not self._bytes:
                self.is_marked = chunk.startswith(codecs.BOM_UTF8)
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
