"""Whatever the bytes: a reader's rows can be staged, and a refusal has words."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from lambda_worker.files.opening import open_file
from lambda_worker.files.preview import preview
from lambda_worker.files.reading import Aside, FileFault, Rows
from lambda_worker.words import sentence
from tests.worker.files.reading import in_chunks

PIECES = ["a", "b1", "12", "2020-01-02", ",", ";", "\t", "|", '"', "'", "\\", "#", " ", "é", "表"]
MARKS = ["{", "}", "[", "]", ":", '{"a":1}', '["x",2]', "null", "\0", "\ufeff", "\u200b", "://"]
ENDS = ["\n", "\r\n", "\r", "\n\n"]
TEXTS = st.lists(st.sampled_from([*PIECES, *MARKS, *ENDS, *ENDS, *ENDS]), max_size=60).map("".join)
FILES = st.one_of(
    st.binary(max_size=200), TEXTS.map(str.encode), TEXTS.map(lambda text: text.encode("utf-16"))
)


def require_stageable(data: bytes, size: int) -> None:
    reader = open_file(in_chunks(data, size), size=len(data))
    assert all(reader.headers)
    assert len(set(reader.headers)) == len(reader.headers) > 0
    for piece in reader.pieces(proven=False):
        if isinstance(piece, Rows):
            assert {len(row) for row in piece.rows} <= {len(reader.headers)}
            assert "\0" not in "".join("".join(row) for row in piece.rows).encode().decode()
        elif isinstance(piece, Aside):
            assert sentence(piece.code, {**piece.params, "value": ""})
    assert all(sentence(note.code, note.params) for note in reader.notes)


@settings(max_examples=400)
@given(FILES, st.sampled_from([1, 7, 100_000]))
def test_what_is_read_can_be_staged_and_what_is_refused_has_words(data: bytes, size: int) -> None:
    try:
        require_stageable(data, size)
    except FileFault as fault:
        sentence(fault.code, fault.params)  # KeyError where there are none


@settings(max_examples=400)
@given(FILES)
def test_a_preview_shows_columns_or_has_words(data: bytes) -> None:
    try:
        assert all(preview(data, whole=True).headers)
    except FileFault as fault:
        sentence(fault.code, fault.params)  # KeyError where there are none
