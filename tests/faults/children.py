"""The tests' side of the children: start one, wait until it stops or ends, kill it."""

from __future__ import annotations

import json
import os
import select
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from tests.faults.faults import Task
from tests.faults.folder import Folder

ROOT: Final = Path(__file__).parents[2]

PATIENCE: Final = 60.0
"""Seconds that any child may take; most need a tenth of one."""


@dataclass
class Child:
    """A process that runs the worker on one task."""

    pid: int
    folder: Folder
    parent: Zygote
    stopped: bool = False
    ended: int | None = None
    """Its exit code; below zero the signal that killed it."""

    def wait(self, seconds: float = PATIENCE) -> int:
        """Wait for the end; the exit code."""
        self.parent.listen_until(lambda: self.ended is not None, seconds)
        assert self.ended is not None
        return self.ended

    def wait_until_stopped(self, seconds: float = PATIENCE) -> None:
        """Wait until it stands still at the boundary where it was told to."""
        self.parent.listen_until(lambda: self.stopped or self.ended is not None, seconds)
        assert self.stopped, f"it ended before it came there: {self.trace[-3:]} {self.note()}"

    def go_on(self) -> None:
        """Wake it up."""
        self.stopped = False
        os.kill(self.pid, signal.SIGCONT)

    def kill(self) -> None:
        """Kill it, unless it has ended already."""
        if self.ended is None:
            with suppress(ProcessLookupError):
                os.kill(self.pid, signal.SIGKILL)

    def note(self) -> dict[str, str]:
        """How its run ended: an outcome, an error, or nothing where it was killed."""
        path = self.folder.outcome_path(self.pid)
        text = path.read_text() if path.exists() else ""
        found: dict[str, str] = json.loads(text) if text else {}
        return found

    @property
    def trace(self) -> list[str]:
        """The boundaries that it has crossed."""
        return self.folder.trace(self.pid)


@dataclass
class Zygote:
    """The process that has the worker imported, and forks."""

    process: subprocess.Popen[bytes]
    children: dict[int, Child] = field(default_factory=dict)
    _heard: bytes = b""
    _started: list[int] = field(default_factory=list)

    def start(self, task: Task) -> Child:
        """A new child at work on the task."""
        assert self.process.stdin is not None
        self.process.stdin.write(task.to_json().encode() + b"\n")
        self.process.stdin.flush()
        folder = Folder(Path(task.folder))
        self.listen_until(lambda: bool(self._started), PATIENCE)
        pid = self._started.pop()
        child = self.children.setdefault(pid, Child(pid, folder, self))
        child.folder = folder
        return child

    def listen_until(self, happened: Any, seconds: float) -> None:
        """Take in what the zygote tells, until it has happened."""
        deadline = time.monotonic() + seconds
        assert self.process.stdout is not None
        while not happened():
            left = deadline - time.monotonic()
            assert left > 0, "the child is still at it"
            if select.select([self.process.stdout], [], [], left)[0]:
                received = os.read(self.process.stdout.fileno(), 65536)
                assert received, "the process that forks the children has died"
                *lines, self._heard = (self._heard + received).split(b"\n")
                for line in lines:
                    self._take_in(json.loads(line))

    def _take_in(self, news: dict[str, int]) -> None:
        pid = news.get("pid", 0)
        if "started" in news:
            self._started.append(pid)
            self.children[pid] = Child(pid, Folder(Path()), self)
        elif "stopped" in news:
            self.children[pid].stopped = True
        elif "ended" in news:
            self.children[pid].ended = news["ended"]

    def end_all(self) -> None:
        """Leave no child behind."""
        for child in self.children.values():
            child.kill()
        for child in self.children.values():
            child.wait()
        self.children.clear()


@contextmanager
def zygote() -> Iterator[Zygote]:
    """A process to start children from, gone at the end."""
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.faults.child"],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    running = Zygote(process)
    try:
        yield running
        running.end_all()
    finally:
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.close()
        process.wait(PATIENCE)
        process.stdout.close()
