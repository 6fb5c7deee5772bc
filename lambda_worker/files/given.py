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


class Misfit(ValueError):
    """What a person says does not fit: a text for developers, and for people's words a `code` and
    the `members` of Dialect that are meant.

    Codes: same (two characters that are one), character, number, blank (skip_blanks where the
    delimiter is a blank), value (anything else)."""

    def __init__(self, text: str, code: str, *members: str) -> None:
        super().__init__(text)
        self.code = code
        self.members = members


def given_of(data: Mapping[str, Any]) -> dict[str, Any]:
    """Members of Dialect from JSON; Misfit says which one does not fit, and why."""
    if not isinstance(cast("Any", data), Mapping):
        raise Misfit("a dialect is a JSON object", "value")
    known = {field.name for field in fields(Dialect)}
    if unknown := sorted(data.keys() - known):
        raise Misfit(f"{unknown[0]!r} is none of {', '.join(sorted(known))}", "value", unknown[0])
    found = {name: _member(name, value) for name, value in data.items()}
    if found.get("escape") == found.get("quote", '"'):
        found["escape"] = ""  # many tools say so that quotes are doubled
    _require_apart(found)
    return found


def dialect_of(data: Mapping[str, Any]) -> Dialect:
    """A Dialect from JSON; Misfit as in `given_of`. Members that are missing have their
    defaults."""
    dialect = Dialect(**given_of(data))
    _require_apart({name: getattr(dialect, name) for name in (*_CHARACTERS, "skip_blanks")})
    return dialect


def _require_apart(told: Mapping[str, Any]) -> None:
    """Refuse characters that mean two things."""
    names = [name for name in _CHARACTERS if told.get(name)]
    for name, other in combinations(names, 2):
        if told[name] == told[other]:
            raise Misfit(f"{name} and {other} must be different characters", "same", name, other)
    if told.get("delimiter") == " " and told.get("skip_blanks"):
        raise Misfit("skip_blanks: the delimiter is a blank", "blank", "skip_blanks")


def _member(name: str, value: Any) -> Any:
    if name in _ENUMS:
        return _enum(name, value)
    if name in _NUMBERS:
        if type(value) is not int or not 0 <= value <= MOST_LINES:
            raise Misfit(f"{name} must be a number from 0 to {MOST_LINES:,}", "number", name)
        return value
    if name in _LISTS:
        return _texts(name, value)
    if name in _FLAGS:
        if type(value) is not bool:
            raise Misfit(f"{name} must be true or false", "value", name)
        return value
    _require_text(name, value)
    return _encoding(value) if name == "encoding" else _character(name, value)


def _enum(name: str, value: Any) -> Enum:
    kind = _ENUMS[name]
    try:
        return kind(value)
    except ValueError:
        known = ", ".join(repr(member.value) for member in kind)
        raise Misfit(f"{name} must be one of {known}", "value", name) from None


def _texts(name: str, value: Any) -> tuple[str, ...]:
    if not isinstance(value, list | tuple):
        raise Misfit(f"{name} must be a list of texts", "value", name)
    items = cast("list[Any]", value)
    for item in items:
        _require_text(name, item)
    return tuple(items)


def _require_text(name: str, value: Any) -> None:
    if not isinstance(value, str):
        kind = "a list of texts" if name in _LISTS else "a text"
        raise Misfit(f"{name} must be {kind}", "value", name)
    if _HALF.search(value):
        raise Misfit(f"{name} has half a character", "value", name)


def _encoding(value: str) -> str:
    try:
        codec = codecs.lookup(value)
        name = codec.name.replace("-", "_")
        is_known = getattr(codec, "_is_text_encoding", True) and name not in _NO_ENCODINGS
    except (LookupError, ValueError):
        is_known = False
    if not is_known:
        raise Misfit(f"encoding: {value!r} is unknown", "value", "encoding")
    return value


def _character(name: str, value: str) -> str:
    if name in _CHARACTERS and (len(value) > 1 or value in ("\n", "\r", "\0")):
        raise Misfit(f"{name} must be one character, and no line end", "character", name)
    if name == "delimiter" and not value:
        raise Misfit("delimiter must be one character", "character", name)
    if name in ("quote", "escape") and value in (" ", "\t"):
        raise Misfit(f"{name} must be no blank", "value", name)
    return value
