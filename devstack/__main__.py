"""`bin/demo` and `bin/devstack run -- CMD`."""

from __future__ import annotations

import argparse
import json
import signal
import subprocess
import sys
from types import FrameType
from typing import NoReturn

from devstack.demo import run_demo
from devstack.postgres import DEFAULT_VERSION, INSTALLS
from devstack.processes import DidNotStart
from devstack.stack import Stack, say, stack


def arguments(argv: list[str]) -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(prog="devstack", description=__doc__)
    parser.add_argument(
        "--postgres", type=int, choices=sorted(INSTALLS), default=DEFAULT_VERSION, metavar="MAJOR"
    )
    commands = parser.add_subparsers(dest="command", required=True)
    demo = commands.add_parser("demo", help="start everything, import real data, stay up")
    demo.add_argument("--once", action="store_true", help="print one JSON line and stop")
    run = commands.add_parser("run", help="start everything, run a command in it, stop")
    run.add_argument("program", nargs=argparse.REMAINDER, metavar="-- CMD")
    return parser.parse_args(argv)


def demo(running: Stack, once: bool) -> int:
    """Import, report, and stay up until interrupted unless `once`."""
    result = run_demo(running)
    if once:
        print(json.dumps(result), flush=True)
        return 0 if result["ok"] else 1
    say("")
    say(f"  {running.web_url}/admin/    admin / admin-demo    or    pat / pat-demo")
    say(f"  mails: {running.aws.mail_url}")
    say(f"  files to try: {running.folder}/*.csv")
    say("  Ctrl-C stops everything.")
    signal.pause()
    return 0


def run(running: Stack, program: list[str]) -> int:
    """Run a command with the stack's variables; its exit status."""
    command = program[1:] if program[:1] == ["--"] else program
    if not command:
        say("devstack run: name a command after --")
        return 2
    try:
        # In our own process group: it may read from the terminal, and Ctrl-C reaches it too.
        process = subprocess.Popen(command, env=dict(running.env))
    except FileNotFoundError as exc:
        say(f"devstack run: {exc}")
        return 127
    running.running.end_with_us(process.pid)
    return process.wait()


def interrupted(number: int, _frame: FrameType | None) -> NoReturn:
    """Unwind, so that the stack is taken down on the way."""
    raise SystemExit(128 + number)


def main(argv: list[str]) -> int:
    """Start the stack, do what was asked, stop it."""
    options = arguments(argv)
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, interrupted)
    try:
        with stack(options.postgres) as running:
            if options.command == "demo":
                return demo(running, options.once)
            return run(running, options.program)
    except DidNotStart as exc:
        say(str(exc))
        return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
