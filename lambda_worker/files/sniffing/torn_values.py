"""Values whose own commas part them: 1,50 and “Smith, Anna” are two where commas are delimiters."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

_WHOLE: Final = re.compile(r"[-+]?\d+")
_BEHIND: Final = (re.compile(r"\d{2}"), re.compile(r"\d{3}"))
"""Hundredths, as prices have them; thousands."""

Cells = Sequence[str]


def are_torn(header: Sequence[Cells], body: Sequence[Cells]) -> bool:
    """Whether records, which have as many values each, have more than the header has names, and as
    many numbers or texts with commas."""
    if not header or len(body) < 2:
        return False
    missing = len(body[0]) - max(map(len, header))
    return missing > 0 and not _is_padded(body) and _torn(body) >= missing


def _is_padded(body: Sequence[Cells]) -> bool:
    """Whether records end in a delimiter, or have blanks behind all of them."""
    are_spaced = all(value.startswith(" ") for row in body for value in row[1:])
    return are_spaced or not any(row[-1].strip() for row in body)


def _torn(body: Sequence[Cells]) -> int:
    """How many pairs of neighbours may be values that a comma parts."""
    columns = list(zip(*body, strict=True))
    found, n = 0, 1
    while n < len(columns):
        is_pair = _are_halves(columns[n - 1], columns[n]) or _is_text(columns[n - 1], columns[n])
        found, n = found + is_pair, n + 1 + is_pair
    return found


def _are_halves(before: Sequence[str], behind: Sequence[str]) -> bool:
    return all(map(_WHOLE.fullmatch, before)) and any(
        all(map(part.fullmatch, behind)) for part in _BEHIND
    )


def _is_text(before: Sequence[str], behind: Sequence[str]) -> bool:
    """Whether all values behind the commas begin with a blank, and none before them."""
    return all(value.startswith(" ") for value in behind) and not any(
        value.startswith(" ") for value in before
    )
