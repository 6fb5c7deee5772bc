"""Whether the first of many arrays is a header."""

from __future__ import annotations

from itertools import islice
from typing import Any, Final

from lambda_worker.files.json_reading.records import Records
from lambda_worker.files.json_reading.source import Source
from lambda_worker.files.json_reading.values import Constant, Odd, Scan, scan_numbers
from lambda_worker.files.reading import Aside, FileFault
from lambda_worker.files.sniffing.header_lines import is_header

ROWS_SEEN: Final = 300
"""Records that are looked at, as many as of CSV."""

_WORDS: Final[dict[Any, str]] = {None: "null", True: "true", False: "false"}
_NULLS: Final = (None, Constant("NaN"))
"""NaN is what others write for null."""


def header_lines_of(source: Source) -> int:
    """How many of the records that come next are a header: 1 where they are arrays and the first
    holds names, else 0."""
    rows = _arrays(source)
    if len(rows) < 2 or not rows[0]:
        return 0
    first, rest = rows[0], rows[1:]
    if any(_kind(value) not in ("text", "null") for value in first):
        return 0
    columns = [{_kind(row[n]) for row in rest if n < len(row)} for n in range(len(first))]
    if any(kinds and "text" not in kinds and kinds != {"null"} for kinds in columns):
        return 1
    texts = [[_text(value) for value in row] for row in rows]
    return int(is_header(texts[0], texts[1:], len(first)))


def _arrays(source: Source) -> list[list[Any]]:
    """Those of the first records that are arrays, if the first is and most are."""
    found = _Arrays()
    seen = 0
    try:
        for piece in islice(source.look(found.begin, 0), ROWS_SEEN):
            seen += 1 if isinstance(piece, Aside) else piece.records
            if seen >= ROWS_SEEN or not found.rows:
                break
    except FileFault:
        pass
    return found.rows[:ROWS_SEEN] if len(found.rows) * 2 > seen else []


class _Arrays:
    """Collects records that are arrays."""

    def __init__(self) -> None:
        self.parse: Scan = scan_numbers
        self.rows: list[list[Any]] = []

    def begin(self, mark: str, header: list[list[str]]) -> Records:
        del mark, header
        return self

    def row(self, value: Any, text: str, at: int, line: int) -> list[str]:
        del text, at, line
        if value.__class__ is not list:
            raise Odd("other_kind")
        self.rows.append(value)
        return []


def _kind(value: Any) -> str:
    if value in _NULLS:
        return "null"
    return "text" if value.__class__ is str else "other"


def _text(value: Any) -> str:
    match value:
        case str():
            return str(value)
        case Constant():
            return value.name
        case list() | tuple():
            return "[]"
        case _:
            return _WORDS[value]
