"""The preview reads a sample with the worker's own code."""

from __future__ import annotations

import pytest

from lambda_worker.files.preview import FirstRecord, preview
from lambda_worker.files.reading import FileFault


def rows_of(data: bytes, *, whole: bool) -> list[list[str]]:
    return [record.fields for record in preview(data, whole=whole).records]


def test_a_whole_small_file_is_shown() -> None:
    found = preview(b"a,b\n1,2\n3,4\n", whole=True)
    assert found.headers == ("a", "b")
    assert found.records == [FirstRecord(2, ["1", "2"]), FirstRecord(3, ["3", "4"])]


@pytest.mark.parametrize("cut", [b"3,", b"3", b'3,"un', b"3,\xe3\x81", b"3,4"])
def test_a_record_cut_by_the_samples_end_is_not_shown(cut: bytes) -> None:
    assert rows_of(b"a,b\n1,2\n" + cut, whole=False) == [["1", "2"]]


def test_the_last_line_of_a_whole_file_needs_no_end() -> None:
    assert rows_of(b"a,b\n1,2\n3,4", whole=True) == [["1", "2"], ["3", "4"]]


def test_a_quote_that_the_samples_end_leaves_open_is_not_held_against_it() -> None:
    sample = b'a,b\n1,2\n3,"two\nlines\n'
    assert preview(sample, whole=False).asides == []
    assert preview(sample, whole=True).asides[0].code == "unclosed_quote"


def test_what_will_be_set_aside_is_shown() -> None:
    found = preview(b"a,b\n1,2\n3\n5,6\n7,8\n", whole=False)
    assert [(aside.line, aside.code) for aside in found.asides] == [(3, "wrong_field_count")]


def test_at_most_the_records_asked_for_are_read() -> None:
    assert len(preview(b"a\n" + b"1\n" * 500, whole=False, records=7).records) == 7


def test_what_a_person_says_is_taken_as_it_is() -> None:
    data = b"a;b,c\n1;2,3\n"
    assert preview(data, whole=True, given={"delimiter": ","}).headers == ("a;b", "c")
    assert preview(data, whole=True, given={"header_lines": 0}).records[0].line == 1


def test_a_line_with_letters_shows_whether_the_encoding_is_right() -> None:
    data = "city,n\nBern,1\nZürich,2\n".encode("cp1252")
    assert preview(data, whole=True).line == "Zürich,2"
    assert preview(data, whole=True, given={"encoding": "cp1251"}).line == "Zьrich,2"
    assert preview(b"a,b\n1,2\n", whole=True).line == ""


def test_a_header_beyond_the_sample_is_not_guessed() -> None:
    with pytest.raises(FileFault, match="header_unseen"):
        preview(b"name_of_a_column," * 5_000, whole=False)


def test_what_is_no_text_is_refused() -> None:
    with pytest.raises(FileFault, match="not_text"):
        preview(b"PK\x03\x04" + bytes(100), whole=False)
