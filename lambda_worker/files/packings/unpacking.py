"""Packed files: told by their first bytes, and unpacked as they come, memory bounded."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

from lambda_worker.files.dialect import Compression
from lambda_worker.files.packings.formats import BZIP2_BLOCKS, MAGIC, Stream, streams_of
from lambda_worker.files.packings.packed_bytes import PackedBytes
from lambda_worker.files.reading import FileFault

PIECE: Final = 256 * 1024
"""Bytes at most that come out at once, however small what they were packed in: a block."""

FREE: Final = 1000**3
"""Bytes that may come out of any file: as many may be uploaded as they are, and small files pack
strangely well (a spreadsheet's million blank records)."""

RATIOS: Final = {
    Compression.GZIP: 700,
    Compression.BZIP2: 2_000,
    Compression.XZ: 2_000,
    Compression.ZSTD: 2_000,
}
"""What may come out for a byte, beyond FREE. A table of nothing but a running number and 1,600
empty values (Postgres has no more columns) packs 300 : 1 with gzip and 1,500 : 1 with the others,
usual tables 3 to 20 : 1. Bombs have 1,030 : 1 with gzip and 6,800 : 1 and more with the others."""

LARGEST: Final = 50 * 1000**3
"""Bytes that may come out in all: ten times what may be uploaded, and ten of the worker's fifteen
minutes, at the 80 MB/s that its reader has alone (docs/benchmarks.md)."""

SHOWS_BY: Final = {
    Compression.GZIP: 128 * 1024,
    Compression.BZIP2: 910_000,
    Compression.XZ: 128 * 1024,
    Compression.ZSTD: 192 * 1024,
}
"""Bytes of a file by which something of it can be seen, be it packed ever so badly. bzip2 gives no
byte of a block before its end: 900,000 bytes, packed at most 1 % and 600 more (manual, 3.5.1); so
does zstd, whose blocks have 128 KiB (RFC 8878, 3.1.1.2.4). A gzip header can have 64 KiB and two
names; xz shows what it has."""


def compression_of(sample: bytes) -> Compression:
    """What a file is packed with that begins with `sample`; some ten bytes tell."""
    for packing, magics in MAGIC.items():
        if sample.startswith(magics):
            is_text = packing is Compression.BZIP2 and not _is_bzip2(sample)
            return Compression.NONE if is_text else packing
    return Compression.NONE


def _is_bzip2(sample: bytes) -> bool:
    return sample[3:4] in b"123456789" and sample.startswith(BZIP2_BLOCKS, 4)


def sample_of(sample: bytes, packing: Compression, *, whole: bool, most: int) -> bytes:
    """The first `most` bytes of what is in a packed file, or fewer: what is in its beginning,
    `sample`, or all where that is the `whole` file.

    Raises FileFault as `unpacked` does; `packed_unseen` where the beginning is too short to show
    anything, with how many bytes of the file it `needs`.
    """
    found = bytearray()
    try:
        for piece in unpacked([sample], packing, size=len(sample) if whole else None):
            found += piece
            if len(found) >= most:
                break
    except FileFault as fault:
        if whole or fault.code != "packed_cut":
            raise
    if not found and not whole:
        raise FileFault("packed_unseen", packing=packing.value, needs=SHOWS_BY[packing])
    return bytes(found[:most])


def unpacked(
    chunks: Iterable[bytes], compression: Compression, *, size: int | None
) -> Iterator[bytes]:
    """What is in a packed file, from its bytes in order; `size` is their number, if it is known.

    Raises FileFault where the file is cut, damaged or too much, at whatever byte that shows: what
    has come out by then is to be thrown away. EOFError where fewer than `size` bytes came.
    """
    packed, limits = PackedBytes(chunks, compression, size), _Limits(compression, size)
    stream_of = streams_of(compression)
    is_first = True
    while packed.is_more():
        if not packed.begins(MAGIC[compression]):
            raise _other(compression, is_first=is_first)
        for piece in _pieces(packed, stream_of()):
            limits.count(len(piece), packed.taken)
            yield piece
        packed.skip_padding()
        is_first = False


def _other(packing: Compression, *, is_first: bool) -> FileFault:
    if is_first:
        return FileFault("packed_otherwise", packing=packing.value)
    return FileFault("packed_and_more", packing=packing.value)


def _pieces(packed: PackedBytes, stream: Stream) -> Iterator[bytes]:
    """What is in the stream that comes next."""
    while not stream.eof:
        data = packed.take() if stream.needs_input else b""
        is_end = not data and stream.needs_input
        if piece := stream.decompress(data, PIECE):
            yield piece
        elif is_end:
            raise packed.cut()
    packed.put_back(stream.unused_data)


class _Limits:
    """Counts what comes out, for what goes in."""

    def __init__(self, packing: Compression, size: int | None) -> None:
        self._packing = packing.value
        self._ratio = RATIOS[packing]
        self._size = size or 0
        self._out = 0

    def count(self, out: int, taken: int) -> None:
        """`out` more bytes came, of the first `taken` ones of the file."""
        self._out += out
        if self._out > LARGEST:
            raise FileFault("packed_too_large", packing=self._packing, limit=LARGEST // 1000**3)
        if self._out > max(FREE, self._ratio * max(taken, self._size)):
            raise FileFault("packed_bomb", packing=self._packing, ratio=self._ratio)
