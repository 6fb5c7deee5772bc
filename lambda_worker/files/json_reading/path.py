"""The way through a JSON document to its records, and what else is in it."""

from __future__ import annotations

from typing import Final

from lambda_worker.files.csv_reading.headers import SHOWN
from lambda_worker.files.csv_reading.scanner import FIELD_LIMIT
from lambda_worker.files.json_reading.grammar import OPENING, LoneGrammar, MakeGrammar, cut
from lambda_worker.files.json_reading.lists import (
    COMMAS,
    ListGrammar,
    ListsGrammar,
    MemberGrammar,
    name,
)
from lambda_worker.files.json_reading.matching import Counter, matched_length, skip
from lambda_worker.files.json_reading.names import HOLDERS, LISTS, names_in
from lambda_worker.files.json_reading.remarks import Remarks
from lambda_worker.files.json_reading.text import BLANKS, Window, blanks_end
from lambda_worker.files.json_reading.values import scan
from lambda_worker.files.reading import FileFault

EACH: Final = "*"
"""The last step of a path: each member of the object is a record."""

MOST_TRAILING: Final = 1_000
"""Characters behind a document that may be no JSON: what somebody left there, or padding."""
TRAILING_SHOWN: Final = 100
"""Of these, how many are shown."""

MOST_COLUMNS_HELD: Final = 10_000
"""Arrays beside the records whose lengths are kept."""


class Document:
    """One document, of which `path` leads to the records: keys of objects and, in decimal, places
    in arrays; at its end perhaps EACH."""

    def __init__(self, window: Window, path: tuple[str, ...], remarks: Remarks) -> None:
        self.names: list[list[str]] = []
        """What may be the columns' names, of members that stand before the records."""
        self._window = window
        self._path = path
        self._remarks = remarks
        self._columns: dict[str, int] = {}
        """Arrays of values beside the records, and their lengths."""
        self._opened: list[str] = []
        """The brackets around the records."""
        self._steps = list(path[:-1] if path[-1:] == (EACH,) else path)

    def enter(self) -> MakeGrammar:
        """Go to the records, and say how they stand there."""
        window = self._window
        for step in self._steps:
            bracket = window.peek()
            if bracket in ("{", "["):
                self._opened.append(bracket)
                window.at += 1
            if bracket not in ("{", "[") or not self._find(step):
                raise FileFault("json_no_path", path=".".join(self._path), step=step)
        mark = window.peek()
        if mark == "[":
            window.at += 1
            return ListGrammar if self._steps else ListsGrammar
        if mark == "{" and self._path[-1:] == (EACH,):
            window.at += 1
            return MemberGrammar
        if not mark:
            raise cut(window)
        return LoneGrammar

    def leave(self, values: int = 0) -> None:
        """Go from behind the records to the end of the file. `values`: how many there were, if each
        is one value."""
        window = self._window
        for depth in range(len(self._opened), 0, -1):
            while (key := self._next_member(depth)) is not None:
                self._pass_by(depth, key)
        if values > 1 and values in self._columns.values():
            columns = [self._steps[-1], *(k for k, n in self._columns.items() if n == values)]
            raise FileFault("json_columns", headers=columns[:SHOWN])
        mark = window.peek()
        if mark and mark in OPENING:
            raise FileFault("json_several", line=window.line_at(window.at))
        while len(window.text) - window.at <= MOST_TRAILING and window.more():
            pass
        rest = window.text[window.at :].rstrip(BLANKS)
        if len(rest) > MOST_TRAILING or any(opening in rest for opening in OPENING):
            raise window.broken(window.at)
        if rest:
            self._remarks.trailing(window.line_at(window.at), rest[:TRAILING_SHOWN])

    def _find(self, step: str) -> bool:
        """Go to the member of that key, or at that place, of the innermost bracket."""
        depth, number = len(self._opened), 0
        while (key := self._next_member(depth, number)) is not None:
            if key == step:
                return True
            self._pass_by(depth, key)
            number += 1
        return False

    def _next_member(self, depth: int, number: int = 0) -> str | None:
        """Go to the next member's value: its key, or in an array its place, which is `number`; None
        behind the last one."""
        window = self._window
        is_object = self._opened[depth - 1] == "{"
        window.pass_by(COMMAS)
        if not (mark := window.peek()):
            raise cut(window)
        if mark == ("}" if is_object else "]"):
            window.at += 1
            return None
        return name(window) if is_object else str(number)

    def _pass_by(self, depth: int, key: str) -> None:
        """Go behind a member that is not on the way."""
        window = self._window
        mark = window.peek()
        if not mark:
            raise cut(window)
        is_list = mark == "["
        first = self._first_of_list() if is_list else ""
        is_beside = depth == len(self._steps)
        if is_beside and key in HOLDERS | LISTS:
            self.names += filter(None, [self._names(key)])
        place = window.passed + window.at
        counter = Counter() if is_list and is_beside and first not in "[{]" else None
        skip(window, counter)
        if window.passed + window.at == place:
            raise window.broken(window.at)
        if first and first in "[{" and len(self._remarks.others) < SHOWN:
            self._remarks.others.append(".".join([*self._steps[: depth - 1], key]))
        elif counter and counter.commas and len(self._columns) < MOST_COLUMNS_HELD:
            self._columns[key] = counter.commas + 1

    def _first_of_list(self) -> str:
        """The first character in an array, which may be its end."""
        window = self._window
        while (at := blanks_end(window.text, window.at + 1)) == len(window.text):
            if not window.more():
                return ""
        return window.text[at]

    def _names(self, key: str) -> list[str]:
        """The names in a member, if it is small."""
        window = self._window
        if window.text[window.at] not in "[{" or matched_length(window, FIELD_LIMIT) < 0:
            return []
        try:
            return names_in(key, scan(window.text, window.at)[0])
        except (ValueError, StopIteration, RecursionError):
            return []
