"""The records of a sample as a candidate for its dialect reads them: quickly, and what is no record
is told apart as the worker's reader does it."""

from __future__ import annotations

import csv
import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final, NamedTuple

from lambda_worker.files.csv_reading.scanner import AFTER_QUOTE, FIELD_LIMIT, Scanner
from lambda_worker.files.dialect import Dialect

MOST_LOOKS: Final = 200
"""Lines inside of values that are looked at because they might be records themselves."""

MOST_AGAIN: Final = 500
"""Lines that are read once more because a quote had swallowed them; beyond, they are left out, so
that a sample full of quotes costs a few readings at most."""

MOST_CUT: Final = 50
"""Lines of a value that the sample's end may have cut: some pages of a letter."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """How values might be parted."""

    delimiter: str
    quote: str = '"'
    escape: str = ""
    skip_blanks: bool = False

    @property
    def dialect(self) -> Dialect:
        """The same, for a Scanner."""
        return Dialect(
            delimiter=self.delimiter,
            quote=self.quote,
            escape=self.escape,
            skip_blanks=self.skip_blanks,
        )


class Row(NamedTuple):
    """A record: the line it begins on, from 0, and how many it has. A broken one has a stray quote
    or one that is not closed, and no fields."""

    line: int
    lines: int
    fields: list[str]
    broken: bool = False


def records(candidate: Candidate, lines: Sequence[str]) -> list[Row]:
    """All records, blank lines left out."""
    rows = _records(candidate, lines)
    if any(row.broken for row in rows):
        bare = _without_blanks_behind_quotes(candidate, lines)
        return rows if bare is lines else _records(candidate, bare)
    return rows


def _records(candidate: Candidate, lines: Sequence[str]) -> list[Row]:
    sample = _Sample(candidate, lines)
    rows = sample.read(0, len(lines))
    if rows and rows[-1].broken and rows[-1].lines > 1:
        rows = sample.ended(rows[:-1], rows[-1])
    if any(row.lines > 1 for row in rows):
        return list(sample.freed(rows, usual_width(rows)))
    return rows


def usual_width(rows: Sequence[Row]) -> int:
    """The number of values that most cells are in rows of, of those above one where there are
    any."""
    widths = Counter(len(row.fields) for row in rows if not row.broken)
    return max(widths, key=lambda width: (widths[width] * (width - 1), width), default=1)


class _Sample:
    """Lines, and how much care may still be spent on them."""

    def __init__(self, candidate: Candidate, lines: Sequence[str]) -> None:
        self._lines = lines
        self._scanner = Scanner(candidate.dialect)
        self._quote = candidate.quote
        self._unescaping = _unescaping(candidate)
        self._looks = MOST_LOOKS
        self._again = MOST_AGAIN
        self._options: dict[str, Any] = {
            "delimiter": candidate.delimiter,
            "quotechar": candidate.quote or None,
            "quoting": csv.QUOTE_MINIMAL if candidate.quote else csv.QUOTE_NONE,
            "escapechar": candidate.escape or None,
            "skipinitialspace": candidate.skip_blanks and candidate.delimiter != " ",
            "strict": True,
        }

    def read(self, begin: int, end: int) -> list[Row]:
        """The records of the lines from `begin` to `end`."""
        rows: list[Row] = []
        while begin < end:
            begin = self._read_on(begin, end, rows)
        return rows

    def _read_on(self, begin: int, end: int, rows: list[Row]) -> int:
        """Read until a quote has swallowed lines; where to go on."""
        if csv.field_size_limit() != FIELD_LIMIT:
            csv.field_size_limit(FIELD_LIMIT)
        lines = map(self._unescaping, self._lines[begin:end])
        reader = csv.reader(lines, **self._options)
        while True:
            line = begin + reader.line_num
            try:
                fields = next(reader)
            except StopIteration:
                return end
            except csv.Error:
                taken = begin + reader.line_num - line
                if taken > 1 and begin + reader.line_num == len(self._lines):
                    rows.append(Row(line, taken, [], broken=True))
                    return end
                rows.append(Row(line, 1, [], broken=True))
                if taken > 1 and self._again >= taken:
                    self._again -= taken
                    return line + 1
                continue
            if fields and (len(fields) > 1 or fields[0].strip()):
                rows.append(Row(line, begin + reader.line_num - line, fields))

    def ended(self, rows: list[Row], last: Row) -> list[Row]:
        """The records where the `last` one is open at the sample's end: that has cut it, or its
        quote has swallowed what is below it."""
        width = usual_width(rows)
        below = self._lines[last.line + 1 : last.line + 1 + MOST_CUT]
        alike = sum(len(self._scanner.record(line).fields) == width for line in below)
        if rows and alike * 2 < len(below) and (last.lines <= MOST_CUT or not alike):
            return rows
        self._again -= last.lines
        first = Row(last.line, 1, [], broken=True)
        return [*rows, first, *self.read(last.line + 1, last.line + last.lines)]

    def freed(self, rows: Sequence[Row], width: int) -> Iterator[Row]:
        """The records, with those that a quote had swallowed."""
        for row in rows:
            if row.lines < 2 or width < 2 or not self._has_swallowed(row, width):
                yield row
                continue
            self._again -= row.lines
            yield Row(row.line, 1, [], broken=True)
            yield from self.freed(self.read(row.line + 1, row.line + row.lines), width)

    def _has_swallowed(self, row: Row, width: int) -> bool:
        """Whether lines of a record are all records themselves, or it stands between two lone
        quotes."""
        if self._again >= row.lines and self._scanner.has_lone_quotes(row.fields):
            return True
        lines = self._lines[row.line : row.line + row.lines]
        if row.lines < 3 or self._again < row.lines or self._looks < row.lines:
            return False
        self._looks -= row.lines
        if len(row.fields) == width:
            return self._scanner.are_whole(lines, width)
        return all(
            not found.is_open and not found.is_stray and len(found.fields) == width
            for found in map(self._scanner.record, lines[1:-1])
        )


def _unescaping(candidate: Candidate) -> Callable[[str], str]:
    """Makes lines what the csv module takes for what the worker's reader does: an escape character
    before anything else than a delimiter, quote, line end or itself is one of the value's own."""
    escape = candidate.escape
    if not escape:
        return str
    ends = re.escape(f"{candidate.delimiter}{candidate.quote}{escape}\n\r")
    lone = re.compile(rf"{re.escape(escape)}(?:([{ends}])|)")
    return lambda line: lone.sub(lambda found: found[0] if found[1] else escape * 2, line)


def _without_blanks_behind_quotes(candidate: Candidate, lines: Sequence[str]) -> Sequence[str]:
    """The lines as the csv module takes them, which refuses what the worker's reader leaves out.
    Where such blanks are part of a value after all, its ends stay where they are."""
    quote, blanks = candidate.quote, AFTER_QUOTE.replace(candidate.delimiter, "")
    if not quote or not any(quote + blank in line for blank in blanks for line in lines):
        return lines
    end = re.escape(candidate.delimiter)
    behind = re.compile(rf"(?<={re.escape(quote)})[{blanks}]+(?={end}|[\r\n]|\Z)")
    return [behind.sub("", line) for line in lines]
