"""CSV in UTF-8 with comma, double quotes and a header: bytes in, records out, memory constant."""

from __future__ import annotations

import codecs
import csv
from collections.abc import Iterable, Iterator
from typing import Final

from lambda_worker.files.reading import FileFault, Record

FIELD_LIMIT: Final = 1024 * 1024
"""Characters in one field. Real values are far below it; an unclosed quote reaches it quickly, and
then memory stays bounded and the fault names the line where the field began."""

_SIGNATURES: Final = (
    (b"PK\x03\x04", "zip"),
    (b"\x1f\x8b", "gzip"),
    (b"%PDF-", "PDF"),
    (b"\x89PNG", "PNG"),
    (b"\xff\xd8\xff", "JPEG"),
    (b"\xd0\xcf\x11\xe0", "Excel 97"),
    (b"\xff\xfe", "UTF-16"),
    (b"\xfe\xff", "UTF-16"),
)
"""First bytes of what people upload instead of a CSV file, and what to call it."""


class CsvReader:
    """Reads one stream once. Raises FileFault with the line at the first record that breaks the
    rules."""

    def __init__(self, chunks: Iterable[bytes]) -> None:
        self._lines = _Lines(chunks)
        self._width = 0

    def header(self) -> tuple[str, ...]:
        """The first record that is no blank line, stripped; to be called before `records`."""
        first = next((record for record in self._read() if record.fields), None)
        if first is None:
            raise FileFault("empty_file")
        names = tuple(name.strip() for name in first.fields)
        self._width = len(names)
        seen: set[str] = set()
        for name in filter(None, names):
            if name in seen:
                raise FileFault("duplicate_header", header=name)
            seen.add(name)
        return names

    def records(self) -> Iterator[Record]:
        """The records after the header, blank lines left out."""
        width = self._width
        for record in self._read():
            if len(record.fields) != width:
                if not record.fields:
                    continue
                raise FileFault(
                    "wrong_field_count",
                    line=record.line,
                    expected=width,
                    found=len(record.fields),
                )
            yield record

    def _read(self) -> Iterator[Record]:
        lines = self._lines
        if csv.field_size_limit() != FIELD_LIMIT:
            csv.field_size_limit(FIELD_LIMIT)
        rows = csv.reader(lines, strict=True)
        while True:
            line = lines.number + 1
            try:
                fields = next(rows)
            except StopIteration:
                return
            except csv.Error as error:
                raise _fault(error, line, lines.number) from error
            yield Record(line, fields)


def _fault(error: csv.Error, first_line: int, last_line: int) -> FileFault:
    """csv's messages, which CPython has kept since 3.0, as faults with the record's first line."""
    message = str(error)
    if "unexpected end of data" in message:
        return FileFault("unclosed_quote", line=first_line)
    if "field larger than field limit" in message:
        return FileFault("field_too_long", line=first_line, limit=FIELD_LIMIT)
    return FileFault("stray_quote", line=last_line)


class _Lines:
    """The stream's lines, decoded strictly and counted, each with its line end."""

    def __init__(self, chunks: Iterable[bytes]) -> None:
        self.number = 0
        self._source = self._decode(chunks)

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        line = next(self._source)
        self.number += 1
        if "\0" in line:
            raise FileFault("nul_character", line=self.number)
        return line

    def _decode(self, chunks: Iterable[bytes]) -> Iterator[str]:
        decoder = codecs.getincrementaldecoder("utf-8-sig")("strict")
        pending = b""
        begun = False
        for chunk in chunks:
            if not begun and chunk:
                _refuse_other_formats(chunk)
                begun = True
            # Only whole lines are decoded, so that a bad byte's line is known.
            data = pending + chunk
            # A CR that ends the data may be half of a CRLF, so it does not count yet.
            end = data.rfind(b"\n") + 1 or data.rfind(b"\r", 0, -1) + 1
            pending = data[end:]
            if len(pending) > 4 * FIELD_LIMIT:  # four bytes at most make a character
                raise FileFault("field_too_long", line=self.number + 1, limit=FIELD_LIMIT)
            yield from self._split(decoder, data[:end])
        yield from self._split(decoder, pending, final=True)

    def _split(
        self, decoder: codecs.IncrementalDecoder, block: bytes, *, final: bool = False
    ) -> Iterator[str]:
        try:
            text = decoder.decode(block, final)
        except UnicodeDecodeError as error:
            good = bytes(error.object[: error.start])
            raise FileFault(
                "bad_encoding",
                line=self.number + 1 + good.count(b"\n"),
                byte=f"0x{error.object[error.start]:02X}",
            ) from error
        start = 0
        size = len(text)
        while start < size:
            end = _line_end(text, start)
            yield text[start:end]
            start = end


def _line_end(text: str, start: int) -> int:
    """Where the line that starts at `start` ends, its LF, CRLF or CR included."""
    newline = text.find("\n", start)
    end = newline + 1 if newline >= 0 else len(text)
    carriage = text.find("\r", start, end)
    if carriage >= 0 and carriage + 1 < end and text[carriage + 1] != "\n":
        return carriage + 1
    return end


def _refuse_other_formats(first: bytes) -> None:
    for signature, name in _SIGNATURES:
        if first.startswith(signature):
            raise FileFault("not_csv", looks_like=name)
    if b"\0" in first[:4096]:
        raise FileFault("not_csv", looks_like="binary data")
