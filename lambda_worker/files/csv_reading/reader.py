"""CSV in any dialect, from UTF-8: bytes in, records out, memory constant."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, Final

from lambda_worker.files.csv_reading.blocks import LongLine
from lambda_worker.files.csv_reading.field_list import listed_names
from lambda_worker.files.csv_reading.headers import edge_of_all, fitted, joined, unique
from lambda_worker.files.csv_reading.lines import Lines
from lambda_worker.files.csv_reading.proof import Proof, may_prove
from lambda_worker.files.csv_reading.quick import Quick
from lambda_worker.files.csv_reading.remarks import Remarks
from lambda_worker.files.csv_reading.scanner import FIELD_LIMIT, Record, Scanner, without_line_end
from lambda_worker.files.dialect import Dialect
from lambda_worker.files.reading import (
    MOST_COLUMNS,
    TEXT_SHOWN,
    Aside,
    FileFault,
    Note,
    Piece,
    Proven,
    Rows,
)
from lambda_worker.files.shown import shown

MOST_LINE: Final = 4 * FIELD_LIMIT
"""Bytes of a line: four at most make a character."""

FAR_LOOKS: Final = 20
"""After so many quotes that were not closed within FIELD_LIMIT the next are given up at NEAR: a
file of nothing else is read in linear time."""
NEAR: Final = 16 * 1024

LARGE: Final = 32 * 1024
"""Bytes: in smaller blocks that did not prove themselves it is no use to look for parts that do."""

_BAD: Final = re.compile("[\ud800-\udfff]")
"""What bytes become that do not fit the encoding."""


class CsvReader:
    """Reads one stream of UTF-8 once; a Reader. `errors` tells the error handler that makes lone
    surrogates of bytes that did not fit the file's encoding; it is asked for each block."""

    def __init__(
        self,
        chunks: Iterable[bytes],
        dialect: Dialect,
        errors: Callable[[], str] = lambda: "surrogateescape",
    ) -> None:
        self.dialect = dialect
        self._scanner = Scanner(dialect)
        self._lines = Lines(chunks, errors, MOST_LINE)
        self._width = 0
        self._far_looks = 0
        self._again: list[list[str]] = []
        self._header_lines: list[bytes] = []
        self._header_notes: list[Note] = []
        self.headers = self._header()
        self._remarks = Remarks(self._width)
        self.line_end = self._lines.line_end

    @property
    def notes(self) -> list[Note]:
        """What there is to say; all of it after the last piece."""
        return [*self._header_notes, *self._remarks.notes]

    # -- The header --------------------------------------------------------------------------------

    def _header(self) -> tuple[str, ...]:
        for _ in range(self.dialect.preamble):
            self._lines.take()
        dialect = self.dialect
        names = joined(self._header_records()) if dialect.header_lines else self._no_names()
        names, unused = fitted(names, dialect.width, row_names=dialect.row_names)
        headers, notes = unique(names)
        if dialect.header_lines:
            self._header_notes = [*unused, *notes, *self._remarks_on_names(names)]
        self._width = len(headers)
        if self._width < 2:  # a lone value may well be what its column is called
            self._again, self._header_lines = [], []
        if self._width > MOST_COLUMNS:
            raise FileFault("too_many_columns", found=self._width, limit=MOST_COLUMNS)
        return headers

    def _remarks_on_names(self, names: Sequence[str]) -> Iterator[Note]:
        if self.dialect.row_names:
            yield Note("row_names", {})
        if edge := edge_of_all(names):
            yield Note("longer_delimiter", {"delimiter": f"{edge}{self.dialect.delimiter}{edge}"})

    def _header_records(self) -> list[list[str]]:
        records: list[list[str]] = []
        while len(records) < self.dialect.header_lines and (found := self._next_record()):
            lines, fields = found
            records.append([shown(name) for name in fields])
            if any(map(str.strip, fields)):
                text = without_line_end("".join(lines))
                self._again.append(fields)
                self._header_lines.append(text.encode("utf-8", "surrogatepass"))
        if not records:
            raise FileFault("empty_file")
        return records

    def _no_names(self) -> list[str]:
        found = self._next_record()
        if not found:
            raise FileFault("empty_file")
        lines, fields = found
        self._lines.put_back(lines)
        return [""] * (self.dialect.width or len(fields))

    def _next_record(self) -> tuple[list[str], list[str]] | None:
        """The next record's lines and fields, blank lines and comments left out."""
        while (line := self._lines.take()) is not None:
            if isinstance(line, LongLine):
                raise FileFault("header_too_long", line=self._lines.number, limit=FIELD_LIMIT)
            if names := listed_names(line):
                return [line], names
            if self._scanner.is_nothing(line, 0):
                continue
            record, lines = self._whole(line)
            if record is None or record.is_stray:
                return [line], self._in_spite_of_quotes(line)
            return lines, record.fields
        return None

    def _in_spite_of_quotes(self, line: str) -> list[str]:
        """The names of a header whose quotes do not close, where each of its parts is one."""
        dialect = self.dialect
        parts = without_line_end(line).split(dialect.delimiter)
        if len(parts) == dialect.width - dialect.row_names:
            return [part.strip().strip(dialect.quote) for part in parts]
        return self._scanner.record(line).fields or [without_line_end(line)]

    # -- Records -----------------------------------------------------------------------------------

    def pieces(self, *, proven: bool = True) -> Iterator[Piece]:
        """The records after the header; as Rows or Asides alone where not `proven`."""
        lines = self._lines
        proof = self._proof() if proven and may_prove(self.dialect) else None
        quick = Quick(self._scanner, self._width, self._again)
        while True:
            if not lines.is_between_blocks:
                yield from self._carefully()
                continue
            block = lines.next_block()
            if block is None:
                return
            line = lines.number + 1
            if isinstance(block, LongLine):
                yield from self._carefully()
            elif proof is not None and (number := proof.records(block)):
                self._remarks.went_well()
                yield Proven(line, block, number)
                lines.skip(number)
            elif proof is not None and len(block) > LARGE and lines.cut_block():
                continue  # most of its parts will prove themselves
            elif part := quick.read(block, line):
                self._remarks.went_well()
                yield from part.pieces
                lines.skip(part.lines, part.rest)
            elif not lines.cut_block():
                yield from self._carefully()

    def _proof(self) -> Proof:
        never = self._header_lines
        return Proof(self.dialect, self._width, self.line_end, FIELD_LIMIT, never)

    def _carefully(self) -> Iterator[Piece]:
        """Records by the scanner, to the next place where a block and a record begin."""
        lines, scanner = self._lines, self._scanner
        first, rows = 0, list[list[str]]()
        while True:
            line = lines.take()
            number = lines.number
            if isinstance(line, str) and (fields := self._plain_fields(line)):
                first = first if rows else number
                rows.append(fields)
                if not lines.is_between_blocks:
                    continue
                line = None
            if rows:
                self._remarks.went_well()
                yield Rows(first, rows)
                rows = []
            if isinstance(line, LongLine):
                yield self._too_long(line)
            elif line is not None and scanner.is_nothing(line, self._width):
                if not scanner.has_comment(line):
                    self._remarks.blank(number)
            elif line is not None:
                yield self._closely(line, number)
            if lines.is_between_blocks:
                return

    def _plain_fields(self, line: str) -> list[str] | None:
        """The fields of a line that is a good record without any doubt."""
        if self._scanner.is_nothing(line, self._width):
            return None
        fields = self._scanner.fields(line)
        if (
            fields is None
            or len(fields) != self._width
            or "\0" in line
            or len(line) > FIELD_LIMIT
            or fields in self._again
            or not (self._lines.is_clean or _BAD.search(line) is None)
        ):
            return None
        return fields

    def _closely(self, line: str, number: int) -> Piece:  # noqa: PLR0911  (one a fault)
        """The record that begins with a line, or why it is set aside."""
        record, lines = self._whole(line)
        if record is None:
            return self._aside("unclosed_quote", number, line)
        text = "".join(lines)
        if record.is_stray:
            return self._aside("stray_quote", number, text)
        fields = record.fields
        if bad := _BAD.search(text):
            byte = f"0x{ord(bad.group()) & 0xFF:02X}"
            return self._aside("bad_encoding", number, text, fields, byte=byte)
        if "\0" in text:
            return self._aside("nul_character", number, text, fields)
        if max(map(len, fields)) > FIELD_LIMIT:
            return self._aside("field_too_long", number, text, limit=FIELD_LIMIT)
        if self.dialect.pad and len(fields) < self._width:
            fields = [*fields, *[""] * (self._width - len(fields))]
        if len(fields) != self._width:
            self._remarks.wrong_width(number, len(fields))
            counts = {"expected": self._width, "found": len(fields)}
            return self._aside("wrong_field_count", number, text, fields, **counts)
        if fields in self._again:
            return self._aside("header_again", number, text, fields)
        self._remarks.went_well()
        return Rows(number, [fields])

    def _whole(self, line: str) -> tuple[Record | None, list[str]]:
        """The record that begins with a line, and its lines; None where its quote is not closed:
        then what follows the line is read anew."""
        lines, held = self._lines, [line]
        record = self._scanner.record(line)
        size, most = len(line), FIELD_LIMIT if self._far_looks < FAR_LOOKS else NEAR
        while record.is_open and (more := lines.take()) is not None:
            if isinstance(more, LongLine) or size > most:
                lines.put_back([more])
                self._far_looks += size > most
                break
            held.append(more)
            size += len(more)
            record.feed(more)
        if record.is_open or (len(held) > 1 and self._has_swallowed(record, held)):
            lines.put_back(held[1:])
            return None, [line]
        return record, held

    def _has_swallowed(self, record: Record, held: Sequence[str]) -> bool:
        """Whether a record of several lines is a quote that was never closed, and other records
        behind it: it ends with what looks like an opening quote, has lines that are records
        themselves, or stands between two lone quotes."""
        if record.is_stray and record.closed_at_edge:
            return True
        if self._scanner.has_lone_quotes(record.fields):
            return True
        if not record.is_stray and len(record.fields) == self._width:
            return self._scanner.are_whole(held, self._width)
        inside = held[1:-1]
        return len(inside) > 0 and self._scanner.are_records(inside, self._width)

    # -- Records set aside -------------------------------------------------------------------------

    def _aside(
        self, code: str, line: int, text: str, fields: Iterable[str] = (), **params: Any
    ) -> Aside:
        return Aside(line, code, params, without_line_end(text[:TEXT_SHOWN]), list(fields))

    def _too_long(self, line: LongLine) -> Aside:
        text = line.beginning.decode("utf-8", "replace")
        return self._aside("field_too_long", self._lines.number, text, limit=FIELD_LIMIT)
