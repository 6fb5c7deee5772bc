"""Whether a block of CSV means to PostgreSQL's COPY what it means to the record reader, so that its
bytes can go there untouched.

Everything here works on whole blocks at the speed of C; what it does not prove may still be fine.
"""

from __future__ import annotations

from typing import Final

QUOTE: Final = b'"'
_DOUBLED: Final = b'""'


class Proof:
    """Judges blocks of records with `width` fields, whose lines end in `line_end` (LF or CRLF)."""

    def __init__(self, width: int, line_end: bytes, limit: int) -> None:
        self._line_end = line_end
        self._limit = limit
        self._record = b"," * (width - 1) + b"\n"
        self._other = bytes(set(range(256)) - set(b",\n"))
        self._pattern = b""

    def records(self, block: bytes) -> int | None:
        """The number of records in a block that begins with one, if the block proves that it holds
        whole records of the right width and one line each."""
        # A line `\\.` ends the data to Postgres before 18.
        if len(block) > self._limit or b"\\." in block or b"\0" in block:
            return None
        if not (self._lines_are_whole(block) and _is_utf8(block)):
            return None
        bare = block if QUOTE not in block else _without_quoted(block, self._line_end)
        if bare is None:
            return None
        number = bare.count(b"\n")
        return number if self._has_pattern(bare, number) else None

    def _lines_are_whole(self, block: bytes) -> bool:
        end = self._line_end
        ends = block.count(b"\n")
        returns = block.count(b"\r")
        return (
            block.endswith(end)
            and not block.startswith(end)
            and end + end not in block
            and (returns == 0 if end == b"\n" else returns == ends == block.count(end))
        )

    def _has_pattern(self, bare: bytes, number: int) -> bool:
        """Every line has its commas and no more."""
        size = number * len(self._record)
        if len(self._pattern) < size:
            self._pattern = self._record * number
        return bare.translate(None, self._other) == self._pattern[:size]


def _is_utf8(block: bytes) -> bool:
    if block.isascii():
        return True
    try:
        block.decode()
    except UnicodeDecodeError:
        return False
    return True


def _without_quoted(block: bytes, line_end: bytes) -> bytes | None:
    """The block with one quote for each quoted value; None where a quote stands elsewhere than at a
    value's edge, or a quoted value has a line end."""
    parts = block.split(QUOTE)
    if len(parts) % 2 == 0:
        return None
    bare = QUOTE.join(parts[::2])
    if bare.count(b"\n") != block.count(b"\n"):
        return None
    while _DOUBLED in bare:  # a doubled quote inside a value leaves two behind
        bare = bare.replace(_DOUBLED, QUOTE)
    quotes = bare.count(QUOTE)
    begun = bare.count(b',"') + bare.count(b'\n"') + bare.startswith(QUOTE)
    ended = bare.count(b'",') + bare.count(QUOTE + line_end)
    return bare if quotes == begun == ended else None
