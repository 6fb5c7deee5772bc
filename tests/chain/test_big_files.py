"""Big files: the worker's memory stays small, and nothing of the file passes the web process."""

from __future__ import annotations

from pathlib import Path

import pytest

from devstack.stack import Stack
from tests.chain.support import airports_file, country, import_file, sql


def peak_mb(stack: Stack, job: str) -> float:
    (row,) = sql(stack, "SELECT peak_memory_kb FROM imports_importattempt WHERE job_id = %s", job)
    return float(row["peak_memory_kb"]) / 1024


@pytest.mark.parametrize(
    ("rows", "width"),
    [
        pytest.param(150_000, 80, id="20 MB"),
        pytest.param(1_500_000, 80, id="200 MB", marks=pytest.mark.slow),
    ],
)
def test_the_workers_memory_stays_under_128_mb(
    stack: Stack, tmp_path: Path, rows: int, width: int
) -> None:
    country(stack)
    file = airports_file(tmp_path / "airports.csv", rows, width)
    found = import_file(stack, "airports.airport", file, "--user", "admin")
    assert (found["status"], found["rows_inserted"]) == ("succeeded", rows)
    peak = peak_mb(stack, found["job"])
    size = file.stat().st_size / 1e6
    print(f"\n{size:.0f} MB, {rows:,} rows: {found['seconds']:.0f} s, peak {peak:.0f} MB")
    assert peak < 128
