"""What shows while a CSV file is read, about the file rather than about a record."""

from __future__ import annotations

from typing import Final

from lambda_worker.files.reading import Note

RUN: Final = 3
"""So many records in a row with the same wrong number of values are no slip: the file changes."""

BLANKS_SAID: Final = 5
"""A file with more blank lines than these is written so; with fewer, they may part two tables."""


class Remarks:
    """Hears how it goes; `notes` are made of it. Records should have `width` values."""

    def __init__(self, width: int) -> None:
        self._expected = width
        self._blanks: list[int] = []
        """Lines since the last good record."""
        self._blanks_inside: list[int] = []
        self._found: int = 0
        self._first_line: int = 0
        self._times: int = 0
        self._change: Note | None = None

    @property
    def notes(self) -> list[Note]:
        """What there is to say by now."""
        notes = [self._change] if self._change else []
        if 0 < len(self._blanks_inside) <= BLANKS_SAID:
            notes.append(Note("blank_inside", {"line": self._blanks_inside[0]}))
        return notes

    def went_well(self) -> None:
        """A good record was read."""
        if self._blanks and len(self._blanks_inside) <= BLANKS_SAID:
            self._blanks_inside += self._blanks
        self._blanks.clear()
        self._times = 0

    def blank(self, line: int) -> None:
        """A blank line was left out."""
        if len(self._blanks) <= BLANKS_SAID:
            self._blanks.append(line)

    def wrong_width(self, line: int, found: int) -> None:
        """A record was set aside because it has `found` values."""
        if not self._times or found != self._found:
            self._found, self._first_line, self._times = found, line, 0
        self._times += 1
        if self._times == RUN and self._change is None:
            counts = {"found": found, "expected": self._expected}
            self._change = Note("changes_midway", {"line": self._first_line, **counts})
