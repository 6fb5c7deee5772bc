"""A stream cut into blocks of whole lines."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

BLOCK: Final = 256 * 1024
"""Bytes at least, but for the last one: large beside a record, small beside the memory."""


class NoLineEnd(Exception):
    """A line is longer than `limit` bytes."""


def blocks(chunks: Iterable[bytes], limit: int) -> Iterator[bytes]:
    """The stream's bytes in blocks that end where a line ends (LF, CRLF or CR), the last one where
    the stream does. NoLineEnd after all whole lines where one grows beyond `limit` bytes."""
    pending = b""
    for chunk in chunks:
        pending = pending + chunk if pending else chunk
        if len(pending) < BLOCK:
            continue
        # A CR that ends the data may be half of a CRLF, so it does not count yet.
        end = pending.rfind(b"\n") + 1 or pending.rfind(b"\r", 0, -1) + 1
        if end:
            yield pending[:end]
            pending = pending[end:]
        if len(pending) > limit:
            raise NoLineEnd
    if pending:
        yield pending
