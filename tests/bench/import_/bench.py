"""The server with its table, and what can be measured on it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

import psycopg

from tests.bench.import_.data import Variant
from tests.bench.measuring import Measure, run_module


@dataclass(frozen=True)
class Bench:
    """The server's database, and the files."""

    url: str
    env: dict[str, str]
    files: dict[Variant, Path]
    rows: int

    def empty(self) -> None:
        """The table as new."""
        with psycopg.connect(self.url, autocommit=True) as connection:
            connection.execute("TRUNCATE shop_movement RESTART IDENTITY")
            connection.execute("VACUUM ANALYZE shop_movement")

    def count(self) -> int:
        """The rows of the table."""
        with psycopg.connect(self.url) as connection:
            row = connection.execute("SELECT count(*) FROM shop_movement").fetchone()
        assert row is not None
        return int(row[0])

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

    def staging(self, size: int, *, quoted: bool) -> Measure:
        """Reading and staging alone, of so many bytes."""
        job = self._planned(Variant.CLEAN, "insert", exclusive=False)
        with psycopg.connect(self.url) as connection:
            statement = "SELECT plan FROM imports_importjob WHERE id = %s"
            row = connection.execute(statement, (job,)).fetchone()
        assert row is not None
        work = {"url": self.url, "job": str(uuid4()), "plan": row[0]}
        work |= {"bytes": size, "quoted": quoted}
        return run_module("tests.bench.import_.staging", work, self.env)

    def _planned(self, variant: Variant, mode: str, *, exclusive: bool) -> str:
        work = {"path": str(self.files[variant]), "mode": mode, "exclusive": exclusive}
        return str(run_module("tests.bench.import_.plan", work, self.env).said["job"])

    def _import(self, variant: Variant, mode: str, *, exclusive: bool) -> Measure:
        job = self._planned(variant, mode, exclusive=exclusive)
        work = {"url": self.url, "path": str(self.files[variant]), "job": job}
        done = run_module("tests.bench.import_.ours", work, self.env)
        if done.said["outcome"] != "succeeded":
            raise SystemExit(f"{variant}: {done.said}")
        return done
