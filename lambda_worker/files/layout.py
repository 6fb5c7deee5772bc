"""Where the table stands in a sample: what comes before it, its header, its width, and the words
for nothing in it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from lambda_worker.files.value_shapes import NULL_WORDS, POSTGRES_NULL, is_typed, shape

COMMENTS: Final = ("#", "%", "!")
"""Characters that begin a comment line where they do."""

MOST_HEADER_LINES: Final = 3

ROWS_SEEN: Final = 300
"""Records that are looked at to tell a header from data."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """Members of Dialect of the same names."""

    preamble: int
    header_lines: int
    width: int
    row_names: bool
    comment: str
    nulls: tuple[str, ...]


Cells = Sequence[str]


def lay_out(
    rows: Sequence[Cells], starts: Sequence[int], lines: Sequence[str], given: Mapping[str, Any]
) -> Layout:
    """The layout of the table that `rows` hold; each began at the line of `starts`, counted from
    0."""
    comment = given.get("comment", _comment(rows, starts, lines))
    kept = [n for n in range(len(rows)) if not comment or not lines[starts[n]].startswith(comment)]
    rows, starts = [rows[n] for n in kept], [starts[n] for n in kept]
    if "preamble" in given:
        behind = [n for n, start in enumerate(starts) if start >= given["preamble"]]
        rows, starts = [rows[n] for n in behind], [starts[n] for n in behind]
    if not rows:
        return Layout(
            preamble=0, header_lines=1, width=0, row_names=False, comment=comment, nulls=()
        )
    width = given.get("width") or _usual_width(rows)
    top = 0 if "preamble" in given else _top(rows, width)
    table = rows[top:]
    header_lines = given.get("header_lines", _header_lines(table, width))
    body = table[header_lines : header_lines + ROWS_SEEN]
    width, row_names = _fitted(table, header_lines, body, width)
    return Layout(
        preamble=given.get("preamble", starts[top] if top else 0),
        header_lines=header_lines,
        width=width,
        row_names=row_names,
        comment=comment,
        nulls=_nulls(body, width),
    )


def _usual_width(rows: Sequence[Cells]) -> int:
    """The commonest number of values, of those above one if they are not a mere few."""
    widths = Counter(map(len, rows))
    many = {width: n for width, n in widths.items() if width > 1}
    if many and sum(many.values()) * 2 >= sum(widths.values()):
        return max(many, key=lambda width: (many[width], width))
    return max(widths, key=lambda width: (widths[width], width))


def _comment(rows: Sequence[Cells], starts: Sequence[int], lines: Sequence[str]) -> str:
    """The character that begins lines amid the records which are none."""
    width = _usual_width(rows) if rows else 0
    for mark in COMMENTS:
        marked = [n for n, start in enumerate(starts) if lines[start].startswith(mark)]
        if not marked or marked == list(range(len(marked))):
            continue  # none, or only above the table
        if width > 1 and all(len(rows[n]) != width for n in marked):
            return mark
    return ""


def _top(rows: Sequence[Cells], width: int) -> int:
    """The record that the table begins with: the first that has its width, or one less or more
    and the look of a header."""
    if width <= 1:
        return 0
    first = next((n for n, row in enumerate(rows) if len(row) == width), 0)
    if first and _is_header_for(rows[first - 1], width):
        first -= 1
    # Titles above the table, filled up with empty values by a spreadsheet.
    at = first
    while at + 1 < min(len(rows), first + 20) and _filled(rows[at]) <= 1 < width:
        at += 1
    if at > first and _filled(rows[at]) * 2 >= width and _looks_like_names(rows[at]):
        return at
    return first


def _is_header_for(row: Cells, width: int) -> bool:
    """Whether a record of another width can be the header: one short or long, or at least half."""
    names = [name for name in row if name.strip()]
    return width / 2 <= len(names) and len(row) > 1 and _looks_like_names(names)


def _filled(row: Cells) -> int:
    return sum(bool(value.strip()) for value in row)


def _looks_like_names(row: Cells) -> bool:
    names = [name.strip() for name in row if name.strip()]
    return bool(names) and not any(is_typed(name) for name in names)


def _columns(rows: Sequence[Cells], width: int) -> list[list[str]]:
    """The values of each column that are not empty, of the records that are whole."""
    whole = [row for row in rows if len(row) == width]
    return [[row[n] for row in whole if row[n].strip()] for n in range(width)]


def _is_typed_column(values: Sequence[str]) -> bool:
    """Whether nearly all values are numbers or dates, words for nothing apart."""
    told = [value for value in values if shape(value) != "null"]
    return bool(told) and sum(map(is_typed, told)) >= 0.8 * len(told)


def _header_lines(table: Sequence[Cells], width: int) -> int:
    """How many records the header has."""
    first = table[0]
    rest = table[1 : 1 + ROWS_SEEN]
    if not rest:
        return 0 if all(is_typed(v) for v in first if v.strip()) and _filled(first) else 1
    columns = _columns(rest, width)
    if len(first) == width and not _is_header(first, rest, columns):
        return 0
    return 1 + _more_header_lines(table, width)


def _is_header(first: Cells, rest: Sequence[Cells], columns: Sequence[Sequence[str]]) -> bool:
    names = [name.strip() for name in first]
    votes = 0
    for name, values in zip(names, columns, strict=True):
        if not values or not name:
            continue
        typed = _is_typed_column(values)
        if typed and shape(name) == "null":
            votes -= 1
        elif typed:
            votes += -3 if is_typed(name) and not _is_year(name, values) else 3
        else:
            votes += _text_votes(name, values)
    filled = [name for name in names if name]
    if len(set(filled)) < len(filled):
        votes -= 1
    if not filled or is_typed_all(filled):
        votes -= 2
    return votes >= 0


def is_typed_all(values: Sequence[str]) -> bool:
    """Whether all values are numbers or dates."""
    return all(map(is_typed, values))


def _is_year(name: str, values: Sequence[str]) -> bool:
    """Whether a column of numbers is called by a year, and does not hold years."""
    is_year = name.isdecimal() and 1900 <= int(name) <= 2100
    return is_year and not all(v.isdecimal() and 1900 <= int(v) <= 2100 for v in values)


def _text_votes(name: str, values: Sequence[str]) -> int:
    """A name is seldom one of its column's values, and seldom a number, an address or a date."""
    if is_typed(name):
        return 0 if _is_year(name, values) else -2
    if name in values:
        return -2
    lengths = {len(value) for value in values}
    if len(values) >= 3 and len(lengths) == 1 and len(name) not in lengths:
        return 1
    if shape(name) in ("other", "odd") and any(shape(v) == shape(name) for v in values):
        return -1
    return 0


def _more_header_lines(table: Sequence[Cells], width: int) -> int:
    """Records below the first that belong to the header: they have words where all others have
    numbers or dates."""
    more = 0
    while more + 1 < MOST_HEADER_LINES and len(table) > more + 3:
        row = table[more + 1]
        columns = _columns(table[more + 2 : more + 2 + ROWS_SEEN], width)
        typed = [n for n, values in enumerate(columns) if _is_typed_column(values)]
        if len(row) != width or len(typed) < 2 or len(typed) * 3 < width:
            break
        cells = [row[n].strip() for n in typed]
        if not all(cells) or any(is_typed(c) and not _is_a_year(c) for c in cells):
            break
        if any(shape(cell) == "null" for cell in cells):
            break
        more += 1
    return more


def _is_a_year(text: str) -> bool:
    return text.isdecimal() and 1900 <= int(text) <= 2100


def _fitted(
    table: Sequence[Cells], header_lines: int, body: Sequence[Cells], width: int
) -> tuple[int, bool]:
    """The number of columns, and whether the first has no name: R writes row names so."""
    if not header_lines:
        return width, False
    names = list(table[header_lines - 1])
    if len(names) == width - 1 and body:
        last = [row[-1] for row in body if len(row) == width]
        return width, any(value.strip() for value in last)
    while len(names) > width and not names[-1].strip():
        names.pop()
    return max(width, len(names)), False


def _nulls(body: Sequence[Cells], width: int) -> tuple[str, ...]:
    """Words for nothing in columns of numbers or dates; Postgres' own wherever it stands."""
    found: set[str] = set()
    for values in _columns(body, width):
        words = {value.strip() for value in values} & NULL_WORDS
        if words and _is_typed_column(values):
            found |= words
        elif POSTGRES_NULL in words:
            found.add(POSTGRES_NULL)
    return tuple(sorted(found))
