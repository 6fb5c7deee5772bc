"""Texts that a regular expression matches, for examples: built from the expression, then tried."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, Final

_parser: Any = getattr(re, "_parser")  # noqa: B009  (as the mypy stubs know nothing of it)
"""Python's own, which its documentation does not name; who finds it changed loses examples."""

LETTERS: Final = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_- ."
"""What is chosen from where an expression leaves it open, the first that fits."""

_CLASSES: Final = {
    "CATEGORY_DIGIT": "0123456789",
    "CATEGORY_WORD": LETTERS[:63],
    "CATEGORY_SPACE": " ",
    "CATEGORY_NOT_DIGIT": LETTERS[:52],
    "CATEGORY_NOT_WORD": "- .",
    "CATEGORY_NOT_SPACE": LETTERS[:62],
}


class TooHard(Exception):
    """The expression has something that cannot be built."""


def matching(pattern: re.Pattern[str], number: int) -> str | None:
    """A text in which the expression is found, another for another number where there are several;
    None where none could be built."""
    try:
        text = "".join(_Builder(number).parts(_parser.parse(pattern.pattern, pattern.flags)))
    except (AttributeError, IndexError, TooHard):
        return None
    return text if pattern.search(text) else None


class _Builder:
    """Goes once through a parsed expression; the more characters, the further down the alphabet."""

    def __init__(self, number: int) -> None:
        self._next = number

    def parts(self, parsed: Any) -> Iterator[str]:
        for operation, value in parsed:
            yield from self._part(str(operation), value)

    def _part(self, operation: str, value: Any) -> Iterator[str]:  # noqa: PLR0911  (one a kind)
        match operation:
            case "LITERAL":
                return iter([chr(value)])
            case "NOT_LITERAL":
                return iter([self._one_of(LETTERS.replace(chr(value), ""))])
            case "ANY":
                return iter([self._one_of(LETTERS[:26])])
            case "IN":
                return iter([self._one_of(_members(value))])
            case "MAX_REPEAT" | "MIN_REPEAT":
                return self._repeated(*value)
            case "SUBPATTERN":
                return self.parts(value[3])
            case "BRANCH":
                return self.parts(value[1][0])
            case "AT" | "ASSERT" | "ASSERT_NOT":
                return iter(())
            case _:
                raise TooHard(operation)

    def _repeated(self, low: int, high: Any, parsed: Any) -> Iterator[str]:
        # Once where nothing is said: an example of nothing at all shows nothing.
        for _ in range(min(max(low, 1), int(high))):
            yield from self.parts(parsed)

    def _one_of(self, characters: str) -> str:
        chosen = characters[self._next % len(characters)]
        self._next += 1
        return chosen


def _members(parsed: Any) -> str:
    """The characters of a class in brackets, letters and digits first."""
    negated = str(parsed[0][0]) == "NEGATE"
    found: list[str] = []
    for operation, value in parsed:
        match str(operation):
            case "LITERAL":
                found.append(chr(value))
            case "RANGE":
                found += map(chr, range(value[0], min(value[1], value[0] + 100) + 1))
            case "CATEGORY":
                found += _CLASSES[str(value)]
            case "NEGATE":
                continue
            case other:
                raise TooHard(other)
    if negated:
        found = [character for character in LETTERS if character not in found]
    common = [character for character in LETTERS if character in found]
    if not (common or found):
        raise TooHard("an empty class")
    return "".join(common or found)
