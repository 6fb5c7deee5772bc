"""The whole local stack, started in order."""

from __future__ import annotations

import contextlib
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from devstack import aws_side
from devstack.local_aws import LocalAws, start_local_aws
from devstack.ports import listening_socket
from devstack.postgres import DEFAULT_VERSION, Postgres, start_postgres
from devstack.processes import DidNotStart, Processes, processes
from devstack.web import environment, manage, start_web

MAKE_USERS = "from devstack.demo_users import make_users; make_users()"


@dataclass(frozen=True)
class Stack:
    """A running stack: what a test or a script needs to use it and to look inside."""

    env: Mapping[str, str]
    web_url: str
    database_url: str
    admin_database_url: str
    aws: LocalAws
    outputs: Mapping[str, str]
    folder: Path
    running: Processes
    postgres: Postgres

    def mails(self) -> list[dict[str, Any]]:
        """The mails sent so far, in order."""
        return self.aws.mails()

    def manage(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run manage.py as the web app would."""
        return manage(self.env, *arguments)

    def log(self, name: str) -> str:
        """What `postgres`, `ministack` (with the worker's own lines) or `web` wrote."""
        # Postgres may be an older run's, shared with us.
        path = self.postgres.log if name == "postgres" else self.running.log(name)
        return path.read_text(errors="replace")


def say(line: str) -> None:
    """Progress goes to stderr; stdout belongs to the command's result."""
    print(line, file=sys.stderr, flush=True)


@contextlib.contextmanager
def stack(version: int = DEFAULT_VERSION, postgres: Postgres | None = None) -> Iterator[Stack]:
    """Start everything; end everything. A Postgres that runs already may be shared."""
    with processes() as running:
        server = postgres or start_postgres(running, version)
        database_url = server.create_database("sluice")
        say(f"postgres {server.version}: port {server.port}")
        aws = start_local_aws(running)
        say(f"local aws: {aws.endpoint}")
        with listening_socket() as bound:
            host, port = bound.getsockname()
            url = f"http://{host}:{port}"
            side = aws_side.deploy(aws, url, database_url, say)
            env = environment(url, database_url, aws, side)
            prepare(env)
            env |= for_commands(running, url, aws, side, server.admin_url)
            start_web(running, bound, env)
        say(f"web: {url}")
        yield Stack(
            env=env,
            web_url=url,
            database_url=database_url,
            admin_database_url=server.admin_url,
            aws=aws,
            outputs=side.outputs,
            folder=running.folder,
            running=running,
            postgres=server,
        )


def prepare(env: Mapping[str, str]) -> None:
    """Schema and users: what the release phase and an admin do."""
    for arguments in (
        ("migrate", "--noinput"),
        ("shell", "-c", MAKE_USERS),
    ):
        done = manage(env, *arguments)
        if done.returncode != 0:
            raise DidNotStart(f"manage.py {' '.join(arguments)}: {done.stderr[-2000:]}")


def for_commands(
    running: Processes, url: str, aws: LocalAws, side: aws_side.AwsSide, admin_url: str
) -> dict[str, str]:
    """What scripts and tests find besides the web app's own variables."""
    return {
        "SLUICE_DEVSTACK": str(running.folder),
        "SLUICE_DEVSTACK_WEB": url,
        "SLUICE_DEVSTACK_MAIL": aws.mail_url,
        "SLUICE_UPLOADS_QUEUE_URL": side.outputs["UploadsQueueUrl"],
        "SLUICE_FUNCTION_NAME": side.outputs["FunctionName"],
        "SLUICE_ADMIN_DATABASE_URL": admin_url,
    }
