"""Where a JSON value ends, by its brackets and quotes alone: for values that are skipped, too long
or broken."""

from __future__ import annotations

import re
from typing import Final

from lambda_worker.files.json_text import BLANKS, Window, blanks_end
from lambda_worker.files.reading import FileFault

# Possessive repeats keep no way back: two million escapes would need 230 MB otherwise.
_REST: Final = r'[^"\\]*+(?:\\.[^"\\]*+)*+("?)'
_TOKEN: Final = re.compile(f'"{_REST}|[][{{}}]', re.DOTALL)
_TOKEN_OR_COMMA: Final = re.compile(f'"{_REST}|[][{{}},]', re.DOTALL)
_STRING_REST: Final = re.compile(_REST, re.DOTALL)
_STRING: Final = re.compile(f'"{_REST}', re.DOTALL)
_SCALAR: Final = re.compile(r"[^][{},: \t\n\r\x1e]*+")


class Matcher:
    """Fed the text of an array, an object or a string from its first character on, finds its end.

    In a file that is no JSON it may find it at the wrong place; see `quotes_fit`. The commas
    between the value's own members are counted where that is wanted: it takes longer.
    """

    def __init__(self, *, counts: bool = False) -> None:
        self.at = 0
        """Where feeding goes on, in the text fed last."""
        self.commas = 0
        self._token = _TOKEN_OR_COMMA if counts else _TOKEN
        self._depth = 0
        self._in_string = False

    def feed(self, text: str, at: int) -> int:
        """Take the text from `at` on; where the value ends, -1 if it has not ended yet."""
        if self._in_string:
            at = self._string_rest(text, at)
            if self._in_string:
                return -1
            if not self._depth:
                return at
        for match in self._token.finditer(text, at):
            at = match.end()
            mark = text[match.start()]
            if mark == '"':
                self._in_string = not match[1]
                if self._in_string:
                    break
            elif mark in "[{":
                self._depth += 1
            elif mark == ",":
                self.commas += self._depth == 1
            else:
                self._depth -= 1
            if self._depth <= 0:
                return at
        self.at = at if self._in_string else len(text)
        return -1

    def _string_rest(self, text: str, at: int) -> int:
        match = _STRING_REST.match(text, at)
        assert match is not None
        self._in_string = not match[1]
        self.at = match.end()
        return match.end()


def skip(window: Window, *, counts: bool = False) -> Matcher:
    """Go behind the value at `window.at`, which may be longer than memory. FileFault where it has
    no end."""
    line = window.line_at(window.at)
    matcher = Matcher(counts=counts)
    if window.text[window.at] not in '[{"':
        _skip_scalar(window)
        return matcher
    while (end := matcher.feed(window.text, window.at)) < 0:
        window.at = matcher.at
        if not window.more():
            raise FileFault("json_cut", line=line)
    window.at = end
    return matcher


def matched_length(window: Window, most: int) -> int:
    """The length of the value at `window.at`, which is then in the window's text; -1 if it has no
    end, or is longer than `most`."""
    matcher = Matcher()
    end = matcher.feed(window.text, window.at)
    while end < 0:
        fed = matcher.at - window.at
        if len(window.text) - window.at > most or not window.more():
            return -1
        end = matcher.feed(window.text, window.at + fed)
    return end - window.at


def _skip_scalar(window: Window) -> None:
    while (end := scalar_end(window.text, window.at)) == len(window.text):
        window.at = end
        if not window.more():
            break
    window.at = end


def scalar_end(text: str, at: int) -> int:
    """Where a number or a word ends that begins at `at`."""
    match = _SCALAR.match(text, at)
    assert match is not None
    return match.end()


def quotes_fit(text: str, start: int, end: int) -> bool:
    """Whether each string between two places, the first of which is outside of strings, stands
    where one may stand. If not, a quote is missing or too many, and what seems to be inside of
    strings may be outside."""
    for match in _STRING.finditer(text, start, end):
        before = match.start() - 1
        while before >= start and text[before] in BLANKS:
            before -= 1
        behind = blanks_end(text, match.end())
        if (before >= start and text[before] not in "[{,:") or text[behind] not in ":,]}":
            return False
    return True
