"""Where a JSON value ends, by its brackets and quotes alone: for values that are skipped, too long
or broken."""

from __future__ import annotations

import re
from typing import Final

from lambda_worker.files.json_reading.text import BLANKS, Window, blanks_end
from lambda_worker.files.reading import FileFault

STEP: Final = 64 * 1024
"""Characters that a pattern is given at a time: it keeps a hundred bytes for each escape."""

# No possessive repeats of groups: Python before 3.11.5 loses its place in them (gh-106052).
_REST: Final = r'[^"\\]*(?:\\.[^"\\]*)*("?)'
_FLAT: Final = r'[^][{}"]*(?:"[^"\\]*(?:\\.[^"\\]*)*"[^][{}"]*)*'
_SHALLOW: Final = rf"{_FLAT}(?:(?>\[(?>{_FLAT})\]|\{{(?>{_FLAT})\}})(?>{_FLAT}))*"
_DEEPER: Final = rf"{_SHALLOW}(?:(?>\[(?>{_SHALLOW})\]|\{{(?>{_SHALLOW})\}})(?>{_SHALLOW}))*"

_STRING_REST: Final = re.compile(_REST, re.DOTALL)
_STRING: Final = re.compile(f'"{_REST}', re.DOTALL)
_TO_BRACKET: Final = re.compile(_FLAT, re.DOTALL)
_TO_LONG: Final = re.compile(_DEEPER, re.DOTALL)
"""Up to a bracket that is not closed within two levels."""
_TOKEN: Final = re.compile(r'[][{}"]')
_OPENING: Final = re.compile(r"[\[{]+")
_CLOSING: Final = re.compile(r"[]}]+")
_SCALAR: Final = re.compile(r"[^][{},: \t\n\r\x1e]*")


class Matcher:
    """Fed the text of an array, an object or a string from its first character on, finds its end.

    In a file that is no JSON it may find it at the wrong place; see `quotes_fit`. With a `depth` of
    1, the text is that of an array or object from somewhere between its items on.
    """

    def __init__(self, depth: int = 0) -> None:
        self.at = 0
        """Where feeding goes on, in the text fed last."""
        self._depth = depth
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
            if at == len(text):
                self.at = at
                return -1
            at = self._bracket(text, _end_of(_TO_LONG, text, at))
        self.at = at
        return -1 if self._in_string else at

    def _bracket(self, text: str, at: int) -> int:
        """Take what no skipping passes by, if there is any."""
        if text.startswith('"', at):
            return self._string_rest(text, at + 1)
        if text.startswith(("[", "{"), at):
            end = _end_of(_OPENING, text, at)
            self._depth += end - at
            return end
        if not text.startswith(("]", "}"), at):
            return at
        end = min(_end_of(_CLOSING, text, at), at + self._depth)
        self._depth -= end - at
        return end

    def _string_rest(self, text: str, at: int) -> int:
        at, self._in_string = _string_end(text, at)
        return at


class Counter(Matcher):
    """Counts the commas between an array's own items, too, which takes longer."""

    def __init__(self, depth: int = 0) -> None:
        super().__init__(depth)
        self.commas = 0

    def feed(self, text: str, at: int) -> int:
        if self._in_string:
            at = self._string_rest(text, at)
        while not self._in_string:
            match = _TOKEN.search(text, at)
            start = match.start() if match else len(text)
            if self._depth == 1:
                self.commas += text.count(",", at, start)
            if not match:
                self.at = start
                return -1
            if match[0] == '"':
                at = self._string_rest(text, start + 1)
                continue
            at = start + 1
            self._depth += 1 if match[0] in "[{" else -1
            if not self._depth:
                return at
        self.at = at
        return -1


def next_bracket(text: str, at: int) -> int:
    """The next bracket that is in no string, from a place outside of strings on; the text's length
    if there is none."""
    while True:
        match = _TO_BRACKET.match(text, at, at + STEP)
        assert match is not None
        at = match.end()
        if at == len(text) or text[at] in "[]{}":
            return at
        if text[at] == '"':
            at, _ = _string_end(text, at + 1)


def _string_end(text: str, at: int) -> tuple[int, bool]:
    """Where a string ends in whose inside `at` is, and False; or where it goes on in what comes
    behind the text, and True."""
    while True:
        match = _STRING_REST.match(text, at, at + STEP)
        assert match is not None
        if match[1]:
            return match.end(), False
        if at + STEP >= len(text):
            return match.end(), True
        at = match.end()


def _end_of(pattern: re.Pattern[str], text: str, at: int) -> int:
    match = pattern.match(text, at, at + STEP)
    assert match is not None
    return match.end()


def skip(window: Window, matcher: Matcher | None = None) -> None:
    """Go behind the value at `window.at`, which may be longer than memory. FileFault where it has
    no end."""
    line = window.line_at(window.at)
    if window.text[window.at] not in '[{"':
        _skip_scalar(window)
    elif not feed_all(window, matcher or Matcher()):
        raise FileFault("json_cut", line=line)


def feed_all(window: Window, matcher: Matcher) -> bool:
    """Go to where the matcher says that the value ends; False where it has no end."""
    while (end := matcher.feed(window.text, window.at)) < 0:
        window.at = matcher.at
        if not window.more():
            return False
    window.at = end
    return True


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
        begins = before < start or text[before] in "[{,:"
        if not begins or text[behind : behind + 1] not in ":,]}":
            return False
    return True
