"""Texts in known encodings, from the tests of two detectors: each is read as what it is in."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from tests.outside.packages import CHARDET, CHARSET_NORMALIZER, files_of
from tests.outside.reading import read_bytes

EACH_LINE_A_VALUE: dict[str, Any] = {
    "format": "csv", "delimiter": "\x1f", "quote": "", "escape": "", "comment": "",
    "skip_blanks": False, "preamble": 0, "header_lines": 0, "width": 1,
}  # fmt: skip
"""The dialect in which any text is a table of one column."""

A_FOLDER = 3
"""Texts of each encoding; all of them with --full."""

SUPERSETS = {
    "big5": "cp950", "gb2312": "gb18030", "shift_jis": "cp932", "tis-620": "cp874",
    "iso-8859-1": "cp1252", "euc-kr": "cp949",
}  # fmt: skip
"""What such texts really are in: WHATWG's Encoding Standard reads them so."""

NEVER = ("EUC-TW", "Johab")
"""Python has no codec for the one; the other, of the nineties, is not looked for."""

AMBIGUOUS = ("torokorszag.blogspot.com.xml",)
"""Hungarian whose only sign is three bytes of 600,000."""

ONE_OF_TWO = {0x301C: 0xFF5E, 0x2212: 0xFF0D, 0x2016: 0x2225}
"""Wave dash, minus and double bar of JIS: Microsoft's tables map them to other characters than the
standards do."""

OF_NORMALIZER = {
    "arabic": "utf-8", "arabic-1": "cp1256", "bulgarian": "utf-8", "chinese": "big5",
    "english.bom": "utf-8-sig", "french": "utf-8", "french-1": "cp1252", "greek": "cp1253",
    "greek-2": "cp1253", "hebrew-2": "cp1255", "hebrew-3": "cp1255", "korean": "cp949",
    "polish": "utf-8", "russian": "mac_cyrillic", "russian-2": "utf-8", "russian-3": "utf-8",
    "spanish": "utf-8", "turkish": "cp1254",
}  # fmt: skip
"""What the package's own tests expect of its samples."""


def test_web_pages_are_read_in_their_encodings(pytestconfig: pytest.Config) -> None:
    some = None if pytestconfig.getoption("--full") else A_FOLDER
    folders = [path for path in chardet_tests().iterdir() if path.is_dir()]
    assert len(folders) > 40
    wrong = [
        f"{folder.name}/{path.name}"
        for folder in sorted(folders)
        for path in sorted(folder.iterdir(), key=lambda path: path.stat().st_size)[:some]
        if folder.name not in NEVER and path.name not in AMBIGUOUS
        if lines_read(path) != lines_in(path, encoding_of(folder.name))
    ]
    assert wrong == []


@pytest.mark.parametrize("name", OF_NORMALIZER)
def test_samples_are_read_in_their_encodings(name: str) -> None:
    folder = next(files_of(CHARSET_NORMALIZER).glob("*/data"))
    path = folder / f"sample-{name}.txt"
    assert lines_read(path) == lines_in(path, OF_NORMALIZER[name])


def chardet_tests() -> Path:
    return files_of(CHARDET) / "chardet-5.2.0" / "tests"


def encoding_of(folder: str) -> str:
    """A folder is an encoding, with a language behind it where that has several."""
    encoding = re.sub(r"^(iso-8859-\d+|windows-\d+)-[a-z]+$", r"\1", folder.lower())
    return SUPERSETS.get(encoding, encoding)


def lines_in(path: Path, encoding: str) -> list[str]:
    """Its lines that are not empty, but those that are damaged: they are set aside."""
    text = path.read_bytes().decode(encoding, "replace").removeprefix("\ufeff")
    lines = re.split("\r\n|\r|\n", text.translate(ONE_OF_TWO))
    return [line for line in lines if line and "\ufffd" not in line and "\0" not in line]


def lines_read(path: Path) -> list[str]:
    outcome = read_bytes(path.read_bytes(), **EACH_LINE_A_VALUE)
    return [row[0].translate(ONE_OF_TWO) for row in outcome.rows]
