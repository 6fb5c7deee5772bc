"""A Postgres server of one's own, to be crashed and to be short of disk."""

from __future__ import annotations

import os
import resource
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg

from devstack.postgres import Postgres, serve, start_postgres, usable_binaries
from devstack.processes import Processes, processes


@dataclass(frozen=True)
class Server:
    """A running server with a migrated database, and where it lives."""

    running: Processes
    postgres: Postgres
    url: str

    @property
    def home(self) -> Path:
        return self.running.folder / f"postgres-{self.postgres.version}"

    @property
    def pid(self) -> int:
        """The postmaster's."""
        return int((self.home / "data" / "postmaster.pid").read_text().splitlines()[0])

    def crash(self, limit: int = resource.RLIM_INFINITY) -> None:
        """End it at once, as a failing machine does, and start it again on what is on disk. From
        then on none of its files may grow beyond `limit` bytes."""
        if limit != resource.RLIM_INFINITY:
            with psycopg.connect(self.postgres.admin_url, autocommit=True) as admin:
                admin.execute("CHECKPOINT")  # recovery is not to write what was there before
        pid = self.pid
        os.kill(pid, signal.SIGQUIT)
        process = next(p for p in self.running.started if p.pid == pid)
        process.wait(20)
        user = "nobody" if os.geteuid() == 0 else None
        binaries = usable_binaries(self.running.folder, self.postgres.version, user)
        mine = resource.getrlimit(resource.RLIMIT_FSIZE)
        resource.setrlimit(resource.RLIMIT_FSIZE, (limit, mine[1]))  # what it starts, inherits it
        try:
            assert serve(self.running, binaries, self.home, self.postgres.port, user)
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, mine)

    def connect_again(self) -> psycopg.Connection[dict[str, object]]:
        """A session, once recovery is over."""
        deadline = time.monotonic() + 20
        while True:
            try:
                return psycopg.connect(self.url, autocommit=True, row_factory=psycopg.rows.dict_row)
            except psycopg.OperationalError:
                assert time.monotonic() < deadline
                time.sleep(0.1)


@contextmanager
def server(version: int) -> Iterator[Server]:
    """A server on a free port, gone at the end."""
    with processes() as running:
        postgres = start_postgres(running, version)
        url = postgres.create_database("alone")
        with psycopg.connect(postgres.admin_url, autocommit=True) as admin:
            # What a commit has acknowledged must survive the crash, as it does in production.
            admin.execute("ALTER DATABASE alone SET synchronous_commit = on")
        subprocess.run(
            [sys.executable, "manage.py", "migrate", "--skip-checks", "--verbosity", "0"],
            env={**os.environ, "DATABASE_URL": url},
            check=True,
        )
        yield Server(running, postgres, url)
