"""Records one after another: a line each, or with a mark before each, or just so."""

from __future__ import annotations

import re
from typing import Final

from lambda_worker.files.json_reading.grammar import BRACKETS, MOST_JOINT, MOST_RECORD
from lambda_worker.files.json_reading.matching import Matcher, quotes_fit
from lambda_worker.files.json_reading.remarks import Remarks
from lambda_worker.files.json_reading.text import MARK, Window

_COMMAS_OR_MARKS: Final = re.compile(r"[ \t\n\r,\x1e]*")
_LINE_END: Final = re.compile(r"\r\n|\r|\n")
_NEXT_START: Final = re.compile(r"[\r\n](?=[{\[])")
"""Records of several lines are indented, but for their first characters."""
_MARK: Final = re.compile(MARK)


class ValueGrammar:
    """Values one after another, usually one a line."""

    def __init__(self, window: Window, remarks: Remarks) -> None:
        self.joint = ""
        self._window = window
        self._remarks = remarks
        self._has_marks = False

    def advance(self) -> bool:
        window = self._window
        text, begin = window.text, window.at
        commas, marks = window.pass_by(_COMMAS_OR_MARKS)
        if commas:
            self._remarks.commas(window.line_at(window.at))
        self._has_marks |= marks > 0
        gap = text[begin : window.at] if text is window.text else ""
        self.joint = gap if len(gap) <= MOST_JOINT else ""
        return window.at < len(window.text)

    def follows(self, end: int) -> bool | None:
        text = self._window.text
        at = end
        while text.startswith((" ", "\t"), at):
            at += 1
        if at == len(text):
            return self._window.ended or None
        if text[at] in "[{":
            return text[end - 1] in "]}"
        return text[at] in ("\n", "\r", MARK, ",")

    def recover(self, *, in_lines: bool) -> bool:
        if self._has_marks:
            go_to(self._window, _MARK)
        elif in_lines:
            go_to(self._window, _LINE_END)
        elif not self._recover_by_brackets():
            go_to(self._window, _NEXT_START)
        return True

    def _recover_by_brackets(self) -> bool:
        window = self._window
        while (near := self.near_end(in_lines=False)) < 0 and window.more():
            if len(window.text) - window.at > MOST_RECORD:
                return False
        record = window.text[window.at : near if near >= 0 else None]
        length = Matcher().feed(record, 0) if record[0] in "[{" else -1
        if length < 0:
            return False
        text, end = window.text, window.at + length
        if not self.follows(end) or not quotes_fit(text, window.at, end):
            return False
        if record[length:].lstrip(" \t").startswith(BRACKETS):
            return False
        window.at = end
        return True

    def near_end(self, *, in_lines: bool) -> int:
        text, at = self._window.text, self._window.at
        match = (_LINE_END if in_lines else _NEXT_START).search(text, at)
        return match.start() if match else -1

    def skip(self, *, in_lines: bool) -> None:
        if self._has_marks:
            go_to(self._window, _MARK)
        else:
            go_to(self._window, _LINE_END if in_lines else _NEXT_START)


def go_to(window: Window, pattern: re.Pattern[str]) -> None:
    """Go to where the pattern matches next, or to the end."""
    while not (match := pattern.search(window.text, window.at)):
        window.at = max(window.at, len(window.text) - 1)  # a line end may need one more character
        if not window.more():
            window.at = len(window.text)
            return
    window.at = match.start()
