"""The example files of CSV libraries: read to their end, and twins of each other where they are."""

from __future__ import annotations

import csv
import json
from io import StringIO
from pathlib import Path

import pytest

from lambda_worker.files.dialect import Format
from lambda_worker.files.reading import FileFault
from tests.outside.packages import AGATE, CSVKIT, CSVTOJSON, Package, files_of
from tests.outside.reading import Outcome, read_path

FOLDERS = {
    CSVTOJSON: "package/test/data",
    CSVKIT: "csvkit-2.2.0/examples",
    AGATE: "agate-1.14.2/examples",
}

NO_TEXT = (".xls", ".xlsx", ".dbf")

LARGE = 1_000_000
"""Bytes; the only larger file is left out: 38 MB of a census, in columns of fixed width."""

BLANK = " ,\r\n"
"""What a file has that has no records."""


@pytest.mark.parametrize("package", FOLDERS, ids=lambda package: package.name)
def test_every_text_is_read_and_only_what_is_none_is_refused(package: Package) -> None:
    paths = [path for path in files_in(package) if path.stat().st_size < LARGE]
    assert len(paths) > 20
    for path in paths:
        empty = not path.read_bytes().strip(BLANK.encode())
        assert is_refused(path) == (empty or path.suffix in NO_TEXT), path


@pytest.mark.parametrize("package", FOLDERS, ids=lambda package: package.name)
def test_plain_tables_have_the_records_that_pythons_csv_module_finds(package: Package) -> None:
    compared = 0
    for path in files_in(package):
        if path.suffix == ".csv" and path.stat().st_size < LARGE and not is_refused(path):
            outcome = read_path(path)
            if is_plain(outcome):
                assert outcome.table == table_of(path, outcome), path
                compared += 1
    assert compared > 1


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("dummy.csv.gz", "dummy.csv"),
        ("dummy.csv.bz2", "dummy.csv"),
        ("dummy.tsv", "dummy.csv"),
        ("test_utf8_bom.csv", "test_utf8.csv"),
        ("test_utf16_little.csv", "test_utf16_big.csv"),
        ("testjson_multiline.json", "testjson_multiline_converted.csv"),
    ],
)
def test_twins_in_other_forms_give_the_same_table(one: str, other: str) -> None:
    folder = files_of(CSVKIT) / FOLDERS[CSVKIT]
    assert read_path(folder / one).table == read_path(folder / other).table


def test_json_of_agate_has_the_records_of_its_twin() -> None:
    folder = files_of(AGATE) / FOLDERS[AGATE]
    for number in (1, 2, 3):
        path = folder / "tableset" / f"table{number}.json"
        objects = json.loads(path.read_text(), parse_int=str)
        assert read_path(path).objects == objects
        assert read_path(path.with_suffix(".csv")).objects == objects


def files_in(package: Package) -> list[Path]:
    folder = files_of(package) / FOLDERS[package]
    return sorted(path for path in folder.rglob("*") if path.is_file())


def is_refused(path: Path) -> bool:
    try:
        read_path(path)
    except FileFault:
        return True
    return False


def is_plain(outcome: Outcome) -> bool:
    """Whether a plain CSV parser would read the file in the same way."""
    dialect = outcome.dialect
    special = dialect.preamble or dialect.comment or dialect.escape or dialect.skip_blanks
    named = dialect.header_lines == 1 and not dialect.row_names and not outcome.report.notes
    return dialect.format is Format.CSV and named and not special and not outcome.asides


def table_of(path: Path, outcome: Outcome) -> list[list[str]]:
    encoding = outcome.dialect.encoding
    text = path.read_bytes().decode(encoding).removeprefix("\ufeff")
    lines = StringIO(text, newline="")
    rows = [row for row in csv.reader(lines, delimiter=outcome.dialect.delimiter) if row]
    return [[name.strip() for name in rows[0]], *rows[1:]]
