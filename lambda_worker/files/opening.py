"""Opening a file: from its bytes, as they come, to a reader of its records."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from itertools import chain
from typing import Any

from lambda_worker.files.csv_reading.reader import CsvReader
from lambda_worker.files.detecting import (
    SAMPLE_BYTES,
    Detected,
    detect_text,
    packing_of,
    require_text,
)
from lambda_worker.files.dialect import Dialect, Format
from lambda_worker.files.encodings.transcoding import Transcoder
from lambda_worker.files.given import given_of
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
    if dialect is not None:
        sample, chunks, _ = _beginning(iter(chunks))
        require_text(sample, dialect.compression)
        transcoder = _transcoder(chunks, dialect, size)
        return _Opened(transcoder, dialect, headers, remarks_on(dialect))
    given = given_of(given or {})
    found, chunks = _detected(iter(chunks), given, size)
    found.require_clear()
    return _opened(found, chunks, headers, find_header="header_lines" not in given)


def open_whole(
    chunks_of: Callable[[], Iterable[bytes]],
    *,
    given: Mapping[str, Any] | None = None,
    size: int | None = None,
) -> Reader:
    """The same for a file that can be read more than once: of JSON, the way to its records and
    their columns are then those of all of it. `chunks_of` gives its bytes in order, anew at each
    call."""
    given = given_of(given or {})
    found, chunks = _detected(iter(chunks_of()), given, size)
    if found.dialect.format is Format.CSV:
        return _opened(found, chunks)
    from lambda_worker.files.json_reading.headers import all_columns
    from lambda_worker.files.json_reading.sniffing import json_dialect

    dialect = found.dialect
    if not found.is_sure and (seen := json_dialect(_transcoder(chunks_of(), dialect, size))):
        dialect = replace(replace(dialect, format=seen.format, path=seen.path), **given)
    transcoder = _transcoder(chunks_of(), dialect, size)
    columns = all_columns(
        transcoder, dialect, lambda: transcoder.errors, find_header="header_lines" not in given
    )
    dialect = replace(dialect, header_lines=columns.header_lines)
    notes = [*found.notes, *remarks_on(dialect), *columns.notes]
    return _Opened(_transcoder(chunks_of(), dialect, size), dialect, columns.headers, notes)


def remarks_on(dialect: Dialect) -> list[Note]:
    """What a person should know of a dialect that the next file may not share."""
    notes: list[Note] = []
    if dialect.preamble:
        notes.append(Note("preamble_skipped", {"line": dialect.preamble + 1}))
    if dialect.nulls:
        code = "nulls_taken_in_texts" if dialect.nulls_in_texts else "nulls_taken"
        notes.append(Note(code, {"words": list(dialect.nulls)}))
    return notes


def reader_of(
    utf8: Iterable[bytes],
    dialect: Dialect,
    errors: Callable[[], str],
    headers: tuple[str, ...] | None = None,
    *,
    find_header: bool = False,
) -> Reader:
    """The reader of a text that is unpacked and in UTF-8. With `find_header` it is seen in a JSON
    file's records whether they have one, whatever the dialect says."""
    if dialect.format is Format.CSV:
        return CsvReader(utf8, dialect, errors)
    from lambda_worker.files.json_reading.reader import JsonReader

    return JsonReader(utf8, dialect, errors, headers, find_header=find_header)


def _detected(
    chunks: Iterator[bytes], given: Mapping[str, Any], size: int | None
) -> tuple[Detected, Iterator[bytes]]:
    """What the file's beginning shows, and all of what is in it, unpacked."""
    sample, chunks, whole = _beginning(chunks)
    packing = packing_of(sample, given)
    if packing:
        sample, chunks, whole = _beginning(iter(unpacked(chunks, packing, size=size)))
    return detect_text(sample, packing, whole=whole, given=given), chunks


def _transcoder(chunks: Iterable[bytes], dialect: Dialect, size: int | None) -> Transcoder:
    if dialect.compression:
        chunks = unpacked(chunks, dialect.compression, size=size)
    return Transcoder(chunks, dialect.encoding)


def _opened(
    found: Detected,
    chunks: Iterable[bytes],
    headers: tuple[str, ...] | None = None,
    *,
    find_header: bool = False,
) -> Reader:
    transcoder = Transcoder(chunks, found.dialect.encoding)
    notes = [*found.notes, *remarks_on(found.dialect)]
    return _Opened(transcoder, found.dialect, headers, notes, find_header=find_header)


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
        *,
        find_header: bool = False,
    ) -> None:
        self._transcoder = transcoder
        self._notes = notes
        self._reader = reader_of(
            transcoder, dialect, lambda: transcoder.errors, headers, find_header=find_header
        )

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
