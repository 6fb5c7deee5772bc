"""The four packings: what each begins with, who unpacks it, and what cannot be unpacked."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final, Protocol, cast

from lambda_worker.files.dialect import Compression
from lambda_worker.files.reading import FileFault

MAGIC: Final = {
    Compression.GZIP: (b"\x1f\x8b\x08",),
    Compression.BZIP2: (b"BZh",),
    Compression.XZ: (b"\xfd7zXZ\0",),
    Compression.ZSTD: (b"\x28\xb5\x2f\xfd", *(bytes((n,)) + b"*M\x18" for n in range(0x50, 0x60))),
}
"""RFC 1952 (2.3.1, deflate being the only method), bzip2's manual, the .xz format's 2.1.1.1,
RFC 8878 (3.1.1, and 3.1.2 for frames that hold no data)."""

BZIP2_BLOCKS: Final = (b"1AY&SY", b"\x17\x72\x45\x38\x50\x90")
"""One of them stands behind `BZh` and a digit: the magic of a block, or that of the end."""

MEMORY: Final = 160 * 1024 * 1024
"""Bytes that unpacking may take: `xz -9` takes 65 MiB; a window of 128 MiB, the largest that zstd's
command reads unasked, some more, and so does a dictionary of xz of that size. The worker, which
itself stays under 128 MB, has 512 MB."""

_ZSTD_WINDOW_LOG: Final = 27
"""Windows of at most 128 MiB."""


class Stream(Protocol):
    """Unpacks one gzip member, bzip2 stream, xz stream or zstd frame, as bz2.BZ2Decompressor does:
    nothing may be fed that it does not need."""

    @property
    def eof(self) -> bool: ...
    @property
    def needs_input(self) -> bool: ...
    @property
    def unused_data(self) -> bytes: ...
    def decompress(self, data: bytes, max_length: int) -> bytes: ...


# The modules are imported where a file wants them: hardly any worker needs them all.


def streams_of(packing: Compression) -> Callable[[], Stream]:
    """Begins another stream at each call. It raises FileFault for what it cannot unpack."""
    make, error = _MODULES[packing]()
    return lambda: _Checked(make(), error, packing)


def _gzip() -> tuple[Callable[[], Stream], type[Exception]]:
    import zlib

    return _GzipMember, zlib.error


def _bzip2() -> tuple[Callable[[], Stream], type[Exception]]:
    import bz2

    return bz2.BZ2Decompressor, OSError


def _xz() -> tuple[Callable[[], Stream], type[Exception]]:
    import lzma

    def stream() -> Stream:
        return lzma.LZMADecompressor(format=lzma.FORMAT_XZ, memlimit=MEMORY)

    return stream, lzma.LZMAError


def _zstd() -> tuple[Callable[[], Stream], type[Exception]]:
    import importlib
    import sys

    # Python 3.14 brings it along; backports.zstd is the same for those before.
    name = "compression.zstd" if sys.version_info >= (3, 14) else "backports.zstd"
    zstd: Any = importlib.import_module(name)
    options = {zstd.DecompressionParameter.window_log_max: _ZSTD_WINDOW_LOG}
    return lambda: cast("Stream", zstd.ZstdDecompressor(options=options)), zstd.ZstdError


_MODULES: Final = {
    Compression.GZIP: _gzip,
    Compression.BZIP2: _bzip2,
    Compression.XZ: _xz,
    Compression.ZSTD: _zstd,
}


class _GzipMember:
    """zlib's decompressor, which gives back what it did not get to, as a Stream, which keeps it."""

    def __init__(self) -> None:
        import zlib

        self._inflate = zlib.decompressobj(wbits=16 + zlib.MAX_WBITS)  # with header and checksum

    @property
    def eof(self) -> bool:
        return self._inflate.eof

    @property
    def needs_input(self) -> bool:
        return not self._inflate.unconsumed_tail

    @property
    def unused_data(self) -> bytes:
        return self._inflate.unused_data

    def decompress(self, data: bytes, max_length: int) -> bytes:
        return self._inflate.decompress(data or self._inflate.unconsumed_tail, max_length)


class _Checked:
    """A Stream whose errors are FileFaults."""

    def __init__(self, stream: Stream, error: type[Exception], packing: Compression) -> None:
        self._stream = stream
        self._error = error
        self._packing = packing

    @property
    def eof(self) -> bool:
        return self._stream.eof

    @property
    def needs_input(self) -> bool:
        return self._stream.needs_input

    @property
    def unused_data(self) -> bytes:
        return self._stream.unused_data

    def decompress(self, data: bytes, max_length: int) -> bytes:
        try:
            return self._stream.decompress(data, max_length)
        except self._error as error:
            raise _fault(str(error).lower(), self._packing) from error


def _fault(text: str, packing: Compression) -> FileFault:
    """What is wrong by an error's text: the modules have no other mark for it."""
    if "memory" in text:
        return FileFault("packed_memory", packing=packing.value, limit=MEMORY >> 20)
    if "dictionary" in text:  # of zstd, to be handed over beside the file
        return FileFault("packed_dictionary", packing=packing.value)
    return FileFault("packed_damaged", packing=packing.value)
