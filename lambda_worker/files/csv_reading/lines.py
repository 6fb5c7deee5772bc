"""A stream's lines, decoded and counted; whole blocks of them where nobody needs a closer look."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Sequence
from io import StringIO
from typing import Final

from lambda_worker.files.csv_reading.blocks import LongLine, blocks

SMALL: Final = 2 * 1024
"""Bytes of a block that is not cut any more: some twenty records."""

CUT: Final = 16
"""A block that needs a closer look is cut in so many: 256 KiB, 16 KiB, SMALL."""


class Lines:
    """Lines come with their line ends; a line of more than `limit` bytes as a LongLine.

    `errors` tells the error handler that reads bytes which did not fit the file's encoding; it is
    asked for each block.
    """

    def __init__(self, chunks: Iterable[bytes], errors: Callable[[], str], limit: int) -> None:
        self.number = 0
        """Of the line taken last."""
        self._dirty_until = 0
        self._errors = errors
        self._blocks = blocks(chunks, limit)
        self._next: deque[bytes | LongLine] = deque()
        self._ready: deque[str | LongLine] = deque()
        first = self.next_block()
        text = first if isinstance(first, bytes) else b""
        self.line_end = b"\r\n" if text.count(b"\r\n") * 2 > text.count(b"\n") else b"\n"
        """How most of the first lines end: CRLF, or LF for all others."""

    @property
    def is_clean(self) -> bool:
        """Whether the line taken last has no byte that did not fit the encoding."""
        return self.number > self._dirty_until

    # -- Blocks ------------------------------------------------------------------------------------

    @property
    def is_between_blocks(self) -> bool:
        """Whether all lines of the blocks so far are taken."""
        return not self._ready

    def next_block(self) -> bytes | LongLine | None:
        """The block that comes next, as it is; to be called between blocks."""
        if not self._next and (block := next(self._blocks, None)) is not None:
            self._next.append(block)
        return self._next[0] if self._next else None

    def skip(self, lines: int, rest: bytes = b"") -> None:
        """Leave out the block that comes next, or its first `lines` before the `rest`."""
        self.number += lines
        self._next.popleft()
        if rest:
            self._next.appendleft(rest)

    def cut_block(self) -> bool:
        """Cut the block that comes next into smaller ones; False where it is small, or one line."""
        block = self._next[0]
        if isinstance(block, LongLine) or len(block) <= SMALL:
            return False
        parts = _cut(block, max(len(block) // CUT, SMALL))
        if len(parts) > 1:
            self._next.popleft()
            self._next.extendleft(reversed(parts))
        return len(parts) > 1

    # -- Lines -------------------------------------------------------------------------------------

    def take(self) -> str | LongLine | None:
        """The next line, None at the end."""
        if not self._ready and not self._open_block():
            return None
        self.number += 1
        return self._ready.popleft()

    def put_back(self, lines: Sequence[str | LongLine]) -> None:
        """Lines that were taken last are to be taken again."""
        self.number -= len(lines)
        self._ready.extendleft(reversed(lines))

    def _open_block(self) -> bool:
        if self.next_block() is None:
            return False
        while self.cut_block():
            pass
        block = self._next.popleft()
        if isinstance(block, LongLine):
            self._ready.append(block)
            return True
        try:
            self._ready.extend(StringIO(block.decode(), newline=""))
        except UnicodeDecodeError:
            self._ready.extend(StringIO(block.decode("utf-8", self._errors()), newline=""))
            self._dirty_until = self.number + len(self._ready)
        return True


def _cut(block: bytes, size: int) -> list[bytes]:
    """The block in parts of at least `size` bytes, but for the last one; each ends where a line
    does."""
    parts: list[bytes] = []
    at = 0
    while at < len(block):
        end = _line_end(block, at + size)
        parts.append(block[at:end])
        at = end
    return parts


def _line_end(block: bytes, at: int) -> int:
    """Where the line ends that has the byte at `at`, or the block."""
    newline = block.find(b"\n", at) + 1 or len(block)
    carriage = block.find(b"\r", at, newline) + 1
    if not carriage or block[carriage : carriage + 1] == b"\n":
        return newline
    return carriage
