"""`bin/bench cold [--rounds N]`: for each kind of file, what a fresh process needs to read a small
one: seconds of imports, memory, modules. The first line is the worker before any file."""

from __future__ import annotations

import argparse
import json
import statistics
import sys
import tempfile
from dataclasses import asdict
from pathlib import Path
from typing import Any

from tests.bench.files_.kinds import KINDS
from tests.bench.measuring import Measure, run_command

_CHILD = """
import json, sys, time
work = json.load(sys.stdin)
begun, cpu, before = time.perf_counter(), time.process_time(), len(sys.modules)
import lambda_worker.handler
if work["path"]:
    from pathlib import Path
    from lambda_worker.files.read_file import chunks_of_path, read_file
    report = read_file(chunks_of_path(Path(work["path"])))
    assert report.records == work["records"], report
seconds, cpu = time.perf_counter() - begun, time.process_time() - cpu
modules = len(sys.modules) - before
from tests.bench.measuring import peak_mb
said = {"modules": modules}
print(json.dumps({"seconds": seconds, "cpu_seconds": cpu, "peak_mb": peak_mb(), "said": said}))
"""

RECORDS = 100


def main() -> None:
    """Measure, print, write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--full", action="store_true", help="no other than without: it is small")
    options = parser.parse_args()
    found: dict[str, list[Measure]] = {}
    with tempfile.TemporaryDirectory() as folder:
        works: dict[str, dict[str, Any]] = {"no file": {"path": ""}}
        for number, (kind, write) in enumerate(KINDS.items()):
            path = Path(folder) / str(number)
            write(RECORDS, path)
            works[kind] = {"path": str(path), "records": RECORDS}
        for _ in range(options.rounds):
            for kind, work in works.items():
                run = run_command([sys.executable, "-c", _CHILD], work, {})
                found.setdefault(kind, []).append(run)
    print(f"{'':32} {'s':>6} {'CPU s':>6} {'memory, MB':>10} {'modules':>8}")
    for kind, runs in found.items():
        seconds, cpu, peak = (
            statistics.median(getattr(run, what) for run in runs)
            for what in ("seconds", "cpu_seconds", "peak_mb")
        )
        print(f"{kind:32} {seconds:6.3f} {cpu:6.3f} {peak:10.1f} {runs[0].said['modules']:8}")
    path = Path("bench-results/cold.json")
    path.parent.mkdir(exist_ok=True)
    path.write_text(
        json.dumps({kind: [asdict(run) for run in runs] for kind, runs in found.items()})
    )
    print(path)


if __name__ == "__main__":
    main()
