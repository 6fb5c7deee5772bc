"""The demo: real files through the whole chain, and what came of them."""

from __future__ import annotations

import json
import time
from typing import Any, Final

from devstack.demo_data import DemoFile, demo_files
from devstack.stack import Stack, say

COUNTS: Final = {"read": "records_read", "inserted": "rows_inserted", "rejected": "rows_rejected"}
"""Our words, and the job's columns."""

MAIL_SECONDS: Final = 10.0
"""The mail leaves after the job's end, so the last one may still be under way."""


def run_demo(stack: Stack) -> dict[str, Any]:
    """Import countries, airports and routes; the outcome of each, as bin/demo --once prints it."""
    files = demo_files(stack.folder)
    outcomes = {file.name: outcome(stack, file) for file in files}
    ok = all(answer["ok"] for answer in outcomes.values())
    return {"ok": ok, **outcomes, "mails_sent": len(stack.mails()), "web": stack.web_url}


def outcome(stack: Stack, file: DemoFile) -> dict[str, Any]:
    """One file through the chain."""
    mails = len(stack.mails())
    started = time.monotonic()
    done = stack.manage("import_file", file.target, str(file.path), "--wait", "--json")
    seconds = round(time.monotonic() - started, 2)
    if done.stderr:
        say(done.stderr.rstrip())
    job = last_json_line(done.stdout)
    counts = {word: job.get(column) for word, column in COUNTS.items()}
    expected = {"read": file.read, "inserted": file.inserted, "rejected": file.rejected}
    status = job.get("status")
    say(f"{file.name}: {status} {counts}, expected {expected}, {seconds} s")
    return {
        "ok": status == "succeeded" and counts == expected and done.returncode == 0,
        "status": status,
        **counts,
        "expected": expected,
        "request_id": job.get("request_id"),
        "seconds": seconds,
        "mails_sent": new_mails(stack, mails),
    }


def last_json_line(output: str) -> dict[str, Any]:
    """What the command printed; nothing when it printed none."""
    lines = output.strip().splitlines()
    if not lines or not lines[-1].startswith("{"):
        return {}
    answer: dict[str, Any] = json.loads(lines[-1])
    return answer


def new_mails(stack: Stack, before: int) -> int:
    """Mails since `before`, waiting a moment for the first."""
    deadline = time.monotonic() + MAIL_SECONDS
    while len(stack.mails()) == before and time.monotonic() < deadline:
        time.sleep(0.1)
    return len(stack.mails()) - before
