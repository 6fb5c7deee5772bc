"""A stream cut into blocks of whole lines."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

BLOCK: Final = 256 * 1024
"""Bytes at which a block ends as soon as a line does: large beside a record, small beside the
memory."""

SHOWN: Final = 1_000
"""Bytes that are kept of a line that is too long."""


@dataclass(frozen=True, slots=True)
class LongLine:
    """A line of more bytes than may be held: its beginning."""

    beginning: bytes


def blocks(chunks: Iterable[bytes], limit: int) -> Iterator[bytes | LongLine]:
    """The stream's bytes in blocks that end where a line ends (LF, CRLF or CR), the last one where
    the stream does. A line of more than `limit` bytes, its end included, comes as a LongLine, its
    bytes left out; `limit` is more than BLOCK. At most BLOCK and `limit` bytes are held."""
    held = _Held()
    is_left_out = False
    for piece in _pieces(chunks):
        rest = piece
        if is_left_out or held.begun + len(piece) > limit:
            end = _first_line_end(piece)
            if not is_left_out and held.begun + (end or len(piece)) > limit:
                yield from held.lines()
                yield LongLine(held.beginning(piece[:end] if end else piece))
                is_left_out = True
            if is_left_out:
                is_left_out, rest = not end, piece[end:] if end else b""
        yield from held.add(rest)
    yield from held.all()


class _Held:
    """Bytes that no block has yet: whole lines, and what there is of another one."""

    def __init__(self) -> None:
        self._bytes = bytearray()
        self._lines_end = 0

    @property
    def begun(self) -> int:
        """The bytes of the line that has not ended."""
        return len(self._bytes) - self._lines_end

    def add(self, piece: bytes) -> Iterator[bytes]:
        """Hold the piece, or have a block."""
        end = _last_line_end(piece)
        if end and len(self._bytes) + len(piece) >= BLOCK:
            yield b"".join((self._bytes, memoryview(piece)[:end]))
            self._bytes, self._lines_end = bytearray(memoryview(piece)[end:]), 0
        else:
            if end:
                self._lines_end = len(self._bytes) + end
            self._bytes += piece

    def lines(self) -> Iterator[bytes]:
        """The whole lines, as a block if there are any."""
        if self._lines_end:
            yield bytes(self._bytes[: self._lines_end])
            del self._bytes[: self._lines_end]
            self._lines_end = 0

    def beginning(self, more: bytes) -> bytes:
        """What is shown of the line that has not ended and goes on with `more`; it is let go. To be
        called after `lines`."""
        shown = bytes(self._bytes[:SHOWN]) + more[:SHOWN]
        self._bytes = bytearray()
        return shown[:SHOWN]

    def all(self) -> Iterator[bytes]:
        """What is left at the stream's end."""
        if self._bytes:
            yield bytes(self._bytes)


def _pieces(chunks: Iterable[bytes]) -> Iterator[bytes]:
    """The stream in pieces of some BLOCK bytes at most; where one ends with CR, no LF follows."""
    carriage = b""
    for chunk in chunks:
        for at in range(0, len(chunk), BLOCK):
            piece = carriage + chunk[at : at + BLOCK]
            carriage = piece[-1:] if piece.endswith(b"\r") else b""
            piece = piece.removesuffix(carriage) if carriage else piece
            if piece:
                yield piece
    if carriage:
        yield carriage


def _first_line_end(piece: bytes) -> int:
    """Where its first line ends; 0 where none does."""
    newline = piece.find(b"\n") + 1
    carriage = piece.find(b"\r", 0, newline or len(piece)) + 1
    return newline if not carriage or carriage + 1 == newline else carriage


def _last_line_end(piece: bytes) -> int:
    """Where its last line ends; 0 where none does."""
    newline = piece.rfind(b"\n") + 1
    return piece.rfind(b"\r", newline) + 1 or newline
