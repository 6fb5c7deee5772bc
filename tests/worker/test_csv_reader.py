"""The careful reader: what it reads, and how it refuses what it cannot."""

from __future__ import annotations

from typing import Any

import pytest

from lambda_worker.files.csv_reader import CsvReader
from lambda_worker.files.reading import FileFault


def read(data: bytes, chunk: int) -> tuple[tuple[str, ...], list[tuple[int, list[str]]]]:
    """Header and (line, fields) of each record, from chunks of `chunk` bytes."""
    reader = CsvReader(data[n : n + chunk] for n in range(0, len(data), chunk))
    headers = reader.header()
    return headers, [(record.line, record.fields) for record in reader.records()]


@pytest.mark.parametrize("chunk", [1, 2, 3, 7, 1000])
@pytest.mark.parametrize(
    ("data", "records"),
    [
        (b"a,b\n1,2\n", [(2, ["1", "2"])]),
        (b"a,b\n1,2", [(2, ["1", "2"])]),
        (b"a,b\r\n1,2\r\n", [(2, ["1", "2"])]),
        (b"a,b\r1,2\r3,4", [(2, ["1", "2"]), (3, ["3", "4"])]),
        (b"\xef\xbb\xbfa,b\n1,2\n", [(2, ["1", "2"])]),
        (b'a,b\n1,"x\ny"\n2,z\n', [(2, ["1", "x\ny"]), (4, ["2", "z"])]),
        (b'a,b\n1,"x\r\n\r\ny"\n2,z\n', [(2, ["1", "x\r\n\r\ny"]), (5, ["2", "z"])]),
        (b'a,b\n"1 ""one""",2\n', [(2, ['1 "one"', "2"])]),
        (b"a,b\n\n1,2\n\n", [(3, ["1", "2"])]),
        ("a,b\nü,日本\n".encode(), [(2, ["ü", "日本"])]),
        ("a,b\n1\u2028,2\x85\n".encode(), [(2, ["1\u2028", "2\x85"])]),
        (b"a,b\n\\.,2\n", [(2, ["\\.", "2"])]),
    ],
)
def test_well_formed_files_are_read_whatever_the_chunks(
    data: bytes, records: list[tuple[int, list[str]]], chunk: int
) -> None:
    assert read(data, chunk) == (("a", "b"), records)


@pytest.mark.parametrize("chunk", [1, 5, 1000])
@pytest.mark.parametrize(
    ("data", "code", "line"),
    [
        (b"", "empty_file", None),
        (b"\n\n", "empty_file", None),
        (b"a,b\n1\n", "wrong_field_count", 2),
        (b"a,b\n1,2\n1,2,3\n", "wrong_field_count", 3),
        (b'a,b\n1,2\n1,"2\n3,4\n', "unclosed_quote", 3),
        (b'a,b\n1,"2"x\n', "stray_quote", 2),
        (b"a,b\n1,2\n1,\xff\n", "bad_encoding", 3),
        (b"a,b\n1,2\n1,\xe3\x81", "bad_encoding", 3),
        (b"a,b\n" + b"1,2\n" * 2000 + b"1,\0\n", "nul_character", 2002),
        (b"a,a\n1,2\n", "duplicate_header", None),
        (b"a,b\n1," + b"x" * 1_100_000 + b"\n", "field_too_long", 2),
    ],
)
def test_a_broken_file_is_refused_with_its_line(
    data: bytes, code: str, line: int | None, chunk: int
) -> None:
    if chunk == 1 and len(data) > 100_000:
        chunk = 4096  # a byte at a time would only be slow
    with pytest.raises(FileFault) as caught:
        read(data, chunk)
    assert (caught.value.code, caught.value.params.get("line")) == (code, line)


@pytest.mark.parametrize(
    ("data", "name"),
    [
        (b"PK\x03\x04....", "zip"),
        (b"\x1f\x8b\x08", "gzip"),
        (b"%PDF-1.7", "PDF"),
        (b"\x89PNG\r\n", "PNG"),
        (b"\xff\xfea\0,\0", "UTF-16"),
        (b"\0\1\2\3", "binary data"),
    ],
)
def test_what_is_no_csv_is_named(data: bytes, name: str) -> None:
    with pytest.raises(FileFault) as caught:
        read(data, 1000)
    fault: dict[str, Any] = caught.value.params
    assert (caught.value.code, fault["looks_like"]) == ("not_csv", name)
