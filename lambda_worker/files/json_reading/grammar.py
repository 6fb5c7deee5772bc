"""What stands between records: how to go from one to the next, and where to go on behind a broken
one. Each way of writing records has its own."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, Protocol

from lambda_worker.files.csv_reading.scanner import FIELD_LIMIT
from lambda_worker.files.json_reading.matching import matched_length, skip
from lambda_worker.files.json_reading.mending import mended
from lambda_worker.files.json_reading.remarks import Remarks
from lambda_worker.files.json_reading.text import BLANKS, Window
from lambda_worker.files.reading import FileFault

MOST_RECORD: Final = 4 * FIELD_LIMIT
"""Characters of a record: as many as of a line of CSV. A value of a million `[]` inside takes forty
times as much memory."""

MOST_JOINT: Final = 200
"""Characters between two records that are expected between the next two, too."""

OPENING: Final = '{["'
"""What begins a value that has an end of its own."""

BRACKETS: Final = ("{", "[")
"""What a broken record may not be followed by without a comma: it may be its own rest."""


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


MakeGrammar = Callable[[Window, Remarks], Grammar]
"""One for a window that is before the first record."""


class LoneGrammar:
    """One value, which is the only record."""

    joint = ""

    def __init__(self, window: Window, remarks: Remarks) -> None:
        del remarks
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
        window = self._window
        length = matched_length(window, MOST_RECORD) if window.text[window.at] in BRACKETS else -1
        if length < 0 or not mended(window.text[window.at : window.at + length]):
            return False
        window.at += length
        return True

    def skip(self, *, in_lines: bool) -> None:
        del in_lines
        skip(self._window)

    def near_end(self, *, in_lines: bool) -> int:
        del in_lines
        return -1


def cut(window: Window) -> FileFault:
    """The fault of a file that ends too early, where the window is."""
    return FileFault("json_cut", line=window.line_at(window.at))
