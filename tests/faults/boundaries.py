"""The boundaries between a worker's steps: each statement, each write to COPY, each call of a
service. They are counted from outside; the worker has no hooks."""

from __future__ import annotations

import importlib
import os
import re
import signal
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any

import psycopg
from psycopg.sql import Composable

from lambda_worker.contract import CommandMessage
from lambda_worker.mail import Mail
from lambda_worker.objects import Objects, Source, Write
from lambda_worker.services import Mailer, Queue, Services
from tests.faults.faults import KILL, RAISE, SLEEP, STOP, Fault


@dataclass
class Boundaries:
    """Notes each crossing of the main thread, and does there what the faults say. The pulse's beats
    come when they come, so they are not counted."""

    faults: tuple[Fault, ...]
    trace: int
    """A file descriptor; written at once, since the next step may be the last."""
    armed: bool = False
    crossed: Counter[int] = field(default_factory=Counter)

    @contextmanager
    def around(self, name: str) -> Iterator[None]:
        """Cross one boundary before the call, another after it."""
        self.cross("before", name)
        yield
        self.cross("after", name)

    def cross(self, when: str, name: str) -> None:
        if not self.armed or threading.current_thread() is not threading.main_thread():
            return
        os.write(self.trace, f"{when} {name}\n".encode())
        for n, fault in enumerate(self.faults):
            if fault.matches(when, name):
                self.crossed[n] += 1
                if fault.number in (0, self.crossed[n]):
                    happen(fault)


def happen(fault: Fault) -> None:
    """Let the fault happen to this process, here and now."""
    match fault.do:
        case _ if fault.do == KILL:
            os.kill(os.getpid(), signal.SIGKILL)
        case _ if fault.do == STOP:
            os.kill(os.getpid(), signal.SIGSTOP)
        case _ if fault.do == SLEEP:
            time.sleep(fault.seconds)
        case _ if fault.do == RAISE:
            module, name = fault.error.split(":")
            raise getattr(importlib.import_module(module), name)("injected")
        case other:
            raise ValueError(other)


# -- Postgres -----------------------------------------------------------------------------------


def watch_psycopg(boundaries: Boundaries) -> None:
    """Let every statement of every connection, and every write to COPY, cross the boundaries."""
    _watch_execute(boundaries)
    _watch_transactions(boundaries)
    for method in ("write", "write_row", "finish"):
        _watch_copy(boundaries, method)


def _watch_execute(boundaries: Boundaries) -> None:
    execute: Callable[..., Any] = psycopg.Cursor.execute

    def watched(self: psycopg.Cursor[Any], query: Any, *args: Any, **options: Any) -> Any:
        with boundaries.around(name_of(self.connection, query)):
            return execute(self, query, *args, **options)

    setattr(psycopg.Cursor, "execute", watched)  # noqa: B010 - mypy knows no patching


def _watch_transactions(boundaries: Boundaries) -> None:
    """BEGIN, COMMIT and ROLLBACK pass by the cursors."""
    command: Callable[..., Any] = psycopg.Connection._exec_command

    def watched(self: psycopg.Connection[Any], query: Any, *args: Any, **options: Any) -> Any:
        with boundaries.around(name_of(self, query)):
            return (yield from command(self, query, *args, **options))

    setattr(psycopg.Connection, "_exec_command", watched)  # noqa: B010


def _watch_copy(boundaries: Boundaries, method: str) -> None:
    original: Callable[..., Any] = getattr(psycopg.Copy, method)

    def watched(self: psycopg.Copy, *args: Any, **options: Any) -> Any:
        with boundaries.around(f"{_connection_name(self.connection)} COPY {method}"):
            return original(self, *args, **options)

    setattr(psycopg.Copy, method, watched)


_JOB = re.compile(r"_?[0-9a-f]{32}|'?[0-9a-f]{8}-[0-9a-f-]{27}'?")


def name_of(connection: psycopg.Connection[Any], query: Any) -> str:
    """A statement's name: who runs it, and its first words, the same in each run."""
    match query:
        case Composable():
            text = query.as_string(connection)
        case bytes():
            text = query.decode()
        case _:
            text = str(query)
    words = " ".join(_JOB.sub("", text).replace('"', "").split())
    return f"{_connection_name(connection)} {words[:70]}"


def _connection_name(connection: psycopg.Connection[Any]) -> str:
    return (connection.info.parameter_status("application_name") or "").removeprefix("sluice ")


# -- Services -----------------------------------------------------------------------------------


def watch_services(boundaries: Boundaries, services: Services) -> Services:
    """The services, each call of which crosses the boundaries."""
    return replace(
        services,
        objects=_Objects(boundaries, services.objects),
        queue=_Queue(boundaries, services.queue),
        mailer=_Mailer(boundaries, services.mailer),
    )


@dataclass(frozen=True, slots=True)
class _Objects:
    boundaries: Boundaries
    real: Objects

    def open(self, key: str, version: str) -> Source | None:
        with self.boundaries.around("bucket open"):
            source = self.real.open(key, version)
        return source and _Source(self.boundaries, source, source.size, source.version)

    @contextmanager
    def writing(self, key: str, content_type: str) -> Iterator[Write]:
        with self.boundaries.around("bucket write"), self.real.writing(key, content_type) as write:
            yield write


@dataclass(frozen=True, slots=True)
class _Source:
    boundaries: Boundaries
    real: Source
    size: int
    version: str

    def chunks(self) -> Iterator[bytes]:
        for chunk in self.real.chunks():
            with self.boundaries.around("bucket chunk"):
                pass
            yield chunk


@dataclass(frozen=True, slots=True)
class _Queue:
    boundaries: Boundaries
    real: Queue

    def send(self, message: CommandMessage, delay_seconds: int) -> None:
        with self.boundaries.around(f"queue send {message.command.value}"):
            self.real.send(message, delay_seconds)


@dataclass(frozen=True, slots=True)
class _Mailer:
    boundaries: Boundaries
    real: Mailer

    def send(self, mail: Mail) -> str:
        with self.boundaries.around("mail send"):
            return self.real.send(mail)
