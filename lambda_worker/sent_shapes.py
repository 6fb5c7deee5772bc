"""Records written the way a file's dialect says, so that reading them gives the same values."""

from __future__ import annotations

import re
from typing import Protocol

from lambda_worker.files.csv_reading.scanner import ALWAYS_ESCAPED
from lambda_worker.files.dialect import Dialect, Format


class CannotCarry(Exception):
    """The dialect, or its encoding, has no way to write a text."""


class Shape(Protocol):
    """Writes records of one kind of file, as text."""

    def begin(self) -> str:
        """What stands before the records."""
        ...

    def record(self, fields: list[str]) -> str:
        """A record of values, as many as the file has columns or as were found."""
        ...

    def broken(self, text: str) -> str:
        """A record that could not be taken apart, as it stood in the file."""
        ...

    def end(self) -> str:
        """What stands behind the records."""
        ...


def shape_of(dialect: Dialect, headers: tuple[str, ...], line_end: str) -> Shape:
    """How files of the dialect are written; with one header line at most, and nothing above it."""
    if dialect.format is Format.CSV:
        return CsvShape(dialect, headers, line_end)
    from lambda_worker.sent_json import JsonShape

    return JsonShape(dialect, headers)


class CsvShape:
    """Lines of values. Quoted is what would be taken for something else, and nothing more."""

    def __init__(self, dialect: Dialect, headers: tuple[str, ...], line_end: str) -> None:
        self._dialect = dialect
        self._headers = headers
        self._line_end = line_end
        self._delimiter = dialect.delimiter
        self._escape = dialect.escape if dialect.escape != dialect.quote else ""
        special = dialect.delimiter + dialect.quote + self._escape + "\r\n"
        self._special = re.compile(f"[{re.escape(special)}]")
        escapable = special + dialect.comment + ALWAYS_ESCAPED
        # Before anything else an escape character is one like any other, and stays alone.
        self._escapes = re.compile(
            f"{re.escape(self._escape)}(?=[{re.escape(escapable)}]|\\Z)" if self._escape else "(?!)"
        )
        self._breaks = re.compile(f"\r\n|[{re.escape(dialect.delimiter)}\r\n]")

    def begin(self) -> str:
        names = list(self._headers[self._dialect.row_names :])
        return self.record(names) if self._dialect.header_lines else ""

    def record(self, fields: list[str]) -> str:
        plain = self._delimiter.join(fields)
        if not self._is_plain(fields, plain):
            cells = [self._cell(value, n, len(fields)) for n, value in enumerate(fields)]
            plain = self._delimiter.join(cells)
        return plain + self._line_end

    def broken(self, text: str) -> str:
        return text + self._line_end

    def end(self) -> str:
        return ""

    def _is_plain(self, fields: list[str], joined: str) -> bool:
        """Whether values need nothing around them; most records are told by this one look."""
        dialect = self._dialect
        if dialect.skip_blanks or (dialect.comment and joined.startswith(dialect.comment)):
            return False
        if not joined.strip() or len(self._special.findall(joined)) != len(fields) - 1:
            return False
        return joined.count(self._delimiter) == len(fields) - 1

    def _cell(self, value: str, place: int, width: int) -> str:
        if not self._needs_care(value, place, width):
            return value
        if quote := self._dialect.quote:
            doubled = self._escapes.sub(self._doubled, value).replace(quote, quote * 2)
            return f"{quote}{doubled}{quote}"
        return self._escaped(value, place)

    def _needs_care(self, value: str, place: int, width: int) -> bool:
        dialect = self._dialect
        return bool(
            self._special.search(value)
            or (dialect.skip_blanks and value.startswith(" "))
            or self._begins_comment(value, place)
            # A line of blanks alone is no record.
            or (width == 1 and not value.strip())
        )

    def _escaped(self, value: str, place: int) -> str:
        """A value that no quotes may stand around."""
        if not (self._escape and value.strip()) or value[0] == " " or value[-1] == "\r":
            raise CannotCarry
        value = self._escapes.sub(self._doubled, value)
        value = self._breaks.sub(self._doubled_before, value)
        return self._escape + value if self._begins_comment(value, place) else value

    def _begins_comment(self, value: str, place: int) -> bool:
        comment = self._dialect.comment
        return place == 0 and bool(comment) and value.startswith(comment)

    def _doubled(self, match: re.Match[str]) -> str:
        return match.group() * 2

    def _doubled_before(self, match: re.Match[str]) -> str:
        return self._escape + match.group()
