"""The text of a JSON file, a window of it at a time: decoded, its lines counted."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from copy import copy
from typing import Any, Final

from lambda_worker.files.reading import FileFault

WINDOW: Final = 64 * 1024
"""Characters that are added at a time, at least: some hundred records. With more, they leave the
processor's cache before they are looked at."""

NEAR: Final = 30
"""Characters of a broken place that are shown."""

SURROGATE: Final = re.compile("[\ud800-\udfff]")
"""What bytes become that do not fit the encoding, and half of an escaped pair."""

BLANKS: Final = " \n\t\r"
"""What may stand between tokens."""

PASSED_KEPT: Final = 4 * 1024
"""Characters before the place of a window that may stay where something is looked at with care: an
error of Python's json counts the lines before it."""

MARK: Final = "\x1e"
"""Begins each record in a JSON text sequence (RFC 7464); in JSON it may stand nowhere."""

_BLANKS: Final = re.compile(f"[{BLANKS}]*")


class Window:
    """`text[at:]` is what comes next; text before `at` may go when more is added.

    `errors` tells the error handler that reads bytes which did not fit the file's encoding; it is
    asked for each chunk that strict UTF-8 refuses.
    """

    def __init__(self, chunks: Iterable[bytes], errors: Callable[[], str]) -> None:
        self.text = ""
        self.at = 0
        self.ended = False
        """Whether the stream has no more than `text`."""
        self.may_be_odd = False
        """Whether values in `text` may have what a table cannot: NUL, half a pair, a bad byte."""
        self.has_breaks = False
        """Whether `text` has line ends, ..."""
        self.has_returns = False
        """... and carriage returns among them."""
        self.passed = 0
        """Characters before `text`."""
        self._chunks = iter(chunks)
        self._errors = errors
        self._tail = b""
        self._is_bad = False
        self._line = 1
        self._counted = 0
        self._column = 0

    @classmethod
    def of(cls, text: str) -> Window:
        """A window of a text that is all there is."""
        window = cls((), lambda: "strict")
        window.text, window.ended = text, True
        return window

    # -- Text --------------------------------------------------------------------------------------

    def more(self) -> bool:
        """Forget what is before `at` and add at least as much as is left; False at the end."""
        if self.ended:
            return False
        self.forget()
        had_bad = self._is_bad and SURROGATE.search(self.text) is not None
        self._is_bad = False
        parts = [self.text]
        wanted = max(WINDOW, len(self.text))
        while wanted > 0 and not self.ended:
            parts.append(self._decoded(next(self._chunks, None)))
            wanted -= len(parts[-1])
        self.text = "".join(parts)
        self._is_bad |= had_bad
        self._look()
        return True

    def fill(self, size: int) -> None:
        """Have so many characters behind `at` in `text`, if there are."""
        while len(self.text) - self.at < size and self.more():
            pass

    def fork(self, size: int) -> Window:
        """A window where the stream seems to end after so many characters behind `at`, or what is
        there of them."""
        fork = copy(self)
        fork.text, fork.ended = self.text[: self.at + size], True
        return fork

    def forget(self) -> None:
        """Let text before `at` go."""
        at = self.at
        if at == len(self.text) > self._counted and self.text.endswith("\r"):
            at -= 1  # half of a CRLF, perhaps
        self.line_at(at)
        last = max(self.text.rfind("\n", 0, at), self.text.rfind("\r", 0, at))
        self._column = at - last - 1 if last >= 0 else self._column + at
        self.text = self.text[at:]
        self.passed += at
        self.at -= at
        self._counted = 0

    def _decoded(self, chunk: bytes | None) -> str:
        self.ended = chunk is None
        data = self._tail + (chunk or b"")
        cut = len(data) if self.ended else _without_cut_character(data)
        data, self._tail = data[:cut], data[cut:]
        try:
            return data.decode()
        except UnicodeDecodeError:
            self._is_bad = True
            return data.decode("utf-8", self._errors())

    def _look(self) -> None:
        text = self.text
        self.may_be_odd = self._is_bad or "\\u0000" in text or "\\ud" in text or "\\uD" in text
        self.has_returns = "\r" in text
        self.has_breaks = self.has_returns or "\n" in text

    def peek(self) -> str:
        """The next character that is no blank, to which `at` goes; empty at the end."""
        while True:
            self.at = blanks_end(self.text, self.at)
            if self.at < len(self.text):
                return self.text[self.at]
            if not self.more():
                return ""

    def pass_by(self, gap: re.Pattern[str]) -> tuple[int, int]:
        """Go behind what a pattern matches; how many commas and how many MARKs there were."""
        commas = marks = 0
        while True:
            match = gap.match(self.text, self.at)
            assert match is not None
            commas += self.text.count(",", self.at, match.end())
            marks += self.text.count(MARK, self.at, match.end())
            self.at = match.end()
            if self.at < len(self.text) or not self.more():
                return commas, marks

    # -- Places ------------------------------------------------------------------------------------

    def line_at(self, at: int) -> int:
        """The line of a place in `text` that is not before one that was asked for already."""
        self._line += self.breaks(self._counted, at)
        self._counted = at
        return self._line

    def breaks(self, start: int, end: int) -> int:
        """Line ends between two places: LF, CRLF or CR. A CRLF that `end` cuts is not yet one."""
        if not self.has_breaks:
            return 0
        text = self.text
        number = text.count("\n", start, end)
        if self.has_returns:
            number += text.count("\r", start, end) - text.count("\r\n", start, end)
            number -= end > start and text[end - 1] == "\r" and text.startswith("\n", end)
        return number

    def broken(self, at: int) -> FileFault:
        """The fault of a file that is no JSON from the place `at` on."""
        return FileFault("json_broken", **self.place(at))

    def place(self, at: int) -> dict[str, Any]:
        """`line` and `column` of a place, counted from 1, and the `text` there, if it has any."""
        text = self.text
        line = self._line + self.breaks(self._counted, at)
        last = max(text.rfind("\n", 0, at), text.rfind("\r", 0, at))
        column = at - last if last >= 0 else self._column + at + 1
        near = "".join(text[at : at + NEAR].splitlines()[:1])
        return {"line": line, "column": column, "text": near}


def blanks_end(text: str, at: int) -> int:
    """Where blanks end that begin at `at`."""
    match = _BLANKS.match(text, at)
    assert match is not None
    return match.end()


def _without_cut_character(data: bytes) -> int:
    """The length of UTF-8 without a character at its end that is not whole."""
    for back in range(1, min(3, len(data)) + 1):
        byte = data[-back]
        if byte >= 0xC0:
            length = 2 if byte < 0xE0 else 3 if byte < 0xF0 else 4
            return len(data) - back if back < length else len(data)
        if byte < 0x80:
            break
    return len(data)
