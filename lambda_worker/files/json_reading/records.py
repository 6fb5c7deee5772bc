"""Records as rows: arrays by their order, other values as they are; objects are in objects.py."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Final, Protocol

from lambda_worker.files.csv_reading.headers import LONGEST
from lambda_worker.files.json_reading.remarks import Remarks
from lambda_worker.files.json_reading.text import SURROGATE
from lambda_worker.files.json_reading.values import (
    WORDS,
    Constant,
    Nested,
    Odd,
    Scan,
    folded,
    opened,
    scan,
)

KEY: Final = "key"
"""The column for the keys of records that are members of an object."""
VALUE: Final = "value"
"""The column of records that are neither objects nor arrays."""


class Records(Protocol):
    """Makes rows of one kind of records."""

    @property
    def parse(self) -> Scan:
        """How a record's text is read: for `row`, and without any effect."""
        ...

    def row(self, value: Any, text: str, at: int, line: int) -> list[str]:
        """The row of a record that `parse` has read in `text` at `at`; Odd where it must be set
        aside."""
        ...


def name_of(key: str) -> str:
    """The column's name for a key: itself, but never empty or without end. Two keys of one record
    with the same name are duplicates."""
    if not key.strip():
        return f'"{key}"'
    return key if len(key) <= LONGEST else key[:LONGEST]


def kind(value: Any) -> str:
    """What a value is, in JSON's words; a code for people's words."""
    match value:
        case tuple() if not isinstance(value, Constant | Nested):
            return "object"
        case list():
            return "array"
        case Nested():
            return "object" if value.text[0] == "{" else "array"
        case bool():
            return "boolean"
        case None:
            return "null"
        case _:
            return "value"


def text_of(value: Any, remarks: Remarks, line: int) -> str:
    """The text of a value that is folded, for a column."""
    if value.__class__ is str:
        return value
    if isinstance(value, Nested):
        if value.had_nan:
            remarks.nan(line)
        return value.text
    if isinstance(value, Constant):
        if value.name != "NaN":
            remarks.infinity(line)
            return value.name
        remarks.nan(line)
        return ""
    return WORDS[value]


def require_storable(text: str) -> None:
    """Odd where a table cannot have the text: NUL, or half of a surrogate pair."""
    if "\0" in text:
        raise Odd("nul_character")
    if not text.isascii() and (half := SURROGATE.search(text)):
        raise Odd("lone_surrogate", value=f"\\u{ord(half[0]):04x}")


class ArrayRecords:
    """Rows of arrays of `width` values; one that is the `header` is set aside."""

    def __init__(self, width: int, header: Sequence[str] | None, remarks: Remarks) -> None:
        self.parse: Scan = scan
        self._width = width
        self._header = list(header) if header else None
        self._remarks = remarks

    def row(self, value: Any, text: str, at: int, line: int) -> list[str]:
        if value.__class__ is not list:
            raise Odd("other_kind", found=kind(value), expected="array")
        try:
            row = [v if v.__class__ is str else WORDS[v] for v in value]
        except (KeyError, TypeError):
            if self.parse is scan:
                value = opened(text, at)[0]
                self.parse = opened
            row = [text_of(v, self._remarks, line) for v in value]
        if len(row) != self._width:
            raise Odd("wrong_field_count", row, expected=self._width, found=len(row))
        if row == self._header:
            raise Odd("header_again", row)
        return row


class ValueRecords:
    """Rows of one value, which is a record by itself."""

    def __init__(self, remarks: Remarks) -> None:
        self.parse: Scan = folded
        self._remarks = remarks

    def row(self, value: Any, text: str, at: int, line: int) -> list[str]:
        del text, at
        return [text_of(value, self._remarks, line)]


class KeyedRecords:
    """Rows of records that are members of an object: `key` tells the one that is being read."""

    def __init__(self, records: Records, key: Callable[[], str]) -> None:
        self._records = records
        self._key = key

    @property
    def parse(self) -> Scan:
        return self._records.parse

    def row(self, value: Any, text: str, at: int, line: int) -> list[str]:
        require_storable(self._key())
        try:
            return [self._key(), *self._records.row(value, text, at, line)]
        except Odd as odd:
            if odd.fields:
                odd.fields.insert(0, self._key())
            raise
