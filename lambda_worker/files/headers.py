"""Names for columns: whatever a header says, each column gets one of its own."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

from lambda_worker.files.reading import Note

LONGEST: Final = 1_000
"""Characters of a name: beyond any that a person wrote on purpose."""

SHOWN: Final = 20
"""Names that a note lists."""


def joined(records: Sequence[Sequence[str]]) -> list[str]:
    """One name a column from several header records. In all but the last an empty cell belongs to
    the one left of it, as merged cells are written."""
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


def unique(names: Iterable[str]) -> tuple[tuple[str, ...], list[Note]]:
    """The names stripped, the empty ones as “column 3”, those that were there before as “name (2)”;
    and what there is to say about it."""
    stripped = [_clean(name) for name in names]
    wanted = {name for name in stripped if name}
    seen: set[str] = set()
    found: list[str] = []
    nameless: list[str] = []
    again: list[str] = []
    for number, name in enumerate(stripped, 1):
        own = name or _free(f"column {number}", wanted | seen)
        if not name:
            nameless.append(own)
        elif own in seen:
            again.append(own)
            own = _free(own, wanted | seen)
        seen.add(own)
        found.append(own)
    notes: list[Note] = []
    if nameless:
        notes.append(Note("headers_empty", {"headers": nameless[:SHOWN]}))
    if again:
        notes.append(Note("headers_twice", {"headers": list(dict.fromkeys(again))[:SHOWN]}))
    return tuple(found), notes


def _clean(name: str) -> str:
    return name.replace("\0", "").strip().strip("\ufeff").strip()[:LONGEST]


def _free(name: str, taken: set[str]) -> str:
    if name not in taken:
        return name
    number = 2
    while f"{name} ({number})" in taken:
        number += 1
    return f"{name} ({number})"
