"""Records written as JSON, so that reading them gives the same values."""

from __future__ import annotations

import json
import re
from json.encoder import encode_basestring
from typing import Final

from lambda_worker.files.dialect import Dialect, Format
from lambda_worker.files.json_reading.path import EACH
from lambda_worker.files.json_reading.values import Nested, Odd, folded

_BARE: Final = re.compile(r"-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?|true|false")
"""Texts that are JSON by themselves (RFC 8259, 3 and 6). Numbers keep their digits when read."""


class JsonShape:
    """An object a record and a line: JSON lines, or one array where the dialect's path leads."""

    def __init__(self, dialect: Dialect, headers: tuple[str, ...]) -> None:
        self._is_document = dialect.format is Format.JSON
        self._steps = _members(dialect.path) if self._is_document else ()
        self._keys = [encode_basestring(header) for header in headers]
        places = {header: n for n, header in enumerate(headers)}
        self._parents = [
            (n, _parents(header, places))
            for n, header in enumerate(headers)
            if header in dialect.paths
        ]
        """Columns of values from inside of others, and these others."""
        self._first = True

    def begin(self) -> str:
        return (
            "".join(f"{{{encode_basestring(step)}: " for step in self._steps)
            + "[" * self._is_document
        )

    def record(self, fields: list[str]) -> str:
        values = [_json(value) for value in fields]
        if len(values) != len(self._keys):
            return self._line(f"[{', '.join(values)}]")
        members = [f"{key}: {value}" for key, value in zip(self._keys, values, strict=True)]
        for place, parents in self._parents:
            if any(values[parent][0] in "[{" for parent in parents):
                members[place] = ""
        return self._line(f"{{{', '.join(filter(None, members))}}}")

    def broken(self, text: str) -> str:
        # Inside of a document a broken record would take all that follow it along.
        if self._is_document and not _is_json(text):
            text = encode_basestring(text)
        return self._line(text)

    def end(self) -> str:
        return f"\n]{'}' * len(self._steps)}\n" if self._is_document else ""

    def _line(self, text: str) -> str:
        if not self._is_document:
            return text + "\n"
        comma, self._first = ("" if self._first else ","), False
        return f"{comma}\n{text}"


def _members(path: tuple[str, ...]) -> tuple[str, ...]:
    """The path, where it only goes through members of objects; else none, for what stands in front
    of the records in an array is not known."""
    is_plain = all(step != EACH and not step.isdecimal() for step in path)
    return path if is_plain else ()


def _parents(header: str, places: dict[str, int]) -> list[int]:
    """The columns whose nested values a path may go through."""
    dots = (n for n, character in enumerate(header) if character == ".")
    return [places[header[:n]] for n in dots if header[:n] in places]


def _json(value: str) -> str:
    """A value's JSON, of which its text is made again when it is read."""
    if not value:
        return "null"
    if _BARE.fullmatch(value) or (value[0] in "[{" and _is_compact(value)):
        return value
    return encode_basestring(value)


def _is_compact(text: str) -> bool:
    """Whether a text is what reading makes of a nested value."""
    try:
        value, end = folded(text, 0)
    except (ValueError, StopIteration, RecursionError, Odd):
        return False
    return end == len(text) and isinstance(value, Nested) and value.text == text


def _is_json(text: str) -> bool:
    try:
        json.loads(text)
    except (ValueError, RecursionError):
        return False
    return True
