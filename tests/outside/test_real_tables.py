"""The data sets of vega, CSV and JSON of real things: the same as the standard library reads."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

from tests.outside.packages import VEGA, files_of
from tests.outside.reading import read_path

WORDS = {None: "", True: "true", False: "false"}


def test_csv_is_read_as_the_csv_module_reads_it() -> None:
    for path in files("csv"):
        with path.open(encoding="utf-8-sig", newline="") as stream:
            assert read_path(path).table == list(csv.reader(stream)), path


def test_json_is_read_as_the_json_module_reads_it() -> None:
    for path in files("json"):
        records = json.loads(path.read_text("utf-8"), parse_int=str, parse_float=str)
        names = list(dict.fromkeys(name for record in records for name in record))
        values = [[as_text(record.get(name)) for name in names] for record in records]
        assert read_path(path).table == [names, *values], path


def files(suffix: str) -> list[Path]:
    found = sorted((files_of(VEGA) / "vega_datasets" / "_data").glob(f"*.{suffix}"))
    assert len(found) > 5
    return found


def as_text(value: Any) -> str:
    return value if isinstance(value, str) else WORDS[value]
