"""Japanese open data: the holidays as the Cabinet Office publishes them (code page 932), and cities
and post codes in all encodings that such lists come in."""

from __future__ import annotations

import csv
import json
import unicodedata
from io import StringIO

import pytest

from tests.outside.packages import SHUKUJITSU, ZIP_CODES, files_of
from tests.outside.reading import read_bytes, read_path

ENCODINGS = ("cp932", "euc_jp", "iso2022_jp", "utf-8", "utf-16", "gb18030")

SOME = 20_000
"""Of 117,000 post codes."""


def test_the_holidays_are_read_as_code_page_932() -> None:
    paths = sorted(files_of(SHUKUJITSU).rglob("*.csv"))
    assert len(paths) == 7
    for path in paths:
        outcome = read_path(path)
        assert outcome.table == list(csv.reader(StringIO(path.read_bytes().decode("cp932"))))
        assert outcome.dialect.encoding == "cp932"
        assert not outcome.asides


@pytest.mark.parametrize(
    "encoding", ["cp932", "euc_jp", "iso2022_jp", "utf-8", "utf-16", "gb18030"]
)
def test_the_cities_are_read_in_any_encoding(encoding: str) -> None:
    table = [["団体コード", "市区町村名", "カナ"], *cities(half_width=encoding != "iso2022_jp")]
    outcome = read_bytes(as_csv(table).encode(encoding))
    assert outcome.table == table
    assert not outcome.asides


def test_post_codes_without_a_header_keep_their_zeros() -> None:
    master = files_of(ZIP_CODES) / "package" / "master" / "zip7.json"
    codes: dict[str, str | list[str]] = json.loads(master.read_text("utf-8"))["zip7"]
    rows = [[code, town] for code, town in sorted(codes.items()) if isinstance(town, str)][:SOME]
    outcome = read_bytes(as_csv(rows).encode("cp932"))
    assert outcome.rows == rows
    assert outcome.dialect.header_lines == 0


def cities(*, half_width: bool) -> list[list[str]]:
    """Code, name, and the name in kana."""
    master = files_of(ZIP_CODES) / "package" / "master" / "city.json"
    found: dict[str, list[str]] = json.loads(master.read_text("utf-8"))["city"]
    rows = [[code, *names[:2]] for code, names in sorted(found.items())]
    if half_width:
        return rows
    return [[unicodedata.normalize("NFKC", value) for value in row] for row in rows]


def as_csv(table: list[list[str]]) -> str:
    text = StringIO(newline="")
    csv.writer(text).writerows(table)
    return text.getvalue()
