"""How many of a table's first records are its header.

Most tables have one. A header that is taken for data shows in the preview, as data does that is
taken for a header; so the likelier one is taken, and nothing is refused.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from itertools import pairwise
from typing import Final

from lambda_worker.files.csv_reading.headers import SHORTEST_RULE, is_rule
from lambda_worker.files.sniffing.value_shapes import is_typed, is_typed_column, mask, shape

Cells = Sequence[str]

MOST: Final = 5
"""Lines of a header: more are seldom one."""

PRIOR: Final = 1.0
"""Most files have a header, and it can be seen as such in few."""

NAME_OF_VALUES: Final = 2.0
"""A word above numbers or dates: the clearest sign."""

VALUE_OF_VALUES: Final = -2.0
"""A number above numbers: as clear."""

REPEATED: Final = -1.25
"""A name that is among its column's values."""

APART: Final = 1.5
"""A name that is none of few values which come again and again, or not built as they all are."""

AGAIN: Final = 20.0
"""A record that comes again where no other does; it says more than that its names are values."""

CLEAREST: Final = AGAIN
"""A header that only one tool writes."""

FEW: Final = 4
"""Of so many records one may be a header that comes again; where it is more, records are alike."""

NAMELESS: Final = -1.0
"""Of two columns the second has no name but values: wider tables have merged cells for names."""

SLIGHT: Final = 0.5
"""A short name above long texts, a word above texts with digits, an identifier above none."""

LONGEST_NUMBER: Final = 10
"""Digits of a number by which columns are counted."""

LONGEST_UNIT: Final = 6
"""Characters of a unit: [m/s], hPa."""

_UNIT: Final = re.compile(r"\[[^][]{0,20}\]|\([^()]{1,20}\)")
"""In brackets: [m/s], (%), [-]."""

_IDENTIFIER: Final = re.compile(r"[A-Za-z][a-z0-9]*(?:_[A-Za-z0-9]+)+|[a-z]+(?:[A-Z][a-z0-9]+)+")


def header_lines_of(table: Sequence[Cells], width: int) -> int:
    """How many records at the top of a table are its header."""
    first, rest = table[0], table[1:]
    if not rest:
        return 0 if any(map(is_typed, first)) else 1
    if len(first) == width and not is_header(first, rest, width):
        return 0
    lines = 1
    while lines < MOST and (more := _more(table, lines, width)):
        lines += more
    return lines + _is_ruled(table, lines)


def _more(table: Sequence[Cells], lines: int, width: int) -> int:
    """How many records go on with a header of `lines`: one, or an empty one and one; or none."""
    if len(table) < lines + 2 or len(table[lines]) != width or width < 2 or is_rule(table[lines]):
        return 0
    if any(map(str.strip, table[lines])):
        return int(_goes_on(table, lines, width))
    if len(table) < lines + 3:
        return 0
    filled = _fills_gaps(table[lines - 1], table[lines + 1])
    return 2 if filled or _is_above_values(table, lines + 1, width) else 0


def _is_ruled(table: Sequence[Cells], lines: int) -> bool:
    """Whether a line is drawn below the names, as long as they are where they are short."""
    if len(table) < lines + 2 or not is_rule(table[lines]):
        return False
    cells = zip(table[lines - 1], table[lines], strict=False)
    return len(table[lines]) == len(table[lines - 1]) and all(
        len(cell.strip()) >= min(len(name.strip()), SHORTEST_RULE) for name, cell in cells
    )


def looks_like_names(row: Cells) -> bool:
    """Whether none of the values is a number or a date."""
    names = [name for name in row if name.strip()]
    return bool(names) and not any(map(is_typed, names))


def is_header(first: Cells, rest: Sequence[Cells], width: int) -> bool:
    """Whether a record is rather the header of the others than one of them."""
    return header_evidence(first, rest, width) > 0


def header_evidence(first: Cells, rest: Sequence[Cells], width: int) -> float:
    """How clearly a record is the header of the others rather than one of them: above 0, or
    below."""
    names = [name.strip() for name in first]
    whole = [row for row in rest if len(row) == width]
    if not whole or len(names) != width:
        return PRIOR if looks_like_names(first) and first not in rest else -PRIOR
    if _are_of_pandas(names):
        return CLEAREST
    whole = _without_repeats(first, whole)
    counted = _are_counted(names)
    found = PRIOR + (AGAIN if _comes_again(first, rest) and looks_like_names(first) else 0.0)
    for n, (name, column) in enumerate(zip(names, zip(*whole, strict=True), strict=True)):
        values = [value.strip() for value in column if value.strip()]
        if values:
            found += (
                _evidence(name, values, counted) if name else NAMELESS * (n == 1 and width == 2)
            )
    if _are_values(names) and not (counted or _are_dates_of_others(names, whole)):
        found += 2 * VALUE_OF_VALUES
    return found


def _are_dates_of_others(names: Cells, whole: Sequence[Cells]) -> bool:
    """Whether all names are dates or times above columns of others."""
    columns = zip(names, zip(*whole, strict=True), strict=True)
    return all(_is_date_of_others(name, column) for name, column in columns if name)


def _is_date_of_others(name: str, values: Sequence[str]) -> bool:
    """Whether a name is a date or a time, and no value below it."""
    return shape(name) == "date" and not any(shape(value) == "date" for value in values)


def _without_repeats(first: Cells, whole: Sequence[Cells]) -> Sequence[Cells]:
    """The records but the few that are the first again, or much of it: headers of other tables."""
    others = [row for row in whole if not _is_repeat(first, row)]
    return others if (len(whole) - len(others)) * FEW <= len(whole) else whole


def _is_repeat(first: Cells, row: Cells) -> bool:
    filled = [n for n, name in enumerate(first) if name.strip()]
    same = sum(first[n] == row[n] for n in filled)
    return same * 2 >= len(filled) and same > 1


def _comes_again(first: Cells, rest: Sequence[Cells]) -> bool:
    """Whether the record comes again and no other does, as on each page of a report."""
    times = Counter(map(tuple, rest))
    return times.pop(tuple(first), 0) > 0 and max(times.values(), default=0) == 1


def _are_values(row: Cells) -> bool:
    return all(is_typed(value) or shape(value) == "null" for value in row if value.strip())


def _are_of_pandas(names: Cells) -> bool:
    """Whether columns are counted from 0 behind one without a name, which counts rows."""
    return len(names) > 1 and names == ["", *map(str, range(len(names) - 1))]


def _are_counted(names: Cells) -> bool:
    """Whether the numbers among names are years, or count columns from 0 or 1 or some code on."""
    numbers = [int(name) for name in names if name.isdecimal() and len(name) < LONGEST_NUMBER]
    if len(numbers) < 2 or len(numbers) != sum(map(is_typed, names)):
        return False
    steps = {later - earlier for earlier, later in pairwise(numbers)}
    if all(map(_is_year, numbers)):
        return len(set(numbers)) == len(numbers)
    return steps == {1} and len(numbers) > 2 and (numbers[0] in (0, 1) or numbers[0] > 99)


def _is_year(number: int) -> bool:
    return 1900 <= number <= 2100


def _evidence(name: str, values: Sequence[str], counted: bool) -> float:
    """What a column says for or against the name above it."""
    if is_typed_column(values):
        return _evidence_of_typed(name, values, counted)
    if is_typed(name):
        alone = len(values) > 2 and not any(map(is_typed, values))
        return SLIGHT if alone else 0.0 if counted else VALUE_OF_VALUES / 2
    return _evidence_of_text(name, values)


def _evidence_of_typed(name: str, values: Sequence[str], counted: bool) -> float:
    """The same for a column of numbers or dates."""
    if shape(name) == "null":
        return -SLIGHT
    if not is_typed(name):
        return NAME_OF_VALUES
    if _is_date_of_others(name, values):
        return PRIOR
    if name.isdecimal() and counted and not set(values) & {name}:
        return SLIGHT if _is_year(int(name)) or not all(map(str.isdecimal, values)) else -PRIOR
    return VALUE_OF_VALUES


def _evidence_of_text(name: str, values: Sequence[str]) -> float:
    distinct = set(values)
    if name in distinct:
        return REPEATED if len(values) > 1 else -SLIGHT
    evidence = 0.0
    if len(values) >= 5 and len(distinct) * 3 <= len(values):
        evidence += APART
    masks = {mask(value) for value in values}
    if len(values) >= 3 and len(masks) == 1:
        own = mask(name)
        evidence += APART if own not in masks else 0.0 if own.isalpha() else -APART / 2
    if not any(map(_has_letter, (name, *values))):
        evidence += VALUE_OF_VALUES
    digits = sum(any(map(str.isdecimal, value)) for value in values) / len(values)
    if digits > 0.9 and len(values) > 2:
        evidence += -SLIGHT if any(map(str.isdecimal, name)) else SLIGHT
    if len(name) <= 20 and sum(map(len, values)) > 25 * len(values):
        evidence += SLIGHT
    if _IDENTIFIER.fullmatch(name) and not any(map(_IDENTIFIER.fullmatch, values)):
        evidence += SLIGHT
    found = shape(name)
    if found in ("other", "odd") and any(shape(value) == found for value in values):
        evidence -= 2 * SLIGHT
    return evidence


def _has_letter(text: str) -> bool:
    return any(map(str.isalpha, text))


def _goes_on(table: Sequence[Cells], lines: int, width: int) -> bool:
    """Whether the record below `lines` records of the header belongs to it."""
    row = table[lines]
    if not any(len(below) == width for below in table[lines + 1 :]):
        return False
    if row == table[0]:
        return table[0] not in table[MOST:]  # else all are alike
    if _is_above_values(table, lines, width) or _are_units(row, table[lines + 1 :]):
        return True
    return not any(is_typed(value) and not _is_a_year(value) for value in row) and _fills_gaps(
        table[lines - 1], row
    )


def _are_units(row: Cells, below: Sequence[Cells]) -> bool:
    """Whether a record has units in brackets where no other below it has such values."""
    filled = [n for n, value in enumerate(row) if value.strip()]
    return bool(filled) and all(
        _is_unit(row[n]) and not any(_is_unit(other[n]) for other in below if n < len(other))
        for n in filled
    )


def _is_unit(value: str) -> bool:
    return _UNIT.fullmatch(value.strip()) is not None


def _is_above_values(table: Sequence[Cells], at: int, width: int) -> bool:
    """Whether a record has words above columns of numbers and dates: for half of them, or short
    ones as units are."""
    row = [value.strip() for value in table[at]]
    whole = [below for below in table[at + 1 :] if len(below) == width]
    if not whole or any(is_typed(value) and not _is_a_year(value) for value in row):
        return False
    typed = [n for n, column in enumerate(zip(*whole, strict=True)) if is_typed_column(column)]
    words = [n for n in typed if row[n] and shape(row[n]) != "null" and not is_typed(row[n])]
    if len(words) >= 2 and len(words) * 2 >= len(typed):
        return True
    if words and all(len(row[n]) <= LONGEST_UNIT for n in words):
        return not any(value for n, value in enumerate(row) if n not in words)
    return False


def _fills_gaps(above: Cells, row: Cells) -> bool:
    """Whether a record has words where the one above has none, and hardly any others. It may be
    full below a crosstab's names of groups: the first of these is empty, others stand behind
    names."""
    if len(above) != len(row):
        return False
    gaps = [n for n, value in enumerate(above) if not value.strip()]
    filled = [n for n, value in enumerate(row) if value.strip()]
    new = [n for n in filled if n in gaps]
    named = [n for n, value in enumerate(above) if value.strip()]
    below_groups = len(named) > 1 and bool(gaps) and gaps[0] < named[0] < gaps[-1]
    is_partial = len(filled) < len(row) or below_groups
    return len(new) >= 2 and len(filled) - len(new) <= len(new) and is_partial


def _is_a_year(text: str) -> bool:
    return text.isdecimal() and len(text) == 4 and _is_year(int(text))
