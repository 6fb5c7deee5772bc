"""What the preview says and shows of a file."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.imports.factories import make_user
from tests.imports.web import client_of, preview_fields

pytestmark = pytest.mark.django_db


def preview(sample: bytes, given: dict[str, Any] | None = None, **other: Any) -> str:
    """The answer to an administrator."""
    fields = preview_fields(sample, given=json.dumps(given or {}), **other)
    client = client_of(make_user(is_superuser=True))
    response = client.post("/imports/new/preview/", fields, secure=True)
    assert response.status_code == 200
    return response.content.decode()


def context(sample: bytes, given: dict[str, Any] | None = None, **other: Any) -> Any:
    """What the template was given."""
    fields = preview_fields(sample, given=json.dumps(given or {}), **other)
    client = client_of(make_user(is_superuser=True))
    return client.post("/imports/new/preview/", fields, secure=True).context


ODD = "Stand: März\n\nCode;Name\nFR;Côte\nDE;Übersee\n".encode("cp1252")


def test_what_was_found_is_one_sentence() -> None:
    page = preview(ODD)
    assert "CSV in Windows-1252, separated by semicolons, names of the columns in line 3" in page


def test_a_line_with_letters_shows_whether_the_encoding_is_right() -> None:
    page = preview("code,name\nFR,Côte\n".encode())
    assert '<q class="file-line" translate="no">FR,Côte</q>' in page


def test_what_is_given_is_followed() -> None:
    found = context(ODD, {"encoding": "cp1251", "delimiter": ",", "header_lines": 0})
    assert [column.header for column in found["head"]] == ["column 1"]
    assert "Windows-1251, separated by commas, no names of columns" in found["sentence"]


def test_readings_in_other_encodings_are_offered_where_the_own_is_not_proven() -> None:
    found = context(ODD)
    assert {reading.encoding for reading, _ in found["readings"]} > {"cp1252"}
    assert [value.text for reading, value in found["readings"] if reading.is_chosen] == [
        "Stand: März"
    ]


def test_no_readings_are_offered_of_proven_utf_8() -> None:
    assert context("code,name\nFR,Côte\n".encode())["readings"] == []


def test_empty_values_and_blanks_have_marks() -> None:
    page = preview(b"code,name\nFR, France \nDE,\n")
    assert '<span class="blank">·</span>France<span class="blank">·</span>' in page
    assert "∅" in page


def test_two_characters_that_are_the_same_are_refused_in_words() -> None:
    page = preview(b"code,name\nFR,France\n", {"delimiter": ";", "comment": ";"})
    assert "must be different characters" in page
    assert "data-forget" in page


def test_lines_that_were_left_out_leave_no_empty_file() -> None:
    page = preview(b"code,name\nFR,France\n", {"preamble": 99, "comment": "#"})
    assert "nothing below line 99" in page
    assert "The file is empty" not in page
    assert 'data-given="preamble"' in page
    assert 'data-given="comment"' in page


def test_an_empty_file_cannot_be_read_as_it_was_found() -> None:
    page = preview(b"")
    assert "The file is empty" in page
    assert "data-forget" not in page


def test_a_file_that_cannot_be_read_so_can_be_read_otherwise() -> None:
    page = preview(b'{"code": "FR"', {"format": "json"})
    assert "The file ends inside" in page
    assert 'data-given="format"' in page
    assert "data-confirm" not in page


def test_a_file_that_nothing_helps_has_no_controls() -> None:
    assert "data-given" not in preview(b"PK\x03\x04...")


def test_records_that_will_be_set_aside_are_told() -> None:
    found = context(b"code,name\nFR,France\nDE,Germany,too many\nIT,Italy\n")
    assert [aside.line for aside in found["asides"]] == [3]


def test_faults_in_the_first_rows_propose_to_ask_before_writing() -> None:
    page = preview(b"code,name\nFR,France\nDE,Germany,too many\nIT,Italy\n")
    assert 'name="review" value="on_rejects" checked' in page


def wide(columns: int) -> bytes:
    names = ",".join([*(f"c{number}" for number in range(columns)), "code", "name"])
    return f"{names}\n{','.join(['1'] * columns)},FR,France\n".encode()


def test_of_thousands_of_columns_the_first_are_in_the_page_and_the_others_as_data() -> None:
    found = context(wide(5000))
    assert (len(found["columns"]), len(found["more_columns"])) == (50, 4952)
    assert found["column_count"] == 5002


def test_columns_with_a_field_are_among_the_first() -> None:
    fields = [column.field for column in context(wide(5000))["columns"]]
    assert fields[:3] == ["code", "name", ""]


def test_the_table_of_first_rows_says_that_it_does_not_show_all_columns() -> None:
    page = preview(wide(60))
    assert "The table shows the first 50 columns; 12 more are read too." in page


def test_a_reject_file_s_own_columns_are_no_columns_to_choose() -> None:
    sample = b"sluice_line,sluice_value,sluice_reason,code,name\n2,x,y,FR,France\n"
    found = context(sample)
    assert [column.header for column in found["columns"]] == ["code", "name"]


def test_a_reject_file_s_guards_are_taken_off() -> None:
    sample = b"sluice_line,code,name\n2,FR,'=France\n"
    assert "=France" in [value.text for value in context(sample)["rows"][0].cells]


def test_a_guess_is_marked() -> None:
    page = preview("Kürzel,name\nFR,France\nDE,Germany\n".encode())
    assert "a guess, by its values" in page
