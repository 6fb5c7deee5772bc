"""Packs bytes in all four ways, with checksums, for tests of unpacking."""

from __future__ import annotations

import bz2
import gzip
import importlib
import lzma
import sys
from collections.abc import Callable, Iterable, Iterator
from typing import Any, Final

from lambda_worker.files.dialect import Compression
from lambda_worker.files.packings.unpacking import unpacked
from lambda_worker.files.reading import FileFault

zstd: Final[Any] = importlib.import_module(
    "compression.zstd" if sys.version_info >= (3, 14) else "backports.zstd"
)

PACK: Final[dict[Compression, Callable[[bytes], bytes]]] = {
    Compression.GZIP: lambda data: gzip.compress(data, mtime=0),
    Compression.BZIP2: bz2.compress,
    Compression.XZ: lambda data: lzma.compress(data, preset=1),  # the others take seconds
    Compression.ZSTD: lambda data: zstd.compress(
        data, options={zstd.CompressionParameter.checksum_flag: 1}
    ),
}

SKIPPED: Final = b"\x5e\x2a\x4d\x18\x03\0\0\0abc"
"""A zstd frame without data."""


def members(packing: Compression, *contents: bytes) -> bytes:
    """One member, stream or frame after another."""
    return b"".join(map(PACK[packing], contents))


def unpack(
    data: bytes | Iterable[bytes], packing: Compression, *, size: int | None = None
) -> bytes:
    """All that is in packed bytes, or their chunks."""
    chunks = [data] if isinstance(data, bytes) else data
    return b"".join(unpacked(chunks, packing, size=size))


def fault_of(data: bytes, packing: Compression) -> str:
    """The code of the fault that unpacking ends with; empty where there is none."""
    try:
        unpack(data, packing)
    except FileFault as fault:
        return fault.code
    return ""


class Counted:
    """Chunks, and how many bytes of them were asked for."""

    def __init__(self, chunks: Iterable[bytes]) -> None:
        self._chunks = iter(chunks)
        self.bytes = 0

    def __iter__(self) -> Iterator[bytes]:
        for chunk in self._chunks:
            self.bytes += len(chunk)
            yield chunk
