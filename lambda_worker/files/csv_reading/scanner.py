"""What a record of CSV is: the definition, line by line. The quick ways of CsvReader are only taken
where they come to the same."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Final, Protocol

from lambda_worker.files.dialect import Dialect

FIELD_LIMIT: Final = 1024 * 1024
"""Characters in one value, and in the lines that an open quote may take: real values are far below
it, and memory stays bounded."""

AFTER_QUOTE: Final = " \t"
"""Blanks between a closing quote and the delimiter are no part of any value."""

ALWAYS_ESCAPED: Final = "\"'\r\n"
"""What an escape character may stand before besides the dialect's own characters. Before anything
else it is a character like any other, so that C:\\new and \\N stay what they are."""


_LINE_ENDS: Final = re.compile(r"\r\n|\n|\r")


class QuickRows(Iterator[list[str]], Protocol):
    """The csv module's reader."""

    @property
    def line_num(self) -> int:
        """Lines read so far."""
        ...


class Record:
    """One record, fed line by line until it is complete.

    Quotes count at the beginning of a value only; inside a quoted one they are doubled, or escaped.
    """

    def __init__(self, scanner: Scanner) -> None:
        self._scanner = scanner
        self.fields: list[str] = []
        self.is_open = False
        """Whether a value goes on in the next line."""
        self.is_stray = False
        """Whether text follows a closing quote: nobody knows where values end from there on."""
        self.closed_at_edge = False
        """Whether the last closing quote, with those right before it, stands where a value begins:
        then it looks like an opening one."""
        self._parts: list[str] = []
        self._is_quoted = False

    @property
    def begun(self) -> str:
        """What there is of the value that goes on in the next line."""
        return "".join(self._parts)

    def feed(self, line: str) -> None:
        """Take the next line, its line end included."""
        length = len(without_line_end(line))
        at = self._resume(line, length) if self.is_open else self._begin(line, length, 0)
        while at >= 0:
            at = self._begin(line, length, at)

    def _resume(self, line: str, length: int) -> int:
        self.is_open = False
        return self._quoted(line, length, 0) if self._is_quoted else self._escaped(line, length, 0)

    def _begin(self, line: str, length: int, at: int) -> int:
        """Take the value that begins at `at`; where the next one begins, -1 where the line is
        done."""
        scanner = self._scanner
        if scanner.skip_blanks:
            while line.startswith(" ", at, length):
                at += 1
        self._parts = []
        self._is_quoted = bool(scanner.quote) and line.startswith(scanner.quote, at, length)
        if self._is_quoted:
            return self._quoted(line, length, at + 1)
        return self._escaped(line, length, at) if scanner.escape else self._plain(line, length, at)

    def _plain(self, line: str, length: int, at: int) -> int:
        end = line.find(self._scanner.delimiter, at, length)
        self.fields.append(line[at : end if end >= 0 else length])
        return end + 1 if end >= 0 else -1

    def _escaped(self, line: str, length: int, at: int) -> int:
        """Take the rest of a value without quotes."""
        scanner, parts = self._scanner, self._parts
        while match := scanner.outside.search(line, at, length):
            parts.append(line[at : match.start()])
            at = match.end()
            if match.group() == scanner.delimiter:
                self.fields.append("".join(parts))
                return at
            if at == length < len(line):
                parts.append(line[at:])
                self.is_open = True
                return -1
            at = self._take_escaped(line, at)
        self.fields.append("".join([*parts, line[at:length]]))
        return -1

    def _quoted(self, line: str, length: int, at: int) -> int:
        """Take a quoted value from behind its opening quote, or from the beginning of a line that
        it goes on in."""
        scanner, parts = self._scanner, self._parts
        while match := scanner.inside.search(line, at, length):
            parts.append(line[at : match.start()])
            at = match.end()
            if match.group() != scanner.quote:
                at = self._take_escaped(line, at)
            elif line.startswith(scanner.quote, at):
                parts.append(scanner.quote)
                at += 1
            else:
                return self._close(line, length, at)
        parts.append(line[at:])
        self.is_open = True
        return -1

    def _take_escaped(self, line: str, at: int) -> int:
        """What stands behind an escape character, and the escape character itself where that is
        none; where to go on."""
        scanner = self._scanner
        following = line[at : at + 1]
        if following and following in scanner.escapable:
            self._parts.append(following)
            return at + 1
        self._parts.append(scanner.escape)
        return at

    def _close(self, line: str, length: int, at: int) -> int:
        """The closing quote ends before `at`."""
        delimiter, quote, begin = self._scanner.delimiter, self._scanner.quote, at - 1
        while begin and line[begin - 1] == quote:
            begin -= 1
        self.closed_at_edge = not begin or line[begin - 1] in (delimiter, " ")
        self.fields.append("".join(self._parts))
        while at < length and line[at] in AFTER_QUOTE and line[at] != delimiter:
            at += 1
        if at == length:
            return -1
        self.is_stray = line[at] != delimiter
        return -1 if self.is_stray else at + 1


class Scanner:
    """A dialect made ready for reading records."""

    def __init__(self, dialect: Dialect) -> None:
        self.delimiter = dialect.delimiter
        self.quote = dialect.quote
        self.escape = dialect.escape if dialect.escape != dialect.quote else ""
        self.comment = dialect.comment
        self.skip_blanks = dialect.skip_blanks
        self.escapable = self.delimiter + self.quote + self.escape + self.comment + ALWAYS_ESCAPED
        self.outside = _one_of(self.delimiter, self.escape)
        self.inside = _one_of(self.quote, self.escape)
        self._blanks = " \t\f\v".replace(self.delimiter, "")
        self._odd_escape = re.compile(
            re.escape(self.escape) + f"(?![{re.escape(self.escapable)}]|$)"
            if self.escape
            else "(?!)"
        )
        self._options: dict[str, Any] = {
            "delimiter": self.delimiter,
            "quotechar": self.quote or None,
            "quoting": csv.QUOTE_MINIMAL if self.quote else csv.QUOTE_NONE,
            "escapechar": self.escape or None,
            "skipinitialspace": self.skip_blanks,
            "strict": True,
        }

    def quick_rows(self, lines: Iterable[str]) -> QuickRows:
        """The csv module's reader of texts that `suits_csv_module`; it raises csv.Error where a
        record needs a closer look."""
        if csv.field_size_limit() != FIELD_LIMIT:
            csv.field_size_limit(FIELD_LIMIT)
        return csv.reader(lines, **self._options)

    def suits_csv_module(self, text: str) -> bool:
        """Whether the csv module's rules for a text are these here."""
        if "\0" in text:
            return False
        if not self.escape or self.escape not in text:
            return True
        bare = text.replace(self.escape * 2, "")
        ends = (self.escape + "\n", self.escape + "\r")
        return not (any(end in bare for end in ends) or self._odd_escape.search(bare))

    def fields(self, line: str) -> list[str] | None:
        """The values of a record that is one line without surprises; None where a closer look is
        needed."""
        if self.escape and self.escape in line:
            return None
        if self.skip_blanks or (self.quote and self.quote in line):
            return self._quick_fields(line)
        return without_line_end(line).split(self.delimiter)

    def _quick_fields(self, line: str) -> list[str] | None:
        if "\0" in line:
            return None
        try:
            return next(self.quick_rows([line]), None)
        except csv.Error:
            return None

    def record(self, line: str) -> Record:
        """The record that begins with a line."""
        record = Record(self)
        record.feed(line)
        return record

    def are_records(self, lines: Iterable[str], width: int) -> bool:
        """Whether each line is a record of `width` values by itself, which one of one value says
        nothing about."""
        return width > 1 and all(
            not found.is_open and len(found.fields) == width for found in map(self.record, lines)
        )

    def are_whole(self, lines: Sequence[str], width: int) -> bool:
        """Whether each of the lines of a record is one of `width` values by itself, if the quote
        that is open in the first one is none; two are so by chance."""
        first = self.record(lines[0])
        before = len(first.fields) + first.begun.count(self.delimiter) + 1
        return len(lines) > 3 and before == width and self.are_records(lines[1:], width)

    def may_have_lone_quotes(self, text: str) -> bool:
        """False where no record of the text can have any, which costs little to see."""
        delimiter, quote = self.delimiter, self.quote
        lone = [begin + quote + delimiter for begin in (delimiter, "\n", "\r")]
        lone += [delimiter + quote + end for end in ("\n", "\r")]
        return (
            self.skip_blanks
            or bool(self.escape)
            or text.startswith(quote + delimiter)
            or any(part in text for part in lone)
        )

    def has_lone_quotes(self, fields: Sequence[str]) -> bool:
        """Whether a value of several lines is what stands between two quotes that are values by
        themselves, as ditto marks are: the rest of one line, and as much of another as stands
        before the same column."""
        ends = (self.delimiter, "\n", "\r")
        return any(
            field.endswith(ends) and self._is_between(field, n, len(fields))
            for n, field in enumerate(fields)
        )

    def _is_between(self, field: str, column: int, width: int) -> bool:
        first, *rest = _LINE_ENDS.split(field)
        last = rest[-1] if rest else ""
        return (
            (not first or first.startswith(self.delimiter))
            and first.count(self.delimiter) == width - 1 - column
            and last.count(self.delimiter) == column
            and bool((first + last).strip(self.delimiter + " "))
        )

    def is_nothing(self, line: str, width: int) -> bool:
        """Whether a line is blank or a comment. In a file of one column blanks are a value."""
        if self.comment and line.startswith(self.comment):
            return True
        bare = line.strip("\r\n")
        return not (bare if width == 1 else bare.strip(self._blanks))

    def has_comment(self, text: str) -> bool:
        """Whether one of a text's lines is a comment."""
        mark = self.comment
        return bool(mark) and (text.startswith(mark) or "\n" + mark in text or "\r" + mark in text)


def _one_of(*characters: str) -> re.Pattern[str]:
    found = "".join(map(re.escape, characters))
    return re.compile(f"[{found}]" if found else "(?!)", re.DOTALL)


def without_line_end(line: str) -> str:
    """The line without its LF, CRLF or CR."""
    if line.endswith("\r\n"):
        return line[:-2]
    return line[:-1] if line.endswith(("\n", "\r")) else line
