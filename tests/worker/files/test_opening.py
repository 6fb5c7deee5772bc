"""From a file's bytes to its reader: what is packed in what, and what a sample cannot show."""

from __future__ import annotations

import gzip
import io
import zipfile

import pytest

from lambda_worker.files.dialect import Dialect
from lambda_worker.files.opening import open_file
from lambda_worker.files.reading import FileFault
from lambda_worker.words import sentence
from tests.worker.files.reading import Read, drain, in_chunks


def opened(data: bytes, chunk: int = 50_000, **given: object) -> Read:
    return drain(open_file(in_chunks(data, chunk), given=given, size=len(data)))


def test_a_header_longer_than_the_sample_is_read_whole() -> None:
    names = ",".join(f"column_number_{n}" for n in range(8_000))
    row = ",".join(str(n) for n in range(8_000))
    read = opened(f"{names}\n{row}\n".encode())
    assert (len(read.headers), len(read.rows[0]), read.faults) == (8_000, 8_000, [])


def test_the_encoding_shows_with_the_first_letter_beyond_the_sample() -> None:
    data = b"a,b\n" + b"1,2\n" * 200_000 + "3,Zürich\n4,Köln\n".encode("cp1252")
    reader = open_file(in_chunks(data, 50_000))
    assert reader.dialect.encoding == "ascii"
    assert drain(reader).rows[-2:] == [["3", "Zürich"], ["4", "Köln"]]
    assert reader.dialect.encoding == "cp1252"
    assert "encoding_decided" in [note.code for note in reader.notes]


def test_a_packed_file_is_detected_by_what_is_in_it() -> None:
    data = gzip.compress("Ort;n\nZürich;1\nBern;2\n".encode("cp1252"))
    read = opened(data)
    assert (read.headers, read.rows) == (("Ort", "n"), [["Zürich", "1"], ["Bern", "2"]])


def test_what_is_packed_twice_is_refused() -> None:
    with pytest.raises(FileFault, match="packed_twice"):
        opened(gzip.compress(gzip.compress(b"a,b\n1,2\n")))


@pytest.mark.parametrize("data", [b"PK\x03\x04xx", gzip.compress(b"a,b\n1,2\n")])
def test_another_file_than_the_one_that_was_shown_is_refused(data: bytes) -> None:
    with pytest.raises(FileFault, match="not_text"):
        open_file([data], Dialect())


def test_words_for_nothing_are_told_of_every_file() -> None:
    assert opened(b"a,b\n1,x\nNA,y\n2,z\n3,NA\n").notes == ["nulls_taken"]


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("<!DOCTYPE html><table><tr><td>1,2", "HTML"),
        ('\n<?xml version="1.0"?><a>1,2</a>', "XML"),
        ("{\\rtf1\\ansi a,b}", "RTF"),
    ],
)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_a_document_is_no_table(text: str, name: str, encoding: str) -> None:
    with pytest.raises(FileFault, match="not_text") as caught:
        opened(text.encode(encoding))
    assert caught.value.params["looks_like"] == name


def zipped(*names: str) -> bytes:
    """A zip with these members."""
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w") as archive:
        for name in names:
            archive.writestr(name, "x" * 100)
    return held.getvalue()


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (zipped("[Content_Types].xml", "_rels/.rels", "xl/workbook.xml"), "an Excel workbook"),
        (zipped("docProps/app.xml", "xl/theme/theme1.xml"), "an Excel workbook"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(500), "Office 97. Save it as CSV"),
        (zipped("[Content_Types].xml", "word/document.xml"), "like zip. Unpack it"),
        (zipped("countries.csv"), "like zip. Unpack it"),
        (b"\x89PNG\r\n\x1a\n", "like PNG. Choose another file."),
        (b"<html><table>", "like HTML. Save it as CSV"),
    ],
)
def test_what_is_no_text_is_named_with_the_way_to_a_table(data: bytes, words: str) -> None:
    with pytest.raises(FileFault, match="not_text") as caught:
        opened(data)
    assert words in sentence(caught.value.code, caught.value.params)


def test_a_document_is_read_as_a_table_where_a_person_says_so() -> None:
    assert opened(b"<html>,b\n1,2\n", format="csv").rows == [["1", "2"]]


def test_a_file_of_nul_bytes_is_no_table() -> None:
    with pytest.raises(FileFault, match="not_text"):
        opened(b"\0" * 100)
