"""What the JSON reader makes of broken files: records set aside, notes, or a fault of the file."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lambda_worker.files.csv_reading.scanner import FIELD_LIMIT
from lambda_worker.files.dialect import Format
from lambda_worker.files.json_reading.grammar import MOST_RECORD
from lambda_worker.files.reading import FileFault
from tests.worker.files.json_reading import read_json, reader_of

DEEP = "[" * 20_000 + "]" * 20_000


@pytest.mark.parametrize("chunk", [1, 7, 1 << 20])
@pytest.mark.parametrize(
    ("record", "code"),
    [
        ('{"a":1,"a":2}', "duplicate_key"),
        ('{"a":{"x":1,"x":1}}', "duplicate_key"),
        ('{"a":"\\ud800"}', "lone_surrogate"),
        ('{"a":["\\udc00"]}', "lone_surrogate"),
        ('{"a":"\\u0000"}', "nul_character"),
        ('{"a":["\\u0000"]}', "nul_character"),
        ('{"a":[Infinity]}', "infinity_inside"),
        ('{"a":"\udce9"}', "bad_encoding"),
        ('{"a":"x\udce9","b":"\\ud800"}', "bad_encoding"),
        ("7", "other_kind"),
        ("[1]", "other_kind"),
        ("null", "other_kind"),
        ('{"a":}', "broken_json"),
        ('{"a":1,,}', "broken_json"),
        ('{"a":[,]}', "broken_json"),
        ("{,}", "broken_json"),
        ("{'a':1}", "broken_json"),
        ("{a:1}", "broken_json"),
        ('{"a":01}', "broken_json"),
        ('{"a":"x\ny"}', "broken_json"),
        ('{"a":"\\x"}', "broken_json"),
        ('{"a":tru}', "broken_json"),
        ("abc", "broken_json"),
        ('{"b":"x","c":2}', "other_keys"),
    ],
)
def test_a_bad_record_is_set_aside_and_the_rest_goes_on(record: str, code: str, chunk: int) -> None:
    raw = record.encode("utf-8", "surrogateescape")
    for before, between, after in ((b"[", b",\n", b"]"), (b"", b"\n", b"\n")):
        data = before + b'{"a":1}' + between + raw + between + b'{"a":2}' + after
        if b"\n" in raw and not before:
            continue  # two broken lines
        read = read_json(
            data, chunk, headers=("a",), format=Format.JSON if before else Format.NDJSON, path=()
        )
        assert (read.rows, read.faults) == ([["1"], ["2"]], [(2, code)])


@pytest.mark.parametrize("chunk", [1 << 16, 1 << 24])
@pytest.mark.parametrize(
    ("record", "code"),
    [
        (json.dumps({"a": "x" * (FIELD_LIMIT + 1)}), "field_too_long"),
        (json.dumps({"a": "x" * MOST_RECORD}), "record_too_long"),
        (json.dumps({"b": [1] * (MOST_RECORD // 2), "a": 1}), "record_too_long"),
        ('{"a":' + DEEP + "}", "too_deep"),
    ],
)
def test_a_record_without_measure_is_set_aside(record: str, code: str, chunk: int) -> None:
    for data in (f'[{{"a":1}},\n{record},\n{{"a":2}}]', f'{{"a":1}}\n{record}\n{{"a":2}}\n'):
        read = read_json(data, chunk, headers=("a",))
        assert (read.rows, read.faults) == ([["1"], ["2"]], [(2, code)])
        assert len(read.asides[0].text) <= 1_000


def test_faults_say_what_and_where() -> None:
    data = '[{"a":1},\n{"a":"x\\ud800"},\n{"a":1,"a":2},\n {"a":"é", b:2}]'
    asides = read_json(data, headers=("a",)).asides
    assert asides[0].params == {"value": "\\ud800"}
    assert asides[0].fields == ["x\ufffd"]
    assert (asides[1].params, asides[1].fields) == ({"key": "a"}, ["1"])
    assert asides[2].params == {"line": 4, "column": 12, "text": "b:2}]"}
    assert asides[2].text == '{"a":"é", b:2}'


def test_a_bad_byte_is_shown() -> None:
    aside = read_json(b'[{"a":1},{"a":"Z\xfcrich"}]', headers=("a",)).asides[0]
    assert (aside.params, aside.text) == ({"byte": "0xFC"}, '{"a":"Z\ufffdrich"}')
    assert aside.fields == ["Z\ufffdrich"]


def test_arrays_of_another_length_are_set_aside_with_their_values() -> None:
    read = read_json('[["a","b"],[1,2],[3],[4,5,6],["a","b"]]')
    assert [aside.fields for aside in read.asides] == [["3"], ["4", "5", "6"], ["a", "b"]]
    assert [aside.code for aside in read.asides] == ["wrong_field_count"] * 2 + ["header_again"]


@pytest.mark.parametrize(
    "line", ['{"a":"x"y","b":1},', '{"a":"x,"b":1},', '{"a":1,', '{"a":[1,', '{"a":"', '{"a":1}},']
)
def test_a_line_with_a_quote_or_bracket_missing_takes_no_other_line_with_it(line: str) -> None:
    data = '[\n{"a":1,"b":1},\n{"a":2,"b":2},\n' + line + '\n{"a":3,"b":3},\n{"a":4,"b":4}\n]\n'
    read = read_json(data)
    assert [row[0] for row in read.rows] == ["1", "2", "3", "4"]
    assert [at for at, _ in read.faults] == [4]


@pytest.mark.parametrize("line", ['{"a":1,"b', '{"a":', '{"a":"x"y"}', "ERROR: no disk", "{'a':1}"])
def test_a_broken_line_among_lines_takes_no_other_line_with_it(line: str) -> None:
    read = read_json('{"a":1}\n{"a":2}\n' + line + '\n{"a":3}\n\n{"a":4}\n')
    assert (read.rows, [at for at, _ in read.faults]) == ([["1"], ["2"], ["3"], ["4"]], [3])


def test_a_broken_value_of_several_lines_ends_where_the_next_one_begins() -> None:
    data = '{\n "a":1\n}\n{\n "a":x\n}\n{\n "a":[\n}\n{\n "a":4\n}\n'
    read = read_json(data)
    assert (read.rows, read.faults) == ([["1"], ["4"]], [(4, "broken_json"), (7, "broken_json")])


def test_a_sequence_with_separators_goes_on_at_the_next_one() -> None:
    read = read_json('\x1e{"a":1}\n\x1e{"a":\n2\n\x1e{"a":3}\n')
    assert (read.rows, read.faults) == ([["1"], ["3"]], [(2, "cut_record")])


def test_the_last_line_of_lines_may_be_cut() -> None:
    read = read_json('{"a":1}\n{"a":2}\n{"a":')
    assert (read.rows, read.faults) == ([["1"], ["2"]], [(3, "cut_record")])


@pytest.mark.parametrize("length", range(1, 41))
def test_a_cut_document_is_refused(length: int) -> None:
    data = '{"x":{"y":"z"},"r":[{"a":1},{"a":22}],"n":[1,"[",2]}'
    with pytest.raises(FileFault) as caught:
        read_json(data[: 11 + length], path=("r",), headers=("a",))
    assert caught.value.code == "json_cut"


@pytest.mark.parametrize(
    ("data", "code"),
    [
        ('[{"a":"x"y"},{"a":2}]', "json_broken"),
        ('[{"a":1}}, {"a":2}]', "json_broken"),
        ('[{"a":1}, /* no */ {"a":2}]', "json_broken"),
        ('{"r":[{"a":1},{"a":2}],"x" 1}', "json_broken"),
        ('[{"a":1},{"a":2}]\n{"a":3}', "json_several"),
        ('{"r":[{"a":1},{"a":2}]}\n{"r":[{"a":3}]}', "json_several"),
        ('[{"a":1},{"a":2}]' + "x" * 2_000, "json_broken"),
    ],
)
def test_a_file_behind_whose_fault_nothing_can_be_trusted_is_refused(data: str, code: str) -> None:
    with pytest.raises(FileFault) as caught:
        read_json(data, headers=("a",), format=Format.JSON, path=("r",) if data[0] == "{" else ())
    assert caught.value.code == code


def test_the_place_of_a_fault_counts_what_has_passed() -> None:
    data = '{"n":1,\n"r":[' + '{"a":1},' * 50_000 + "}{]}"
    with pytest.raises(FileFault) as caught:
        read_json(data, 1 << 12, path=("r",), headers=("a",))
    assert caught.value.params == {"line": 2, "column": 6 + 8 * 50_000, "text": "}{]}"}


@pytest.mark.parametrize(
    ("data", "note"),
    [
        ('[{"a":1},\n{"a":2},]', "json_commas"),
        ('[{"a":1}\n{"a":2}]', "json_commas"),
        ('[,{"a":1},\n,{"a":2}]', "json_commas"),
        ('[{"a":1},\n{"a":2}];\n', "json_trailing"),
        ('[{"a":1},\n{"a":2}]\x1a\0\0\0', "json_trailing"),
    ],
)
def test_what_is_no_json_but_clear_is_read_and_noted(data: str, note: str) -> None:
    read = read_json(data, headers=("a",))
    assert (read.rows, read.faults, read.notes) == ([["1"], ["2"]], [], [note])


# -- Any damage ------------------------------------------------------------------------------------

WORDS = st.text(st.sampled_from('ab {}[],:"\\é\n'), max_size=6)
TABLE = st.lists(st.tuples(WORDS, st.integers(0, 99)), min_size=1, max_size=8)
LAYOUTS = ("[\n", ",\n", "\n]"), ("[", ",", "]"), ("", "\n", "\n"), ("[\n ", "\n ,\n ", "]")


@settings(max_examples=1_000)
@given(TABLE, st.sampled_from(LAYOUTS), st.sampled_from([None, 1]), st.data())
def test_a_damaged_byte_costs_one_record_at_most_or_the_file_is_refused(
    table: list[tuple[str, int]],
    layout: tuple[str, str, str],
    indent: int | None,
    data: st.DataObject,
) -> None:
    before, between, after = layout
    records = [
        json.dumps({"a": a, "b": [b], "c": b}, indent=indent, ensure_ascii=False) for a, b in table
    ]
    raw = (before + between.join(records) + after).encode()
    at = data.draw(st.integers(0, len(raw) - 1))
    new = data.draw(
        st.sampled_from(
            [b"", b'"', b"\\", b"{", b"}", b"[", b"]", b",", b":", b"\n", b"7", b"\xff", b" "]
        )
    )
    end = at + data.draw(st.integers(0, 1))
    form = Format.JSON if before else Format.NDJSON
    chunk = data.draw(st.integers(1, 40))
    rows = [[a, f"[{b}]", str(b)] for a, b in table]
    try:
        read = read_json(
            raw[:at] + new + raw[end:], chunk, headers=("a", "b", "c"), format=form, path=()
        )
    except FileFault:
        return
    strange = [row for row in read.rows if row not in rows]
    assert len(strange) <= 1
    assert len(read.rows) >= len(rows) - 2
    assert len(read.rows) + len(read.asides) >= len(rows) - 1 or read.asides


@settings(max_examples=300)
@given(
    st.binary(max_size=60)
    | st.text(st.sampled_from('{}[],:" \n\\u0a1ntrue-.e\x1e'), max_size=60).map(str.encode),
    st.sampled_from(Format),
    st.integers(1, 9),
)
def test_nothing_ends_in_another_error_than_a_fault(raw: bytes, form: Format, chunk: int) -> None:
    form = Format.JSON if form is Format.CSV else form
    try:
        reader = reader_of(raw, chunk, format=form, path=())
        assert all(
            len(row) == len(reader.headers)
            for piece in reader.pieces()
            for row in getattr(piece, "rows", [])
        )
    except FileFault:
        pass
