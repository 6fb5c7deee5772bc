"""`bin/bench poll [--full] [--rounds N] [--rate N]`: 100 polls of a status page a second, from
another process: while the job waits for its file, then while it is imported. The stack is the
local one; its gunicorn has two workers."""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import urllib.parse
import urllib.request
from http.cookiejar import CookieJar
from pathlib import Path
from typing import Any, Final

import psutil

from devstack.stack import Stack, stack
from devstack.web import ROOT
from tests.bench.measuring import Measure, run_module
from tests.generated import COUNTRIES, write_airports
from tests.journeys.support import clean, ended, import_file, reached, waiting

ROWS: Final = 300_000
FULL: Final = 1_500_000
RATE: Final = 100
SECONDS: Final = 10
GOAL: Final = 0.050
"""Seconds within which 95 of 100 polls are to be answered."""

QUERIES: Final = 3
"""The goal, with those of session and user."""


def main() -> None:
    """Measure, print, write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--full", action="store_true", help=f"{FULL:,} rows, not {ROWS:,}")
    parser.add_argument("--rounds", type=int, default=1)
    parser.add_argument("--rate", type=int, default=RATE)
    options = parser.parse_args()
    with stack() as running, tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "countries.csv"
        path.write_text(COUNTRIES, encoding="utf-8")
        file = write_airports(path.with_name("airports.csv"), FULL if options.full else ROWS)
        rounds = [_round(running, path, file, options.rate) for _ in range(options.rounds)]
    _report(rounds, options.rate)


def _round(running: Stack, countries: Path, file: Path, rate: int) -> dict[str, Any]:
    clean(running)  # else the second round's file is the first one's again, and is asked about
    import_file(running, "airports.country", countries)
    content = file.read_bytes()
    job = waiting(running, "airports.airport", content, mode="upsert")
    before = _polls(running, job.job, SECONDS, rate)
    assert job.post(content) == 204
    reached(running, job.job, "staging")
    during = _polls(running, job.job, 3600, rate)
    row = ended(running, job.job)
    assert row["status"] == "succeeded", row
    took = (row["finished_at"] - row["created_at"]).total_seconds()
    said = {"import seconds": took, "queries": _queries(running, job.job)}
    return {"waiting": before, "importing": during, **said}


def _polls(running: Stack, job: str, seconds: int, rate: int) -> dict[str, Any]:
    url = f"{running.web_url}/imports/{job}/progress/"
    work = {"url": url, "seconds": seconds, "rate": rate, "cookie": _sign_in(running.web_url)}
    before = _web_cpu(running)
    measure = run_module("tests.bench.poll_.polls", work, {})
    return _summary(measure, _web_cpu(running) - before)


def _summary(measure: Measure, cpu: float) -> dict[str, Any]:
    seconds = measure.said["seconds"]
    hundredths = statistics.quantiles(seconds, n=100)
    return {
        "polls": len(seconds),
        "a second": len(seconds) / measure.seconds,
        **{f"p{n}": hundredths[n - 1] for n in (50, 95, 99)},
        "most": max(seconds),
        "cpu a poll": cpu / len(seconds),
        "statuses": measure.said["statuses"],
    }


def _sign_in(url: str) -> str:
    """As the admin; the cookies."""
    jar = CookieJar()
    browser = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(jar))
    browser.open(f"{url}/admin/login/").close()
    [token] = [cookie.value for cookie in jar if cookie.name == "csrftoken"]
    fields = {"username": "admin", "password": "admin-demo", "csrfmiddlewaretoken": token}
    fields["next"] = "/imports/"
    browser.open(f"{url}/admin/login/", urllib.parse.urlencode(fields).encode()).close()
    return "; ".join(f"{cookie.name}={cookie.value}" for cookie in jar)


def _web_cpu(running: Stack) -> float:
    """CPU seconds of gunicorn and its workers so far."""
    masters = [
        process
        for started in running.running.started
        if "gunicorn" in " ".join((process := psutil.Process(started.pid)).cmdline())
    ]
    workers = [child for master in masters for child in master.children()]
    return sum(sum(process.cpu_times()[:2]) for process in workers)


def _queries(running: Stack, job: str) -> int:
    command = [sys.executable, "-m", "tests.bench.poll_.queries", job]
    done = subprocess.run(
        command, cwd=ROOT, env=dict(running.env), check=True, capture_output=True, text=True
    )
    return int(done.stdout)


def _report(rounds: list[dict[str, Any]], rate: int) -> None:
    load = os.getloadavg()[0]
    print(f"{rate} polls a second are due; {os.cpu_count()} cores, load average {load:.1f}")
    names = " ".join(f"{name:>7}" for name in ("p50", "p95", "p99", "most", "CPU ms"))
    print(f"{'':24} {'polls':>6} {'a second':>8} {names}")
    for found in rounds:
        for name in ("waiting", "importing"):
            line = found[name]
            times = " ".join(f"{line[p] * 1000:7.1f}" for p in ("p50", "p95", "p99", "most"))
            print(
                f"{name:24} {line['polls']:6} {line['a second']:8.1f} {times}"
                f" {line['cpu a poll'] * 1000:7.2f}  {line['statuses']}"
            )
    p95 = statistics.median(found["importing"]["p95"] for found in rounds)
    ratio = p95 / statistics.median(found["waiting"]["p95"] for found in rounds)
    queries = max(found["queries"] for found in rounds)
    print(f"p95 while importing is {ratio:.1f} times that while waiting")
    goals = [("p95 of a poll, ms", p95 * 1000, GOAL * 1000), ("queries a poll", queries, QUERIES)]
    for what, value, most in goals:
        met = "met" if value <= most else f"missed by {value / most - 1:.0%}"
        print(f"{what}: {value:.3g}, goal {most:.3g}: {met}")
    path = Path("bench-results/poll.json")
    path.parent.mkdir(exist_ok=True)
    told = [dict(zip(("what", "value", "goal"), goal, strict=True)) for goal in goals]
    whole = {"rate": rate, "load": load, "rounds": rounds, "goals": told}
    path.write_text(json.dumps(whole, indent=2))
    print(path)


if __name__ == "__main__":
    main()
