"""What stands between records: commas and a bracket, keys, or line ends; and where to go on behind
a record that is broken."""

from __future__ import annotations

import re
from typing import Final, Protocol

from lambda_worker.files.csv_scanner import FIELD_LIMIT
from lambda_worker.files.json_matching import Matcher, matched_length, quotes_fit, scalar_end, skip
from lambda_worker.files.json_remarks import Remarks
from lambda_worker.files.json_text import BLANKS, MARK, Window, blanks_end
from lambda_worker.files.json_values import read_string
from lambda_worker.files.reading import FileFault

MOST_RECORD: Final = 4 * FIELD_LIMIT
"""Characters of a record: as many as of a line of CSV. A value of a million `[]` inside takes forty
times as much memory."""

MOST_JOINT: Final = 200
"""Characters between two records that are expected between the next two, too."""

OPENING: Final = '{["'
"""What begins a value that has an end of its own."""

_OPENING: Final = ("{", "[")
"""What a broken record may not be followed by without a comma: it may be its own rest."""

_LINE_END: Final = re.compile(r"\r\n|\r|\n")
_COMMAS: Final = re.compile(r"[ \t\n\r,]*+")
_COMMAS_OR_MARKS: Final = re.compile(r"[ \t\n\r,\x1e]*+")
_NEXT_START: Final = re.compile(r"[\r\n](?=[{\[])")
_MARK: Final = re.compile(MARK)


class Grammar(Protocol):
    """Goes from record to record in a window."""

    @property
    def joint(self) -> str:
        """What stood between the last two records, if what stands so between the next two needs no
        closer look; else empty."""
        ...

    def advance(self) -> bool:
        """Go to the first record, or from behind a record to the next one; False where there are no
        more."""
        ...

    def follows(self, end: int) -> bool | None:
        """Whether a record may end at a place of the window's text; None where there is too little
        text to tell."""
        ...

    def recover(self, *, in_lines: bool) -> bool:
        """Go behind the broken record that begins where the window is; False where nobody knows
        where it ends. `in_lines`: all records so far had one line each."""
        ...

    def skip(self, *, in_lines: bool) -> None:
        """Go behind a record that is longer than memory."""
        ...

    def near_end(self, *, in_lines: bool) -> int:
        """Where the record that begins where the window is ends, at the latest, if it is written
        as others are; -1 if nobody knows."""
        ...


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
        commas, _ = window.pass_by(_COMMAS)
        if window.at == len(window.text):
            raise _cut(window)
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
        fits = self.follows(end) and not text.startswith(_OPENING, blanks_end(text, end))
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
                raise _cut(self._window)
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
            raise _cut(window) if is_cut else window.broken(at) from error
        window.at = end
        if not window.peek():
            raise _cut(window)
        if window.text[window.at] != ":":
            raise window.broken(window.at)
        window.at += 1
        return key


def _cut(window: Window) -> FileFault:
    return FileFault("json_cut", line=window.line_at(window.at))


class LoneGrammar:
    """One value, which is the only record."""

    joint = ""

    def __init__(self, window: Window) -> None:
        self._window = window
        self._begun = False

    def advance(self) -> bool:
        more = not self._begun and bool(self._window.peek())
        self._begun = True
        return more

    def follows(self, end: int) -> bool | None:
        text = self._window.text
        if end == len(text):
            return self._window.ended or None
        return text[end] in BLANKS + ",]}" or text[end - 1] in '}]"'

    def recover(self, *, in_lines: bool) -> bool:
        del in_lines
        return False

    def skip(self, *, in_lines: bool) -> None:
        del in_lines
        skip(self._window)

    def near_end(self, *, in_lines: bool) -> int:
        del in_lines
        return -1


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
        if record[length:].lstrip(" \t").startswith(_OPENING):
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
