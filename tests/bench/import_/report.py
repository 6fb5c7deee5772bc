"""The table of medians, and the goals."""

from __future__ import annotations

import json
import statistics
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Final

from tests.bench.measuring import Measure

Runs = Mapping[str, Sequence[Measure]]

STOCK: Final = "COPY, stock settings"
TUNED: Final = "COPY, random_page_cost 1.1"
GOALS: Final = (
    # (what, of what, seconds a row at most)
    ("insert", TUNED, 1.05),
    ("insert", STOCK, 0.80),
    ("insert, 1 % rejects", "insert", 1.15),
    ("upsert, nothing changed", "insert", 0.25),
    ("insert, exclusive", STOCK, 0.45),
    ("insert", "django-import-export", 1 / 100),
    ("insert", "django-import-export, tuned", 1 / 20),
)
MEMORY_GOAL: Final = 80.0
GROWTH_GOAL: Final = 8.0
CPU_GOALS: Final = {"read 1 GB": 4.0, "read 1 GB, all quoted": 12.0}


def report(rows: Mapping[str, int], found: Runs, sizes: Runs, path: Path) -> None:
    """Print all, and write it as JSON. `rows` by line; `sizes` are readings alone."""
    each = {name: _median(runs, "seconds") / rows[name] for name, runs in found.items()}
    print(f"medians of {len(next(iter(found.values())))}")
    print(
        f"{'':34} {'rows':>9} {'s':>7} {'rows/s':>9} {'of stock':>8} {'of tuned':>8} {'MB':>5}"
        f" {'CPU s':>6}"
    )
    for name, runs in found.items():
        print(
            f"{name:34} {rows[name]:9,} {each[name] * rows[name]:7.2f} {1 / each[name]:9,.0f}"
            f" {each[name] / each[STOCK]:8.2f} {each[name] / each[TUNED]:8.2f}"
            f" {_median(runs, 'peak_mb'):5.0f} {_median(runs, 'cpu_seconds'):6.2f}"
        )
    for name, runs in sizes.items():
        gb = runs[0].said["bytes"] / 1e9
        print(
            f"{name:34} {runs[0].said['records']:9,} {runs[0].seconds:7.2f} {'':27}"
            f" {runs[0].peak_mb:5.0f} {runs[0].cpu_seconds:6.2f}"
            f" {runs[0].cpu_seconds / gb:6.2f} CPU s/GB"
        )
    goals = [
        (f"{what} / {of}", each[what] / each[of], most)
        for what, of, most in GOALS
        if what in each and of in each
    ]
    goals += _goals_of_sizes(sizes)
    goals.append(("memory of insert, MB", _median(found["insert"], "peak_mb"), MEMORY_GOAL))
    for name, value, most in goals:
        met = "met" if value <= most else f"missed by {value / most - 1:.0%}"
        print(f"{name}: {value:.3g}, goal {most:.3g}: {met}")
    path.parent.mkdir(exist_ok=True)
    told = {n: [asdict(run) for run in runs] for n, runs in {**found, **sizes}.items()}
    names = ("what", "value", "goal")
    whole = {"rows": rows, "runs": told, "goals": [dict(zip(names, g, strict=True)) for g in goals]}
    path.write_text(json.dumps(whole, indent=2))
    print(path)


def _goals_of_sizes(sizes: Runs) -> list[tuple[str, float, float]]:
    if not sizes:
        return []
    peaks = [_median(sizes[name], "peak_mb") for name in sizes if "quoted" not in name]
    goals = [("memory's growth with the file, MB", peaks[-1] - peaks[0], GROWTH_GOAL)]
    for name, most in CPU_GOALS.items():
        [run] = sizes[name]
        goals.append((f"CPU seconds a GB, {name}", run.cpu_seconds / run.said["bytes"] * 1e9, most))
    return goals


def _median(runs: Sequence[Measure], what: str) -> float:
    return float(statistics.median(getattr(run, what) for run in runs))
