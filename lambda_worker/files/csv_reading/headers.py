"""Names for columns: whatever a header says, each column gets one of its own."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from typing import Final

from lambda_worker.files.reading import Note

LONGEST: Final = 1_000
"""Characters of a name: beyond any that a person wrote on purpose."""

SHOWN: Final = 20
"""Names that a note lists."""


_RULED: Final = re.compile(r":?[-=]+:?")
"""A cell of the line that sqlcmd and Markdown draw below names."""

SHORTEST_RULE: Final = 3
"""Characters that one of a rule's cells has at least: fewer are a word for nothing."""


def is_rule(record: Sequence[str]) -> bool:
    """Whether a record is a line that is drawn below names, and no names itself."""
    cells = [cell for cell in map(str.strip, record) if cell]
    return max(map(len, cells), default=0) >= SHORTEST_RULE and all(map(_RULED.fullmatch, cells))


def joined(records: Sequence[Sequence[str]]) -> list[str]:
    """One name a column from several header records, the rule below them left out. In all but the
    last an empty cell belongs to the one left of it, as merged cells are written."""
    records = [*records[:1], *(record for record in records[1:] if not is_rule(record))]
    if len(records) == 1:
        return list(records[0])
    width = max(map(len, records), default=0)
    spread = [_spread(record, width) for record in records[:-1]]
    last = [*records[-1], *[""] * (width - len(records[-1]))]
    return [
        " ".join(filter(None, dict.fromkeys(names))) for names in zip(*spread, last, strict=True)
    ]


def _spread(record: Sequence[str], width: int) -> list[str]:
    names: list[str] = []
    for n in range(width):
        name = record[n].strip() if n < len(record) else ""
        names.append(name or (names[-1] if names else ""))
    return names


def edge_of_all(names: Sequence[str]) -> str:
    """The mark that all names have at their ends, but for the row's own: of a delimiter of several
    characters it is what is left. Empty where there is none."""
    edge = names[0][-1:] if len(names) > 2 else ""
    if not edge or edge.isalnum() or edge.isspace() or edge in "\"'()[]{}<>":
        return ""
    if names[0].startswith(edge) or names[-1].endswith(edge):
        return ""
    ends = all(len(name) > 1 and name.endswith(edge) for name in names[:-1])
    return edge if ends and all(name.startswith(edge) for name in names[1:]) else ""


def fitted(
    names: Sequence[str], width: int, *, row_names: bool = False
) -> tuple[list[str], list[Note]]:
    """As many names as records have values (`width`; 0: as many as there are names). The first
    column of `row_names` has none; names of values that no record has are left out, and said."""
    found = ["", *names] if row_names else list(names)
    found += [""] * (width - len(found))
    if not width:
        return found, []
    unused = [name.strip() for name in found[width:] if name.strip()]
    notes = [Note("headers_unused", {"headers": unused[:SHOWN]})] if unused else []
    return found[:width], notes


def unique(names: Iterable[str]) -> tuple[tuple[str, ...], list[Note]]:
    """The names stripped, the empty ones as “column 3”, those that were there before as “name (2)”;
    and what there is to say about it."""
    stripped = [_clean(name) for name in names]
    free = _FreeNames(stripped)
    seen: set[str] = set()
    found: list[str] = []
    nameless: list[str] = []
    again: list[str] = []
    for number, name in enumerate(stripped, 1):
        own = name or free.like(f"column {number}")
        if not name:
            nameless.append(own)
        elif own in seen:
            again.append(own)
            own = free.like(own)
        seen.add(own)
        found.append(own)
    notes: list[Note] = []
    if nameless:
        notes.append(Note("headers_empty", {"headers": nameless[:SHOWN]}))
    if again:
        notes.append(Note("headers_twice", {"headers": list(dict.fromkeys(again))[:SHOWN]}))
    return tuple(found), notes


def _clean(name: str) -> str:
    """The name without blanks and invisible characters at its ends: marks of byte order and of
    directions, zero-width blanks. Inside of words they may join letters."""
    name = name.replace("\0", "")
    begin, end = 0, len(name)
    while begin < end and _is_invisible(name[begin]):
        begin += 1
    while begin < end and _is_invisible(name[end - 1]):
        end -= 1
    return name[begin:end][:LONGEST]


def _is_invisible(character: str) -> bool:
    return character.isspace() or unicodedata.category(character) == "Cf"


class _FreeNames:
    """Names that no column has, nor will have."""

    def __init__(self, taken: Iterable[str]) -> None:
        self._taken = set(taken)
        self._numbers: dict[str, int] = {}
        """By name, the last number behind it: thousands of columns may share one."""

    def like(self, name: str) -> str:
        """The name itself, or with a number behind it."""
        own = name
        while own in self._taken:
            self._numbers[name] = self._numbers.get(name, 1) + 1
            own = f"{name} ({self._numbers[name]})"
        self._taken.add(own)
        return own
