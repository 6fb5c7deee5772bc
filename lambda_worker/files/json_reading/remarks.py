"""What shows while a JSON file is read, about the file rather than about a record."""

from __future__ import annotations

from typing import Final

from lambda_worker.files.csv_reading.headers import SHOWN
from lambda_worker.files.reading import Note

KEYS_HELD: Final = SHOWN
"""Late keys that are named; of more there is only the number."""

MOST_COUNTED: Final = 10_000
"""Late keys that are told apart: a file with more has ids for keys."""


class Remarks:
    """Hears how it goes; `notes` are made of it."""

    def __init__(self) -> None:
        self.notes_before: list[Note] = []
        """What is known before the first record."""
        self.others: list[str] = []
        """Lists of records in the document that are not read, by their paths."""
        self._late: dict[str, list[int]] = {}
        self._nan: list[int] = []
        self._infinity: list[int] = []
        self._commas = 0
        self._missing: list[str] = []
        self._numbered = False
        self._prefix: Note | None = None
        self._lists: list[int] = []
        self._trailing: Note | None = None

    @property
    def notes(self) -> list[Note]:
        """What there is to say by now."""
        notes = [*([self._prefix] if self._prefix else []), *self.notes_before]
        if self._numbered:
            notes.append(Note("records_for_lines", {}))
        for key, (line, records) in list(self._late.items())[:KEYS_HELD]:
            notes.append(Note("keys_late", {"header": key, "line": line, "records": records}))
        if len(self._late) > KEYS_HELD:
            notes.append(Note("keys_late_more", {"number": len(self._late) - KEYS_HELD}))
        if self._nan:
            line, times = self._nan
            notes.append(Note("nan_empty", {"line": line, "times": times}))
        if self._infinity:
            line, times = self._infinity
            notes.append(Note("infinity_kept", {"line": line, "times": times}))
        if self._commas:
            notes.append(Note("json_commas", {"line": self._commas}))
        if self._lists:
            line, more = self._lists
            notes.append(Note("json_lists", {"line": line, "number": more + 1}))
        if self.others:
            notes.append(Note("other_lists", {"paths": self.others[:SHOWN]}))
        if self._missing:
            notes.append(Note("keys_missing", {"headers": self._missing[:SHOWN]}))
        return [*notes, self._trailing] if self._trailing else notes

    def numbered(self) -> None:
        """Records are counted where lines are told, for all stand on one."""
        self._numbered = True

    def late(self, key: str, line: int) -> None:
        """A record has a key that is none of the columns."""
        if key in self._late:
            self._late[key][1] += 1
        elif len(self._late) < MOST_COUNTED:
            self._late[key] = [line, 1]

    def nan(self, line: int) -> None:
        """A value is NaN, which was read as nothing."""
        self._nan = _counted(self._nan, line)

    def infinity(self, line: int) -> None:
        """A value is Infinity or -Infinity, which was read as a word."""
        self._infinity = _counted(self._infinity, line)

    def commas(self, line: int) -> None:
        """A comma between records is missing, or one is too many."""
        self._commas = self._commas or line

    def prefix(self, text: str) -> None:
        """Before the document there is something that is no JSON."""
        self._prefix = Note("json_prefix", {"text": text})

    def another_list(self, line: int) -> None:
        """The document goes on with another array of records."""
        self._lists = _counted(self._lists, line)

    def missing(self, headers: list[str]) -> None:
        """No record has these columns."""
        self._missing = headers

    def trailing(self, line: int, text: str) -> None:
        """Behind the document there is something that is no JSON."""
        self._trailing = Note("json_trailing", {"line": line, "text": text})


def _counted(counts: list[int], line: int) -> list[int]:
    """The first line and the number of times, one more."""
    return [counts[0], counts[1] + 1] if counts else [line, 1]
