"""JSON from UTF-8: one document or value after value in, records out, memory constant."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from lambda_worker.files.dialect import Dialect
from lambda_worker.files.json_reading.headers import all_headers, beginning, sample_columns
from lambda_worker.files.json_reading.objects import ObjectRecords
from lambda_worker.files.json_reading.records import (
    ArrayRecords,
    KeyedRecords,
    Records,
    ValueRecords,
)
from lambda_worker.files.json_reading.remarks import Remarks
from lambda_worker.files.json_reading.sniffing import json_dialect, json_header_lines
from lambda_worker.files.json_reading.source import Source
from lambda_worker.files.reading import Aside, FileFault, Note, Rows

__all__ = ["JsonReader", "all_headers", "json_dialect", "json_header_lines"]


class JsonReader:
    """Reads one stream of UTF-8 once; a Reader. `errors` tells the error handler that makes lone
    surrogates of bytes that did not fit the file's encoding; it is asked where there are any.

    `headers` are the columns that were agreed on; without them they are those of the beginning.
    Null and a missing member are empty values, like an empty string; true and false are words;
    numbers keep their digits; arrays and objects inside of records are compact JSON.
    """

    def __init__(
        self,
        utf8_chunks: Iterable[bytes],
        dialect: Dialect,
        errors: Callable[[], str] = lambda: "surrogateescape",
        headers: tuple[str, ...] | None = None,
    ) -> None:
        self.dialect = dialect
        self._remarks = Remarks()
        if headers is None:
            head, utf8_chunks = beginning(utf8_chunks)
            columns = sample_columns(head, dialect, errors)
            headers = columns.headers
            self._remarks.notes_before = columns.notes
        self.headers = headers
        self.line_end = b"\n"
        self._objects: ObjectRecords | None = None
        self._source = Source(utf8_chunks, dialect, errors, self._remarks, self._records)

    @property
    def notes(self) -> list[Note]:
        """What there is to say; all of it after the last piece."""
        return self._remarks.notes

    def pieces(self, *, proven: bool = True) -> Iterator[Rows | Aside]:
        """The records, never Proven."""
        del proven
        asides = 0
        for piece in self._source.pieces():
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

    def _records(self, source: Source) -> Records:
        headers = self.headers[1:] if source.is_keyed else self.headers
        records: Records
        if source.mark == "{":
            records = ObjectRecords(headers, self.dialect.paths, self._remarks)
            self._objects = records
        elif source.mark == "[":
            header = source.header[-1] if source.header else None
            records = ArrayRecords(len(headers), header, self._remarks)
        else:
            records = ValueRecords(self._remarks)
        return KeyedRecords(records, lambda: source.key) if source.is_keyed else records
