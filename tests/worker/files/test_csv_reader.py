"""What the CSV reader makes of bytes: records, records set aside, and remarks."""

from __future__ import annotations

import csv
import io
from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from lambda_worker.files.csv_reading.scanner import FIELD_LIMIT, Scanner
from lambda_worker.files.dialect import Dialect
from lambda_worker.files.reading import FileFault
from tests.worker.files.reading import read_csv


@pytest.mark.parametrize("chunk", [1, 2, 3, 7, 1000])
@pytest.mark.parametrize(
    ("data", "records"),
    [
        (b"a,b\n1,2\n", [(2, ["1", "2"])]),
        (b"a,b\n1,2", [(2, ["1", "2"])]),
        (b"a,b\r\n1,2\r\n", [(2, ["1", "2"])]),
        (b"a,b\r1,2\r3,4", [(2, ["1", "2"]), (3, ["3", "4"])]),
        (b"a,b\n1,2\r\n3,4\r5,6", [(2, ["1", "2"]), (3, ["3", "4"]), (4, ["5", "6"])]),
        (b'a,b\n1,"x\ny"\n2,z\n', [(2, ["1", "x\ny"]), (4, ["2", "z"])]),
        (b'a,b\n1,"x\r\n\r\ny"\n2,z\n', [(2, ["1", "x\r\n\r\ny"]), (5, ["2", "z"])]),
        (b'a,b\n"1 ""one""",2\n', [(2, ['1 "one"', "2"])]),
        (b'a,b\n5" pipe,2\n', [(2, ['5" pipe', "2"])]),
        (b'a,b\n"1" ,"2"\t\n', [(2, ["1", "2"])]),
        (b"a,b\n\n1,2\n\n", [(3, ["1", "2"])]),
        ("a,b\nü,日本\n".encode(), [(2, ["ü", "日本"])]),
        ("a,b\n1\u2028,2\x85\n".encode(), [(2, ["1\u2028", "2\x85"])]),
        (b"a,b\n\\.,2\n", [(2, ["\\.", "2"])]),
    ],
)
def test_well_formed_records_are_read_whatever_the_chunks(
    data: bytes, records: list[tuple[int, list[str]]], chunk: int
) -> None:
    read = read_csv(data, chunk)
    assert (read.headers, read.records, read.faults) == (("a", "b"), records, [])


@pytest.mark.parametrize("chunk", [1, 5, 1000])
@pytest.mark.parametrize(
    ("data", "faults"),
    [
        (b"1\n", [(2, "wrong_field_count")]),
        (b"1,2\n1,2,3\n5,6\n", [(3, "wrong_field_count")]),
        (b'1,2\n1,"2\n3,4\n', [(3, "unclosed_quote")]),
        (b'1,"2"x\n5,6\n', [(2, "stray_quote")]),
        (b"1,2\n1,\xff\n5,6\n", [(3, "bad_encoding")]),
        (b"1,2\n1,\xe3\x81", [(3, "bad_encoding")]),
        (b"1,\0\n5,6\n", [(2, "nul_character")]),
        (b"5,6\na,b\n", [(3, "header_again")]),
    ],
)
def test_a_bad_record_is_set_aside_with_its_line(
    data: bytes, faults: list[tuple[int, str]], chunk: int
) -> None:
    read = read_csv(b"a,b\n" + data, chunk)
    assert read.faults == faults
    assert all(len(row) == 2 for row in read.rows)


@pytest.mark.parametrize(
    "lines",
    [
        'Bob,Ink,"\nCy,Cap,"\n',
        'Bob,",2\nCy,",3\n',
        '",Ink,2\n",Cap,3\n',
    ],
)
def test_lone_quotes_hold_no_two_records_together(lines: str) -> None:
    read = read_csv("a,b,c\n1,2,3\n" + lines + "4,5,6\n")

    assert read.rows == [["1", "2", "3"], ["4", "5", "6"]]
    assert read.faults == [(3, "unclosed_quote"), (4, "unclosed_quote")]


@pytest.mark.parametrize(
    "address",
    [
        "Jo Smith\n12 Main St, Apt 4\nSpringfield, IL\nUSA",
        "Attn: Jo, Sales\nACME, Inc.\n5th Ave, 10\nNew York, NY",
    ],
)
def test_lines_of_an_address_are_no_records(address: str) -> None:
    read = read_csv(f'id,address\n1,"{address}"\n2,x\n')

    assert (read.rows, read.faults) == ([["1", address], ["2", "x"]], [])


def test_a_value_of_several_lines_may_begin_and_end_as_it_likes() -> None:
    text = '1,Bob,"\nStreet 1,\nCity,"\n'

    assert read_csv("a,b,c\n" + text).rows == [["1", "Bob", "\nStreet 1,\nCity,"]]


def test_what_stands_around_a_bad_record_goes_on() -> None:
    read = read_csv(b'a,b\n1,2\n3,"4\n5,6\n7,"8\n9,10\n')
    assert read.records == [(2, ["1", "2"]), (4, ["5", "6"]), (6, ["9", "10"])]
    assert read.faults == [(3, "unclosed_quote"), (5, "unclosed_quote")]


def test_an_unclosed_quote_does_not_take_the_next_quoted_value_for_its_end() -> None:
    read = read_csv(b'a,b\n1,"2\n3,"4"\n"5",6\n')
    assert (read.faults, read.rows) == ([(2, "unclosed_quote")], [["3", "4"], ["5", "6"]])


def test_an_unclosed_quote_does_not_take_doubled_quotes_for_its_end() -> None:
    read = read_csv('a,b\n1,2\n"3,4\n5,"""six"" and"\n')

    assert (read.rows, read.faults) == ([["1", "2"], ["5", '"six" and']], [(3, "unclosed_quote")])


def test_a_record_of_the_wrong_width_keeps_its_values_for_the_reject_file() -> None:
    (aside,) = read_csv(b'a,b\n1,"2,2",3\n').asides
    assert (aside.fields, aside.text) == (["1", "2,2", "3"], '1,"2,2",3')
    assert aside.params == {"expected": 2, "found": 3}


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_a_value_of_any_length_does_not_stop_the_rest(end: str) -> None:
    long = "x" * (6 * FIELD_LIMIT)
    read = read_csv(f"a,b{end}1,{long}{end}3,4{end}", chunk=100_000)
    assert (read.faults, read.records) == ([(2, "field_too_long")], [(3, ["3", "4"])])
    assert len(read.asides[0].text) <= 1000


def test_blank_lines_and_comments_are_no_records() -> None:
    read = read_csv(b"# x\na,b\n \t\n1,2\n#3,4\n5,6\n", comment="#")
    assert read.records == [(4, ["1", "2"]), (6, ["5", "6"])]


def test_in_a_file_of_one_column_a_blank_is_a_value() -> None:
    assert read_csv(b"a\n1\n \n2\n").rows == [["1"], [" "], ["2"]]


def test_lines_above_the_table_are_left_out() -> None:
    read = read_csv(b"Report\nof May\na,b\n1,2\n", preamble=2)
    assert (read.headers, read.records) == (("a", "b"), [(4, ["1", "2"])])


def test_columns_without_a_header_have_numbers_for_names() -> None:
    read = read_csv(b"1,2\n3,4\n", header_lines=0)
    assert (read.headers, read.rows) == (("column 1", "column 2"), [["1", "2"], ["3", "4"]])


def test_several_header_lines_become_one() -> None:
    read = read_csv(b"2024,,2025,\nin,out,in,out\n1,2,3,4\n", header_lines=2)
    assert read.headers == ("2024 in", "2024 out", "2025 in", "2025 out")


def test_row_names_of_r_have_a_column_without_a_name() -> None:
    read = read_csv(b"a,b\nr1,1,2\n", row_names=True)
    assert (read.headers, read.rows) == (("column 1", "a", "b"), [["r1", "1", "2"]])


@pytest.mark.parametrize(
    ("line", "fields"),
    [
        (r"a\,b,c", ["a,b", "c"]),
        (r'"a\"b",c', ['a"b', "c"]),
        (r'"a""b",c', ['a"b', "c"]),
        (r"a\\,c", ["a\\", "c"]),
        (r"C:\new,\N", [r"C:\new", r"\N"]),
        ("a\\\nb,c", ["a\nb", "c"]),
        ('"a\\\nb",c', ["a\nb", "c"]),
        (r"\"a,c", ['"a', "c"]),
    ],
)
def test_an_escape_stands_before_what_needs_one(line: str, fields: list[str]) -> None:
    assert read_csv(f"x,y\n{line}\n", escape="\\").rows == [fields]


def test_blanks_behind_delimiters_do_not_count_where_the_dialect_says_so() -> None:
    read = read_csv(b'a, b\n1, "2, 3"\n4,   5\n', skip_blanks=True)
    assert (read.headers, read.rows) == (("a", "b"), [["1", "2, 3"], ["4", "5"]])


def test_a_file_that_changes_half_way_is_said_not_guessed_over() -> None:
    read = read_csv(b"a,b\n1,2\nx,y,z\n1,2,3\n4,5,6\n")
    assert (read.rows, read.notes) == ([["1", "2"]], ["changes_midway"])


def test_a_blank_line_inside_a_table_is_said() -> None:
    assert read_csv(b"a,b\n1,2\n\n3,4\n").notes == ["blank_inside"]
    assert read_csv(b"a,b\n1,2\n\n").notes == []


@pytest.mark.parametrize("data", [b"", b"\n\n", b" \n\t\n"])
def test_a_file_of_nothing_is_refused(data: bytes) -> None:
    with pytest.raises(FileFault, match="empty_file"):
        read_csv(data)


def test_quotes_that_are_never_closed_cost_linear_time() -> None:
    lines = 3000
    read = read_csv(b"a,b\n" + b'1,"2\n' * lines)
    assert len(read.asides) == lines
    assert {aside.code for aside in read.asides} == {"unclosed_quote"}


# -- Against Python's csv module, for what it reads too --------------------------------------------

TEXTS = st.text(st.sampled_from("ab ,;\"'\\\n\r\té日#"), max_size=5)


@st.composite
def tables(draw: st.DrawFn) -> tuple[list[list[str]], dict[str, Any]]:
    width = draw(st.integers(2, 4))
    row = st.lists(TEXTS, min_size=width, max_size=width)
    written = {
        "delimiter": draw(st.sampled_from(",;\t|")),
        "quote": draw(st.sampled_from("\"'")),
        "escape": draw(st.sampled_from(["", "\\"])),
    }
    return draw(st.lists(row, min_size=1, max_size=8)), written


@settings(max_examples=400, deadline=None)
@given(
    table=tables(),
    all_quoted=st.booleans(),
    end=st.sampled_from(["\n", "\r\n", "\r"]),
    chunk=st.sampled_from([1, 7, 5000]),
)
def test_what_the_csv_module_writes_is_read_as_it_was(
    table: tuple[list[list[str]], dict[str, Any]], all_quoted: bool, end: str, chunk: int
) -> None:
    rows, dialect = table
    assume(not any(map(Scanner(Dialect(**dialect)).has_lone_quotes, rows)))
    out = io.StringIO()
    writer = csv.writer(
        out,
        delimiter=dialect["delimiter"],
        quotechar=dialect["quote"],
        escapechar=dialect["escape"] or None,
        doublequote=not dialect["escape"],
        quoting=csv.QUOTE_ALL if all_quoted else csv.QUOTE_MINIMAL,
        lineterminator=end,
    )
    names = [f"h{n}" for n in range(len(rows[0]))]
    writer.writerows([names, *rows])
    text = out.getvalue()
    if not all_quoted and "\r" in text:
        return  # before 3.13 the csv module leaves a lone CR unquoted
    read = read_csv(text, chunk, **dialect)
    kept = [row for row in rows if any(value.strip(" \t") for value in row) or all_quoted]
    assert [row for row in read.rows if row in kept] == kept
    assert read.faults == []


LINES = st.text(st.sampled_from("ab ,\"\\'\t"), max_size=12)


@settings(max_examples=2000, deadline=None)
@given(
    line=LINES,
    escape=st.sampled_from(["", "\\"]),
    quote=st.sampled_from(['"', "'", ""]),
    skip_blanks=st.booleans(),
)
def test_the_quick_ways_come_to_the_same_as_the_definition(
    line: str, escape: str, quote: str, skip_blanks: bool
) -> None:
    assume(line.strip())
    scanner = Scanner(Dialect(escape=escape, quote=quote, skip_blanks=skip_blanks))
    record = scanner.record(line + "\n")
    by_definition = None if record.is_open or record.is_stray else record.fields
    quick = scanner.fields(line + "\n")
    if quick is not None:
        assert quick == by_definition
    if scanner.suits_csv_module(line):
        try:
            rows = list(scanner.quick_rows([line + "\n"]))
        except csv.Error:
            return
        assert rows == [by_definition]
