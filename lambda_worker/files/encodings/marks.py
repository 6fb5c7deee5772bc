"""Marks that are no part of a text: of byte order where a line begins, as files have them that were
put together from several, and DOS' of the end."""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterable, Iterator
from typing import Final

MARK: Final = codecs.BOM_UTF8

END: Final = b"\x1a"
"""What CP/M and DOS write behind a text, often up to the end of a block."""

MOST_ENDS: Final = 64 * 1024
"""Bytes of END that may be held: the longest block that a text was ever filled up to."""

_AT_LINES: Final = re.compile(rb"(?<=[\r\n])(?:" + MARK + rb")+")
_BEGUN: Final = (MARK[:1], MARK[:2])
_LINE_ENDS: Final = (b"\n", b"\r")


def without_marks(chunks: Iterable[bytes]) -> Iterator[bytes]:
    """Chunks of UTF-8 without marks of byte order where lines begin, and of the end where the text
    ends."""
    held, at_line = b"", True
    for chunk in chunks:
        text = held + chunk
        if at_line:
            text = _without_first(text)
        if MARK[:1] in text and MARK in text:  # one byte is found much faster than three
            text = _AT_LINES.sub(b"", text)
        held = _open_end(text)
        text = text.removesuffix(held)
        if text:
            at_line = text.endswith(_LINE_ENDS)
            yield text
    if rest := held.rstrip(END):
        yield rest


def _without_first(text: bytes) -> bytes:
    while text.startswith(MARK):
        text = text.removeprefix(MARK)
    return text


def _open_end(text: bytes) -> bytes:
    """What only the next chunk shows to be a mark or none."""
    ends = len(text) - len(text.rstrip(END))
    if ends:
        return END * ends if ends <= MOST_ENDS else b""
    return next((part for part in _BEGUN if text.endswith(part)), b"")
