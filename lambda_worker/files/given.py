"""What a person says about a file's dialect, checked."""

from __future__ import annotations

import codecs
import re
from collections.abc import Mapping
from dataclasses import fields
from enum import Enum
from itertools import combinations
from typing import Any, Final, cast

from lambda_worker.files.dialect import Compression, Dialect, Format

MOST_LINES: Final = 10_000
"""Lines of preamble or header: a file with more has its table elsewhere."""

_CHARACTERS: Final = ("delimiter", "quote", "escape", "comment")
_NUMBERS: Final = ("preamble", "header_lines", "width")
_FLAGS: Final = ("skip_blanks", "pad", "row_names", "nulls_in_texts")
_LISTS: Final = ("path", "paths", "nulls")
_ENUMS: Final[dict[str, type[Enum]]] = {"format": Format, "compression": Compression}
_NO_ENCODINGS: Final = frozenset(
    [
        "charmap",
        "idna",
        "mbcs",
        "oem",
        "punycode",
        "raw_unicode_escape",
        "undefined",
        "unicode_escape",
    ]
)
"""Codecs of Python that decode texts, but no files, or not the same on each machine."""

_HALF: Final = re.compile("[\ud800-\udfff]")
"""Half of a character, which JSON can say and nobody can store."""


def given_of(data: Mapping[str, Any]) -> dict[str, Any]:
    """Members of Dialect from JSON; ValueError says which one does not fit, and why."""
    if not isinstance(cast("Any", data), Mapping):
        raise ValueError("a dialect is a JSON object")  # noqa: TRY004  (one error to catch)
    known = {field.name for field in fields(Dialect)}
    if unknown := sorted(data.keys() - known):
        raise ValueError(f"{unknown[0]!r} is none of {', '.join(sorted(known))}")
    found = {name: _member(name, value) for name, value in data.items()}
    if found.get("escape") == found.get("quote", '"'):
        found["escape"] = ""  # many tools say so that quotes are doubled
    _require_apart(found)
    return found


def dialect_of(data: Mapping[str, Any]) -> Dialect:
    """A Dialect from JSON; ValueError as in `given_of`. Members that are missing have their
    defaults."""
    dialect = Dialect(**given_of(data))
    _require_apart({name: getattr(dialect, name) for name in (*_CHARACTERS, "skip_blanks")})
    return dialect


def _require_apart(told: Mapping[str, Any]) -> None:
    """Refuse characters that mean two things."""
    names = [name for name in _CHARACTERS if told.get(name)]
    for name, other in combinations(names, 2):
        if told[name] == told[other]:
            raise ValueError(f"{name} and {other} must be different characters")
    if told.get("delimiter") == " " and told.get("skip_blanks"):
        raise ValueError("skip_blanks: the delimiter is a blank")


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
    _require_text(name, value)
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
    for item in items:
        _require_text(name, item)
    return tuple(items)


def _require_text(name: str, value: Any) -> None:
    if not isinstance(value, str):
        kind = "a list of texts" if name in _LISTS else "a text"
        raise ValueError(f"{name} must be {kind}")  # noqa: TRY004  (one error to catch)
    if _HALF.search(value):
        raise ValueError(f"{name} has half a character")


def _encoding(value: str) -> str:
    try:
        codec = codecs.lookup(value)
        name = codec.name.replace("-", "_")
        is_known = getattr(codec, "_is_text_encoding", True) and name not in _NO_ENCODINGS
    except (LookupError, ValueError):
        is_known = False
    if not is_known:
        raise ValueError(f"encoding: {value!r} is unknown")
    return value


def _character(name: str, value: str) -> str:
    if name in _CHARACTERS and (len(value) > 1 or value in ("\n", "\r", "\0")):
        raise ValueError(f"{name} must be one character, and no line end")
    if name == "delimiter" and not value:
        raise ValueError("delimiter must be one character")
    if name in ("quote", "escape") and value in (" ", "\t"):
        raise ValueError(f"{name} must be no blank")
    return value
