"""The preview reads a sample with the worker's own code."""

from __future__ import annotations

import pytest

from lambda_worker.files.preview import preview
from lambda_worker.files.reading import FileFault


def test_a_whole_small_file_is_shown() -> None:
    found = preview(b"a,b\n1,2\n3,4\n", whole=True)
    assert found.reading.headers == ("a", "b")
    assert [record.fields for record in found.records] == [["1", "2"], ["3", "4"]]


@pytest.mark.parametrize("cut", [b"3,", b"3", b'3,"un', b"3,\xe3\x81", b"3,4"])
def test_a_record_cut_by_the_samples_end_is_not_shown(cut: bytes) -> None:
    found = preview(b"a,b\n1,2\n" + cut, whole=False)
    assert [record.fields for record in found.records] == [["1", "2"]]


def test_a_ragged_record_inside_the_sample_is_a_fault() -> None:
    with pytest.raises(FileFault, match="wrong_field_count"):
        preview(b"a,b\n1,2\n3\n5,6\n7,8\n", whole=False)


def test_at_most_the_rows_asked_for_are_read() -> None:
    found = preview(b"a\n" + b"1\n" * 500, whole=False, rows=7)
    assert len(found.records) == 7
