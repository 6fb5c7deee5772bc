"""Any encoding in, UTF-8 out: bytes that are no character stay visible, one by one."""

from __future__ import annotations

import codecs
import itertools
from collections.abc import Iterable, Iterator
from typing import Final

from lambda_worker.files.dialect import ASCII
from lambda_worker.files.encodings.decoding import decoder
from lambda_worker.files.encodings.marks import without_marks
from lambda_worker.files.reading import Note

WINDOW: Final = 64 * 1024
"""Bytes from the first one that is not ASCII, by which the encoding is decided; so the chunks'
sizes do not matter."""

_CONTEXT: Final = 64
"""Bytes before it that are looked at too."""

_ESCAPE: Final = b"\x1b"
"""Begins the Japanese characters of ISO 2022, which are all ASCII bytes."""


class Transcoder:
    """Chunks of bytes in `encoding`, as chunks of UTF-8.

    `encoding` is a Python codec's name (LookupError where there is none), or ASCII for one that
    shows only where the first other byte comes; iterating decides it then.

    UTF-8 passes through as it is, without the marks that are no part of it. In all other encodings
    a byte that is no character becomes U+DC00 plus the byte, in UTF-8 (three bytes that strict
    UTF-8 refuses).
    """

    def __init__(self, chunks: Iterable[bytes], encoding: str) -> None:
        codecs.lookup(encoding)
        self._chunks = iter(chunks)
        self.encoding = encoding
        """The codec's name; after the last chunk, what all of the stream was read as."""
        self.notes: list[Note] = []
        """What there is to say: `encoding_decided` with the `encoding`."""

    @property
    def errors(self) -> str:
        """The error handler with which UTF-8's decoder reads what comes out, bad bytes included.
        While the encoding is ASCII, all that came out is; so ask again for each chunk."""
        return "surrogateescape" if _passes(self.encoding) else "surrogatepass"

    def __iter__(self) -> Iterator[bytes]:
        if codecs.lookup(self.encoding).name != ASCII:
            return without_marks(self._rest(self._chunks))
        return without_marks(self._undecided())

    def _rest(self, chunks: Iterator[bytes]) -> Iterator[bytes]:
        if _passes(self.encoding):
            return filter(None, chunks)
        return _decoded(chunks, self.encoding)

    def _undecided(self) -> Iterator[bytes]:
        before = b""
        for chunk in self._chunks:
            start = _first_other(chunk)
            if start:
                yield chunk[:start]
                before = (before + chunk[max(0, start - _CONTEXT) : start])[-_CONTEXT:]
            rest = chunk[start:]
            while rest:
                rest += b"".join(self._up_to(WINDOW - len(rest)))
                window = rest[:WINDOW]
                self.encoding = self._decide(before, window, whole=len(rest) < WINDOW)
                if self.encoding != ASCII:
                    yield from self._rest(itertools.chain([rest], self._chunks))
                    return
                yield window  # an escape character that begins nothing
                before, rest = window[-_CONTEXT:], rest[WINDOW:]
                start = _first_other(rest)
                if start:
                    yield rest[:start]
                    before, rest = (before + rest[:start])[-_CONTEXT:], rest[start:]

    def _up_to(self, size: int) -> Iterator[bytes]:
        """Chunks until they have `size` bytes or there are no more."""
        while size > 0 and (chunk := next(self._chunks, None)) is not None:
            size -= len(chunk)
            yield chunk

    def _decide(self, before: bytes, window: bytes, *, whole: bool) -> str:
        """What a stream is in whose first byte that is not ASCII begins the window."""
        from lambda_worker.files.encodings.detect import detect

        if not window.isascii():
            try:
                codecs.getincrementaldecoder("utf-8")().decode(window, final=whole)
            except UnicodeDecodeError:
                pass
            else:
                return "utf-8"
        guess = detect(before + window, whole=whole)
        if guess is None or not guess.sure or guess.encoding.startswith(("utf-", ASCII)):
            return ASCII if window.isascii() else "utf-8"
        self.notes.append(Note("encoding_decided", {"encoding": guess.encoding}))
        return guess.encoding


def _passes(encoding: str) -> bool:
    return codecs.lookup(encoding).name in {"utf-8", "utf-8-sig", ASCII}


def _first_other(chunk: bytes) -> int:
    """Where the chunk's first byte is that may belong to something else than ASCII; its length
    where there is none."""
    end = chunk.find(_ESCAPE)
    end = end if end >= 0 else len(chunk)
    if chunk.isascii():
        return end
    try:
        chunk.decode(ASCII)
    except UnicodeDecodeError as error:
        end = min(end, error.start)
    return end


def _decoded(chunks: Iterator[bytes], encoding: str) -> Iterator[bytes]:
    """The chunks' text in UTF-8."""
    decode = decoder(encoding)
    for chunk, final in itertools.chain(zip(chunks, itertools.repeat(False)), [(b"", True)]):
        if text := decode(chunk, final):
            yield text.encode("utf-8", "surrogatepass")
