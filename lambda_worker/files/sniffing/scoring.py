"""How much of a sample a candidate for its dialect explains, in bits: what a person who knows the
dialect need not be told.

The idea is Rissanen's minimum description length, as Raman and Hellerstein use it for the structure
of values ("Potter's Wheel", VLDB 2001); the figures are rough ones of our own, and all that matters
is their order of size.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from functools import lru_cache
from math import log2
from typing import Final

from lambda_worker.files.sniffing.candidates import STRONG, bits
from lambda_worker.files.sniffing.evidence import PUNCTUATION, are_hashed, is_evident, is_hashed
from lambda_worker.files.sniffing.samples import Candidate, Row, usual_width
from lambda_worker.files.sniffing.value_shapes import is_half_quoted, is_typed_column, shape

DIGIT: Final = 1.2
"""A digit among digits is one of 10 (3.3 bits), among letters and digits one of some 23."""

DATED: Final = 1.5
"""A character of a date or time is told by its place, too."""

WORD: Final = 3.0
"""A word for nothing is one of few."""

ODD: Final = -3.5
"""A value with punctuation that no text has was cut at the wrong place; a little less than a comma
explains, so that regular records outweigh it."""

ODD_TEXT: Final = -1.0
"""A long text may well have such punctuation."""

SHORT: Final = 30
"""Characters of a value that is no long text: a line or so of a narrow column."""

HALF_QUOTED: Final = -6.0
"""A quote at one end of a value, and QUOTED is lost."""

QUOTED: Final = 6.0
"""Two quotes that are told by the delimiters beside them, three bits each."""

BROKEN: Final = -7.0
"""A record with a quote that nobody understands: a little more than HALF_QUOTED, so that a quote at
one end of a lone value is taken for what it is."""

RAGGED: Final = -1.0
"""A record with another number of values, besides the bits that tell which: where half of them lack
their last value, little is odd about it."""

LONE: Final = -5.0
"""A line without any delimiter: more than the comma that it lacks would explain, so that a list of
names is none of pairs while fewer than half have a comma."""

PERFECT: Final = 3.0
"""All records are rarely alike by chance, header included: more than lists inside of values, which
have more delimiters but not in the header, can make up for."""

SPACED: Final = 0.6
"""A comma with a blank behind it surprises less than half as much as one without."""


def score(
    candidate: Candidate, rows: Sequence[Row], text: str, *, sure: bool = False
) -> float | None:
    """The bits that are saved: about 0 for a file of lines of words, below where the candidate does
    not fit; None where it is no delimiter, unless that is `sure`. Lines of `text` end in LF."""
    width = usual_width(rows)
    alike = [row.fields for row in rows if len(row.fields) == width]
    if not (sure or is_evident(candidate, rows, alike, text)):
        return None
    is_torn = width == 1 and any(row.broken for row in rows)  # a line may begin with speech
    total = 0.0 if is_torn else QUOTED * _quotes_seen(candidate, len(rows), text)
    total += _cells(alike) if width > 1 else _lines(alike)
    total += (width - 1) * len(alike) * _bits_in(candidate.delimiter, text)
    if width > 1 and total > 0:
        is_perfect = len(alike) == len(rows) > 1 and candidate.delimiter in STRONG
        total *= PERFECT if is_perfect else len(alike) / len(rows)
    return total + _faults(rows, width)


def faults(candidate: Candidate, rows: Sequence[Row]) -> int:
    """How many records are broken, or of an unusual width, or have quotes that are not seen."""
    width, hidden = usual_width(rows), " " + candidate.quote
    return sum(
        row.broken
        or len(row.fields) != width
        or (hidden != " " and any(value.startswith(hidden) for value in row.fields))
        for row in rows
    )


def _bits_in(delimiter: str, text: str) -> float:
    """What the delimiter explains here: less where blanks follow it, as in a sentence."""
    spaced = text.count(delimiter + " ") if delimiter in PUNCTUATION else 0
    return bits(delimiter) * (1 - SPACED * spaced / max(text.count(delimiter), 1))


def _faults(rows: Sequence[Row], width: int) -> float:
    """What the records cost that do not have the usual width."""
    widths = Counter(len(row.fields) for row in rows)
    odd = [row for row in rows if len(row.fields) != width]
    no_comments = are_hashed(rows)
    return sum(_fault(row, widths) for row in odd if no_comments or not is_hashed(row))


def _fault(row: Row, widths: Counter[int]) -> float:
    if row.broken:
        return BROKEN
    if len(row.fields) == 1:
        return LONE
    return RAGGED - log2(widths.total() / widths[len(row.fields)])


def _quotes_seen(candidate: Candidate, records: int, text: str) -> int:
    """How many values have quotes where values begin and end. Apostrophes stand there, too: they
    count where half of the records have some."""
    quote, delimiter = candidate.quote, candidate.delimiter
    if not quote or quote not in text:
        return 0
    opened = text.count(delimiter + quote) + text.count("\n" + quote) + text.startswith(quote)
    closed = text.count(quote + delimiter) + text.count(quote + "\n")
    if candidate.skip_blanks:
        opened += text.count(f"{delimiter} {quote}")
    pairs = min(opened, closed)
    return pairs if quote == '"' or pairs * 2 >= records else 0


def _cells(alike: Sequence[list[str]]) -> float:
    """What is known of values by their shapes, and by that of the column that each is in."""
    total = 0.0
    for column in zip(*alike, strict=True):
        shapes: Counter[str] = Counter()
        for value in column:
            found, saved = _look(value)
            shapes[found] += 1
            total += saved
        total -= _entropy(shapes)
    return total


def _lines(alike: Sequence[list[str]]) -> float:
    """The same for values alone on their lines: a title may happen to be a date."""
    saved = _cells(alike)
    return saved if is_typed_column([row[0] for row in alike]) else min(saved, 0.0)


def _entropy(shapes: Counter[str]) -> float:
    """Bits that tell the shapes of a column's values."""
    total = shapes.total()
    return -sum(n * log2(n / total) for n in shapes.values()) if len(shapes) > 1 else 0.0


@lru_cache(maxsize=20_000)
def _look(value: str) -> tuple[str, float]:
    """A value's shape, and the bits that are known by it."""
    found = shape(value)
    if is_half_quoted(value):
        return found, HALF_QUOTED
    if found == "number":
        return found, DIGIT * len(value.strip())
    if found == "date":
        return found, DATED * len(value.strip())
    if found == "odd":
        return found, ODD if len(value) <= SHORT else ODD_TEXT
    return found, WORD if found == "null" else 0.0
