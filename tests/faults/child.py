"""A worker in a process of its own. Run as a module it waits for tasks, a line each, and forks for
each: the worker is imported already, so a start costs milliseconds."""

from __future__ import annotations

import json
import os
import resource
import select
import signal
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from typing import Final, NoReturn

from lambda_worker import applying, staging
from lambda_worker.claim import Invocation, Order, now
from lambda_worker.contract import CommandMessage
from lambda_worker.database import connect
from lambda_worker.pipeline import run_job
from lambda_worker.services import Services
from tests.faults.boundaries import Boundaries, watch_psycopg, watch_services
from tests.faults.faults import Task
from tests.faults.folder import Folder


def make_steps_small() -> None:
    """Let a file of some hundred rows go through COPY in several writes and in by two batches."""
    applying.SMALLEST_BATCH_PAGES = 3  # type: ignore[misc]
    staging.COPY_BLOCK = 6000  # type: ignore[misc]


def run(url: str, message: CommandMessage, services: Services, seconds: float = 900.0) -> str:
    """What the function does with a message, without Lambda around it."""
    assert message.job is not None
    begun = now()
    invocation = Invocation(
        f"request-{os.getpid()}", 512, begun + timedelta(seconds=seconds), begun
    )
    order = Order(message.job, command=message.command, attempt=message.attempt)
    with connect(url) as connections:
        return run_job(connections, order, invocation, services)


def work(task: Task) -> None:
    """Run the worker amid its faults; write down how it ended."""
    folder = Folder(Path(task.folder))
    trace = os.open(folder.trace_path(os.getpid()), os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    boundaries = Boundaries(task.faults, trace, armed=True)
    watch_psycopg(boundaries)
    services = watch_services(boundaries, folder.services())
    if task.memory is not None:
        limit_memory(task.memory)
    try:
        note = {"outcome": run(task.url, task.command(), services, task.seconds)}
    except BaseException as error:  # noqa: BLE001 - the parent is to know what it was
        note = {"error": type(error).__name__, "text": str(error)}
    folder.outcome_path(os.getpid()).write_text(json.dumps(note))


PAGE: Final = resource.getpagesize()


def limit_memory(more: int) -> None:
    """Let the process have `more` bytes of address space, and not one beyond."""
    has = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[0]) * PAGE
    resource.setrlimit(resource.RLIMIT_AS, (has + more, has + more))


# -- The process that forks ---------------------------------------------------------------------


def start(task: Task) -> int:
    """Fork a child for the task; its process id."""
    pid = os.fork()
    if pid == 0:
        _be_child(task)
    return pid


def _be_child(task: Task) -> NoReturn:
    status = 1
    try:
        signal.set_wakeup_fd(-1)
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        os.setpgid(0, 0)  # a stopped process of an orphaned group would be hung up
        work(task)
        status = 0
    finally:
        os._exit(status)  # nothing of the parent's is to be flushed or closed twice


def tell(**news: int) -> None:
    """A line to the tests' process."""
    os.write(1, json.dumps(news).encode() + b"\n")


def reap() -> None:
    """Tell of each child that has stopped or ended."""
    with suppress(ChildProcessError):
        while True:
            pid, status = os.waitpid(-1, os.WNOHANG | os.WUNTRACED)
            if pid == 0:
                return
            if os.WIFSTOPPED(status):
                tell(pid=pid, stopped=1)
            else:
                tell(pid=pid, ended=os.waitstatus_to_exitcode(status))


def main() -> None:
    """Take tasks until nobody is there to send any."""
    make_steps_small()
    woken, waker = os.pipe()
    os.set_blocking(waker, False)
    signal.set_wakeup_fd(waker)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    buffer = b""
    tell(ready=1)
    while True:
        ready, _, _ = select.select([0, woken], [], [])
        if woken in ready:
            os.read(woken, 512)
            reap()
        if 0 in ready:
            received = os.read(0, 65536)
            if not received:
                return
            *lines, buffer = (buffer + received).split(b"\n")
            for line in lines:
                tell(pid=start(Task.from_json(line)), started=1)


if __name__ == "__main__":
    main()
