"""Starts the stack's processes, each with its log, and leaves none of them behind."""

from __future__ import annotations

import contextlib
import pwd
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypedDict

REAPER = Path(__file__).with_name("reaper.py")


class Identity(TypedDict, total=False):
    """The arguments of subprocess.Popen that say who a process is."""

    user: int
    group: int
    extra_groups: list[int]


def identity(user: str | None) -> Identity:
    """Another user's ids, and none of root's groups; None changes nothing."""
    if user is None:
        return {}
    entry = pwd.getpwnam(user)
    return {"user": entry.pw_uid, "group": entry.pw_gid, "extra_groups": []}


class DidNotStart(Exception):
    """A part of the local stack did not start."""


@dataclass
class Processes:
    """The processes of one run and the folder that everything of it lives in."""

    folder: Path
    reaper: subprocess.Popen[str]
    started: list[subprocess.Popen[bytes]] = field(default_factory=list)

    def start(
        self,
        name: str,
        command: Sequence[str],
        *,
        env: Mapping[str, str],
        cwd: Path | None = None,
        user: str | None = None,
        pass_fds: Sequence[int] = (),
        stop_signal: str = "SIGTERM",
    ) -> subprocess.Popen[bytes]:
        """Start a process in a group of its own, its output going to NAME.log."""
        with self.log(name).open("ab") as log:
            process = subprocess.Popen(
                command,
                env=dict(env),
                cwd=cwd or self.folder,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                pass_fds=tuple(pass_fds),
                **identity(user),
            )
        self.end_with_us(-process.pid, stop_signal)
        self.started.append(process)
        return process

    def end_with_us(self, target: int, stop_signal: str = "SIGTERM") -> None:
        """Have a process, or below zero a process group, ended when the run ends."""
        assert self.reaper.stdin is not None
        self.reaper.stdin.write(f"{stop_signal} {target}\n")
        self.reaper.stdin.flush()

    def log(self, name: str) -> Path:
        """Where a process writes what it has to say."""
        return self.folder / f"{name}.log"

    def failure(self, name: str) -> DidNotStart:
        """What to raise when a process does not come up: its last words."""
        lines = self.log(name).read_text(errors="replace").splitlines()[-15:]
        return DidNotStart("\n".join([f"{name} did not start:", *lines]))

    def close(self) -> None:
        """Let the reaper end everything; collect the children, so that it sees them gone."""
        assert self.reaper.stdin is not None
        self.reaper.stdin.close()
        while self.reaper.poll() is None:
            for process in self.started:
                process.poll()
            time.sleep(0.02)
        for process in self.started:
            process.wait()


@contextlib.contextmanager
def processes() -> Iterator[Processes]:
    """A run's folder and its processes, all gone at the end."""
    folder = Path(tempfile.mkdtemp(prefix="sluice-"))
    # Postgres, which refuses to be root, runs as somebody else and must get through to its folder.
    folder.chmod(0o711)
    reaper = subprocess.Popen(
        [sys.executable, "-I", str(REAPER), str(folder)],
        stdin=subprocess.PIPE,
        text=True,
        start_new_session=True,  # Ctrl-C reaches the whole foreground group, but not this one
    )
    running = Processes(folder, reaper)
    try:
        yield running
    finally:
        running.close()
