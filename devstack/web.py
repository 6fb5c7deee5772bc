"""The web app: its environment, its commands, and gunicorn in front of it."""

from __future__ import annotations

import os
import secrets
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from devstack.aws_side import AwsSide
from devstack.local_aws import REGION, LocalAws
from devstack.ports import HOST
from devstack.processes import Processes

ROOT: Final = Path(__file__).resolve().parents[1]

MAX_UPLOAD_BYTES: Final = 1024**3
"""One GiB: more than anybody tries on one machine, and small enough for a test of the limit."""

PARTS_ABOVE_BYTES: Final = 16 * 2**20
"""A quarter of what it is elsewhere: the demo's bigger files go in parts, smaller ones by POST."""

START_SECONDS: Final = 30.0
"""It takes a second; this is for a machine that is busy with something else."""

INHERITED: Final = ("PATH", "HOME", "LANG", "LC_ALL", "TERM", "TMPDIR")
"""Of our own environment; the app must not come to depend on the rest."""


def environment(url: str, database_url: str, aws: LocalAws, side: AwsSide) -> dict[str, str]:
    """The web app's variables, those of docs/configuration.md."""
    inherited = {name: os.environ[name] for name in INHERITED if name in os.environ}
    return inherited | {
        "DATABASE_URL": database_url,
        "SECRET_KEY": secrets.token_urlsafe(50),
        "ALLOWED_HOSTS": f"{HOST},localhost",
        "SLUICE_BASE_URL": url,
        "SLUICE_BUCKET": side.outputs["BucketName"],
        "SLUICE_COMMANDS_QUEUE_URL": side.outputs["CommandsQueueUrl"],
        "SLUICE_DATABASE_PARAMETER": side.outputs["DatabaseParameter"],
        "SLUICE_MAX_UPLOAD_BYTES": str(MAX_UPLOAD_BYTES),
        "SLUICE_PARTS_ABOVE_BYTES": str(PARTS_ABOVE_BYTES),
        "AWS_ACCESS_KEY_ID": side.key_id,
        "AWS_SECRET_ACCESS_KEY": side.secret,
        "AWS_REGION": REGION,
        "AWS_DEFAULT_REGION": REGION,
        "AWS_ENDPOINT_URL": aws.endpoint,
        "WEB_CONCURRENCY": "2",  # as Heroku sets it on the small dynos
    }


def manage(env: Mapping[str, str], *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run manage.py to its end, whatever its status."""
    return subprocess.run(
        [sys.executable, "manage.py", *arguments],
        cwd=ROOT,
        env=dict(env),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )


def start_web(processes: Processes, bound: socket.socket, env: Mapping[str, str]) -> None:
    """Start gunicorn on a socket that is bound already, and wait for its first answer."""
    command = [sys.executable, "-m", "gunicorn", "--config", "webapp/gunicorn_conf.py"]
    command += ["--bind", f"fd://{bound.fileno()}", "webapp.wsgi"]
    process = processes.start("web", command, env=env, cwd=ROOT, pass_fds=[bound.fileno()])
    bound.close()
    url = env["SLUICE_BASE_URL"]
    deadline = time.monotonic() + START_SECONDS
    while process.poll() is None and time.monotonic() < deadline:
        if answers(f"{url}/admin/login/"):
            return
        time.sleep(0.05)
    raise processes.failure("web")


def answers(url: str) -> bool:
    """Whether the page is there."""
    try:
        urllib.request.urlopen(url, timeout=START_SECONDS).close()
    except urllib.error.HTTPError:
        raise
    except OSError:
        return False
    return True
