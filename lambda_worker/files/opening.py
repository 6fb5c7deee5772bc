"""Opening a file: from its bytes, as they come, to a reader of its records."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from itertools import chain
from typing import Any

from lambda_worker.files.csv_reading.reader import CsvReader
from lambda_worker.files.detecting import SAMPLE_BYTES, detect_text, packing_of, require_text
from lambda_worker.files.dialect import Dialect, Format
from lambda_worker.files.encodings.transcoding import Transcoder
from lambda_worker.files.packings.unpacking import unpacked
from lambda_worker.files.reading import Note, Piece, Reader


def open_file(
    chunks: Iterable[bytes],
    dialect: Dialect | None = None,
    *,
    given: Mapping[str, Any] | None = None,
    headers: tuple[str, ...] | None = None,
    size: int | None = None,
) -> Reader:
    """A reader of a file's records, from its bytes in order, read once and never held whole.

    Without a `dialect` it is detected in the first SAMPLE_BYTES, where members of Dialect that are
    `given` are taken as they are. `headers` names the columns of a JSON file that were agreed on.
    `size` is that of the file, if it is known. Raises FileFault for a file that cannot be read.
    """
    notes: list[Note] = []
    sample, chunks, whole = _beginning(iter(chunks))
    if dialect is None:
        packing = packing_of(sample, given or {})
    else:
        packing = dialect.compression
        require_text(sample, packing)
    if packing:
        chunks = unpacked(chunks, packing, size=size)
    if dialect is None:
        if packing:
            sample, chunks, whole = _beginning(iter(chunks))
        found = detect_text(sample, packing, whole=whole, given=given)
        dialect, notes = found.dialect, found.notes
    notes += remarks_on(dialect)
    return _Opened(Transcoder(chunks, dialect.encoding), dialect, headers, notes)


def remarks_on(dialect: Dialect) -> list[Note]:
    """What a person should know of a dialect that the next file may not share."""
    notes: list[Note] = []
    if dialect.preamble:
        notes.append(Note("preamble_skipped", {"line": dialect.preamble + 1}))
    if dialect.nulls:
        code = "nulls_taken_in_texts" if dialect.nulls_in_texts else "nulls_taken"
        notes.append(Note(code, {"words": list(dialect.nulls)}))
    return notes


def headers_of(
    chunks: Iterable[bytes], dialect: Dialect, *, size: int | None = None
) -> tuple[str, ...]:
    """The columns of all records of a JSON file, in the order of their first appearance; it is read
    to its end. Raises FileFault."""
    from lambda_worker.files.json_reading.reader import all_headers

    if dialect.compression:
        chunks = unpacked(chunks, dialect.compression, size=size)
    transcoder = Transcoder(chunks, dialect.encoding)
    return all_headers(transcoder, dialect, lambda: transcoder.errors)


def reader_of(
    utf8: Iterable[bytes],
    dialect: Dialect,
    errors: Callable[[], str],
    headers: tuple[str, ...] | None = None,
) -> Reader:
    """The reader of a text that is unpacked and in UTF-8."""
    if dialect.format is Format.CSV:
        return CsvReader(utf8, dialect, errors)
    from lambda_worker.files.json_reading.reader import JsonReader

    return JsonReader(utf8, dialect, errors, headers)


def _beginning(chunks: Iterator[bytes]) -> tuple[bytes, Iterator[bytes], bool]:
    """The first SAMPLE_BYTES; all chunks, these included; whether there are no more."""
    taken: list[bytes] = []
    size = 0
    while size <= SAMPLE_BYTES and (chunk := next(chunks, None)) is not None:
        taken.append(chunk)
        size += len(chunk)
    sample = b"".join(taken)
    return sample[:SAMPLE_BYTES], chain([sample], chunks), size <= SAMPLE_BYTES


class _Opened:
    """A reader, and what its transcoder adds to it."""

    def __init__(
        self,
        transcoder: Transcoder,
        dialect: Dialect,
        headers: tuple[str, ...] | None,
        notes: list[Note],
    ) -> None:
        self._transcoder = transcoder
        self._notes = notes
        self._reader = reader_of(transcoder, dialect, lambda: transcoder.errors, headers)

    @property
    def dialect(self) -> Dialect:
        return replace(self._reader.dialect, encoding=self._transcoder.encoding)

    @property
    def headers(self) -> tuple[str, ...]:
        return self._reader.headers

    @property
    def line_end(self) -> bytes:
        return self._reader.line_end

    @property
    def notes(self) -> list[Note]:
        return [*self._notes, *self._transcoder.notes, *self._reader.notes]

    def pieces(self, *, proven: bool = True) -> Iterator[Piece]:
        return self._reader.pieces(proven=proven)
