"""What the JSON reader makes of sound files: rows, lines and headers, whatever the layout."""

from __future__ import annotations

import json
import tracemalloc
from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from lambda_worker.files.csv_reading.scanner import FIELD_LIMIT
from lambda_worker.files.dialect import Dialect, Format
from lambda_worker.files.json_reading.grammar import MOST_RECORD
from lambda_worker.files.json_reading.headers import all_columns
from lambda_worker.files.json_reading.reader import JsonReader
from lambda_worker.files.preview import preview
from lambda_worker.files.reading import FileFault, Rows
from tests.worker.files.json_reading import SAMPLE, as_bytes, dialect_of, read_json, reader_of
from tests.worker.files.reading import in_chunks

# -- Values ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ('"x"', "x"),
        ('""', ""),
        ("null", ""),
        ("true", "true"),
        ("false", "false"),
        ("1.10", "1.10"),
        ("-0", "-0"),
        ("1e400", "1e400"),
        ("12345678901234567890", "12345678901234567890"),
        ('"\\u00fc \\ud83d\\ude00 \\/ \\n"', "ü 😀 / \n"),
        ('[ 1.10, {"x" : "a b" , "y":[ ]} ]', '[1.10,{"x":"a b","y":[]}]'),
        ('{"x":"\\u00fc \\" \\\\"}', '{"x":"ü \\" \\\\"}'),
        ("{}", "{}"),
    ],
)
def test_a_value_becomes_the_text_that_a_person_would_copy(value: str, text: str) -> None:
    read = read_json(f'[{{"a": {value}, "b": 1}}]')
    assert (read.rows, read.faults, read.notes) == ([[text, "1"]], [], [])


def test_a_missing_member_is_an_empty_value_like_null() -> None:
    assert read_json('[{"a":1,"b":2},{"b":null},{"b":4,"a":3}]').rows == [
        ["1", "2"],
        ["", ""],
        ["3", "4"],
    ]


def test_nan_is_an_empty_value_and_infinity_a_word_and_both_are_noted() -> None:
    read = read_json('[{"a":NaN},{"a":[1,NaN]},{"a":-Infinity}]')
    assert read.rows == [[""], ["[1,null]"], ["-Infinity"]]
    assert read.notes == ["records_for_lines", "nan_empty", "infinity_kept"]


def test_the_same_member_twice_with_the_same_value_is_no_fault() -> None:
    assert read_json('[{"a":1,"a":1}]').rows == [["1"]]


# -- Where the records are -------------------------------------------------------------------------


@pytest.mark.parametrize("chunk", [1, 3, 1000])
@pytest.mark.parametrize(
    ("data", "headers", "rows"),
    [
        ('[{"a":1},{"a":2}]', ("a",), [["1"], ["2"]]),
        ('{"a":1}\n{"a":2}\n', ("a",), [["1"], ["2"]]),
        ('{"a":1}{"a":2}', ("a",), [["1"], ["2"]]),
        ('{\n"a":1\n}\n{\n"a":2\n}', ("a",), [["1"], ["2"]]),
        ('\x1e{"a":1}\n\x1e{"a":2}\n', ("a",), [["1"], ["2"]]),
        ('{"a":1},\n{"a":2},\n', ("a",), [["1"], ["2"]]),
        ('{"m":{"n":[1]},"r":{"x":[{"a":1},{"a":2}]},"z":0}', ("a",), [["1"], ["2"]]),
        ('[{"page":1},[{"a":1},{"a":2}]]', ("a",), [["1"], ["2"]]),
        ("[[1,2],[3,4]]", ("column 1", "column 2"), [["1", "2"], ["3", "4"]]),
        ('[["a","b"],[1,2],[3,4]]', ("a", "b"), [["1", "2"], ["3", "4"]]),
        ('["a","b"]\n[1,2]\n', ("a", "b"), [["1", "2"]]),
        ('[1,"x",null,[2]]', ("value",), [["1"], ["x"], [""], ["[2]"]]),
        ('{"a":1,"b":{"c":2}}', ("a", "b"), [["1", '{"c":2}']]),
        ('{"columns":["a","b"],"index":[0],"data":[[1,2]]}', ("a", "b"), [["1", "2"]]),
    ],
)  # fmt: skip
def test_the_records_are_found(
    data: str, headers: tuple[str, ...], rows: list[list[str]], chunk: int
) -> None:
    read = read_json(data, chunk)
    assert (read.headers, read.rows, read.faults) == (headers, rows, [])


def test_a_path_leads_to_another_list_than_the_one_that_was_found() -> None:
    data = '{"a":[{"x":1},{"x":2}],"b":[{"y":1}]}'
    assert read_json(data).headers == ("x",)
    assert read_json(data, path=("b",)).headers == ("y",)


def test_lists_that_are_not_read_are_named() -> None:
    (note,) = _notes('{"a":[{"x":1},\n{"x":2}],"b":{"c":[{"y":1}]},"d":[{"z":1}]}')
    assert (note.code, note.params) == ("other_lists", {"paths": ["d"]})


def test_paths_give_nested_values_columns_of_their_own() -> None:
    data = '[{"a":{"b":{"c":[1,2]}},"x.y":3},{"a":{"b":5}}]'
    read = read_json(data, paths=("a.b", "a.b.c.1", "x.y"))
    assert read.headers == ("a", "x.y", "a.b", "a.b.c.1")
    assert read.rows[0] == ['{"b":{"c":[1,2]}}', "3", '{"c":[1,2]}', "2"]
    assert read.rows[1] == ['{"b":5}', "", "5", ""]


def test_members_of_an_object_are_records_where_they_look_alike() -> None:
    read = read_json('{"x":{"a":1,"b":"y"},"z":{"a":2,"b":"w"}}')
    assert read.headers == ("key", "a", "b")
    assert read.rows == [["x", "1", "y"], ["z", "2", "w"]]


def test_members_of_an_object_are_records_where_the_path_says_so() -> None:
    data = '{"u":{"x":{"key":1},"y":{"key":2,"b":3},"x":7}}'
    read = read_json(data, path=("u", "*"))
    assert read.headers == ("key (2)", "key", "b")
    assert (read.rows, read.faults) == ([["x", "1", ""], ["y", "2", "3"]], [(3, "other_kind")])


def test_what_stands_before_the_records_is_passed_by_whatever_its_size() -> None:
    before = '{"x":[' + '{"k":"] }","n":[[[1]]]},' * 20_000 + '0],"y":"' + "\\" * 90_000 + '",'
    read = read_json(
        before + '"data":[{"a":1},\n{"a":2}]}', 1 << 14, path=("data",), headers=("a",)
    )
    assert (read.rows, read.notes) == ([["1"], ["2"]], ["other_lists"])


def test_records_behind_the_sample_are_read_where_the_path_is_known() -> None:
    data = '{"x":"' + "y" * 100_000 + '","data":[{"a":1}]}'
    assert read_json(data, path=("data",)).rows == [["1"]]


def test_records_behind_the_sample_cannot_be_previewed() -> None:
    data = b'{"x":"' + b"y" * 100_000 + b'","data":[{"a":1}]}'
    with pytest.raises(FileFault, match="json_too_far"):
        preview(data[:SAMPLE], whole=False)


def test_a_path_that_leads_nowhere_is_a_fault_and_one_into_records_a_note() -> None:
    with pytest.raises(FileFault, match="json_no_path"):
        read_json('{"a":[{"x":1}]}', path=("b",))
    assert "keys_missing" in read_json('[{"a":1}]', paths=("a.b",)).notes


@pytest.mark.parametrize(
    "data",
    [
        '{"a":[1,2],"b":["x","y"]}',
        '{"a":{"0":1,"1":2},"b":{"0":3,"1":4}}',
        '{"a":{"x":1,"y":2},"b":{"x":"p","y":"q"}}',
        '{"a":[1,2,3' + ",4" * 40_000 + '],"b":[1,2,3' + ",4" * 40_000 + "]}",
    ],
)
def test_a_table_column_by_column_is_refused(data: str) -> None:
    with pytest.raises(FileFault, match="json_columns"):
        read_json(data)


@pytest.mark.parametrize("data", ["[]", "{}", "[{},{}]", "[[],[]]", '{"data":[]}', "null"])
def test_a_file_without_records_is_refused(data: str) -> None:
    with pytest.raises(FileFault, match="json_no_records"):
        read_json(data)


# -- Lines -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("chunk", [1, 5, 1000])
def test_records_have_the_lines_that_an_editor_shows(end: str, chunk: int) -> None:
    data = '{"n":1,\n"r":[\n{"a":1},\n{"a":\n2}, {"a":3}\n\n,{"a":4}\n]}'.replace("\n", end)
    assert [line for line, _ in read_json(data, chunk).records] == [3, 4, 5, 7]


def test_records_that_share_a_line_are_counted_instead() -> None:
    read = read_json('[{"a":1},{"a":2},\n{"a":3},{"a":,}]')
    assert [line for line, _ in read.records] == [1, 2, 3]
    assert (read.faults, read.notes) == ([(4, "broken_json")], ["records_for_lines"])


def test_records_of_one_line_each_come_many_at_a_time() -> None:
    data = "[\n" + ",\n".join(['{"a":1}'] * 2_000) + "\n]\n"
    pieces = [piece for piece in reader_of(data).pieces() if isinstance(piece, Rows)]
    assert sum(piece.records for piece in pieces) == 2_000
    assert len(pieces) < 20


# -- Columns ---------------------------------------------------------------------------------------


def test_a_key_that_comes_late_is_noted_with_its_line_and_number() -> None:
    data = '[{"a":1},\n{"a":1,"b":2},\n{"b":3,"a":1}]'
    (note,) = _notes(data, headers=("a",))
    assert (note.code, note.params) == ("keys_late", {"header": "b", "line": 2, "records": 2})


def test_of_many_late_keys_the_rest_is_counted() -> None:
    data = '{"a":1}\n' + "".join(f'{{"a":1,"k{n}":1}}\n' for n in range(50))
    codes = [note.code for note in _notes(data, headers=("a",))]
    assert codes == ["keys_late"] * 20 + ["keys_late_more"]


def test_the_beginning_of_a_file_names_its_columns_and_all_of_it_all() -> None:
    data = '{"a":1}\n' * 10_000 + '{"b":1}\n'
    dialect = dialect_of(data)
    assert reader_of(data).headers == ("a",)
    columns = all_columns(in_chunks(as_bytes(data), 999), dialect, lambda: "strict")
    assert columns.headers == ("a", "b")


def test_all_columns_are_those_of_the_preview_where_records_are_no_objects() -> None:
    for data in ('[["a","b"],[1,2]]', "[1,2]", '{"x":[1,"a"],"y":[2,"b"]}'):
        dialect = dialect_of(data, path=("*",) if data[0] == "{" else ())
        columns = all_columns([as_bytes(data)], dialect, lambda: "strict", find_header=True)
        assert columns.headers == reader_of(data, path=dialect.path).headers


def test_a_broken_first_record_does_not_hide_the_columns_of_the_others() -> None:
    data = '{"a":}\n{"b":1}\n{"c":1}\n'
    columns = all_columns([data.encode()], dialect_of(data), lambda: "strict")
    assert columns.headers == ("b", "c")
    assert reader_of(data).headers == ("b", "c")


def test_columns_of_a_first_record_beyond_the_sample_are_all_read() -> None:
    data = '[{"a":1,"b":"' + "x" * 100_000 + '","c":1}]'
    read = read_json(data)
    assert (read.headers, read.notes) == (("a", "b", "c"), [])


def test_a_preview_shows_the_columns_of_a_first_record_as_far_as_the_sample_does() -> None:
    data = b'[{"a":1,"b":"' + b"x" * 100_000 + b'","c":1}]'
    found = preview(data[:SAMPLE], whole=False)
    assert (found.headers, [note.code for note in found.notes]) == (("a", "b"), ["columns_cut"])


def test_a_file_with_ids_for_keys_is_refused() -> None:
    data = "\n".join(f'{{"k{n}":1}}' for n in range(10_001))
    with pytest.raises(FileFault, match="too_many_columns"):
        all_columns([as_bytes(data)], dialect_of(data), lambda: "strict")


def test_a_file_without_one_of_the_columns_that_were_shown_is_refused() -> None:
    with pytest.raises(FileFault) as caught:
        read_json('[{"a":1}]', headers=("a", "b"))
    assert (caught.value.code, caught.value.params["found"]) == ("other_columns", ["a"])


def test_actions_of_elasticsearch_are_no_records() -> None:
    read = read_json('{"index":{"_id":"1"}}\n{"a":1}\n{"index":{"_id":"2"}}\n{"a":2}\n')

    assert (read.headers, read.rows) == (("a",), [["1"], ["2"]])
    assert read.faults == [(1, "other_keys"), (3, "other_keys")]


def test_a_record_with_none_of_the_columns_is_set_aside() -> None:
    read = read_json('[{"a":1},\n{"error":"x"},\n{}]', headers=("a",))
    assert (read.rows, read.faults) == ([["1"], [""]], [(2, "other_keys")])


# -- Any layout ------------------------------------------------------------------------------------

NUMBERS = st.from_regex(
    r"-?(0|[1-9][0-9]{0,25})(\.[0-9]{1,5})?([eE][+-]?[0-9]{1,3})?", fullmatch=True
)
TEXTS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=12)
ENDS = st.sampled_from(["", " ", "\n", "\r\n", "\r", "\n  ", " \n\n\t"])


def _json_of(value: str | bool | tuple[str] | None, *, ascii_only: bool) -> str:
    return value[0] if isinstance(value, tuple) else json.dumps(value, ensure_ascii=ascii_only)


def _text_of(value: str | bool | tuple[str] | None) -> str:
    match value:
        case None:
            return ""
        case bool():
            return str(value).lower()
        case tuple():
            return value[0]
        case str():
            return value


VALUES = st.one_of(st.none(), st.booleans(), TEXTS, NUMBERS.map(lambda number: (number,)))
TABLES = st.lists(st.fixed_dictionaries({"a": VALUES, 'b "é': VALUES}), min_size=1, max_size=12)


@st.composite
def documents(draw: st.DrawFn) -> tuple[bytes, list[list[str]], list[int]]:
    """A file, its rows and the lines (or numbers) of its records."""
    table, ascii_only = draw(TABLES), draw(st.booleans())
    lines_only = draw(st.booleans())
    text = "" if lines_only else draw(ENDS) + "[" + draw(ENDS)
    starts: list[int] = []
    for number, record in enumerate(table):
        gap = draw(ENDS)
        if number:
            text += (
                draw(st.sampled_from(["\n", "\r\n", "\n\n"]))
                if lines_only
                else draw(ENDS) + "," + draw(ENDS)
            )
        starts.append(len(text))
        members = (
            f"{json.dumps(k)}{gap}:{gap}{_json_of(v, ascii_only=ascii_only)}"
            for k, v in record.items()
        )
        text += "{" + gap + f"{gap},{gap}".join(members) + gap + "}"
    lines = [
        1 + len(text[:start].replace("\r\n", "\n").replace("\r", "\n").split("\n")) - 1
        for start in starts
    ]
    if len(lines) > 1 and lines[0] == lines[1]:
        lines = list(range(1, len(lines) + 1))
    rows = [[_text_of(record[key]) for key in ("a", 'b "é')] for record in table]
    return (text + ("" if lines_only else draw(ENDS) + "]")).encode(), rows, lines  # fmt: skip


@settings(max_examples=300)
@given(documents(), st.integers(1, 50))
def test_a_table_comes_out_as_it_went_in_whatever_the_layout_and_the_chunks(
    document: tuple[bytes, list[list[str]], list[int]], chunk: int
) -> None:
    data, rows, lines = document
    read = read_json(data, chunk, headers=("a", 'b "é'), path=())
    assert (read.records, read.faults) == (list(zip(lines, rows, strict=True)), [])


NESTED: st.SearchStrategy[Any] = st.recursive(
    VALUES.filter(lambda value: not isinstance(value, tuple)),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXTS, inner, max_size=4),
    max_leaves=12,
)


@settings(max_examples=200)
@given(st.lists(NESTED, min_size=2, max_size=4), st.sampled_from([None, 0, 2]), st.booleans())
def test_nested_values_are_the_compact_json_of_themselves(
    values: list[Any], indent: int | None, ascii_only: bool
) -> None:
    data = json.dumps([{"a": value} for value in values], indent=indent, ensure_ascii=ascii_only)
    compact = [json.dumps(v, ensure_ascii=False, separators=(",", ":")) for v in values]
    assume(any(isinstance(value, list | dict) for value in values))
    nested = [
        c if isinstance(v, list | dict) else _text_of(v)
        for c, v in zip(compact, values, strict=True)
    ]
    assert read_json(data, 7).rows == [[text] for text in nested]


def _notes(data: str, **options: Any) -> list[Any]:
    reader = reader_of(data, **options)
    list(reader.pieces())
    return reader.notes


def test_a_record_may_be_as_long_as_many_windows() -> None:
    value = "x" * FIELD_LIMIT
    record = json.dumps({"a": value, "b": value, "c": value})
    assert len(record) < MOST_RECORD
    data = f"[{record},{record}]"
    assert read_json(data, 1 << 16, headers=("a", "b", "c")).rows == [[value] * 3] * 2


def test_memory_does_not_grow_with_the_file() -> None:
    line = b'{"a":1,"b":"' + b"some text " * 100 + b'","c":[1,2]}\n'
    tracemalloc.start()
    try:
        reader = JsonReader((line * 50 for _ in range(200)), Dialect(format=Format.NDJSON))
        assert sum(piece.records for piece in reader.pieces() if isinstance(piece, Rows)) == 10_000
        assert tracemalloc.get_traced_memory()[1] < 2_000_000  # of 10 MB
    finally:
        tracemalloc.stop()


def test_the_reader_never_proves_lines_and_says_how_they_would_end() -> None:
    reader = reader_of('{"a":1}\n{"a":2}\n')
    assert (reader.line_end, reader.dialect.format) == (b"\n", Format.NDJSON)
    assert {type(piece) for piece in reader.pieces(proven=True)} == {Rows}
