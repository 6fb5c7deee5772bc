"""The rejects in the shape that was sent: read again, they are exactly the rejected records."""

from __future__ import annotations

import gzip
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from lambda_worker.as_sent import AsSentFile, SentAs, ways
from lambda_worker.files.dialect import Dialect, Format
from lambda_worker.files.opening import open_file
from lambda_worker.files.reading import Rows
from lambda_worker.plan import FilePlan
from lambda_worker.sent_shapes import CannotCarry
from lambda_worker.strict_json import from_json
from tests.worker.workbench import Workbench

CP1252 = Dialect(encoding="cp1252", delimiter=";", preamble=2)
JSON = Dialect(format=Format.JSON, header_lines=0)
LINES = Dialect(format=Format.NDJSON, header_lines=0)


def rejected(bench: Workbench, data: bytes, dialect: Dialect, **changes: Any) -> dict[str, Any]:
    """The job of a file of countries in a dialect."""
    plan = bench.plan("country")
    headers = changes.pop("headers", plan.file.headers)
    file = replace(plan.file, dialect=dialect, headers=headers)
    job = bench.job(replace(plan, file=file, **changes), data)
    assert bench.run(job) == "succeeded"
    return bench.row(job)


def read_again(data: bytes, dialect: Dialect) -> tuple[tuple[str, ...], list[list[str]]]:
    """What the file's own dialect makes of it, now that its header comes first."""
    own = replace(dialect, preamble=0, header_lines=min(dialect.header_lines, 1))
    reader = open_file([data], replace(own, compression=dialect.compression))
    return reader.headers, [r for p in reader.pieces() if isinstance(p, Rows) for r in p.rows]


# -- Whole imports ------------------------------------------------------------------------------


def test_a_spreadsheets_csv_comes_back_as_one(bench: Workbench) -> None:
    text = 'Länder\n\ncode;name\nFR;France\nx;"Zwei\nZeilen; schön"\nDE;"ein ""Wort"""\n'
    text += "yy;=2+3\n"
    row = rejected(bench, text.replace("\n", "\r\n").encode("cp1252"), CP1252)
    expected = 'code;name\r\nx;"Zwei\r\nZeilen; schön"\r\nyy;=2+3\r\n'
    assert bench.as_sent(row["id"]) == expected.encode("cp1252")


def test_tabs_in_utf_16_come_back_with_their_mark(bench: Workbench) -> None:
    dialect = Dialect(encoding="utf-16", delimiter="\t")
    row = rejected(bench, "code\tname\nx\tÉire 愛\nFR\tFrance\n".encode("utf-16"), dialect)
    assert bench.as_sent(row["id"]) == "\ufeffcode\tname\nx\tÉire 愛\n".encode("utf-16-le")


def test_json_lines_come_back_as_json_lines(bench: Workbench) -> None:
    data = b'{"code": "x", "name": "N"}\n{"code": 12.50, "name": null}\n{"code":"FR","name":"F"}\n'
    row = rejected(bench, data, LINES)
    assert bench.as_sent(row["id"]).decode().splitlines() == [
        '{"code": "x", "name": "N"}',
        '{"code": 12.50, "name": null}',
    ]


def test_a_json_document_comes_back_as_one(bench: Workbench) -> None:
    data = b'{"data": [{"code": "x", "name": "N"}, {"code": "FR", "name": "F"}]}'
    row = rejected(bench, data, replace(JSON, path=("data",)))
    assert bench.as_sent(row["id"]) == b'{"data": [\n{"code": "x", "name": "N"}\n]}\n'


def test_what_was_packed_comes_back_unpacked(bench: Workbench) -> None:
    data = gzip.compress(b"code,name\nx,N\nFR,France\n")
    row = rejected(bench, data, Dialect(compression="gzip"))  # type: ignore[arg-type]
    assert bench.as_sent(row["id"]) == b"code,name\nx,N\n"


@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
def test_utf_8_begins_with_a_mark_where_the_file_did(bench: Workbench, mark: bytes) -> None:
    row = bench.import_("country", mark + b"code,name\nx,N\n")
    assert bench.as_sent(row["id"]) == mark + b"code,name\nx,N\n"


def test_a_broken_record_stands_there_as_it_stood_in_the_file(bench: Workbench) -> None:
    row = bench.import_("country", 'code,name\nFR,"Fra"nce\nDE,Germany\nIT,Ita,ly\n')
    assert bench.as_sent(row["id"]).decode("utf-8-sig").splitlines() == [
        "code,name",
        'FR,"Fra"nce',
        "IT,Ita,ly",
    ]


def test_half_a_record_is_left_out_and_counted(bench: Workbench) -> None:
    row = bench.import_("country", 'code,name\nx,N\nFR,"' + "F" * 2000 + '"x\n')
    assert (row["rows_rejected"], row["reading"]["as_sent"]["left_out"]) == (2, 1)
    assert bench.as_sent(row["id"]).decode("utf-8-sig") == "code,name\nx,N\n"
    assert [r["sluice_line"] for r in bench.reject_file(row["id"])] == ["2", "3"]


def test_what_the_encoding_cannot_hold_makes_the_file_utf_8(bench: Workbench) -> None:
    data = '{"code": "x", "name": "schön \\u611b"}\n'.encode("cp1252")
    row = rejected(bench, data, replace(LINES, encoding="cp1252"))
    told = from_json(Dialect, row["reading"]["as_sent"]["dialect"])
    assert (told.encoding, told.format) == ("utf-8", Format.NDJSON)
    assert bench.as_sent(row["id"]).decode() == '{"code": "x", "name": "schön 愛"}\n'


def test_a_damaged_record_is_not_taken_for_what_was_sent(bench: Workbench) -> None:
    dialect = Dialect(encoding="cp1252", delimiter=";")
    row = rejected(bench, "code;name\nx;schön\nFR;Fr\x81nce\n".encode("latin-1"), dialect)
    assert (row["rows_rejected"], row["reading"]["as_sent"]["left_out"]) == (2, 1)
    assert bench.as_sent(row["id"]) == "code;name\nx;schön\n".encode("cp1252")


def test_a_job_without_rejects_has_no_such_file(bench: Workbench) -> None:
    row = bench.import_("country", "code,name\nFR,France\n")
    assert ("as_sent" in row["reading"], bench.world.results) == (False, {})


def test_the_file_put_right_is_imported(bench: Workbench) -> None:
    row = rejected(bench, "\n\ncode;name\nx;schön\nFR;F\n".encode("cp1252"), CP1252)
    fixed = bench.as_sent(row["id"]).replace(b"x;", b"DE;")
    rejected(bench, fixed, replace(CP1252, preamble=0))
    assert bench.all("SELECT code, name FROM airports_country ORDER BY code") == [
        {"code": "DE", "name": "schön"},
        {"code": "FR", "name": "F"},
    ]


def test_our_own_reject_file_keeps_its_guards(bench: Workbench) -> None:
    headers = ("sluice_line", "sluice_column", "sluice_value", "sluice_reason", "code", "name")
    data = f"{','.join(headers)}\n2,code,x,why,x,'=1+1\n".encode()
    row = rejected(bench, data, Dialect(), headers=headers)
    assert bench.as_sent(row["id"]).decode("utf-8-sig").splitlines()[1] == "2,code,x,why,x,'=1+1"


# -- Any values in any dialect ------------------------------------------------------------------

TEXTS = st.text(
    st.one_of(
        st.sampled_from(list(" ,;\t|\"'\\#\r\nabc01.-éß愛[]{}:")),
        st.characters(exclude_categories=["Cs", "Cc"]),
    ),
    max_size=8,
)
DIALECTS = st.sampled_from(
    [
        Dialect(),
        Dialect(delimiter=";", quote="'"),
        Dialect(delimiter="\t", encoding="utf-16"),
        Dialect(delimiter="|", escape="\\"),
        Dialect(delimiter=";", escape="\\", quote=""),
        Dialect(comment="#", skip_blanks=True),
        Dialect(header_lines=0),
        Dialect(encoding="cp932"),
        Dialect(encoding="iso2022_jp", delimiter="\t"),
        Dialect(row_names=True),
        JSON,
        LINES,
        replace(JSON, path=("a b", "data")),
    ]
)


@st.composite
def tables(draw: st.DrawFn) -> list[list[str]]:
    width = draw(st.integers(1, 4))
    return draw(st.lists(st.lists(TEXTS, min_size=width, max_size=width), min_size=1, max_size=4))


def written(records: list[list[str]], way: SentAs) -> bytes:
    out: list[bytes] = []
    file = AsSentFile(out.append, way)
    for record in records:
        file.record(record)
    file.close()
    return b"".join(out)


def as_the_worker_does(records: list[list[str]], file: FilePlan) -> tuple[bytes, Dialect]:
    for way in ways(file, {}):
        try:
            return written(records, way), way.dialect
        except CannotCarry:
            continue
    raise AssertionError("there is no way")


@given(tables(), DIALECTS)
def test_read_again_it_is_exactly_the_rejected_records(
    records: list[list[str]], dialect: Dialect
) -> None:
    assume(not dialect.row_names or len(records[0]) > 1)  # names of rows, and nothing else
    headers = tuple(f"column {n}" for n in range(1, len(records[0]) + 1))
    data, used = as_the_worker_does(records, FilePlan(name="f", dialect=dialect, headers=headers))
    assert read_again(data, used) == (headers, records)


@given(st.recursive(st.none() | st.booleans() | TEXTS, st.lists, max_leaves=5))
def test_a_value_inside_of_a_value_keeps_its_shape(value: Any) -> None:
    import json

    nested = json.dumps([value], ensure_ascii=False, separators=(",", ":"))
    line = written([[nested]], SentAs(LINES, ("a",), "\n"))
    assert line.decode() == f'{{"a": {nested}}}\n'


def test_a_value_from_inside_stands_where_it_stood() -> None:
    dialect = replace(LINES, paths=("a.b", "c.d"))
    headers = ("a", "c", "a.b", "c.d")
    line = written([['{"b":1}', "", "1", "2"]], SentAs(dialect, headers, "\n"))
    assert line == b'{"a": {"b":1}, "c": null, "c.d": 2}\n'
    reader = open_file([line], dialect, headers=headers)
    assert [r for p in reader.pieces() for r in p.rows] == [['{"b":1}', "", "1", "2"]]  # type: ignore[union-attr]


@pytest.mark.parametrize(
    "value", ['{"a":NaN}', "[1, 2]", "1e5", "01", "true", "-", "null", "[", '"']
)
def test_texts_that_look_like_json_come_back_as_they_are(value: str) -> None:
    line = written([[value, "x"]], SentAs(LINES, ("a", "b"), "\n"))
    assert read_again(line, LINES)[1] == [[value, "x"]]
