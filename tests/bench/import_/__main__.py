"""`bin/bench import [--full] [--rounds N]`: runs all, interleaved; prints a table of medians."""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Callable
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from typing import Final

import psycopg

from devstack.postgres import start_postgres
from devstack.processes import processes
from tests.bench.import_ import data
from tests.bench.import_.data import Variant
from tests.bench.measuring import Measure, run_module

SMALL: Final = 100_000
FULL: Final = 1_000_000
RESULTS: Final = Path("bench-results")
TUNED: Final = ("SET random_page_cost = 1.1",)


@dataclass(frozen=True)
class Bench:
    """The server's database, and the files."""

    url: str
    env: dict[str, str]
    files: dict[Variant, Path]

    def empty(self) -> None:
        """The table as new."""
        with psycopg.connect(self.url, autocommit=True) as connection:
            connection.execute("TRUNCATE shop_movement RESTART IDENTITY")
            connection.execute("VACUUM ANALYZE shop_movement")

    def floor(self, settings: tuple[str, ...]) -> Measure:
        """A plain COPY."""
        self.empty()
        work = {"url": self.url, "path": str(self.files[Variant.RESOLVED]), "settings": settings}
        return run_module("tests.bench.import_.floor", work, self.env)

    def ours(
        self, variant: Variant, mode: str, *, loaded: bool = False, exclusive: bool = False
    ) -> Measure:
        """An import, into an empty table or onto the clean file's rows."""
        self.empty()
        if loaded:
            self._import(Variant.CLEAN, "insert", exclusive=True)
            with psycopg.connect(self.url, autocommit=True) as connection:
                connection.execute("VACUUM ANALYZE shop_movement")
        return self._import(variant, mode, exclusive=exclusive)

    def _import(self, variant: Variant, mode: str, *, exclusive: bool) -> Measure:
        work = {"path": str(self.files[variant]), "mode": mode, "exclusive": exclusive}
        planned = run_module("tests.bench.import_.plan", work, self.env)
        work = {"url": self.url, "path": str(self.files[variant]), "job": planned.said["job"]}
        done = run_module("tests.bench.import_.ours", work, self.env)
        if done.said["outcome"] != "succeeded":
            raise SystemExit(f"{variant}: {done.said}")
        return done


def lines(bench: Bench) -> dict[str, Callable[[], Measure]]:
    """What is compared, in the order of a round."""
    ours = bench.ours
    return {
        "COPY, stock settings": partial(bench.floor, ()),
        "COPY, random_page_cost 1.1": partial(bench.floor, TUNED),
        "insert": partial(ours, Variant.CLEAN, "insert"),
        "insert, 1 % rejects": partial(ours, Variant.REJECTS, "insert"),
        "insert, exclusive": partial(ours, Variant.CLEAN, "insert", exclusive=True),
        "upsert, nothing changed": partial(ours, Variant.CLEAN, "upsert", loaded=True),
        "upsert, 10 % changed": partial(ours, Variant.CHANGED_10, "upsert", loaded=True),
        "upsert, all changed": partial(ours, Variant.CHANGED_ALL, "upsert", loaded=True),
        "upsert, half new": partial(ours, Variant.HALF_NEW, "upsert", loaded=True),
    }


GOALS: Final = (
    # (what, of what, at most)
    ("insert", "COPY, random_page_cost 1.1", 1.05),
    ("insert", "COPY, stock settings", 0.80),
    ("insert, 1 % rejects", "insert", 1.15),
    ("upsert, nothing changed", "insert", 0.25),
    ("insert, exclusive", "COPY, stock settings", 0.45),
)


def main() -> None:
    """Run, print, write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--full", action="store_true", help=f"{FULL:,} rows, not {SMALL:,}")
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    rows = FULL if options.full else SMALL
    with processes() as running, tempfile.TemporaryDirectory() as folder:
        url = start_postgres(running, 18).create_database("bench")
        bench = Bench(url, _environment(url), _files(Path(folder), rows))
        _migrate(bench)
        found: dict[str, list[Measure]] = {name: [] for name in lines(bench)}
        for number in range(options.rounds):
            for name, run in lines(bench).items():
                found[name].append(run())
                seconds = found[name][-1].seconds
                print(f"round {number + 1}: {name}: {seconds:.2f} s", file=sys.stderr)
    _report(rows, found)


def _environment(url: str) -> dict[str, str]:
    return {
        "DJANGO_SETTINGS_MODULE": "tests.bench.settings",
        "DATABASE_URL": url,
        "SECRET_KEY": "only-for-benchmarks-" + "x" * 40,
        "ALLOWED_HOSTS": "localhost",
        "SLUICE_BASE_URL": "https://sluice.example.com",
        "SLUICE_BUCKET": "bench",
        "SLUICE_COMMANDS_QUEUE_URL": "https://sqs.eu-west-1.amazonaws.com/1/bench",
        "SLUICE_DATABASE_PARAMETER": "/sluice/bench",
        "SLUICE_MAX_UPLOAD_BYTES": str(1024**4),
        "AWS_REGION": "eu-west-1",
    }


def _files(folder: Path, rows: int) -> dict[Variant, Path]:
    files = {variant: folder / f"{variant}.csv" for variant in Variant}
    for variant, path in files.items():
        data.write(path, variant, rows)
    return files


def _migrate(bench: Bench) -> None:
    command = [sys.executable, "manage.py", "migrate", "--skip-checks", "--verbosity", "0"]
    subprocess.run(command, env={**os.environ, **bench.env}, check=True)
    with psycopg.connect(bench.url, autocommit=True) as connection, connection.cursor() as cursor:
        for table, column, make, number in (
            ("warehouse", "code", data.warehouse_code, data.WAREHOUSES),
            ("product", "sku", data.product_sku, data.PRODUCTS),
        ):
            statement = f"INSERT INTO shop_{table} ({column}, name) VALUES (%s, '')"
            cursor.executemany(statement.encode(), [(make(n),) for n in range(number)])
        connection.execute("VACUUM ANALYZE")


def _report(rows: int, found: dict[str, list[Measure]]) -> None:
    seconds = {name: statistics.median(m.seconds for m in runs) for name, runs in found.items()}
    stock, tuned = seconds["COPY, stock settings"], seconds["COPY, random_page_cost 1.1"]
    print(f"{rows:,} rows; medians of {len(next(iter(found.values())))}")
    print(f"{'':28} {'s':>7} {'rows/s':>9} {'of stock':>8} {'of tuned':>8} {'MB':>5} {'CPU s':>6}")
    for name, runs in found.items():
        time = seconds[name]
        memory = statistics.median(run.peak_mb for run in runs)
        cpu = statistics.median(run.cpu_seconds for run in runs)
        print(
            f"{name:28} {time:7.2f} {rows / time:9,.0f} {time / stock:8.2f} {time / tuned:8.2f}"
            f" {memory:5.0f} {cpu:6.2f}"
        )
    goals: list[dict[str, object]] = []
    for what, of, most in GOALS:
        ratio = seconds[what] / seconds[of]
        met = "met" if ratio <= most else f"missed by {ratio / most - 1:.0%}"
        print(f"{what} / {of}: {ratio:.2f}, goal {most:.2f}: {met}")
        goals.append({"what": what, "of": of, "ratio": ratio, "goal": most})
    RESULTS.mkdir(exist_ok=True)
    path = RESULTS / "import.json"
    told = {name: [asdict(run) for run in runs] for name, runs in found.items()}
    path.write_text(json.dumps({"rows": rows, "runs": told, "goals": goals}, indent=2))
    print(path)


if __name__ == "__main__":
    main()
