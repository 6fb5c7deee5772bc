"""The dialect of a CSV file, found in its first lines.

Each candidate reads the sample; the one wins whose records are most regular and whose values look
most like values. The two measures and their product are those of van den Burg, Nazábal and Sutton,
"Wrangling messy CSV files by detecting row and type patterns" (2019); what leads to candidates, the
shapes and the weights are our own.
"""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from io import StringIO
from itertools import product
from typing import Any, Final

from lambda_worker.files.csv_reader import FIELD_LIMIT
from lambda_worker.files.dialect import Dialect
from lambda_worker.files.layout import lay_out
from lambda_worker.files.value_shapes import shape

WEIGHTS: Final = {
    ",": 1.0,
    ";": 1.0,
    "\t": 1.0,
    "|": 1.0,
    "\x1f": 1.0,
    "\x01": 1.0,
    "^": 0.8,
    "~": 0.8,
    "¦": 0.8,
    "§": 0.8,
    "¬": 0.8,
    ":": 0.4,
    " ": 0.4,
    "*": 0.4,
    "#": 0.4,
    "&": 0.4,
    "%": 0.3,
    "$": 0.3,
    "!": 0.3,
    "@": 0.3,
    "=": 0.3,
    "/": 0.2,
    "_": 0.2,
}
"""Delimiters, and how likely each is where two read a file equally well: some stand inside of
values far more often than between them."""

QUOTES: Final = ('"', "'", "`")
ESCAPE: Final = "\\"

MOST_LINES: Final = 600
"""Lines of the sample that candidates are tried on: more tell nothing new, and each costs."""

LONE: Final = 1e-3
"""What a record of one value counts for: it says nothing about any delimiter."""


@dataclass(frozen=True, slots=True)
class _Candidate:
    delimiter: str
    quote: str
    escape: str
    skip_blanks: bool


@dataclass(frozen=True, slots=True)
class _Row:
    line: int
    """Where it begins, from 0."""
    fields: list[str]


def sniff(text: str, given: Mapping[str, Any]) -> Dialect:
    """The dialect of a file that begins with `text`, which ends where a line does; what is `given`
    (members of Dialect) is not looked for."""
    lines = list(StringIO(text, newline=""))
    skipped = given.get("preamble", 0)
    tried = lines[skipped : skipped + MOST_LINES]
    best = _best(tried, given)
    rows = list(_read(best, lines))
    layout = lay_out([row.fields for row in rows], [row.line for row in rows], lines, given)
    dialect = Dialect(
        delimiter=best.delimiter,
        quote=best.quote,
        escape=best.escape,
        skip_blanks=best.skip_blanks,
        comment=layout.comment,
        preamble=layout.preamble,
        header_lines=layout.header_lines,
        width=layout.width,
        row_names=layout.row_names,
        nulls=layout.nulls,
    )
    return replace(dialect, **given)


def _best(lines: list[str], given: Mapping[str, Any]) -> _Candidate:
    text = "".join(lines)
    best, best_score = None, -1.0
    for candidate in _candidates(text, given):
        score = _score(candidate, lines)
        if score > best_score * (1 + 1e-9):
            best, best_score = candidate, score
    assert best is not None
    return _with_blanks(best, lines, given)


def _candidates(text: str, given: Mapping[str, Any]) -> Iterator[_Candidate]:
    """The plain ones first: of two that are equally good the first is taken."""
    delimiters = [d for d in WEIGHTS if d in text] or [","]
    quotes = [q for q in QUOTES if q in text]
    if '"' not in quotes:
        quotes.insert(0, '"')
    for delimiter, quote in product(
        [given["delimiter"]] if "delimiter" in given else delimiters,
        [given["quote"]] if "quote" in given else [*quotes, ""],
    ):
        if quote and quote != '"' and not _stands_at_edges(quote, delimiter, text):
            continue
        if not quote and '"' not in text and "quote" not in given:
            continue
        escaped = ESCAPE + quote in text if quote else ESCAPE + delimiter in text
        escapes = [given["escape"]] if "escape" in given else ["", ESCAPE] if escaped else [""]
        blanks = delimiter != " " and bool(quote) and f"{delimiter} {quote}" in text
        skips = [given["skip_blanks"]] if "skip_blanks" in given else [False, True][: 1 + blanks]
        for escape, skip in product(escapes, skips):
            yield _Candidate(delimiter, quote, escape, skip)


def _stands_at_edges(quote: str, delimiter: str, text: str) -> bool:
    return any(
        edge in text
        for edge in (quote + delimiter, delimiter + quote, f"\n{quote}", f"{delimiter} {quote}")
    )


def _read(candidate: _Candidate, lines: Sequence[str]) -> Iterator[_Row]:
    """The records as the candidate reads them, blank ones left out, tolerantly."""
    if csv.field_size_limit() != FIELD_LIMIT:
        csv.field_size_limit(FIELD_LIMIT)
    reader = csv.reader(
        (line.replace("\0", "") for line in lines),
        delimiter=candidate.delimiter,
        quotechar=candidate.quote or None,
        quoting=csv.QUOTE_MINIMAL if candidate.quote else csv.QUOTE_NONE,
        escapechar=candidate.escape or None,
        skipinitialspace=candidate.skip_blanks,
    )
    while True:
        line = reader.line_num
        try:
            fields = next(reader)
        except StopIteration:
            return
        except csv.Error:  # a value beyond the limit: an open quote
            continue
        if fields and (len(fields) > 1 or fields[0].strip()):
            yield _Row(line, fields)


def _score(candidate: _Candidate, lines: Sequence[str]) -> float:
    """How regular the records are, times how much the values look like values."""
    widths: Counter[int] = Counter()
    known = cells = 0
    read = 0
    for row in _read(candidate, lines):
        widths[len(row.fields)] += 1
        read += 1
        cells += len(row.fields)
        for value in row.fields:
            found = shape(value)
            known += found != "odd" and not _is_half_quoted(value)
    if not cells:
        return 0.0
    pattern = sum(n * max(LONE, (width - 1) / width) for width, n in widths.items()) / len(widths)
    return pattern * max(known / cells, 1e-10) * WEIGHTS.get(candidate.delimiter, 1.0)


def _is_half_quoted(value: str) -> bool:
    """Whether a value begins or ends with a quote: then it was cut at the wrong place, or its quote
    was not seen."""
    return value[:1] in QUOTES or value[-1:] in QUOTES


def _with_blanks(
    candidate: _Candidate, lines: Sequence[str], given: Mapping[str, Any]
) -> _Candidate:
    """Whether blanks after delimiters belong to no value: they stand after nearly all of them."""
    if "skip_blanks" in given or candidate.skip_blanks or candidate.delimiter in " \t":
        return candidate
    later = [value for row in _read(candidate, lines) for value in row.fields[1:] if value]
    blank = sum(value.startswith(" ") for value in later)
    if later and blank >= 0.9 * len(later):
        return replace(candidate, skip_blanks=True)
    return candidate
