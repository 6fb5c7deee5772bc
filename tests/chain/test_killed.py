"""A worker killed in mid-import: the table untouched, the page honest, the job completed after
all."""

from __future__ import annotations

import os
import signal
from pathlib import Path

import pytest

from devstack.stack import Stack
from tests.chain.support import (
    airports_file,
    country,
    job_row,
    sql,
    staging_tables,
    start_import,
    visibility,
    wait_for,
)

ROWS = 120_000

PROGRESS = (
    "import json; from datetime import timedelta; from django.utils import timezone;"
    "from imports.models import ImportJob; from imports.progress import progress_of;"
    "p = progress_of(ImportJob.objects.get(pk='{job}'), timezone.now() + timedelta(seconds=16));"
    "print(json.dumps([p.stalled, p.sentence]))"
)


def worker_pids() -> list[int]:
    """The processes that run the function: ministack starts each with this path in its command."""
    found: list[int] = []
    for folder in Path("/proc").iterdir():
        if folder.name.isdecimal():
            try:
                command = (folder / "cmdline").read_bytes()
            except OSError:
                continue
            if b"ministack-lambda-devstack-worker" in command:
                found.append(int(folder.name))
    return found


def of_this_stack(stack: Stack, pid: int) -> bool:
    return str(stack.folder).encode() in Path(f"/proc/{pid}/cmdline").read_bytes()


@pytest.mark.parametrize("phase", ["staging", "checking", "applying"])
def test_a_killed_worker_is_followed_by_one_that_completes(
    stack: Stack, tmp_path: Path, phase: str
) -> None:
    country(stack)
    file = airports_file(tmp_path / "airports.csv", ROWS, width=80)
    with visibility(stack, 20):
        job = start_import(stack, "airports.airport", file)
        wait_for(lambda: job_row(stack, job)["status"] == phase)
        for pid in [pid for pid in worker_pids() if of_this_stack(stack, pid)]:
            os.kill(pid, signal.SIGKILL)
        assert sql(stack, "SELECT count(*) AS n FROM airports_airport") == [{"n": 0}]
        assert job_row(stack, job)["status"] == phase
        shown = stack.manage("shell", "--verbosity", "0", "-c", PROGRESS.format(job=job)).stdout
        assert "The worker is gone. Nothing was written" in shown
        wait_for(lambda: job_row(stack, job)["finished_at"], 120)
    row = job_row(stack, job)
    assert (row["status"], row["attempt"], row["rows_inserted"]) == ("succeeded", 2, ROWS)
    assert staging_tables(stack) == 0
