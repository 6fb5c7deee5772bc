"""A local AWS (ministack) in a process of its own, with IAM enforced."""

from __future__ import annotations

import json
import sys
import time
import urllib.request
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final

import boto3
from botocore.config import Config

from devstack.ports import HOST, free_port
from devstack.processes import Processes

REGION: Final = "eu-west-1"

ADMIN: Final = {"aws_access_key_id": "test", "aws_secret_access_key": "test"}
"""ministack's own administrator, the counterpart of an account's owner."""

START_TRIES: Final = 3
"""Another program may take the port between our looking and ministack's binding."""

START_SECONDS: Final = 30.0
"""It takes half a second; this is for a machine that is busy with something else."""

ANSWER_SECONDS: Final = 10.0
"""For ministack's own pages, which hold no more than some mails."""


@dataclass(frozen=True)
class LocalAws:
    """A running local AWS, and how to reach it."""

    endpoint: str

    @cached_property  # loading botocore's descriptions anew for each client takes most of a second
    def session(self) -> boto3.Session:
        """The administrator's session; the app never has it."""
        return boto3.Session(region_name=REGION, **ADMIN)

    def client(self, service: str) -> Any:
        """An administrator's client."""
        config = Config(signature_version="s3v4", s3={"addressing_style": "path"})
        return self.session.client(
            service,
            endpoint_url=self.endpoint,
            config=config if service == "s3" else None,
        )

    @property
    def mail_url(self) -> str:
        """Where the mails that SES took can be read."""
        return f"{self.endpoint}/_ministack/ses/messages"

    def mails(self) -> list[dict[str, Any]]:
        """The mails sent so far, in order."""
        with urllib.request.urlopen(self.mail_url, timeout=ANSWER_SECONDS) as answer:
            boxes = json.load(answer)["messages"].values()
        return [mail for box in boxes for mail in box]


def start_local_aws(processes: Processes) -> LocalAws:
    """Start ministack on a free port, everything that it writes in the run's folder."""
    for _ in range(START_TRIES):
        port = free_port()
        if serve(processes, port):
            return LocalAws(f"http://{HOST}:{port}")
    raise processes.failure("ministack")


def serve(processes: Processes, port: int) -> bool:
    """Start ministack; False when it ended at once (the port was taken)."""
    process = processes.start(
        "ministack",
        [sys.executable, "-m", "ministack"],
        env=environment(processes, port),
        stop_signal="SIGKILL",  # it has nothing to save, and takes its functions' processes along
    )
    deadline = time.monotonic() + START_SECONDS
    while process.poll() is None and time.monotonic() < deadline:
        try:
            health = f"http://{HOST}:{port}/_ministack/health"
            urllib.request.urlopen(health, timeout=1).close()
        except OSError:
            time.sleep(0.05)
        else:
            return True
    return False


def environment(processes: Processes, port: int) -> dict[str, str]:
    """Not ours: functions inherit it, and what Lambda would not give them must not be in it."""
    home = processes.folder / "ministack"
    temporary = home / "tmp"
    temporary.mkdir(parents=True, exist_ok=True)
    return {
        "PATH": "/usr/local/bin:/usr/bin:/bin",
        "LANG": "C.UTF-8",
        "HOME": str(home),
        "TMPDIR": str(temporary),
        "AUTH": "true",
        "BIND_HOST": HOST,
        "MINISTACK_HOST": HOST,  # in the URLs that it gives out
        "GATEWAY_PORT": str(port),
        "MINISTACK_REGION": REGION,
        "S3_DATA_DIR": str(home / "s3"),
        "STATE_DIR": str(home / "state"),
        "SFTP_ENABLED": "0",
        "IOT_MTLS_ENABLED": "0",
    }
