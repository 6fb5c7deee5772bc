"""Whether a block of CSV means to PostgreSQL's COPY what it means to the record reader, so that its
bytes can go there untouched.

Everything here works on whole blocks at the speed of C; what it does not prove may still be fine.
"""

from __future__ import annotations

from typing import Final

QUOTE: Final = b'"'


class Proof:
    """Judges blocks of records with `width` fields, whose lines end in `line_end` (LF or CRLF)."""

    def __init__(self, width: int, line_end: bytes, limit: int) -> None:
        self._line_end = line_end
        self._limit = limit
        self._record = b"," * (width - 1) + b"\n"
        self._other = bytes(set(range(256)) - set(b",\n"))
        self._pattern = b""

    # Looking for one byte is some fifty times as fast as looking for two, or as counting; so one
    # comes first where it can.

    def records(self, block: bytes) -> int | None:
        """The number of records in a block that begins with one, if the block proves that it holds
        whole records of the right width and one line each."""
        # A line `\\.` ends the data to Postgres before 18.
        if len(block) > self._limit or b"\0" in block or (b"\\" in block and b"\\." in block):
            return None
        if not (block.endswith(self._line_end) and _is_utf8(block)):
            return None
        bare = block if QUOTE not in block else _without_quoted(block, self._line_end)
        if bare is None:
            return None
        number = self._records_of_width(bare)
        return number if number and self._lines_are_whole(block, number) else None

    def _records_of_width(self, bare: bytes) -> int | None:
        """How many lines there are, where each has its commas and no more."""
        marks = bare.translate(None, self._other)
        number = len(marks) // len(self._record)
        if len(self._pattern) < len(marks):
            self._pattern = self._record * number
        return number if marks == self._pattern[: len(marks)] else None

    def _lines_are_whole(self, block: bytes, lines: int) -> bool:
        """No carriage return but at the ends of all lines, and no blank line."""
        end = self._line_end
        if end == b"\n":
            whole = b"\r" not in block
        else:
            whole = block.count(b"\r") == lines == block.count(end)
        if len(self._record) > 1:
            return whole  # a blank line would lack its commas
        return whole and not block.startswith(end) and end + end not in block


def _is_utf8(block: bytes) -> bool:
    if block.isascii():
        return True
    try:
        block.decode()
    except UnicodeDecodeError:
        return False
    return True


def _without_quoted(block: bytes, line_end: bytes) -> bytes | None:
    """The block without its quoted values; None where a quote stands elsewhere than at a value's
    edge, or a quoted value has a line end."""
    parts = block.split(QUOTE)
    outside = parts[::2]
    if len(parts) % 2 == 0 or b"\n" in b"".join(parts[1::2]):
        return None
    # What is empty between two quoted parts is a doubled quote in a value.
    begins, ends = (b",", line_end), (b",", b"\n")
    first, last = outside[0], outside[-1]
    if (first and not first.endswith(ends)) or not last.startswith(begins):
        return None
    between = set(outside[1:-1])  # in a file that is all quoted, these are few
    between.discard(b"")
    if not all(part.startswith(begins) and part.endswith(ends) for part in between):
        return None
    return b"".join(outside)
