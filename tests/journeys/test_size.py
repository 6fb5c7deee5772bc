"""Big files: how long they take, and how little memory the worker needs."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import Final

import pytest

from devstack.stack import Stack
from tests.generated import write_airports_of
from tests.journeys import support

MEMORY_LIMIT_KB: Final = 128 * 1024
"""A quarter of the function's 512 MB: room for a wider table or a longer value."""


@pytest.mark.usefixtures("countries")
@pytest.mark.parametrize("megabytes", [20, pytest.param(200, marks=pytest.mark.slow)])
def test_the_worker_streams(
    stack: Stack, tmp_path: Path, megabytes: int, figure: Callable[[str], None]
) -> None:
    path = tmp_path / "big.csv"
    rows = write_airports_of(path, megabytes * 1_000_000)
    started = time.monotonic()
    job = support.import_file(stack, "airports.airport", path)
    seconds = time.monotonic() - started
    peak = job["peak_memory_kb"]
    figure(
        f"{path.stat().st_size / 1e6:,.0f} MB, {rows:,} rows: {seconds:.1f} s by import_file, "
        f"worker's peak memory {peak / 1024:.0f} MB"
    )
    assert job["status"] == "succeeded"
    assert (job["records_read"], job["rows_inserted"]) == (rows, rows)
    assert peak < MEMORY_LIMIT_KB
