"""Whether a block of CSV means to PostgreSQL's COPY what it means to the record reader, so that its
bytes can go there untouched.

Everything here works on whole blocks at the speed of C; what it does not prove may still be fine.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from lambda_worker.files.dialect import Dialect

NO_QUOTE: Final = "\x01"
"""What COPY is told to take for a quote where the file has none; no text has it."""


def may_prove(dialect: Dialect) -> bool:
    """Whether COPY knows such a dialect at all: it wants one byte for each of its characters, and
    two that differ."""
    characters = {dialect.delimiter, dialect.quote or NO_QUOTE}
    is_known = len(characters) == 2 and all(map(str.isascii, characters))
    return is_known and not dialect.skip_blanks


class Proof:
    """Judges blocks of records with `width` fields in a dialect that `may_prove`, whose lines end
    in `line_end` (LF or CRLF); none where one of the texts `never` stands."""

    def __init__(
        self, dialect: Dialect, width: int, line_end: bytes, limit: int, never: Iterable[bytes] = ()
    ) -> None:
        self._line_end = line_end
        self._limit = limit
        self._delimiter = dialect.delimiter.encode()
        self._quote = (dialect.quote or NO_QUOTE).encode()
        self._comment = dialect.comment.encode()
        self._never = [b"\0", *never]
        if not dialect.quote:
            self._never.append(self._quote)
        if dialect.escape and dialect.escape != dialect.quote:
            self._never.append(dialect.escape.encode())
        self._record = self._delimiter * (width - 1) + b"\n"
        self._other = bytes(set(range(256)) - set(self._delimiter + b"\n"))
        self._pattern = b""

    # Looking for one byte is some fifty times as fast as looking for two, or as counting; so one
    # comes first where it can.

    def records(self, block: bytes) -> int | None:
        """The number of records in a block that begins with one, if the block proves that it holds
        whole records of the right width and one line each."""
        # A line `\\.` ends the data to Postgres before 18.
        if len(block) > self._limit or (b"\\" in block and b"\\." in block):
            return None
        if any(text in block for text in self._never) or self._has_comment(block):
            return None
        if not (block.endswith(self._line_end) and _is_utf8(block)):
            return None
        bare = block if self._quote not in block else self._without_quoted(block)
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

    def _has_comment(self, block: bytes) -> bool:
        mark = self._comment
        return bool(mark) and (block.startswith(mark) or b"\n" + mark in block)

    def _without_quoted(self, block: bytes) -> bytes | None:
        """The block without its quoted values; None where a quote stands elsewhere than at a
        value's edge, or a quoted value has a line end."""
        parts = block.split(self._quote)
        outside = parts[::2]
        if len(parts) % 2 == 0 or b"\n" in b"".join(parts[1::2]):
            return None
        # What is empty between two quoted parts is a doubled quote in a value.
        begins, ends = (self._delimiter, self._line_end), (self._delimiter, b"\n")
        first, last = outside[0], outside[-1]
        if (first and not first.endswith(ends)) or not last.startswith(begins):
            return None
        between = set(outside[1:-1])  # in a file that is all quoted, these are few
        between.discard(b"")
        if not all(part.startswith(begins) and part.endswith(ends) for part in between):
            return None
        return b"".join(outside)


def _is_utf8(block: bytes) -> bool:
    if block.isascii():
        return True
    try:
        block.decode()
    except UnicodeDecodeError:
        return False
    return True
