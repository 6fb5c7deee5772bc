"""Which files are taken for JSON, and where their records are looked for."""

from __future__ import annotations

import json
from typing import Any

import pytest

from lambda_worker.files.dialect import Format
from lambda_worker.files.json_reading.sniffing import find_json
from tests.worker.files.json_reading import SAMPLE, as_bytes, reader_of


def found(data: str, *, whole: bool = True) -> tuple[Format, tuple[str, ...]] | None:
    json = find_json(as_bytes(data)[:SAMPLE], whole=whole, given={})
    return json and (json.format, json.path)


@pytest.mark.parametrize(
    "data",
    [
        "[id],[name]\n1,2\n",
        "[1],[2]\n[3],[4]\n",
        "{3F2504E0-4F89},x\n",
        "{x},{y}\n",
        '{"a":1},x,y\n{"a":2},x,y\n',
        "[2024-01-01 10:00] INFO started\n",
        "[1] first note\n",
        "[ERROR] x;y\n",
        "{{ name }},b\n",
    ],
)
def test_a_file_that_only_begins_like_json_is_none(data: str) -> None:
    assert found(data) is None


def test_the_lines_of_which_the_second_is_broken_are_records_all_the_same() -> None:
    assert found('{"a":1}\n{"a":2\n{"a":3}\n{"a":4}\n') == (Format.NDJSON, ())
    assert found('{"a":1}\noops\n{"a":3}\n{"a":4}\n') == (Format.NDJSON, ())


@pytest.mark.parametrize(
    ("data", "path"),
    [
        ('[{"a":1},{"a":2}]\nDone.\n', ()),
        ('{"data":[{"id":1},{"id":2}]}\nHTTP 200\n', ("data",)),
    ],
)
def test_a_line_of_text_behind_a_document_makes_it_no_lines(
    data: str, path: tuple[str, ...]
) -> None:
    assert found(data) == (Format.JSON, path)


@pytest.mark.parametrize(
    "data",
    [
        '[{"a":1}]',
        '{"a":1}',
        "[]",
        "[1,2]",
        "[[1,2],[3,4]]",
        "[{'a': 1}, {'a': 2}]",
        "[{a: 1}]",
        '[\n // comment\n {"a":1}]',
        '[{"a":1,}]',
        '[{"a":"\udce9"}]',
        '[{"a":1},{"a":2',
        '[{"a":"x',
        "[1,2,]",
        '[{"a":1}]x',
    ],
)
def test_a_document_is_json_even_where_it_is_broken_or_cut(data: str) -> None:
    assert found(data) == (Format.JSON, ())


@pytest.mark.parametrize(
    "data",
    [
        '{"a":1}\n{"a":2}',
        '{"a":1}{"a":2}',
        '{\n"a":1\n}\n{',
        '\x1e{"a":1}\n',
        "[1,2]\n[3,4]\n",
        '{"a":1},\n{"a":2},\n',
        '{"a":}\n{"a":2}\n{"a":3}\n',
        '{"a":"x"y"}\n{"a":2}\n{"a":3}\n',
        '{"rows":[{"b":1},{"b":2}]}\n{"rows":[{"b":3}]}\n',
    ],
)
def test_values_one_after_another_are_lines(data: str) -> None:
    assert found(data) == (Format.NDJSON, ())


RECORDS = [{"a": 1, "b": "x"}, {"a": 2, "b": "y"}]


@pytest.mark.parametrize(
    ("document", "path"),
    [
        ({"meta": {"n": 2}, "result": {"records": RECORDS}}, ("result", "records")),
        ({"types": RECORDS, "data": RECORDS}, ("data",)),
        ({"type": "FeatureCollection", "features": RECORDS}, ("features",)),
        ({"hits": {"total": 2, "hits": RECORDS}}, ("hits", "hits")),
        ({"schema": {"fields": RECORDS * 2}, "data": RECORDS}, ("data",)),
        ({"columns": ["a", "b"], "index": [0, 1], "data": [[1, 2], [3, 4]]}, ("data",)),
        ([{"page": 1, "pages": 2}, RECORDS], ("1",)),
        ([{"type": "header"}, {"type": "table", "data": RECORDS * 9}], ("1", "data")),
        ({"users": {"u1": RECORDS[0], "u2": RECORDS[1]}}, ("users", "*")),
        ({"id": 1, "name": "x", "tags": ["a", "b"]}, ()),
        ({"home": {"city": "x", "zip": "1"}, "work": {"city": "y", "zip": "2"}}, ()),
        ({"count": 99, "ids": list(range(10_001, 10_100))}, ("ids",)),
        ([RECORDS], ("0",)),
        ([[[1, 2], [3, 4]]], ()),
        ({"next": None, "results": []}, ("results",)),
    ],
)
def test_the_list_that_looks_like_the_table_is_the_one(
    document: Any, path: tuple[str, ...]
) -> None:
    for indent in (None, 2):
        assert found(json.dumps(document, indent=indent)) == (Format.JSON, path)


def test_a_list_that_goes_on_behind_the_sample_counts_for_more() -> None:
    document = {"columns": [{"name": f"column {n}"} for n in range(400)], "list": RECORDS * 5_000}
    assert found(json.dumps(document), whole=False) == (Format.JSON, ("list",))


@pytest.mark.parametrize(
    ("data", "lines"),
    [
        ('[["a","b"],[1,2]]', 1),
        ('[["a","b"],["x",null],["y",1.5]]', 1),
        ('["name","town"]\n["Ann","Bern"]\n["Bob Miller","Basel"]\n["Carl","Chur"]\n', 1),
        ("[[1,2],[3,4]]", 0),
        ('[["x",1],["y",2]]', 0),
        ('[["a","b"]]', 0),
        ('[{"a":1},{"a":2}]', 0),
        ("[1,2]", 0),
    ],
)
def test_a_first_array_of_names_is_a_header(data: str, lines: int) -> None:
    assert reader_of(data).dialect.header_lines == lines


def test_brackets_without_end_are_no_trouble() -> None:
    assert found("[" * SAMPLE, whole=False) == (Format.JSON, ())
    assert found('{"a":' * (SAMPLE // 5), whole=False) == (Format.JSON, ())
