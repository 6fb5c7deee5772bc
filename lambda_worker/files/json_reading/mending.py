"""Records that are JSON but for a comma before a closing bracket, as JavaScript and Python allow
it."""

from __future__ import annotations

import re
from typing import Final

from lambda_worker.files.json_reading.text import BLANKS
from lambda_worker.files.json_reading.values import scan

_EXTRA: Final = re.compile(r",[ \t\n\r]*[}\]]")
_OUTSIDE: Final = re.compile(
    r'"[^"\\]*(?:\\.[^"\\]*)*"|(?<=[\w\]}"])([ \t\n\r]*),(?=[ \t\n\r]*[}\]])', re.DOTALL
)
"""A string, or a comma between a value and a closing bracket."""


def mended(record: str) -> str:
    """An array or object with a blank for each such comma, if that makes JSON of it; else empty.
    Strings stay as they are."""
    if record[:1] not in "{[" or not _EXTRA.search(record):
        return ""
    record = _OUTSIDE.sub(_blanked, record.rstrip(BLANKS + ","))
    try:
        _, end = scan(record, 0)
    except (ValueError, StopIteration, RecursionError):
        return ""
    return record if end == len(record) else ""


def _blanked(match: re.Match[str]) -> str:
    return match[0] if match[1] is None else match[1] + " "
