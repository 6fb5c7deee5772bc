"""`bin/bench import [--full] [--rounds N] [--peers] [--sizes]`: runs all, interleaved, and tells
the medians."""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Final

import psycopg

from devstack.postgres import start_postgres
from devstack.processes import processes
from tests.bench.import_ import data
from tests.bench.import_.bench import Bench
from tests.bench.import_.data import Variant
from tests.bench.import_.report import report
from tests.bench.measuring import Measure
from tests.bench.peers.lines import peer_lines

SMALL: Final = 100_000
FULL: Final = 1_000_000
TUNED: Final = ("SET random_page_cost = 1.1",)


Work = Mapping[str, Callable[[], Measure]]


def lines(bench: Bench) -> Work:
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


def staging_lines(bench: Bench, *, full: bool) -> Work:
    """Reading and staging, of files that are made up as they go."""
    sizes = {"10 MB": 10**7, "1 GB": 10**9} | ({"10 GB": 10**10} if full else {})
    plain = {f"read {name}": partial(bench.staging, n, quoted=False) for name, n in sizes.items()}
    return plain | {"read 1 GB, all quoted": partial(bench.staging, 10**9, quoted=True)}


def main() -> None:
    """Run, print, write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--full", action="store_true", help=f"{FULL:,} rows, not {SMALL:,}")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--peers", action="store_true", help="other tools too, once they are here")
    parser.add_argument("--sizes", action="store_true", help="reading of files of all sizes too")
    options = parser.parse_args()
    rows = FULL if options.full else SMALL
    with processes() as running, tempfile.TemporaryDirectory() as folder:
        url = start_postgres(running, 18).create_database("bench")
        bench = Bench(url, _environment(url), _files(Path(folder), rows), rows)
        _migrate(bench)
        peers = peer_lines(bench, Path(folder), full=options.full) if options.peers else {}
        compared = {**lines(bench)} | {name: peer.run for name, peer in peers.items()}
        found = _rounds(compared, options.rounds)
        sizes = _rounds(staging_lines(bench, full=options.full), 1) if options.sizes else {}
    counts = dict.fromkeys(lines(bench), rows) | {n: peer.rows for n, peer in peers.items()}
    report(counts, found, sizes, Path("bench-results/import.json"))


def _rounds(runs: Work, rounds: int) -> dict[str, list[Measure]]:
    found: dict[str, list[Measure]] = {name: [] for name in runs}
    for number in range(rounds):
        for name, run in runs.items():
            found[name].append(run())
            seconds = found[name][-1].seconds
            print(f"round {number + 1}: {name}: {seconds:.2f} s", file=sys.stderr)
    return found


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


if __name__ == "__main__":
    main()
