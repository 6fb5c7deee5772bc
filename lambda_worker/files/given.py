"""What a person says about a file's dialect, checked."""

from __future__ import annotations

import codecs
from collections.abc import Mapping
from dataclasses import fields
from enum import Enum
from typing import Any, Final, cast

from lambda_worker.files.dialect import Compression, Dialect, Format

MOST_LINES: Final = 10_000
"""Lines of preamble or header: a file with more has its table elsewhere."""

_CHARACTERS: Final = ("delimiter", "quote", "escape", "comment")
_NUMBERS: Final = ("preamble", "header_lines", "width")
_FLAGS: Final = ("skip_blanks", "pad", "row_names", "nulls_in_texts")
_LISTS: Final = ("path", "paths", "nulls")
_ENUMS: Final[dict[str, type[Enum]]] = {"format": Format, "compression": Compression}
_NO_TEXT: Final = frozenset(
    {"idna", "punycode", "unicode_escape", "raw_unicode_escape", "undefined"}
)
"""Codecs of Python that are no encodings of files."""


def given_of(data: Mapping[str, Any]) -> dict[str, Any]:
    """Members of Dialect from JSON; ValueError says which one does not fit, and why."""
    if not isinstance(cast("Any", data), Mapping):
        raise ValueError("a dialect is a JSON object")  # noqa: TRY004  (one error to catch)
    known = {field.name for field in fields(Dialect)}
    if unknown := sorted(data.keys() - known):
        raise ValueError(f"{unknown[0]!r} is none of {', '.join(sorted(known))}")
    found = {name: _member(name, value) for name, value in data.items()}
    parts = [found.get(name) or None for name in ("delimiter", "quote", "comment")]
    told = [part for part in parts if part]
    if len(set(told)) < len(told):
        raise ValueError("delimiter, quote and comment must be different characters")
    return found


def dialect_of(data: Mapping[str, Any]) -> Dialect:
    """A Dialect from JSON; ValueError as in `given_of`. Members that are missing have their
    defaults."""
    return Dialect(**given_of(data))


def _member(name: str, value: Any) -> Any:
    if name in _ENUMS:
        return _enum(name, value)
    if name in _NUMBERS:
        if type(value) is not int or not 0 <= value <= MOST_LINES:
            raise ValueError(f"{name} must be a number from 0 to {MOST_LINES:,}")
        return value
    if name in _LISTS:
        return _texts(name, value)
    if name in _FLAGS:
        if type(value) is not bool:
            raise ValueError(f"{name} must be true or false")
        return value
    if not isinstance(value, str):
        raise ValueError(f"{name} must be a text")  # noqa: TRY004  (one error to catch)
    return _encoding(value) if name == "encoding" else _character(name, value)


def _enum(name: str, value: Any) -> Enum:
    kind = _ENUMS[name]
    try:
        return kind(value)
    except ValueError:
        known = ", ".join(repr(member.value) for member in kind)
        raise ValueError(f"{name} must be one of {known}") from None


def _texts(name: str, value: Any) -> tuple[str, ...]:
    if not isinstance(value, list | tuple):
        raise ValueError(f"{name} must be a list of texts")  # noqa: TRY004
    items = cast("list[Any]", value)
    if not all(isinstance(item, str) for item in items):
        raise ValueError(f"{name} must be a list of texts")
    return tuple(items)


def _encoding(value: str) -> str:
    try:
        codec = codecs.lookup(value)
        is_text = getattr(codec, "_is_text_encoding", True) and codec.name not in _NO_TEXT
    except (LookupError, ValueError):
        is_text = False
    if not is_text:
        raise ValueError(f"encoding: {value!r} is unknown")
    return value


def _character(name: str, value: str) -> str:
    if name in _CHARACTERS and (len(value) > 1 or value in ("\n", "\r", "\0")):
        raise ValueError(f"{name} must be one character, and no line end")
    if name == "delimiter" and not value:
        raise ValueError("delimiter must be one character")
    return value
