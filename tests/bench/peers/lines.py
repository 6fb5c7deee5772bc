"""The other tools' lines of `bin/bench import --peers`."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from tests.bench.import_ import data
from tests.bench.import_.bench import Bench
from tests.bench.import_.data import HEADER, Variant
from tests.bench.measuring import Measure, run_command, run_module
from tests.bench.peers.installing import find_pgloader, install_node, install_python


@dataclass(frozen=True)
class Peer:
    """One line: how to run it, and how many rows it loads."""

    run: Callable[[], Measure]
    rows: int


@dataclass(frozen=True)
class _Peers:
    """Runs the others on the same server, each into an empty table."""

    bench: Bench
    env: Mapping[str, str]
    folder: Path

    def resolved(self, module: str, **options: Any) -> Peer:
        """One that needs the foreign keys' ids in the file."""
        work = {"path": str(self.bench.files[Variant.RESOLVED]), **options}
        return Peer(partial(self._module, module, work, self.bench.rows), self.bench.rows)

    def import_export(self, rows: int, *, tuned: bool) -> Peer:
        """django-import-export takes too long for all rows."""
        path = self.folder / f"{rows}.csv"
        data.write(path, Variant.CLEAN, rows)
        work = {"path": str(path), "tuned": tuned}
        return Peer(partial(self._module, "import_export", work, rows), rows)

    def node(self, script: str) -> Peer:
        """What one writes by hand."""
        work = {"path": str(self.bench.files[Variant.CLEAN]), "header": HEADER}
        run = partial(self._run, partial(run_command, ["node", script]), work, self.bench.rows)
        return Peer(run, self.bench.rows)

    def _module(self, module: str, work: dict[str, Any], rows: int) -> Measure:
        run = partial(run_module, f"tests.bench.peers.{module}")
        return self._run(run, work, rows)

    def _run(self, run: Callable[..., Measure], work: dict[str, Any], rows: int) -> Measure:
        self.bench.empty()
        measure = run({"url": self.bench.url, **work}, self.env)
        if (loaded := self.bench.count()) != rows:
            raise SystemExit(f"{loaded} rows instead of {rows}: {measure.said}")
        return measure


def peer_lines(bench: Bench, folder: Path, *, full: bool) -> dict[str, Peer]:
    """All that can be had here."""
    peers = _Peers(bench, bench.env | install_python(), folder)
    found = {
        "django-postgres-copy, kept": peers.resolved("postgres_copy", drop=False),
        "django-postgres-copy, rebuilt": peers.resolved("postgres_copy", drop=True),
        "django-import-export": peers.import_export(20_000 if full else 2_000, tuned=False),
        "django-import-export, tuned": peers.import_export(100_000 if full else 10_000, tuned=True),
    }
    if program := find_pgloader():
        found["pgloader"] = peers.resolved("pgloader", pgloader=program)
    else:
        print("SKIPPED: pgloader is not installed", file=sys.stderr)
    if script := install_node():
        found["pg-copy-streams by hand"] = peers.node(script)
    else:
        print("SKIPPED: pg-copy-streams needs node and npm", file=sys.stderr)
    return found
