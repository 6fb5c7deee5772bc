"""Where a JSON value ends, by its brackets and quotes alone: for values that are skipped, too long
or broken."""

from __future__ import annotations

import re
from typing import Final

from lambda_worker.files.json_text import BLANKS, Window, blanks_end
from lambda_worker.files.reading import FileFault

# Possessive repeats keep no way back: two million escapes would need 230 MB otherwise.
_REST: Final = r'[^"\\]*+(?:\\.[^"\\]*+)*+("?)'
_FLAT: Final = r'[^][{}"]*+(?:"[^"\\]*+(?:\\.[^"\\]*+)*+"[^][{}"]*+)*+'
_STRING_REST: Final = re.compile(_REST, re.DOTALL)
_STRING: Final = re.compile(f'"{_REST}', re.DOTALL)
_SHALLOW: Final = rf"{_FLAT}(?:(?:\[{_FLAT}\]|\{{{_FLAT}\}}){_FLAT})*+"
_TO_BRACKET: Final = re.compile(
    rf"{_SHALLOW}(?:(?:\[{_SHALLOW}\]|\{{{_SHALLOW}\}}){_SHALLOW})*+", re.DOTALL
)
"""Up to a bracket that is not closed within two levels, or to a quote that is not closed."""
_TOKEN: Final = re.compile(f'"{_REST}|[][{{}}]', re.DOTALL)
_OPENING: Final = re.compile(r"[\[{]++")
_CLOSING: Final = re.compile(r"[]}]++")
_SCALAR: Final = re.compile(r"[^][{},: \t\n\r\x1e]*+")


class Matcher:
    """Fed the text of an array, an object or a string from its first character on, finds its end.

    In a file that is no JSON it may find it at the wrong place; see `quotes_fit`.
    """

    def __init__(self) -> None:
        self.at = 0
        """Where feeding goes on, in the text fed last."""
        self._depth = 0
        self._in_string = False

    def feed(self, text: str, at: int) -> int:
        """Take the text from `at` on; where the value ends, -1 if it has not ended yet."""
        if self._in_string:
            at = self._string_rest(text, at)
        elif not self._depth and text.startswith('"', at):
            at = self._string_rest(text, at + 1)
        elif not self._depth:
            self._depth, at = 1, at + 1
        while self._depth and not self._in_string:
            at = _end_of(_TO_BRACKET, text, at)
            if at == len(text):
                self.at = at
                return -1
            at = self._bracket(text, at)
        self.at = at
        return -1 if self._in_string else at

    def _bracket(self, text: str, at: int) -> int:
        """Take what no skipping passes by."""
        if text[at] == '"':
            return self._string_rest(text, at + 1)
        if text[at] in "[{":
            end = _end_of(_OPENING, text, at)
            self._depth += end - at
            return end
        end = min(_end_of(_CLOSING, text, at), at + self._depth)
        self._depth -= end - at
        return end

    def _string_rest(self, text: str, at: int) -> int:
        match = _STRING_REST.match(text, at)
        assert match is not None
        self._in_string = not match[1]
        return match.end()


class Counter(Matcher):
    """Counts the commas between an array's own items, too, which takes longer."""

    def __init__(self) -> None:
        super().__init__()
        self.commas = 0

    def feed(self, text: str, at: int) -> int:
        if self._in_string:
            at = self._string_rest(text, at)
        while not self._in_string:
            match = _TOKEN.search(text, at)
            if self._depth == 1:
                self.commas += text.count(",", at, match.start() if match else len(text))
            if not match:
                self.at = len(text)
                return -1
            at = match.end()
            if text[match.start()] == '"':
                self._in_string = not match[1]
            else:
                self._depth += 1 if match[0] in "[{" else -1
                if not self._depth:
                    return at
        self.at = at
        return -1


def _end_of(pattern: re.Pattern[str], text: str, at: int) -> int:
    match = pattern.match(text, at)
    assert match is not None
    return match.end()


def skip(window: Window, matcher: Matcher | None = None) -> None:
    """Go behind the value at `window.at`, which may be longer than memory. FileFault where it has
    no end."""
    line = window.line_at(window.at)
    if window.text[window.at] not in '[{"':
        _skip_scalar(window)
        return
    matcher = matcher or Matcher()
    while (end := matcher.feed(window.text, window.at)) < 0:
        window.at = matcher.at
        if not window.more():
            raise FileFault("json_cut", line=line)
    window.at = end


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
    return _end_of(_SCALAR, text, at)


def quotes_fit(text: str, start: int, end: int) -> bool:
    """Whether each string between two places, the first of which is outside of strings, stands
    where one may stand. If not, a quote is missing or too many, and what seems to be inside of
    strings may be outside."""
    for match in _STRING.finditer(text, start, end):
        before = match.start() - 1
        while before >= start and text[before] in BLANKS:
            before -= 1
        behind = blanks_end(text, match.end())
        begins = before < start or text[before] in "[{,:"
        if not begins or text[behind : behind + 1] not in ":,]}":
            return False
    return True
