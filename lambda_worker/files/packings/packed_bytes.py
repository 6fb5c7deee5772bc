"""A packed file's bytes, to be taken in small pieces and to be put back."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from lambda_worker.files.dialect import Compression
from lambda_worker.files.reading import FileFault

FED: Final = 32 * 1024
"""Bytes at most that are taken at once: what a member leaves over is copied, and a file may consist
of members of 20 bytes."""


class PackedBytes:
    """The bytes, of which there should be `size` if that is known."""

    def __init__(self, chunks: Iterable[bytes], packing: Compression, size: int | None) -> None:
        self._pieces = (
            chunk[at : at + FED] for chunk in chunks for at in range(0, len(chunk), FED)
        )
        self._rest = b""
        self._packing = packing
        self._size = size
        self.taken = 0
        """Bytes that were read of the file."""

    def take(self) -> bytes:
        """The bytes that come next; none at the end."""
        piece, self._rest = self._rest or self._read(), b""
        return piece

    def put_back(self, piece: bytes) -> None:
        """The end of what was taken last is to be taken again."""
        self._rest = piece

    def is_more(self) -> bool:
        """Whether the file goes on."""
        self._rest = self._rest or self._read()
        return bool(self._rest)

    def begins(self, magics: tuple[bytes, ...]) -> bool:
        """Whether one of them comes next, or the file ends within one."""
        longest = max(map(len, magics))
        while len(self._rest) < longest and (piece := self._read()):
            self._rest += piece
        start = self._rest[:longest]
        return any(start.startswith(magic) or magic.startswith(start) for magic in magics)

    def skip_padding(self) -> None:
        """Leave out zero bytes, with which tapes and disks fill up their blocks. xz has them too,
        by fours (the .xz format, 2.2)."""
        zeros = 0
        while piece := self.take():
            self._rest = piece.lstrip(b"\0")
            zeros += len(piece) - len(self._rest)
            if self._rest:
                break
        if zeros % 4 and self._packing is Compression.XZ:
            raise (
                FileFault("packed_damaged", packing=self._packing.value)
                if self._rest
                else self.cut()
            )

    def cut(self) -> Exception:
        """The file ends too early, or only its bytes on their way here."""
        if self._size is not None and self.taken < self._size:
            return EOFError(f"{self.taken} of {self._size} bytes came")
        return FileFault("packed_cut", packing=self._packing.value)

    def _read(self) -> bytes:
        piece = next(self._pieces, b"")
        self.taken += len(piece)
        return piece
