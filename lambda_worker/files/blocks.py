"""A stream cut into blocks of whole lines."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

BLOCK: Final = 256 * 1024
"""Bytes at least, but for the last one: large beside a record, small beside the memory."""

SHOWN: Final = 1_000
"""Bytes that are kept of a line that is too long."""


@dataclass(frozen=True, slots=True)
class LongLine:
    """A line of more bytes than may be held: its beginning."""

    beginning: bytes


def blocks(chunks: Iterable[bytes], limit: int) -> Iterator[bytes | LongLine]:
    """The stream's bytes in blocks that end where a line ends (LF, CRLF or CR), the last one where
    the stream does. A line of more than `limit` bytes comes as a LongLine, its bytes left out."""
    pending = b""
    skipping = False
    for chunk in chunks:
        pending = pending + chunk if pending else chunk
        if skipping:
            end = _first_line_end(pending)
            skipping = not end
            pending = pending[end:] if end else pending[-1:]  # it may be half of a CRLF
        if len(pending) < BLOCK:
            continue
        end = pending.rfind(b"\n") + 1 or pending.rfind(b"\r", 0, -1) + 1
        if end:
            yield pending[:end]
            pending = pending[end:]
        if len(pending) > limit:
            yield LongLine(pending[:SHOWN])
            pending, skipping = pending[-1:], True
    if pending and not skipping:
        yield pending


def _first_line_end(data: bytes) -> int:
    """Where the line ends with which `data` begins, or 0. A CR that ends the data may be half of a
    CRLF, so it does not count yet."""
    newline = data.find(b"\n") + 1
    carriage = data.find(b"\r", 0, newline or len(data) - 1) + 1
    if not carriage or carriage + 1 == newline:
        return newline
    return carriage
