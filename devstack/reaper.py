"""Ends the stack's processes and removes its folder, however the program that started them ended.

Run as a script. It reads one line a process, "SIGNAL TARGET" with kill's target (below zero: a
process group), until its standard input closes: that happens when the stack stops, and also when
the stack's own process is killed outright.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import sys
import time
from pathlib import Path

GRACE_SECONDS = 5.0
"""Postgres needs well under a second for an immediate shutdown; what takes longer is killed."""


def main(folder: Path) -> None:
    """Wait for the end; ask, then force; remove the folder."""
    started = [line.split() for line in sys.stdin]
    targets = [int(target) for _, target in started]
    for signal_name, target in started:
        send(int(target), signal.Signals[signal_name])
    deadline = time.monotonic() + GRACE_SECONDS
    while any(map(is_alive, targets)) and time.monotonic() < deadline:
        time.sleep(0.02)
    for target in targets:
        send(target, signal.SIGKILL)
    shutil.rmtree(folder, ignore_errors=True)


def send(target: int, number: signal.Signals) -> None:
    """Signal a process or a group that may be gone already."""
    with contextlib.suppress(ProcessLookupError):
        os.kill(target, number)


def is_alive(target: int) -> bool:
    """Whether the process, or a group's leader, still runs.

    One whose parent was killed may stay a zombie for as long as the machine's init likes.
    """
    try:
        state = Path(f"/proc/{abs(target)}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return not Path("/proc/self").exists() and answers(target)
    return state != "Z"


def answers(target: int) -> bool:
    """The same where there is no /proc."""
    try:
        os.kill(target, 0)
    except ProcessLookupError:
        return False
    return True


if __name__ == "__main__":
    main(Path(sys.argv[1]))
