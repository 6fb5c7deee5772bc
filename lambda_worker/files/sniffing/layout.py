"""Where the table stands in a sample: what comes before it, its header, its width, and the words
for nothing in it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import takewhile
from typing import Any, Final

from lambda_worker.files.csv_reading.field_list import listed_names
from lambda_worker.files.sniffing.header_lines import (
    NAME_OF_VALUES,
    PRIOR,
    header_evidence,
    header_lines_of,
    is_header,
    looks_like_names,
)
from lambda_worker.files.sniffing.samples import Candidate, Row
from lambda_worker.files.sniffing.torn_values import are_torn
from lambda_worker.files.sniffing.value_shapes import (
    NULL_WORDS,
    POSTGRES_NULL,
    is_typed,
    is_typed_column,
    mask,
)

COMMENTS: Final = ("#", "%", "!")
"""Characters that begin a comment line where they do."""

RARELY: Final = 10
"""A comment line with as many values as a record has is one among so many."""

ROWS_SEEN: Final = 300
"""Records that are looked at to tell a header from data."""

CLEAR: Final = PRIOR + NAME_OF_VALUES
"""Evidence of a header that a record above it does not outweigh, however it looks."""

TITLES: Final = 20
"""Records above a header that may be titles which a spreadsheet has filled up with empty values."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """Members of Dialect of the same names."""

    preamble: int = 0
    header_lines: int = 1
    width: int = 0
    row_names: bool = False
    comment: str = ""
    nulls: tuple[str, ...] = ()


Cells = Sequence[str]


def lay_out(
    rows: Sequence[Row], lines: Sequence[str], best: Candidate, given: Mapping[str, Any]
) -> Layout:
    """The layout of the table that the `rows` of a sample's lines hold, as the `best` candidate
    reads them. Broken ones have fields as far as these can be told."""
    rows = [row for row in rows if row.line >= given.get("preamble", 0)]
    if not rows:
        return Layout()
    cells, begins = [row.fields for row in rows], _begins(rows, lines, best, given)
    width = given.get("width") or _table_width(_plain(rows, begins))
    listed = _listed(rows, lines, width)
    if listed is not None:
        body = [row for row, begin in zip(cells, begins, strict=True) if begin != COMMENTS[0]]
        return Layout(preamble=listed, width=width, comment=COMMENTS[0], nulls=_nulls(body, width))
    top = 0 if "preamble" in given else _top(cells, begins, width)
    comment = given.get("comment", _comment(cells[top:], begins[top:], width))
    table = [
        row.fields
        for row, begin in zip(rows[top:], begins[top:], strict=True)
        if not (comment and begin == comment) and (not row.broken or row is rows[top])
    ]
    header_lines = given.get("header_lines", header_lines_of(table[: ROWS_SEEN + 1], width))
    if not header_lines and "preamble" not in given:
        top = _first_record(cells, begins, top, width)
    body = table[header_lines : header_lines + ROWS_SEEN]
    whole = [row for row in body if len(row) == width]
    may_be_torn = given.keys().isdisjoint(("width", "row_names")) and not _is_quoted(
        rows[top:], lines, best
    )
    if may_be_torn and best.delimiter == "," and are_torn(table[:header_lines], whole):
        width, row_names = max(map(len, table[:header_lines])), False
    else:
        width, row_names = _fitted(table, header_lines, body, width)
    return Layout(
        preamble=given.get("preamble", rows[top].line if top else 0),
        header_lines=header_lines,
        width=width,
        row_names=row_names,
        comment=comment,
        nulls=_nulls(body, width),
    )


def _listed(rows: Sequence[Row], lines: Sequence[str], width: int) -> int | None:
    """The line above the records that lists as many names as they have values, if there is one and
    they have no header of their own."""
    above = list(takewhile(lambda row: lines[row.line].startswith(COMMENTS[0]), rows))
    found = (row.line for row in above if len(listed_names(lines[row.line])) == width)
    listed = next(found, None)
    below = [row.fields for row in rows[len(above) :]]
    return None if listed is None or _is_clear_header(below, width) else listed


def _plain(rows: Sequence[Row], begins: Sequence[str]) -> Sequence[Cells]:
    """Those that are neither broken nor look like comments, if there are some alike."""
    whole = [(row, begin) for row, begin in zip(rows, begins, strict=True) if not row.broken]
    plain = [row.fields for row, begin in whole if not begin]
    if max(Counter(map(len, plain)).values(), default=0) > 1:
        return plain
    return [row.fields for row, _ in whole] or [row.fields for row in rows]


def _begins(
    rows: Sequence[Row], lines: Sequence[str], best: Candidate, given: Mapping[str, Any]
) -> list[str]:
    """The character that each record begins with, where comments may do so; else nothing."""
    others = (best.delimiter, best.quote, best.escape)
    marks = () if "comment" in given else tuple(mark for mark in COMMENTS if mark not in others)
    return [line[0] if (line := lines[row.line]).startswith(marks) else "" for row in rows]


def _comment(table: Sequence[Cells], begins: Sequence[str], width: int) -> str:
    """The character that begins lines amid the records which are none."""
    if width < 2:
        return ""  # such a line may be a value
    for mark in COMMENTS:
        marked = [table[n] for n, begin in enumerate(begins) if begin == mark]
        if not marked or begins[0] == mark or len(marked) * 2 > len(table):
            continue
        whole = sum(len(row) == width for row in marked)
        spaced = all(row[0].startswith(mark + " ") for row in marked)
        if whole * 2 < len(marked) or (spaced and len(marked) * RARELY < len(table)):
            return mark
    return ""


def _table_width(rows: Sequence[Cells]) -> int:
    """How many values the records of the main table have: the first table's, unless most cells are
    in another one. It has more than one column unless that are a mere few records."""
    widths = Counter(map(len, rows))
    many = {width: n for width, n in widths.items() if width > 1}
    if not many or sum(many.values()) * 5 < len(rows):
        return 1 if widths[1] else max(widths, default=1)
    main = max(many, key=lambda width: (many[width] * width, width))
    for width in map(len, rows):
        if width > 1 and many[width] > 1 and many[width] * width * 2 > many[main] * main:
            return width
    return main


def _top(rows: Sequence[Cells], begins: Sequence[str], width: int) -> int:
    """The record that the table begins with: the first that has its width, the header of another
    width above it, or the first that is no title."""
    if width <= 1:
        return 0
    marked = next((n for n, begin in enumerate(begins) if not begin), 0)
    if marked and _is_marked_header(rows[marked - 1], rows[marked:], width):
        return marked - 1
    return marked + _unmarked_top(rows[marked:], width)


def _is_marked_header(row: Cells, below: Sequence[Cells], width: int) -> bool:
    """Whether the last of the lines that look like comments is the header."""
    return len(row) == width and looks_like_names(row) and not _is_clear_header(below, width)


def _unmarked_top(rows: Sequence[Cells], width: int) -> int:
    first = next((n for n, row in enumerate(rows) if len(row) == width), 0)
    later = set(map(len, rows[first:])) - {1}
    ragged = next((n for n, row in enumerate(rows[:first]) if len(row) in later), None)
    if ragged is not None and not _stands_apart(rows[ragged], rows[first:], width):
        return ragged  # not above the table, but records of it with another number of values
    if first and _is_header_for(rows[first - 1], rows[first:], width):
        is_alone = first == 1 or len(rows[first - 2]) != len(rows[first - 1])
        cut = [rows[first - 1][:width], *rows[first:]]
        return first - 1 if is_alone or _is_clear_header(cut, width) else first
    return _below_titles(rows, first)


def _stands_apart(row: Cells, below: Sequence[Cells], width: int) -> bool:
    """Whether a record of fewer values stands above the table: what is below has a header beyond
    doubt, or perhaps one, and more than twice as many values."""
    if len(row) < width and _is_clear_header(below, width):
        return True
    return len(row) * 2 <= width and is_header(below[0], below[1 : 1 + ROWS_SEEN], width)


def _below_titles(rows: Sequence[Cells], first: int) -> int:
    """The header below titles that a spreadsheet has filled up with empty values, if there are
    such."""
    last = min(len(rows), first + TITLES) - 1
    at = first
    while at < last and _may_be_title(rows[at]):
        at += 1
    row, titles, body = rows[at], rows[first:at], rows[at + 1 : at + TITLES]
    below = max(map(_filled, body), default=len(row))
    if not titles or _may_be_title(row) or _filled(row) * 2 < below:
        return first
    if not (looks_like_names(row) or _are_years(row, rows[at + 1 : at + 1 + ROWS_SEEN])):
        return first
    is_apart = all(map(_is_title, titles)) or not _filled(titles[-1])
    if not (is_apart or _is_clear_header(rows[at:], len(row))):
        return first
    return first if _are_records(titles, body) else at


def _are_years(row: Cells, below: Sequence[Cells]) -> bool:
    """Whether a record has years or dates for names; one alone may be of an index."""
    return sum(map(is_typed, row)) > 1 and is_header(row, below, len(row))


def _are_records(titles: Sequence[Cells], body: Sequence[Cells]) -> bool:
    """Whether what looks like titles are records with few values: as most of those below are, or
    with one that is built as those below it."""
    places = {_places(row) for row in titles} - {()}
    if sum(_places(row) in places for row in body) * 2 > len(body):
        return True
    told = [(n, mask(row[n])) for row in titles for n in _places(row)]
    return any(
        n < len(row) and mask(row[n]) == built
        for n, built in told
        if not built.isalpha()
        for row in body
    )


def _first_record(rows: Sequence[Cells], begins: Sequence[str], top: int, width: int) -> int:
    """The first record of a table without a header: those right above it that have another number
    of values are set aside one by one, for they are hardly titles."""
    while top and _is_record(rows[top - 1], begins[top - 1], width):
        top -= 1
    return top


def _is_record(row: Cells, begin: str, width: int) -> bool:
    if begin:
        return len(row) == width and not row[0].startswith(begin + " ")
    if len(row) == width:
        return width == 2 or not _is_title(row)
    return len(row) > 1 and _filled(row) * 2 >= width


def _is_header_for(row: Cells, below: Sequence[Cells], width: int) -> bool:
    """Whether a record of another width is the header of those below it: at least half as many
    names, and the next is none."""
    names = [name for name in row if name.strip()]
    if len(row) < 2 or len(names) * 2 < width or not looks_like_names(names):
        return False
    if abs(len(row) - width) > 1:
        return len(below) < 2 or not is_header(below[0], below[1 : 1 + ROWS_SEEN], width)
    return not _is_clear_header(below, width)


def _is_clear_header(rows: Sequence[Cells], width: int) -> bool:
    """Whether the first of the records has words where the others have numbers."""
    return len(rows) > 1 and header_evidence(rows[0], rows[1 : 1 + ROWS_SEEN], width) >= CLEAR


def _is_title(row: Cells) -> bool:
    """Whether a record has a title, or a label and its text, and else nothing."""
    is_label = row[0].rstrip().endswith(":")
    return _filled(row) <= 1 or (is_label and _may_be_title(row))


def _may_be_title(row: Cells) -> bool:
    """Whether a record has nothing behind its second value, and that belongs to the first."""
    is_label = bool(row[0].strip()) and len(row) > 3
    return _filled(row) <= 1 or (is_label and not _filled(row[2:]))


def _places(row: Cells) -> tuple[int, ...]:
    """The columns that a record has values in."""
    return tuple(n for n, value in enumerate(row) if value.strip())


def _filled(row: Cells) -> int:
    return sum(bool(value.strip()) for value in row)


def _fitted(
    table: Sequence[Cells], header_lines: int, body: Sequence[Cells], width: int
) -> tuple[int, bool]:
    """The number of columns, and whether the first has no name: R writes row names so."""
    if not header_lines:
        return width, False
    names = max((list(row) for row in table[:header_lines]), key=len)
    if len(names) == width - 1 and body:
        return width, _are_row_names([row for row in body if len(row) == width])
    while len(names) > width and not names[-1].strip():
        names.pop()
    if len(names) > width and _misses_last(body, width):
        return width, False
    return max(width, len(names)), False


def _is_quoted(rows: Sequence[Row], lines: Sequence[str], best: Candidate) -> bool:
    """Whether first values have quotes."""
    return bool(best.quote) and any(lines[row.line].startswith(best.quote) for row in rows)


def _are_row_names(rows: Sequence[Cells]) -> bool:
    """Whether a first column without a name tells rows apart, and the last is not just what a
    delimiter at the end of lines makes."""
    return any(row[-1].strip() for row in rows) and len({row[0] for row in rows}) == len(rows)


def _misses_last(body: Sequence[Cells], width: int) -> bool:
    """Whether all records lack the header's last names alike."""
    return len(body) > 1 and all(len(row) == width for row in body)


def _nulls(body: Sequence[Cells], width: int) -> tuple[str, ...]:
    """Words for nothing in columns of numbers or dates; Postgres' own wherever it stands."""
    found: set[str] = set()
    whole = [row for row in body if len(row) == width]
    for column in zip(*whole, strict=True):
        words = {value.strip() for value in column} & NULL_WORDS
        if not words:
            continue
        if is_typed_column(column):
            found |= words
        elif POSTGRES_NULL in words:
            found.add(POSTGRES_NULL)
    return tuple(sorted(found))
