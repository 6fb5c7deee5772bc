"""manage.py read_file: what would be staged of a file, and what it would set aside."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command


def read(path: Path, data: bytes, *arguments: str) -> str:
    file = path / "file"
    file.write_bytes(data)
    out = io.StringIO()
    call_command("read_file", str(file), *arguments, stdout=out)
    return out.getvalue()


def as_json(path: Path, data: bytes, *arguments: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(read(path, data, "--json", *arguments))
    return found


SEMICOLONS = "Ort;Einwohner\nZürich;443037\nBern\nBasel;178120\n".encode("cp1252")


def test_it_says_what_was_understood(tmp_path: Path) -> None:
    found = as_json(tmp_path, SEMICOLONS)
    assert (found["format"], found["encoding"]) == ("csv", "cp1252")
    assert found["dialect"]["delimiter"] == ";"
    assert found["header"] == ["Ort", "Einwohner"]
    assert found["first_rows"] == [["Zürich", "443037"], ["Basel", "178120"]]
    assert (found["records"], found["set_aside"]) == (2, 1)


def test_every_record_set_aside_has_its_line_and_reason(tmp_path: Path) -> None:
    (reject,) = as_json(tmp_path, SEMICOLONS)["rejects"]
    assert (reject["line"], reject["code"], reject["text"]) == (3, "wrong_field_count", "Bern")
    assert reject["reason"].startswith("The record has only 1 of 2 values")


def test_rows_and_rejects_are_written_as_csv(tmp_path: Path) -> None:
    rows, rejects = tmp_path / "rows.csv", tmp_path / "rejects.csv"
    read(tmp_path, SEMICOLONS, "--rows", str(rows), "--rejects", str(rejects))
    assert rows.read_text() == "Ort,Einwohner\nZürich,443037\nBasel,178120\n"
    (reject,) = csv.DictReader(rejects.read_text().splitlines())
    assert (reject["sluice_line"], reject["Ort"]) == ("3", "Bern")


def test_a_dialect_that_is_given_is_not_detected(tmp_path: Path) -> None:
    found = as_json(tmp_path, SEMICOLONS, "--dialect", '{"delimiter": ",", "encoding": "cp850"}')
    assert (len(found["header"]), found["set_aside"], found["encoding"]) == (1, 0, "cp850")


def test_in_words(tmp_path: Path) -> None:
    text = read(tmp_path, SEMICOLONS)
    assert "Windows-1252" in text
    assert "Line 3 set aside: The record has only 1 of 2 values" in text
    assert "Records: 2; set aside: 1" in text


def test_a_file_that_is_none_is_refused_in_words(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="it looks like PNG"):
        read(tmp_path, b"\x89PNG\r\n\x1a\n")


def test_a_refusal_as_json_exits_with_1(tmp_path: Path, capsys: Any) -> None:
    rows = tmp_path / "rows.csv"
    with pytest.raises(SystemExit) as caught:
        read(tmp_path, b"", "--json", "--rows", str(rows))
    assert (caught.value.code, rows.exists()) == (1, False)


def test_what_is_read_is_never_written_over(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="named twice"):
        read(tmp_path, SEMICOLONS, "--rows", str(tmp_path / "file"))
    assert (tmp_path / "file").read_bytes() == SEMICOLONS


def test_a_path_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="No such file"):
        read(tmp_path, SEMICOLONS, "--rows", str(tmp_path / "no" / "rows.csv"))


@pytest.mark.parametrize("dialect", ["{", "[]", '{"delimeter": ","}', '{"encoding": "utf-9"}'])
def test_a_senseless_dialect_is_refused(tmp_path: Path, dialect: str) -> None:
    with pytest.raises(CommandError, match="argument --dialect"):
        read(tmp_path, SEMICOLONS, "--dialect", dialect)


def test_no_database_is_asked(tmp_path: Path) -> None:
    """Without the mark, pytest-django refuses every connection."""
    assert as_json(tmp_path, b"a,b\n1,2\n")["records"] == 1
