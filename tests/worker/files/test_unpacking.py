"""Packed files: what is in them comes out whole, or a fault does."""

from __future__ import annotations

import base64
import gzip
import lzma
import random
import subprocess
import sys
import tracemalloc
import zlib
from contextlib import suppress
from itertools import accumulate, pairwise
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lambda_worker.files.dialect import Compression, Dialect
from lambda_worker.files.opening import open_file
from lambda_worker.files.packings import unpacking
from lambda_worker.files.packings.packed_bytes import FED
from lambda_worker.files.packings.unpacking import (
    PIECE,
    SHOWS_BY,
    compression_of,
    sample_of,
    unpacked,
)
from lambda_worker.files.reading import FileFault
from tests.worker.files.packing import (
    PACK,
    SKIPPED,
    Counted,
    fault_of,
    members,
    unpack,
    zstd,
)
from tests.worker.files.reading import drain, in_chunks

GZIP, BZIP2, XZ, ZSTD = PACK
ALL = pytest.mark.parametrize("packing", PACK, ids=str)

TABLE = b"code,name\n" + b"".join(b"%d,name %d\n" % (n, n * n) for n in range(50_000))


# -- What a file is packed with --------------------------------------------------------------------


@ALL
def test_a_packed_file_is_told_by_its_first_bytes(packing: Compression) -> None:
    assert compression_of(PACK[packing](b"a,b\n")[:10]) is packing
    assert compression_of(PACK[packing](b"")) is packing


def test_a_zstd_file_may_begin_with_a_frame_without_data() -> None:
    assert compression_of(SKIPPED) is ZSTD


@pytest.mark.parametrize(
    "text", [b"", b"a,b\n", b"BZh", b"BZh9", b"BZh9,name,place,1\n", b"BZhx1AY&SY", b"\x1f\x8b"]
)
def test_text_is_not_packed(text: bytes) -> None:
    assert compression_of(text) is Compression.NONE


# -- What comes out --------------------------------------------------------------------------------


@ALL
@given(
    contents=st.lists(st.binary(max_size=300), min_size=1, max_size=4),
    cuts=st.lists(st.integers(1, 60), min_size=1, max_size=20),
)
def test_members_come_out_one_after_another_whatever_the_chunks(
    packing: Compression, contents: list[bytes], cuts: list[int]
) -> None:
    data = members(packing, *contents)
    ends = [0, *accumulate(cuts), len(data)]
    chunks = [data[start:end] for start, end in pairwise(ends)]
    assert unpack(chunks, packing, size=len(data)) == b"".join(contents)


@ALL
@pytest.mark.parametrize("chunk", [1000, FED, 3 * FED + 1, 1 << 30])
def test_a_large_file_comes_out_whatever_the_chunks(packing: Compression, chunk: int) -> None:
    data = members(packing, TABLE, TABLE[:-1], b"", b"\n")
    assert unpack(in_chunks(data, chunk), packing, size=len(data)) == TABLE * 2


@ALL
def test_pieces_are_small_however_well_they_are_packed(packing: Compression) -> None:
    data = PACK[packing](bytes(5_000_000))
    sizes = [len(piece) for piece in unpacked([data], packing, size=None)]
    assert sum(sizes) == 5_000_000
    assert 0 < min(sizes) <= max(sizes) <= PIECE


@ALL
def test_nothing_comes_out_of_nothing(packing: Compression) -> None:
    assert unpack(b"", packing) == b""
    assert unpack(members(packing, b"", b""), packing) == b""


def test_frames_without_data_are_left_out() -> None:
    a, b = members(ZSTD, b"a"), members(ZSTD, b"b")
    assert unpack(SKIPPED + a + SKIPPED * 2 + b + SKIPPED, ZSTD) == b"ab"
    assert fault_of(a + SKIPPED[:-1], ZSTD) == "packed_cut"


@ALL
@pytest.mark.parametrize("zeros", [4, 512, 3 * FED])
def test_zeros_between_and_behind_members_do_not_count(packing: Compression, zeros: int) -> None:
    data = members(packing, b"a") + bytes(zeros) + members(packing, b"b") + bytes(zeros)
    assert unpack(data, packing) == b"ab"


def test_xz_has_zeros_by_fours() -> None:
    assert fault_of(members(XZ, b"a") + bytes(3), XZ) == "packed_cut"
    assert fault_of(members(XZ, b"a") + bytes(3) + members(XZ, b"b"), XZ) == "packed_damaged"


def test_a_name_and_a_checksum_in_a_gzip_header_are_read() -> None:
    header = b"\x1f\x8b\x08\x1e\0\0\0\0\0\3" + b"\2\0xx" + b"name\0" + b"comment\0"
    header += zlib.crc32(header).to_bytes(4, "little")[:2]
    assert unpack(header + gzip.compress(b"a")[10:], GZIP) == b"a"
    assert fault_of(header[:-1] + b"?" + gzip.compress(b"a")[10:], GZIP) == "packed_damaged"


# -- Broken files ----------------------------------------------------------------------------------


@ALL
def test_a_cut_file_is_refused_wherever_it_is_cut(packing: Compression) -> None:
    first = members(packing, b"id,name\n1,one\n")
    data = first + members(packing, b"2,two\n3,three\n")
    faults = {end: fault_of(data[:end], packing) for end in range(1, len(data) + 1)}
    whole = [end for end, code in faults.items() if not code]
    assert whole == [len(first), len(data)]
    assert set(faults.values()) == {"packed_cut", ""}


@ALL
def test_a_damaged_file_is_refused_wherever_it_is_damaged(packing: Compression) -> None:
    content = b"id,name\n1,one\n2,two\n2,two\n2,two\n"
    data = members(packing, content)
    for bit in range(len(data) * 8):
        damaged = bytearray(data)
        damaged[bit // 8] ^= 1 << bit % 8
        with suppress(FileFault):
            assert unpack(bytes(damaged), packing) == content


@ALL
@given(at=st.floats(0, 1, exclude_max=True), byte=st.integers(0, 255))
@settings(max_examples=30)
def test_a_large_damaged_file_is_refused(packing: Compression, at: float, byte: int) -> None:
    data = bytearray(PACKED_TABLE[packing])
    data[int(at * len(data))] = byte
    with suppress(FileFault):
        assert unpack(in_chunks(bytes(data), 10_000), packing) == TABLE


PACKED_TABLE = {packing: PACK[packing](TABLE) for packing in PACK}


@ALL
def test_a_wrong_checksum_is_a_fault_after_all_has_come_out(packing: Compression) -> None:
    data = bytearray(members(packing, b"a,b\n"))
    data[{GZIP: -5, BZIP2: -3, XZ: -33, ZSTD: -1}[packing]] ^= 0x10
    with pytest.raises(FileFault) as caught:
        unpack(bytes(data), packing)
    assert caught.value.code == "packed_damaged"
    assert caught.value.params == {"packing": packing.value}


def test_a_wrong_length_is_a_fault() -> None:
    data = bytearray(members(GZIP, b"a,b\n"))
    data[-4] ^= 1
    assert fault_of(bytes(data), GZIP) == "packed_damaged"


@ALL
@pytest.mark.parametrize("more", [b"\n", b"x", b"a,b\n1,2\n", bytes(8) + b"x"])
def test_other_bytes_behind_what_is_packed_are_refused(packing: Compression, more: bytes) -> None:
    assert fault_of(members(packing, b"a,b\n") + more, packing) == "packed_and_more"


@ALL
def test_a_file_that_is_packed_otherwise_is_refused(packing: Compression) -> None:
    others = [b"a,b\n1,2\n", *(PACK[other](b"a,b\n") for other in PACK if other != packing)]
    assert {fault_of(data, packing) for data in others} == {"packed_otherwise"}


@ALL
def test_bytes_that_did_not_arrive_are_nobodys_fault(packing: Compression) -> None:
    data = members(packing, b"a,b\n")
    with pytest.raises(EOFError):
        unpack(data[:-1], packing, size=len(data))
    with pytest.raises(FileFault):
        unpack(data[:-1], packing, size=len(data) - 1)


# -- Too much of it --------------------------------------------------------------------------------


@ALL
def test_a_bomb_is_stopped_early(packing: Compression, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(unpacking, "FREE", 1_000_000)
    packed = PACK[packing](bytes(4_000_000)) * 100
    chunks, out = Counted(in_chunks(packed, 10)), bytearray()
    with pytest.raises(FileFault) as caught:
        out.extend(byte for piece in unpacked(chunks, packing, size=None) for byte in piece)
    ratio = unpacking.RATIOS[packing]
    assert caught.value.code == "packed_bomb"
    assert caught.value.params == {"packing": packing.value, "ratio": ratio}
    assert len(out) <= max(1_000_000, chunks.bytes * ratio)
    assert chunks.bytes < len(packed) / 50


@ALL
def test_a_files_ratio_is_that_of_all_its_bytes(
    packing: Compression, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(unpacking, "FREE", 0)
    noise = random.Random(1).randbytes(20_000)
    data = members(packing, bytes(4_000_000), noise)
    assert unpack(in_chunks(data, 10), packing, size=len(data)) == bytes(4_000_000) + noise
    assert unpack(in_chunks(PACK[packing](noise), 10), packing) == noise


@ALL
def test_more_than_can_be_loaded_is_refused(
    packing: Compression, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(unpacking, "LARGEST", 10**6)
    assert unpack(PACK[packing](TABLE[: 10**6]), packing) == TABLE[: 10**6]
    assert fault_of(PACK[packing](TABLE[: 10**6 + 1]), packing) == "packed_too_large"


@ALL
def test_memory_stays_bounded(packing: Compression) -> None:
    packed = PACK[packing](bytes(30_000_000))
    tracemalloc.start()
    try:
        for _ in unpacked([packed], packing, size=None):
            pass
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 12_000_000  # xz's own dictionary, as lzma.compress has it, is 8 MiB


def with_dictionary(data: bytes, code: int) -> bytes:
    """An xz file that wants a dictionary of 2 << (code / 2 + 11) bytes (.xz format, 5.3.1)."""
    size = (data[12] + 1) * 4
    header = bytearray(data[12 : 12 + size])
    assert header[2:4] == b"\x21\x01"
    header[4] = code
    header[-4:] = zlib.crc32(header[:-4]).to_bytes(4, "little")
    return data[:12] + bytes(header) + data[12 + size :]


def test_an_xz_file_may_want_a_dictionary_of_128_mib_and_no_more() -> None:
    data = lzma.compress(b"a,b\n")
    assert unpack(with_dictionary(data, 30), XZ) == b"a,b\n"
    with pytest.raises(FileFault) as caught:
        unpack(with_dictionary(data, 32), XZ)
    assert caught.value.code == "packed_memory"
    assert caught.value.params == {"packing": "xz", "limit": 160}


def test_a_zstd_file_may_want_a_window_of_128_mib_and_no_more() -> None:
    compressor = zstd.ZstdCompressor()
    data = bytearray(compressor.compress(b"a,b\n") + compressor.flush())
    data[5] = (27 - 10) << 3  # RFC 8878, 3.1.1.1.2
    assert unpack(bytes(data), ZSTD) == b"a,b\n"
    data[5] = (28 - 10) << 3
    assert fault_of(bytes(data), ZSTD) == "packed_memory"


def test_a_zstd_file_whose_dictionary_lies_elsewhere_is_refused() -> None:
    words = [b"name %d,place %d\n" % (n, n * n) for n in range(5000)]
    dictionary = zstd.train_dict(words, 2000)
    data = zstd.compress(b"name 1,place 1\n", zstd_dict=dictionary)
    assert fault_of(data, ZSTD) == "packed_dictionary"


# -- The first bytes of what is in it --------------------------------------------------------------


@ALL
def test_a_whole_file_shows_its_first_bytes(packing: Compression) -> None:
    data = members(packing, b"a,b\n", b"1,2\n")
    assert sample_of(data, packing, whole=True, most=6) == b"a,b\n1,"
    assert sample_of(data, packing, whole=True, most=100) == b"a,b\n1,2\n"


@ALL
def test_a_whole_file_that_is_cut_or_damaged_is_refused(packing: Compression) -> None:
    data = members(packing, b"a,b\n")
    with pytest.raises(FileFault) as caught:
        sample_of(data[:-2], packing, whole=True, most=100)
    assert caught.value.code == "packed_cut"
    with pytest.raises(FileFault) as caught:
        sample_of(data[:10] + b"?" * 20, packing, whole=False, most=100)
    assert caught.value.code == "packed_damaged"


@pytest.mark.parametrize("packing", [GZIP, XZ, ZSTD], ids=str)
def test_the_beginning_of_a_file_shows_what_is_in_it(packing: Compression) -> None:
    data = PACKED_TABLE[packing]
    found = sample_of(data[: len(data) // 2], packing, whole=False, most=64 * 1024)
    assert found == TABLE[: 64 * 1024]


NOISE = random.Random(1).randbytes(1_500_000)
TEXT_NOISE = base64.b64encode(NOISE)
"""Packs badly, but does: zstd leaves what does not as it is, and then shows it byte by byte."""


@ALL
@pytest.mark.parametrize("noise", [NOISE, TEXT_NOISE], ids=["bytes", "text"])
def test_a_file_packed_ever_so_badly_shows_something_by_the_bytes_it_needs(
    packing: Compression, noise: bytes
) -> None:
    data = PACK[packing](noise)
    assert sample_of(data[: SHOWS_BY[packing]], packing, whole=False, most=10) == noise[:10]


def test_a_gzip_file_with_the_largest_header_shows_something_by_the_bytes_it_needs() -> None:
    data = PACK[GZIP](NOISE)
    data = data[:3] + b"\4" + data[4:10] + b"\xff\xff" + bytes(0xFFFF) + data[10:]
    assert sample_of(data[: SHOWS_BY[GZIP]], GZIP, whole=False, most=10) == NOISE[:10]


@pytest.mark.parametrize("packing", [BZIP2, ZSTD], ids=str)
def test_a_beginning_that_shows_nothing_says_how_much_it_needs(packing: Compression) -> None:
    data = PACK[packing](TEXT_NOISE)
    with pytest.raises(FileFault) as caught:
        sample_of(data[: 64 * 1024], packing, whole=False, most=10)
    assert caught.value.code == "packed_unseen"
    assert caught.value.params == {"packing": packing.value, "needs": SHOWS_BY[packing]}


# -- Within the worker -----------------------------------------------------------------------------


@ALL
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_a_packed_table_is_opened(packing: Compression, encoding: str) -> None:
    text = "code,name\n" + "".join(f"{n},Zoë {n}\n" for n in range(3000))
    data = PACK[packing](text.encode(encoding))
    reader = open_file(in_chunks(data, 1000), size=len(data))
    assert reader.dialect.compression is packing
    read = drain(reader)
    assert read.headers == ("code", "name")
    assert read.rows == [[str(n), f"Zoë {n}"] for n in range(3000)]


@ALL
def test_a_packed_table_is_opened_whose_sample_shows_nothing(packing: Compression) -> None:
    """bzip2 has blocks that are larger than what is looked at of a file."""
    reader = open_file(in_chunks(PACKED_TABLE[packing], 1000))
    read = drain(reader)
    assert reader.dialect.compression is packing
    assert read.headers == ("code", "name")
    assert len(read.rows) == 50_000


@ALL
def test_a_packed_table_that_is_cut_is_refused_at_its_end(packing: Compression) -> None:
    data = PACKED_TABLE[packing][:-9]
    reader = open_file(in_chunks(data, 1000), Dialect(compression=packing), size=len(data))
    with pytest.raises(FileFault) as caught:
        drain(reader)
    assert caught.value.code == "packed_cut"


def test_zstd_is_imported_when_a_file_wants_it() -> None:
    code = (
        "import sys; from lambda_worker.files.opening import open_file;"
        "from lambda_worker.files.dialect import Compression;"
        "print('backports.zstd' in sys.modules or 'compression.zstd' in sys.modules)"
    )
    done: Any = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "False"
