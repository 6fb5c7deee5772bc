"""Python's regular expressions as PostgreSQL's, or a reason why not; both are searched for.

Sources: Python's `re` documentation, and PostgreSQL's "9.7.3. POSIX Regular Expressions" (AREs).
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final

GROUPS: Final = ("(?:", "(?=", "(?!", "(?<=", "(?<!")
"""What both write alike after an opening bracket."""

ESCAPES: Final = {
    "A": r"\A",
    "Z": r"\Z",
    "b": r"\y",  # \b is a backspace in PostgreSQL
    "B": r"\Y",
    "d": r"\d",
    "D": r"\D",
    "s": r"\s",
    "S": r"\S",
    "w": r"\w",
    "W": r"\W",
    "n": r"\n",
    "r": r"\r",
    "t": r"\t",
    "f": r"\f",
    "v": r"\v",
}
IN_CLASS: Final = frozenset("dswnrtfv")
"""PostgreSQL takes no negated class such as \\D inside brackets."""

MAX_REPEAT: Final = 255
"""DUPMAX in PostgreSQL's regex.h: a bound may not be greater."""

FLAGS: Final = re.IGNORECASE | re.UNICODE
"""Flags that change nothing, or that the plan can say."""

_REPEAT: Final = re.compile(r"\{(\d*)(,?)(\d*)\}")
_NUMERIC_ESCAPE: Final = re.compile(
    r"\\(?:x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|(0[0-7]{0,2}|[0-3][0-7]{2}))"
)


class NotTranslatable(Exception):
    """The expression uses what PostgreSQL has not, or means differently."""


def to_postgres(pattern: re.Pattern[str]) -> str:
    """The expression for PostgreSQL's `~` (or `~*` where the pattern ignores case)."""
    if pattern.flags & ~FLAGS:
        raise NotTranslatable(f"the flags {re.RegexFlag(pattern.flags & ~FLAGS)!r}")
    return _Translator(pattern.pattern).translate()


class _Translator:
    """One pass over the expression, from left to right."""

    def __init__(self, source: str) -> None:
        self.source = source
        self.at = 0

    def translate(self) -> str:
        """All of it."""
        parts: list[str] = []
        while self.at < len(self.source):
            parts.append(self._next())
        return "".join(parts)

    def _next(self) -> str:
        character = self.source[self.at]
        reader = self._readers.get(character)
        return reader() if reader else self._take(1, character)

    @property
    def _readers(self) -> dict[str, Callable[[], str]]:
        return {
            "\\": lambda: self._escape(in_class=False),
            "[": self._class,
            "(": self._group,
            "{": self._repeat,
            ".": lambda: self._take(1, r"[^\n]"),  # a dot takes a newline in PostgreSQL
            "*": self._quantifier,
            "+": self._quantifier,
            "?": self._quantifier,
        }

    def _take(self, length: int, instead: str) -> str:
        self.at += length
        return instead

    def _quantifier(self) -> str:
        if self.source.startswith("+", self.at + 1):
            raise NotTranslatable("a possessive quantifier")
        return self._take(1, self.source[self.at])

    def _group(self) -> str:
        if not self.source.startswith("(?", self.at):
            return self._take(1, "(")
        for opening in sorted(GROUPS, key=len, reverse=True):
            if self.source.startswith(opening, self.at):
                return self._take(len(opening), opening)
        raise NotTranslatable(f"the group {self.source[self.at : self.at + 4]}...")

    def _repeat(self) -> str:
        bound = _REPEAT.match(self.source, self.at)
        if bound is None or bound.group(0) in {"{}", "{,}"}:
            return self._take(1, r"\{")
        low, comma, high = bound.groups()
        if any(int(number) > MAX_REPEAT for number in (low, high) if number):
            raise NotTranslatable(f"a repetition of more than {MAX_REPEAT}")
        if self.source.startswith("+", bound.end()):
            raise NotTranslatable("a possessive quantifier")
        return self._take(len(bound.group(0)), "{" + (low or "0") + comma + high + "}")

    def _escape(self, *, in_class: bool) -> str:
        numeric = _NUMERIC_ESCAPE.match(self.source, self.at)
        if numeric:
            self.at = numeric.end()
            return _code_point(numeric)
        letter = self.source[self.at + 1]
        if not letter.isalnum():
            return self._take(2, "\\" + letter)
        if letter not in ESCAPES or (in_class and letter not in IN_CLASS):
            raise NotTranslatable(
                f"the escape \\{letter}" + (" inside brackets" if in_class else "")
            )
        return self._take(2, ESCAPES[letter])

    def _class(self) -> str:
        parts = [self._take(1, "[")]
        if self.source.startswith("^", self.at):
            parts.append(self._take(1, "^"))
        if self.source.startswith("]", self.at):
            parts.append(self._take(1, r"\]"))
        while not self.source.startswith("]", self.at):
            parts.append(self._class_member())
        return "".join([*parts, self._take(1, "]")])

    def _class_member(self) -> str:
        match self.source[self.at]:
            case "\\":
                return self._escape(in_class=True)
            case "[":
                return self._take(1, r"\[")  # [: [. and [= would open something of PostgreSQL's
            case character:
                return self._take(1, character)


def _code_point(numeric: re.Match[str]) -> str:
    hexadecimal = numeric.group(1) or numeric.group(2) or numeric.group(3)
    number = int(hexadecimal, 16) if hexadecimal else int(numeric.group(4), 8)
    if number == 0:
        raise NotTranslatable("a NUL, which no text in PostgreSQL holds")
    return f"\\U{number:08x}" if number > 0xFFFF else f"\\u{number:04x}"
