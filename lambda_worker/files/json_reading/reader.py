"""JSON from UTF-8: one document or value after value in, records out, memory constant."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace

from lambda_worker.files.dialect import Dialect
from lambda_worker.files.json_reading.headers import Columns, columns_ahead
from lambda_worker.files.json_reading.objects import ObjectRecords
from lambda_worker.files.json_reading.records import (
    VALUE,
    ArrayRecords,
    KeyedRecords,
    Records,
    ValueRecords,
)
from lambda_worker.files.json_reading.remarks import Remarks
from lambda_worker.files.json_reading.source import Source
from lambda_worker.files.reading import Aside, FileFault, Note, Rows


class JsonReader:
    """Reads one stream of UTF-8 once; a Reader. `errors` tells the error handler that makes lone
    surrogates of bytes that did not fit the file's encoding; it is asked where there are any.

    `headers` are the columns that were agreed on; without them they are those of the first records.
    With `find_header` it is seen whether arrays have a header, whatever the dialect says. Null and
    a missing member are empty values, like an empty string; true and false are words; numbers keep
    their digits; arrays and objects inside of records are compact JSON.
    """

    def __init__(
        self,
        utf8_chunks: Iterable[bytes],
        dialect: Dialect,
        errors: Callable[[], str] = lambda: "surrogateescape",
        headers: tuple[str, ...] | None = None,
        *,
        find_header: bool = False,
    ) -> None:
        self.line_end = b"\n"
        self._remarks = Remarks()
        self._source = Source(utf8_chunks, dialect, errors, self._remarks)
        if headers is None:
            columns = columns_ahead(self._source, dialect, find_header=find_header)
        else:
            columns = Columns(headers, dialect.header_lines)
        self._remarks.notes_before = columns.notes
        self.headers = columns.headers
        self.dialect = replace(dialect, header_lines=columns.header_lines)
        self._objects: ObjectRecords | None = None

    @property
    def notes(self) -> list[Note]:
        """What there is to say; all of it after the last piece."""
        return self._remarks.notes

    def pieces(self, *, proven: bool = True) -> Iterator[Rows | Aside]:
        """The records, never Proven."""
        del proven
        asides = 0
        for piece in self._source.pieces(self._records, self.dialect.header_lines):
            asides += isinstance(piece, Aside)
            yield piece
        if self._objects is not None:
            self._require_all_met(self._objects.never_met, is_sure=not asides)

    def _require_all_met(self, missing: list[str], *, is_sure: bool) -> None:
        """A column that no record has was none of the file that was shown."""
        paths = [name for name in missing if name in self.dialect.paths]
        keys = [name for name in missing if name not in self.dialect.paths]
        self._remarks.missing(keys + paths)
        if keys and is_sure:
            found = [name for name in self.headers if name not in missing]
            raise FileFault("other_columns", expected=list(self.headers), found=found)

    def _records(self, mark: str, header: list[list[str]]) -> Records:
        """What makes rows of records, by the first one's first character."""
        source = self._source
        headers = self.headers[1:] if source.is_keyed else self.headers
        records: Records
        if mark == "{" or (mark != "[" and headers != (VALUE,)):
            records = ObjectRecords(headers, self.dialect.paths, self._remarks)
            self._objects = records
        elif mark == "[":
            records = ArrayRecords(len(headers), header[-1] if header else None, self._remarks)
        else:
            records = ValueRecords(self._remarks)
        return KeyedRecords(records, lambda: source.key) if source.is_keyed else records
