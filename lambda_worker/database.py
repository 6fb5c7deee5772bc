"""The worker's two connections: one carries the data, one carries claim, heartbeat, progress and
cancel."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Final, LiteralString

import psycopg
from psycopg import Connection
from psycopg.rows import TupleRow

from lambda_worker.contract import OWNER_SETTING, Owner

Data = Connection[TupleRow]
Control = Connection[TupleRow]

_LIVENESS: Final[dict[str, Any]] = {
    # A dead peer is noticed within a minute: 20 s idle, then three probes 10 s apart. The kernel's
    # defaults are hours, and the advisory lock of a lost worker would stand as long.
    "keepalives_idle": 20,
    "keepalives_interval": 10,
    "keepalives_count": 3,
    "tcp_user_timeout": 60_000,
    "connect_timeout": 10,
}

_COMMON_SETTINGS: Final[tuple[LiteralString, ...]] = (
    # What a value means must not depend on the role's or database's own settings.
    "SET DateStyle = 'ISO, YMD'",
    "SET IntervalStyle = 'postgres'",
    "SET TimeZone = 'UTC'",
    "SET client_encoding = 'UTF8'",
    "SET standard_conforming_strings = on",
)

_DATA_SETTINGS: Final[tuple[LiteralString, ...]] = (
    # The server side of a vanished worker ends within seconds also inside a long statement.
    "SET client_connection_check_interval = '5s'",
    "SET tcp_keepalives_idle = 20",
    "SET tcp_keepalives_interval = 10",
    "SET tcp_keepalives_count = 3",
    "SET tcp_user_timeout = 60000",
    # A worker that froze in mid-transaction would hold its rows' locks for as long. It is idle in
    # one only while it puts a reject file into the bucket: some seconds.
    "SET idle_in_transaction_session_timeout = '5min'",
    # Foreign-key checks use the index of the parent then, not scans: 20 to 26 % off a load
    # (measured).
    "SET random_page_cost = 1.1",
    # The check's scans on more than one core, if the server has them: few of their rows come back,
    # which the planner cannot know.
    "SET parallel_tuple_cost = 0.001",
    # A hundred times as many rows as buckets are sampled: enough for tables that are read whole.
    "SET default_statistics_target = 10",
    "SET default_transaction_isolation = 'read committed'",
)

_CONTROL_SETTINGS: Final[tuple[LiteralString, ...]] = (
    # The control connection must stay live beside any lock: a late heartbeat beats a hung one.
    "SET lock_timeout = '1s'",
    "SET statement_timeout = '10s'",
)


@dataclass(frozen=True, slots=True)
class Connections:
    """Both connections, in autocommit; the data transaction is opened explicitly."""

    data: Data
    control: Control


@contextmanager
def connect(url: str) -> Generator[Connections]:
    """Open both connections and close both: a frozen sandbox would keep their slots."""
    with (
        _open(url, "sluice data", _DATA_SETTINGS) as data,
        _open(url, "sluice control", _CONTROL_SETTINGS) as control,
    ):
        yield Connections(data, control)


class BadDatabaseUrl(Exception):
    """DATABASE_URL cannot be read as one; it is not shown, because a password is in it."""


def _connect(url: str, **options: Any) -> Connection[TupleRow]:
    try:
        return psycopg.connect(url, **options)
    except psycopg.ProgrammingError:
        raise BadDatabaseUrl from None  # its message and its cause quote the URL


@contextmanager
def _open(
    url: str, name: str, settings: tuple[LiteralString, ...]
) -> Generator[Connection[TupleRow]]:
    connection = _connect(
        url,
        autocommit=True,
        # Values are bound on the client: one statement shape for every plan, none of it prepared.
        cursor_factory=psycopg.ClientCursor,
        prepare_threshold=None,
        application_name=name,
        **_LIVENESS,
    )
    try:
        for setting in (*_COMMON_SETTINGS, *settings):
            connection.execute(setting)
        connection.execute("SELECT set_config(%s, %s, false)", (OWNER_SETTING, Owner.WORKER.value))
        yield connection
    finally:
        connection.close()
