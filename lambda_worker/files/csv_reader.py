"""CSV in UTF-8 with comma, double quotes and a header: bytes in, records out, memory constant."""

from __future__ import annotations

import codecs
import csv
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from lambda_worker.files.blocks import NoLineEnd, blocks
from lambda_worker.files.proof import Proof
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


@dataclass(frozen=True, slots=True)
class Proven:
    """Records of one line each whose bytes COPY may take as they are; `line` is the first one's."""

    line: int
    data: bytes
    records: int


class CsvReader:
    """Reads one stream once. Raises FileFault with the line at the first record that breaks the
    rules."""

    def __init__(self, chunks: Iterable[bytes]) -> None:
        self._lines = _Lines(chunks)
        self._width = 0

    @property
    def line_end(self) -> bytes:
        """How the file's first line ends: CRLF, or LF for all others."""
        return self._lines.line_end

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
        for record in self._read():
            if self._is_whole(record):
                yield record

    def pieces(self) -> Iterator[Record | Proven]:
        """The records after the header, many at once where they are proven."""
        lines = self._lines
        proof = Proof(self._width, self.line_end, FIELD_LIMIT)
        if not lines.is_between_blocks:
            yield from self._rest_of_block()
        while (block := lines.next_block()) is not None:
            number = proof.records(block)
            if number is None:
                yield from self._rest_of_block()
            else:
                yield Proven(lines.number + 1, block, number)
                lines.skip_block(number)

    def _rest_of_block(self) -> Iterator[Record]:
        """Records one by one, to the next place where a block and a record begin."""
        for record in self._read():
            if self._is_whole(record):
                yield record
            if self._lines.is_between_blocks:
                return

    def _is_whole(self, record: Record) -> bool:
        """False for a blank line; FileFault where the number of fields is another than the
        header's."""
        found = len(record.fields)
        if found and found != self._width:
            raise FileFault(
                "wrong_field_count", line=record.line, expected=self._width, found=found
            )
        return bool(found)

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
        self._blocks = blocks(chunks, 4 * FIELD_LIMIT)  # four bytes at most make a character
        self._block = self._pull()
        self._text = ""
        self._at = 0
        if self._block is not None:
            _refuse_other_formats(self._block)
            self._block = self._block.removeprefix(codecs.BOM_UTF8)
        first = (self._block or b"").partition(b"\n")[0]
        self.line_end = b"\r\n" if first.endswith(b"\r") else b"\n"

    @property
    def is_between_blocks(self) -> bool:
        """Whether all lines of the blocks so far are read."""
        return self._at >= len(self._text)

    def next_block(self) -> bytes | None:
        """The block that comes next, as it is; to be called between blocks."""
        if self._block is None:
            self._block = self._pull()
        return self._block

    def skip_block(self, lines: int) -> None:
        """Leave out the block that comes next."""
        self.number += lines
        self._block = None

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        if self.is_between_blocks:
            block = self.next_block()
            if block is None:
                raise StopIteration
            self._text, self._at, self._block = self._decode(block), 0, None
        start, self._at = self._at, _line_end(self._text, self._at)
        line = self._text[start : self._at]
        self.number += 1
        if "\0" in line:
            raise FileFault("nul_character", line=self.number)
        return line

    def _pull(self) -> bytes | None:
        try:
            return next(self._blocks, None)
        except NoLineEnd:
            raise FileFault("field_too_long", line=self.number + 1, limit=FIELD_LIMIT) from None

    def _decode(self, block: bytes) -> str:
        try:
            return block.decode()
        except UnicodeDecodeError as error:
            good = block[: error.start]
            raise FileFault(
                "bad_encoding",
                line=self.number + 1 + good.count(b"\n"),
                byte=f"0x{block[error.start]:02X}",
            ) from error


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
