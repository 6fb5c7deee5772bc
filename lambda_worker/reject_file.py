"""The reject file: every rejected record as it was sent, with its reasons, made to be fixed and
sent again."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable
from typing import IO, Final

REJECT_COLUMNS: Final = ("sluice_line", "sluice_column", "sluice_value", "sluice_reason")
"""What stands before the file's own columns; on the way in they are ignored."""

SEPARATOR: Final = " | "
"""Between the faults of one record."""

FORMULAS: Final = ("=", "+", "-", "@", "\t", "\r")
"""First characters that make a spreadsheet run a cell as a formula (OWASP, CSV Injection)."""

_NUMBER: Final = re.compile(r"[+-]?[0-9.,]+([eE][+-]?[0-9]+)?")


def guard(value: str) -> str:
    """The value with an apostrophe in front where a spreadsheet would run it; numbers stay as they
    are."""
    # Behind apostrophes too, so that what was sent with one comes back with it.
    if value.lstrip("'").startswith(FORMULAS) and not _NUMBER.fullmatch(value):
        return "'" + value
    return value


def unguard(value: str) -> str:
    """The value that `guard` was given."""
    if value.startswith("'") and guard(value[1:]) == value:
        return value[1:]
    return value


def is_reject_file(headers: Iterable[str]) -> bool:
    """Whether this is one of our own reject files come back: its guards are to be taken off. A
    person may have deleted some of its columns, but no file has one of them by accident."""
    return not set(REJECT_COLUMNS).isdisjoint(headers)


def own_header(header: str, headers: Iterable[str]) -> str:
    """What a column was called before a reject file guarded it."""
    return unguard(header) if is_reject_file(headers) else header


class RejectFile:
    """Writes rejected records to a text stream as CSV, one row a record."""

    def __init__(self, stream: IO[str], headers: tuple[str, ...], delimiter: str = ",") -> None:
        self._width = len(headers)
        self._own = [n for n, header in enumerate(headers) if header not in REJECT_COLUMNS]
        self._writer = csv.writer(stream, delimiter=delimiter, lineterminator="\r\n")
        names = (guard(own_header(headers[n], headers)) for n in self._own)
        self._writer.writerow([*REJECT_COLUMNS, *names])

    def write(self, line: int, faults: list[tuple[str, str, str]], fields: list[str]) -> None:
        """One record: `faults` are (header, value, reason), `fields` as many as the file has
        headers, or as were found: then the row is as ragged as the record, to be rejected again
        unless it is fixed."""
        columns, values, reasons = (SEPARATOR.join(parts) for parts in zip(*faults, strict=True))
        row = [str(line), columns, values, reasons, *self._own_fields(fields)]
        self._writer.writerow([guard(cell) for cell in row])

    def _own_fields(self, fields: list[str]) -> list[str]:
        if len(fields) == self._width:
            return [fields[n] for n in self._own]
        return fields[self._width - len(self._own) :]
