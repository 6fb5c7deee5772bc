"""Blocks of whole lines: no line is cut, lost or moved, whatever the chunks."""

from __future__ import annotations

import re
import tracemalloc
from collections.abc import Callable, Iterable, Iterator
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lambda_worker.files.csv_reading import blocks as module
from lambda_worker.files.csv_reading.blocks import BLOCK, SHOWN, LongLine, blocks
from tests.worker.files.reading import in_chunks

LIMIT = 4 * 1024 * 1024
"""The CSV reader's."""

streams = st.lists(
    st.sampled_from([b"a", b"bc", b"defghi", b"\n", b"\r", b"\r\n", b"\xff"]), max_size=60
).map(b"".join)
"""All that the cutting looks at are line ends and lengths."""


@pytest.fixture(scope="module", autouse=True)
def _tiny() -> Iterator[None]:
    """Eight bytes make a block, so that short streams have many."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "BLOCK", 8)
        patch.setattr(module, "SHOWN", 3)
        yield


@pytest.fixture
def real_size(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "BLOCK", BLOCK)
    monkeypatch.setattr(module, "SHOWN", SHOWN)


def lines_of(data: bytes) -> list[bytes]:
    """The lines with their ends, by another way than the one under test."""
    return re.findall(rb"[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+", data)


def cut(data: bytes, cuts: Iterable[int]) -> list[bytes]:
    """The data in chunks; some of them may be empty."""
    places = [0, *sorted(min(place, len(data)) for place in cuts), len(data)]
    return [data[start:end] for start, end in pairwise(places)]


@given(data=streams, cuts=st.lists(st.integers(0, 100)), limit=st.integers(9, 20))
def test_the_lines_are_those_of_the_stream(data: bytes, cuts: list[int], limit: int) -> None:
    found: list[bytes | LongLine] = []
    for block in blocks(cut(data, cuts), limit):
        found += [block] if isinstance(block, LongLine) else lines_of(block)
    expected = [LongLine(x[:3]) if len(x) > limit else x for x in lines_of(data)]
    assert found == expected


@given(data=streams, cuts=st.lists(st.integers(0, 100)))
def test_a_block_ends_with_a_line_and_never_within_a_crlf(data: bytes, cuts: list[int]) -> None:
    found = [block for block in blocks(cut(data, cuts), 1000) if isinstance(block, bytes)]
    assert b"".join(found) == data
    assert all(block.endswith((b"\n", b"\r")) for block in found[:-1])
    assert not [1 for a, b in pairwise(found) if a.endswith(b"\r") and b.startswith(b"\n")]


@given(data=streams, cuts=st.lists(st.integers(0, 100)))
def test_small_chunks_are_gathered(data: bytes, cuts: list[int]) -> None:
    """Two blocks in a row have together what makes one."""
    found = [block for block in blocks(cut(data, cuts), 1000) if isinstance(block, bytes)]
    assert all(len(a) + len(b) >= 8 for a, b in pairwise(found[:-1]))


@pytest.mark.parametrize(
    ("data", "found"),
    [
        (b"", []),
        (b"\r", [b"\r"]),
        (b"a,b", [b"a,b"]),
        (b"a\r\nb\r\n", [b"a\r\nb\r\n"]),
        (b"a,b\r\n1,2\r\n", [b"a,b\r\n", b"1,2\r\n"]),
        (b"a\nb\rc\rdd\re\rf\rg\r", [b"a\nb\rc\r", b"dd\re\rf\r", b"g\r"]),
        (b"x" * 10 + b"\na\n", [LongLine(b"xxx"), b"a\n"]),
        (b"x" * 10 + b"\r\na\n", [LongLine(b"xxx"), b"a\n"]),
        (b"x" * 10 + b"\ra\n", [LongLine(b"xxx"), b"a\n"]),
        (b"a\n" + b"x" * 10, [b"a\n", LongLine(b"xxx")]),
        (b"x" * 10 + b"\n" + b"y" * 10 + b"\n", [LongLine(b"xxx"), LongLine(b"yyy")]),
        (b"x" * 8 + b"\n", [b"x" * 8 + b"\n"]),
        (b"x" * 9 + b"\n", [LongLine(b"xxx")]),
        (b"\n" + b"x" * 8 + b"\na", [b"\n", b"x" * 8 + b"\n", b"a"]),
        (b"\n" + b"x" * 8 + b"\nabcdef", [b"\n", b"x" * 8 + b"\n", b"abcdef"]),
        (b"x" * 9, [b"x" * 9]),
    ],
)
def test_streams_and_their_blocks(data: bytes, found: list[bytes | LongLine]) -> None:
    assert list(blocks([data], 9)) == found


@pytest.mark.parametrize(
    ("chunks", "found"),
    [
        ([b"a\n", b"b\n", b"c\n", b"x" * 8, b"\n"], [b"a\nb\nc\nxxxxxxxx\n"]),
        ([b"a\n", b"b" * 6 + b"\n", b"x" * 8, b"xx"], [b"a\nbbbbbb\n", LongLine(b"xxx")]),
        (
            [b"a\n", b"x" * 8, b"xx\n", b"y" * 8, b"yy\n"],
            [b"a\n", LongLine(b"xxx"), LongLine(b"yyy")],
        ),
    ],
)
def test_lines_that_are_held_do_not_count_for_the_next(
    chunks: list[bytes], found: list[bytes | LongLine]
) -> None:
    assert list(blocks(chunks, 9)) == found


@pytest.mark.usefixtures("real_size")
@pytest.mark.parametrize("chunk", [1000, BLOCK, 3 * BLOCK + 1])
@pytest.mark.parametrize("end", [b"\n", b"\r\n", b"\r"])
def test_usual_files_come_in_blocks_of_the_usual_size(end: bytes, chunk: int) -> None:
    data = b"".join(b"%d,name%b" % (n, end) for n in range(200_000))
    sizes = [len(x) for x in blocks(in_chunks(data, chunk), LIMIT) if isinstance(x, bytes)]
    assert sum(sizes) == len(data)
    assert all(BLOCK - 100 < size < 2 * BLOCK for size in sizes[:-1])


@pytest.mark.usefixtures("real_size")
@pytest.mark.parametrize("chunk", [1000, 1_000_000])
def test_a_line_without_an_end_takes_no_more_memory_than_the_limit(chunk: int) -> None:
    chunks = (b"x" * chunk for _ in range(30_000_000 // chunk))
    tracemalloc.start()
    try:
        found = list(blocks(chunks, LIMIT))
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert found == [LongLine(b"x" * SHOWN)]
    assert peak < 3 * LIMIT


@pytest.mark.usefixtures("real_size")
@pytest.mark.parametrize("chunk", [1000, 1_000_000])
@pytest.mark.parametrize("content", [b"x" * 1000, b"x" * 999 + b"\r", b"x" * 999 + b"\n"])
def test_no_byte_is_searched_again_when_more_come(
    content: bytes, chunk: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    searched = 0

    def counting(search: Callable[[bytes], int]) -> Callable[[bytes], int]:
        def counted(piece: bytes) -> int:
            nonlocal searched
            searched += len(piece)
            return search(piece)

        return counted

    for name in ("_first_line_end", "_last_line_end"):
        monkeypatch.setattr(module, name, counting(getattr(module, name)))
    for _ in blocks(in_chunks(content * 20_000, chunk), LIMIT):
        pass
    assert 0 < searched <= 2 * 20_000_000
