"""Nothing is left behind, however a run ends."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from devstack.processes import processes

PATIENCE = 15.0
"""The reaper needs a tenth of a second; a busy machine gets more."""

RUN = """
import os, signal, sys, time
from devstack.processes import processes
signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell's background job ignores it
with processes() as running:
    child = running.start("sleep", ["sleep", "1000"], env=dict(os.environ))
    print(child.pid, running.folder, flush=True)
    time.sleep(1000)
"""


def alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return Path(f"/proc/{pid}/stat").read_text().split()[2] != "Z"


def test_a_normal_end_leaves_nothing() -> None:
    with processes() as running:
        child = running.start("sleep", ["sleep", "1000"], env=dict(os.environ))
    assert child.returncode == -signal.SIGTERM
    assert not running.folder.exists()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_a_run_that_is_ended_from_outside_leaves_nothing(number: signal.Signals) -> None:
    command = [sys.executable, "-c", RUN]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    ) as run:
        assert run.stdout is not None
        pid, folder = run.stdout.readline().split()
        run.send_signal(number)
    deadline = time.monotonic() + PATIENCE
    while (alive(int(pid)) or Path(folder).exists()) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not alive(int(pid))
    assert not Path(folder).exists()
