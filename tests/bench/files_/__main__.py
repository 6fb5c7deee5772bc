"""`bin/bench files [--full] [--rounds N]`: reads files of each kind, interleaved, and tells the
medians."""

from __future__ import annotations

import argparse
import json
import statistics
import sys
import tempfile
from collections.abc import Callable
from dataclasses import asdict
from functools import partial
from pathlib import Path
from typing import Final

import psycopg

from devstack.postgres import start_postgres
from devstack.processes import processes
from lambda_worker.contract import STAGING_SCHEMA
from tests.bench.files_.kinds import KINDS
from tests.bench.measuring import Measure, run_module

SMALL: Final = 200_000
FULL: Final = 1_400_000
"""Records: 15 and 105 MB of plain CSV."""

STAGED: Final = ("CSV", "CSV, one record in 1,000 odd", "CSV, Windows-1252", "JSON")
CAREFULLY: Final = ", carefully"

Work = dict[str, Callable[[], Measure]]


def main() -> None:
    """Write the files, read them, print, write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--full", action="store_true", help=f"{FULL:,} records, not {SMALL:,}")
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    with processes() as running, tempfile.TemporaryDirectory() as folder:
        url = start_postgres(running, 18).create_database("bench")
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute(f"CREATE SCHEMA {STAGING_SCHEMA}".encode())
        files = {kind: Path(folder) / str(n) for n, kind in enumerate(KINDS)}
        for kind, path in files.items():
            KINDS[kind](FULL if options.full else SMALL, path)
        table_bytes = files["CSV"].stat().st_size
        found = _rounds(_lines(files, url), options.rounds)
    _report(found, table_bytes)


def _lines(files: dict[str, Path], url: str) -> Work:
    lines: Work = {}
    for kind, path in files.items():
        lines[f"read {kind}"] = partial(_child, path, "", proven=True)
    lines[f"read CSV{CAREFULLY}"] = partial(_child, files["CSV"], "", proven=False)
    for kind in STAGED:
        lines[f"stage {kind}"] = partial(_child, files[kind], url, proven=True)
    lines[f"stage CSV{CAREFULLY}"] = partial(_child, files["CSV"], url, proven=False)
    return lines


def _child(path: Path, url: str, *, proven: bool) -> Measure:
    work = {"path": str(path), "url": url, "proven": proven}
    return run_module("tests.bench.files_.child", work, {})


def _rounds(lines: Work, rounds: int) -> dict[str, list[Measure]]:
    found: dict[str, list[Measure]] = {name: [] for name in lines}
    for number in range(rounds):
        for name, run in lines.items():
            found[name].append(run())
            print(f"round {number + 1}: {name}: {found[name][-1].seconds:.2f} s", file=sys.stderr)
    return found


def _report(found: dict[str, list[Measure]], table_bytes: int) -> None:
    """MB are those of the plain CSV, whatever the form: so all lines say how long a table takes."""
    print(f"a table of {table_bytes / 1e6:.0f} MB as CSV; medians")
    print(f"{'':40} {'records':>9} {'s':>6} {'MB/s':>6} {'CPU s/GB':>8} {'memory, MB':>10}")
    medians = {}
    for name, runs in found.items():
        seconds, cpu, peak = (
            statistics.median(getattr(run, what) for run in runs)
            for what in ("seconds", "cpu_seconds", "peak_mb")
        )
        medians[name] = seconds
        print(
            f"{name:40} {runs[0].said['records']:9,} {seconds:6.2f}"
            f" {table_bytes / 1e6 / seconds:6.0f}"
            f" {cpu / table_bytes * 1e9:8.1f} {peak:10.0f}"
        )
    share = medians["stage CSV"] / medians[f"stage CSV{CAREFULLY}"]
    print(f"carefully staged: {share:.2f} of the speed of the pass-through; goal 0.33")
    path = Path("bench-results/files.json")
    path.parent.mkdir(exist_ok=True)
    path.write_text(
        json.dumps({name: [asdict(run) for run in runs] for name, runs in found.items()})
    )
    print(path)


if __name__ == "__main__":
    main()
