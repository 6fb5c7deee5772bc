"""The comment in which a log names its fields: `#Fields:` of W3C's extended log format (IIS,
CloudFront), `#fields` of Zeek's."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

_LABEL: Final = re.compile(r"#fields(?::[ \t]*|\t)", re.IGNORECASE)
_BETWEEN: Final = re.compile(r"[\s,;]+")

DELIMITERS: Final = ("\t", ",", ";", " ")
"""Those that stand in logs."""


def listed_names(line: str) -> list[str]:
    """The names that a line lists, whatever stands between records; none if it is no such line."""
    found = _LABEL.match(line)
    return [name for name in _BETWEEN.split(line[found.end() :]) if name] if found else []


def delimiter_below(lines: Sequence[str]) -> str:
    """What stands between the values of a log whose lines begin with comments: it makes as many as
    the names that one of these lists. Empty where none does."""
    above = next((n for n, line in enumerate(lines) if not line.startswith("#")), len(lines))
    listed = next((names for line in lines[:above] if (names := listed_names(line))), list[str]())
    below = [line for line in lines[above:] if line.strip() and not line.startswith("#")]
    for delimiter in DELIMITERS if len(listed) > 1 else ():
        whole = sum(line.count(delimiter) == len(listed) - 1 for line in below)
        if whole * 2 > len(below):
            return delimiter
    return ""
