"""A measured piece of work in a process of its own: its seconds, its CPU seconds, its peak memory.

The child measures itself and prints one JSON line as its last. What a tool needs to start (Python,
its imports, Django) is not in its seconds; it is in its memory.
"""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any


@dataclass(slots=True)
class Measure:
    """One run. `said` is whatever the child found worth telling, such as its counts."""

    seconds: float = 0.0
    cpu_seconds: float = 0.0
    peak_mb: float = 0.0
    said: dict[str, Any] = field(default_factory=dict)


class RunFailed(Exception):
    """A measured process did not do its work; the message is what it said."""


def peak_mb(process: int | str = "self") -> float:
    """The most memory that a process has had so far, in MB of a million bytes."""
    for line in Path(f"/proc/{process}/status").read_text().splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) * 1024 / 1_000_000
    return 0.0


@contextmanager
def measured() -> Iterator[Measure]:
    """Measure the block, in the child."""
    measure = Measure()
    before, begun = _cpu(), time.perf_counter()
    yield measure
    measure.seconds = time.perf_counter() - begun
    measure.cpu_seconds = _cpu() - before
    measure.peak_mb = peak_mb()


def _cpu() -> float:
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return usage.ru_utime + usage.ru_stime


def tell(measure: Measure) -> None:
    """The child's last word."""
    print(
        json.dumps(
            {
                "seconds": measure.seconds,
                "cpu_seconds": measure.cpu_seconds,
                "peak_mb": measure.peak_mb,
                "said": measure.said,
            }
        )
    )


def task() -> dict[str, Any]:
    """What the child is to do."""
    found: dict[str, Any] = json.load(sys.stdin)
    return found


def run_module(module: str, work: Mapping[str, Any], env: Mapping[str, str]) -> Measure:
    """Run a Python module with a task, and hear what it measured."""
    return run_command([sys.executable, "-m", module], work, env)


def run_command(command: list[str], work: Mapping[str, Any], env: Mapping[str, str]) -> Measure:
    """Run a command that measures itself, in the words of `tell`."""
    done = subprocess.run(
        command,
        input=json.dumps(work),
        env={**os.environ, **env},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise RunFailed(f"{' '.join(command)}: {done.stderr[-4000:] or done.stdout[-4000:]}")
    return Measure(**json.loads(done.stdout.splitlines()[-1]))
