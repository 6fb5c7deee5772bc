"""Whether characters that mostly stand inside of values part them in this file."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from lambda_worker.files.sniffing.candidates import RARE, STRONG
from lambda_worker.files.sniffing.frames import is_drawn
from lambda_worker.files.sniffing.samples import Candidate, Row
from lambda_worker.files.sniffing.value_shapes import is_typed_column, shape

REGULAR: Final = 0.9
"""Nearly all records must have the same number of values: words in a sentence do not come so."""

PUNCTUATION: Final = (",", ";")

_CLOCK: Final = re.compile(r"(?<!\d)\d\d?:\d\d(?!\d)")

Table = Sequence[Sequence[str]]


def _is_frame(row: Row) -> bool:
    return len(row.fields) == 1 and is_drawn(row.fields[0])


def is_hashed(row: Row) -> bool:
    """Whether a record looks like a comment."""
    return not row.broken and row.fields[0].startswith("#")


def are_hashed(rows: Sequence[Row]) -> bool:
    """Whether that is how records begin here, to the last, as numbers of tickets and tags do."""
    names = sum(is_hashed(row) and row.fields[0][1:2].isalnum() for row in rows)
    return names * 2 > len(rows) and is_hashed(rows[-1])


def is_evident(
    candidate: Candidate, rows: Sequence[Row], alike: Sequence[list[str]], text: str
) -> bool:
    """Whether the candidate's delimiter is one beyond doubt: a strong one is, any other by its
    records, of which those `alike` have the usual width."""
    delimiter = candidate.delimiter
    if delimiter == "," and (_is_within_numbers(rows, alike) or _is_within_names(rows, alike)):
        return False
    if delimiter in STRONG or delimiter not in text:
        return True
    if not _are_regular(rows, alike) or _is_for_another_end(delimiter, rows, alike, text):
        return False
    return delimiter in RARE or _stands_at_quotes(candidate, text) or _are_columns(delimiter, alike)


def _is_within_numbers(rows: Sequence[Row], alike: Table) -> bool:
    """Whether commas are those of numbers in a column below a name that has none."""
    if not alike or len(rows[0].fields) != 1:
        return False
    return shape(rows[0].fields[0]) == "text" and all(
        shape(",".join(row)) == "number" for row in alike
    )


def _is_within_names(rows: Sequence[Row], alike: Table) -> bool:
    """Whether commas part words of one column ("Smith, Anna") right below a name that has none."""
    if len(alike) < 2 or len(alike) != len(rows) - 1 or len(alike[0]) != 2:
        return False
    first, second = rows[0], rows[1]
    is_above = len(first.fields) == 1 and second.line == first.line + 1 and not is_hashed(first)
    spaced = all(row[1].startswith(" ") for row in alike)
    return is_above and spaced and not any(map(is_typed_column, zip(*alike[1:], strict=True)))


def _are_regular(rows: Sequence[Row], alike: Table) -> bool:
    """Comments, and lines that are drawn around a table, apart."""
    rows = [row for row in rows if row.broken or not _is_frame(row)]
    rows = rows if are_hashed(rows) else [row for row in rows if row.broken or not is_hashed(row)]
    if len(alike) < 2:
        return False
    width, first = len(alike[0]), len(rows[0].fields)
    is_short = width - first == 1  # R's header lacks one name
    enough = len(alike) + is_short >= REGULAR * len(rows)
    return width > 1 and enough and (is_short or width == first)


def _is_for_another_end(delimiter: str, rows: Sequence[Row], alike: Table, text: str) -> bool:
    """Whether it follows commas, as blanks do, or is part of times."""
    if delimiter == ":" and len(_CLOCK.findall(text)) >= len(rows):
        return True
    follows = sum(any(value.endswith(PUNCTUATION) for value in row[:-1]) for row in alike)
    return follows * 2 > len(rows)


def _stands_at_quotes(candidate: Candidate, text: str) -> bool:
    delimiter, quote = candidate.delimiter, candidate.quote
    return bool(quote) and (delimiter + quote in text or quote + delimiter in text)


def _are_columns(delimiter: str, alike: Table) -> bool:
    """Whether there are three columns at least, or two of numbers; and two records below what may
    be a header, or numbers in all."""
    below = alike[1:]
    columns = [column for column in zip(*below, strict=True) if any(map(str.strip, column))]
    if delimiter == " " and len(columns) < len(alike[0]):
        return False  # runs of blanks: columns of fixed widths
    if len(below) == 1:
        return len(columns) > 2 and all(map(is_typed_column, zip(*alike, strict=True)))
    return len(columns) > 2 or all(map(is_typed_column, columns))
