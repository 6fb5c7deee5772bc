"""Values of JSON as the texts that columns get: numbers with the digits that they have in the file,
nested values as compact JSON."""

from __future__ import annotations

import re
from collections.abc import Callable
from json import JSONDecodeError, JSONDecoder
from json.encoder import encode_basestring
from json.scanner import make_scanner
from typing import Any, Final, NamedTuple, cast

from lambda_worker.files.json_reading.matching import next_bracket
from lambda_worker.files.json_reading.text import BLANKS

Scan = Callable[[str, int], tuple[Any, int]]
"""The value that begins at a place in a text, and where it ends. JSONDecodeError, StopIteration or
RecursionError where none does."""

KEY_SHOWN: Final = 100
"""Characters of a key that a fault names."""

WORDS: Final[dict[Any, str]] = {None: "", True: "true", False: "false"}
"""What stands for them in a table: null is an empty value, like an empty string."""

# The possessive repeats spare a hundred bytes for each escape; in sound strings they are safe from
# their fault in Python before 3.11.5 (see matching.py).
_SPECIAL: Final = re.compile(r'"[^"\\]*+(?:\\.[^"\\]*+)*+"|[ \t\n\r]+|NaN|-?Infinity', re.DOTALL)


class Constant(NamedTuple):
    """NaN, Infinity or -Infinity: no JSON, but some write them."""

    name: str


class Odd(Exception):
    """A record that must be set aside: a code of FAULTS, its params, the fields if there are."""

    def __init__(self, code: str, fields: list[str] | None = None, **params: Any) -> None:
        super().__init__(code, params)
        self.code = code
        self.params = params
        self.fields = fields or []


class Broken(Odd):
    """A record that is no JSON from a place on: so many characters behind the stream's first."""

    def __init__(self, passed: int, **params: Any) -> None:
        super().__init__("broken_json", **params)
        self.passed = passed


class Nested(NamedTuple):
    """An array or an object inside a record, as compact JSON."""

    text: str
    had_nan: bool


class Number(str):
    """A number's text."""

    __slots__ = ()


def _scanner(pairs: Callable[[list[tuple[str, Any]]], Any], number: type[str] = str) -> Scan:
    return make_scanner(
        cast(
            "Any",
            JSONDecoder(
                parse_float=number,
                parse_int=number,
                parse_constant=Constant,
                object_pairs_hook=pairs,
            ),
        )
    )


def _once(pairs: list[tuple[str, Any]]) -> tuple[()]:
    """Nothing, of an object inside a record, whose keys must differ."""
    if len(dict(pairs)) < len(pairs):
        seen: set[str] = set()
        key = next(k for k, _ in pairs if k in seen or seen.add(k))
        raise Odd("duplicate_key", key=key[:KEY_SHOWN])
    return ()


scan: Final = _scanner(tuple)
"""Objects as tuples of pairs, arrays as lists, numbers as their texts."""

scan_numbers: Final = _scanner(tuple, Number)
"""The same with Number for numbers, where they must be told from texts."""

read_string: Final = cast("Callable[[str, int], tuple[str, int]]", scan)
"""`scan` for a place where a quote is."""

_scan_inside: Final = _scanner(_once)


def opened(text: str, at: int) -> tuple[Any, int]:
    """The value at a place, and where it ends, as `scan` has it; but arrays and objects inside of
    it as Nested."""
    if not text.startswith(("{", "["), at):
        return scan(text, at)
    nested, outside, end = _folded_inside(text, at)
    if not nested:
        return scan(text, at)
    value, _ = scan("[]".join(outside), 0)
    rest = iter(nested)
    if value.__class__ is list:
        return [next(rest) if v.__class__ is list else v for v in value], end
    return tuple((key, next(rest) if v.__class__ is list else v) for key, v in value), end


def _folded_inside(text: str, at: int) -> tuple[list[Nested], list[str], int]:
    """The arrays and objects in the one at a place, what stands outside of them, and where it ends;
    not looking at what that is."""
    nested: list[Nested] = []
    outside: list[str] = []
    begin, end = at, at + 1
    while True:
        end = next_bracket(text, end)
        if text.startswith(("]", "}"), end):
            outside.append(text[begin : end + 1])
            return nested, outside, end + 1
        if not text.startswith(("[", "{"), end):
            raise JSONDecodeError("a bracket is missing", text, end)
        outside.append(text[begin:end])
        value, begin = folded(text, end)
        nested.append(value)
        end = begin


def folded(text: str, at: int) -> tuple[Any, int]:
    """The value at a place, and where it ends; an array or an object as Nested."""
    try:
        value, end = _scan_inside(text, at)
    except RecursionError:
        raise Odd("too_deep") from None
    if value.__class__ is list or value.__class__ is tuple:
        return compact(text[at:end]), end
    return value, end


def compact(text: str) -> Nested:
    """A value that is sound, without blanks and without escapes that are not needed; NaN in it
    becomes null."""
    if "\\" not in text and "NaN" not in text and "Infinity" not in text:
        return Nested(_without_blanks(text), False)
    had_nan = False

    def plain(match: re.Match[str]) -> str:
        nonlocal had_nan
        found = match[0]
        if found[0] == '"':
            return _requoted(found) if "\\" in found else found
        if found == "NaN":
            had_nan = True
            return "null"
        if found.endswith("y"):
            raise Odd("infinity_inside", value=found)
        return ""

    return Nested(_SPECIAL.sub(plain, text), had_nan)


def _without_blanks(text: str) -> str:
    """A value without escapes, without the blanks outside of its strings."""
    if " " not in text and "\n" not in text and "\t" not in text and "\r" not in text:
        return text
    parts = text.split('"')
    outside = "\0".join(parts[::2])  # NUL stands nowhere in JSON
    for blank in BLANKS:
        outside = outside.replace(blank, "")
    parts[::2] = outside.split("\0")
    return '"'.join(parts)


def _requoted(string: str) -> str:
    value = read_string(string, 0)[0]
    if "\0" in value:
        raise Odd("nul_character")
    return encode_basestring(value)
