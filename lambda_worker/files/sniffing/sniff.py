"""The dialect of a CSV file, found in its first lines.

Each candidate reads the sample; the one that explains most of it is taken.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from io import StringIO
from typing import Any, Final

from lambda_worker.files.csv_reading.field_list import delimiter_below, listed_names
from lambda_worker.files.dialect import Dialect
from lambda_worker.files.sniffing.candidates import (
    ESCAPE,
    QUOTES,
    candidates,
    may_escape,
    taken_by,
    ways,
)
from lambda_worker.files.sniffing.layout import lay_out
from lambda_worker.files.sniffing.samples import Candidate, Row, records, usual_width
from lambda_worker.files.sniffing.scoring import faults, score

MOST_LINES: Final = 400
"""Lines of the sample that candidates are tried on: more tell nothing new, and each costs."""

FEW: Final = 2
"""Quotes that are never closed, or that all have an escape character before them, by a slip or by
chance; a sample with more is written so."""

BLANKS: Final = 0.9
"""Blanks after so many of the delimiters belong to no value."""

_STATED: Final = re.compile(r'\ufeff?"?sep=(.)"?[\r\n]*', re.IGNORECASE)
"""What Excel takes for the delimiter, in a line of its own above the header."""


def sniff(text: str, given: Mapping[str, Any]) -> Dialect:
    """The dialect of a file that begins with `text`, which ends where a line does; what is `given`
    (members of Dialect) is not looked for."""
    lines = _without_comments(list(StringIO(text, newline="")), given.get("comment", ""))
    given = {**_stated(lines, given), **given}
    skipped = given.get("preamble", 0)
    best = _best(lines[skipped : skipped + MOST_LINES], given)
    if not best.escape and ESCAPE in text and may_escape(best, given):
        best = _with_escape(best, lines[skipped:], text)
    rows = [_with_cells(row, best, lines) for row in records(best, lines)]
    layout = lay_out(rows, lines, best, given)
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


def _stated(lines: Sequence[str], given: Mapping[str, Any]) -> dict[str, Any]:
    """What the first lines say about the dialect."""
    found = _STATED.fullmatch(lines[0]) if len(lines) > 1 else None
    told = {"delimiter": found.group(1), "preamble": 1} if found else {}
    if not told and (delimiter := delimiter_below(lines[:MOST_LINES])):
        told = {"delimiter": delimiter}
    return {} if told.get("delimiter") in taken_by(given) - {given.get("delimiter")} else told


def _best(lines: Sequence[str], given: Mapping[str, Any]) -> Candidate:
    """The candidate that explains most; the first one where none explains anything."""
    text = "".join(lines).replace("\r\n", "\n").replace("\r", "\n")
    best, most = None, 0.0
    quoted: list[Row] = []  # with double quotes: they come first
    for plain in candidates(text, given):
        if not plain.quote and "quote" not in given and _serve_well(quoted):
            continue
        candidate, rows = _way(plain, lines, text, given)
        quoted = rows if plain.quote == QUOTES[0] else quoted
        found = score(candidate, rows, text, sure="delimiter" in given)
        if best is None or (found is not None and found > most):
            best, most = (candidate, rows), float("-inf") if found is None else found
    assert best is not None  # there is a candidate for any text
    return _with_blanks(*best, given)


def _serve_well(rows: Sequence[Row]) -> bool:
    """Whether quotes are quotes in all but a few of the records, which are set aside then."""
    return usual_width(rows) > 1 and sum(row.broken for row in rows) <= FEW


def _way(
    plain: Candidate, lines: Sequence[str], text: str, given: Mapping[str, Any]
) -> tuple[Candidate, list[Row]]:
    """The way to read with a delimiter and a quote that has the fewest faults, and its records."""
    found = [(way, records(way, lines)) for way in ways(plain, text, given)]
    return min(found, key=lambda way: faults(*way)) if len(found) > 1 else found[0]


def _with_escape(best: Candidate, lines: Sequence[str], text: str) -> Candidate:
    """The candidate with an escape character if that explains quotes, in all of the sample: such
    are seldom."""
    escaping = replace(best, escape=ESCAPE)
    if any(FEW < text.count(quote) == text.count(ESCAPE + quote) for quote in "\"'"):
        return escaping
    if best.quote and ESCAPE + best.quote in text:
        return min(best, escaping, key=lambda way: faults(way, records(way, lines)))
    return best


def _with_blanks(candidate: Candidate, rows: Sequence[Row], given: Mapping[str, Any]) -> Candidate:
    """Whether blanks after delimiters belong to no value: they stand after nearly all of them."""
    if "skip_blanks" in given or candidate.skip_blanks or candidate.delimiter == " ":
        return candidate
    later = [value for row in rows for value in row.fields[1:] if value]
    blank = sum(value.startswith(" ") for value in later)
    return replace(candidate, skip_blanks=bool(later) and blank >= BLANKS * len(later))


def _with_cells(row: Row, best: Candidate, lines: Sequence[str]) -> Row:
    """The record with its values as far as they can be told where a quote is broken."""
    if not row.broken:
        return row
    parts = lines[row.line].split(best.delimiter)
    return row._replace(fields=[part.strip().strip(best.quote) for part in parts])


def _without_comments(lines: Sequence[str], mark: str) -> Sequence[str]:
    """The lines, blank ones for those that a comment's mark begins, but for a log's names."""
    if not mark:
        return lines
    listed = next((n for n, line in enumerate(lines) if listed_names(line)), None)
    return ["\n" if line.startswith(mark) and n != listed else line for n, line in enumerate(lines)]
