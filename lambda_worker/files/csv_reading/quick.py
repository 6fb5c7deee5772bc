"""Blocks read by the csv module, where that comes to the same as the scanner."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from io import StringIO
from itertools import islice
from typing import Final

from lambda_worker.files.csv_reading.scanner import Scanner
from lambda_worker.files.reading import Rows

AT_A_TIME: Final = 256
"""Records that are read before their width is looked at: a block that is none is left soon."""


@dataclass(frozen=True, slots=True)
class Part:
    """What was read of a block: good records on so many lines, and the bytes behind them."""

    pieces: list[Rows]
    lines: int
    rest: bytes = b""


class Quick:
    """Reads blocks for records of `width` values; none of them is among those of `again`."""

    def __init__(self, scanner: Scanner, width: int, again: Sequence[list[str]]) -> None:
        self._scanner = scanner
        self._width = width
        self._again = again

    def read(self, block: bytes, first: int) -> Part | None:
        """The good records with which a block begins, whose first line has the number `first`; None
        where there are none."""
        try:
            text = block.decode()
        except UnicodeDecodeError:
            return None
        scanner = self._scanner
        if not scanner.suits_csv_module(text) or scanner.has_comment(text):
            return None
        if rows := self._one_a_line(text):
            return Part([Rows(first, rows)], len(rows))
        return self._of_several_lines(text, first)

    def _one_a_line(self, text: str) -> list[list[str]] | None:
        """All records, where each is a line."""
        reader = self._scanner.quick_rows(StringIO(text, newline=""))
        rows: list[list[str]] = []
        try:
            while some := list(islice(reader, AT_A_TIME)):
                rows += some
                if len(rows) != reader.line_num or {*map(len, some)} != {self._width}:
                    return None
        except csv.Error:
            return None
        return None if any(record in rows for record in self._again) else rows

    def _of_several_lines(self, text: str, first: int) -> Part | None:
        """The records before the first that needs a closer look, or that the block's end cuts."""
        lines = list(StringIO(text, newline=""))
        may_be_lone = self._scanner.may_have_lone_quotes(text)
        pieces: list[Rows] = []
        run: list[list[str]] = []
        at = 0
        for fields, end in self._records(lines, may_be_lone=may_be_lone):
            if end > at + 1:
                if run:
                    pieces.append(Rows(first + at - len(run), run))
                    run = []
                pieces.append(Rows(first + at, [fields]))
            else:
                run.append(fields)
            at = end
        if run:
            pieces.append(Rows(first + at - len(run), run))
        return Part(pieces, at, "".join(lines[at:]).encode()) if at else None

    def _records(self, lines: list[str], *, may_be_lone: bool) -> Iterator[tuple[list[str], int]]:
        """Good records, and the number of lines up to their ends; where quotes `may_be_lone` it is
        seen whether they are."""
        reader = self._scanner.quick_rows(lines)
        at = 0
        try:
            for fields in reader:
                end = reader.line_num
                inside = lines[at + 1 : end - 1]
                if len(fields) != self._width or fields in self._again:
                    return
                if len(inside) > 1 and self._scanner.are_records(inside, self._width):
                    return
                if may_be_lone and end > at + 1 and self._scanner.has_lone_quotes(fields):
                    return
                yield fields, end
                at = end
        except csv.Error:
            return
