"""Records in brackets: items of an array, or members of an object, with commas between them."""

from __future__ import annotations

import re
from typing import Final

from lambda_worker.files.csv_reading.scanner import FIELD_LIMIT
from lambda_worker.files.json_reading.grammar import BRACKETS, MOST_JOINT, MOST_RECORD, OPENING, cut
from lambda_worker.files.json_reading.matching import (
    Matcher,
    matched_length,
    quotes_fit,
    scalar_end,
    skip,
)
from lambda_worker.files.json_reading.remarks import Remarks
from lambda_worker.files.json_reading.text import WINDOW, Window, blanks_end
from lambda_worker.files.json_reading.values import read_string

COMMAS: Final = re.compile(r"[ \t\n\r,]*")
_LINE_END: Final = re.compile(r"\r\n|\r|\n")
_NEXT_LIST: Final = re.compile(r"[ \t\n\r,]*\[(?=[ \t\n\r]*[{\]])")


class ListGrammar:
    """Items of an array, behind its bracket."""

    closing = "]"

    def __init__(self, window: Window, remarks: Remarks) -> None:
        self.joint = ""
        self._window = window
        self._remarks = remarks
        self._due = 0
        """Commas before the next record."""
        self._indent = ""
        """What stands before records on their lines."""

    def advance(self) -> bool:
        window = self._window
        text, begin = window.text, window.at
        commas, _ = window.pass_by(COMMAS)
        if window.at == len(window.text):
            raise cut(window)
        more = window.text[window.at] != self.closing
        if commas != (self._due if more else 0):
            self._remarks.commas(window.line_at(window.at))
        gap = text[begin : window.at] if text is window.text else ""
        if "\n" in gap or "\r" in gap:
            self._indent = gap[max(gap.rfind("\n"), gap.rfind("\r")) + 1 :]
        self.joint = gap if self._due == commas == 1 and len(gap) <= MOST_JOINT else ""
        self._due = 1
        window.at += not more
        return more

    def follows(self, end: int) -> bool | None:
        text = self._window.text
        at = blanks_end(text, end)
        if at == len(text):
            return self._window.ended or None
        if text[at] in "[{":
            return text[end - 1] in "]}"  # a comma is missing
        return text[at] in (",", self.closing)

    def recover(self, *, in_lines: bool) -> bool:
        if in_lines and self._line_end() >= 0:
            return self._recover_in_line() or self._recover_at_next_line() or self._recover()
        return self._recover()

    def near_end(self, *, in_lines: bool) -> int:
        return self._window.text.find("\n", self._window.at) if in_lines else -1

    def _line_end(self) -> int:
        """Where the record's first line ends, with the next character in the window; -1 if it has
        no end within MOST_RECORD."""
        window = self._window
        while True:
            match = _LINE_END.search(window.text, window.at)
            if match and blanks_end(window.text, match.end()) < len(window.text):
                return match.start()
            if len(window.text) - window.at > MOST_RECORD or not window.more():
                return -1

    def _recover_in_line(self) -> bool:
        window = self._window
        line = window.text[window.at : self._line_end()]
        end = Matcher().feed(line, 0) if line[0] in OPENING else scalar_end(line, 0)
        return self._ends_behind(end)

    def _recover_at_next_line(self) -> bool:
        """The next line begins as records do: this one was cut, or a quote is missing in it."""
        window, text = self._window, self._window.text
        end = self._line_end()
        match = _LINE_END.match(text, end)
        assert match is not None
        is_next = text.startswith(self._indent + text[window.at], match.end())
        if not is_next and text[blanks_end(text, match.end())] != self.closing:
            return False
        window.at = end
        self._due = 0
        return True

    def _recover(self) -> bool:
        window = self._window
        if window.text[window.at] in OPENING:
            return self._ends_behind(matched_length(window, MOST_RECORD))
        while scalar_end(window.text, window.at) == len(window.text):
            if len(window.text) - window.at > MOST_RECORD or not window.more():
                return False
        return self._ends_behind(scalar_end(window.text, window.at) - window.at)

    def _ends_behind(self, length: int) -> bool:
        """Whether the record may end after so many characters; then the window goes there."""
        window = self._window
        if length <= 0:
            return False
        while self.follows(window.at + length) is None:
            window.more()
        text, end = window.text, window.at + length
        fits = self.follows(end) and not text.startswith(BRACKETS, blanks_end(text, end))
        if not fits or not quotes_fit(text, window.at, end):
            return False
        window.at = end
        return True

    def skip(self, *, in_lines: bool) -> None:
        if in_lines and self._line_end() >= 0 and self._recover_at_next_line():
            return
        skip(self._window)
        while (fits := self.follows(self._window.at)) is None:
            self._window.more()
        if not fits:
            raise self._window.broken(self._window.at)


class ListsGrammar(ListGrammar):
    """Items of an array that is the whole document. Where arrays of objects follow, as when pages
    were put into one file, their items come next."""

    def advance(self) -> bool:
        while not super().advance():
            window = self._window
            window.fill(WINDOW)
            match = _NEXT_LIST.match(window.text, window.at)
            if not match:
                return False
            window.at = match.end()
            self._due = 0
            self._remarks.another_list(window.line_at(window.at))
        return True


class MemberGrammar(ListGrammar):
    """Members of an object, behind its bracket; `key` is the name of the one that comes next."""

    closing = "}"
    key = ""

    def advance(self) -> bool:
        more = super().advance()
        self.joint = ""
        if more:
            self.key = name(self._window)
            if not self._window.peek():
                raise cut(self._window)
        return more


def name(window: Window) -> str:
    """The name of a member, behind whose colon the window goes."""
    while True:
        text, at = window.text, window.at
        if text[at] != '"':
            raise window.broken(at)
        try:
            key, end = read_string(text, at)
        except ValueError as error:
            if len(text) - at <= FIELD_LIMIT and window.more():
                continue
            is_cut = window.ended and str(error).startswith("Unterminated")
            raise cut(window) if is_cut else window.broken(at) from error
        window.at = end
        if not window.peek():
            raise cut(window)
        if window.text[window.at] != ":":
            raise window.broken(window.at)
        window.at += 1
        return key
