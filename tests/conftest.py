"""What many tests share: Postgres, the stack, the browser. Each starts when first asked for."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from typing import Any, Final

import dj_database_url
import pytest
from django.apps import apps
from django.db import connections
from hypothesis import settings

from devstack.postgres import DEFAULT_VERSION, INSTALLS, Postgres, start_postgres
from devstack.processes import processes
from devstack.stack import Stack
from devstack.stack import stack as start_stack
from lambda_worker.contract import CommandMessage

settings.register_profile("sluice", deadline=None)  # machines are shared; speed is bin/bench's
settings.load_profile("sluice")

CHROMIUMS: Final = ("chromium", "chromium-browser", "google-chrome")


def pytest_addoption(parser: pytest.Parser) -> None:
    """--postgres 16 runs everything on the older server; --full runs what takes long, too."""
    parser.addoption("--full", action="store_true", help="run the tests marked slow, too")
    parser.addoption(
        "--postgres",
        type=int,
        choices=sorted(INSTALLS),
        default=DEFAULT_VERSION,
        help="major version of the embedded Postgres",
    )


def chromium() -> str | None:
    """Debian's browser; Playwright's own download is not used."""
    return next(filter(None, map(shutil.which, CHROMIUMS)), None)


@pytest.hookimpl(tryfirst=True)  # before -m looks at the marks
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Mark what needs the stack or a browser, by its fixtures; no browser, no such tests."""
    if not config.getoption("--full"):
        slow = [item for item in items if item.get_closest_marker("slow")]
        items[:] = [item for item in items if item not in slow]
        config.hook.pytest_deselected(items=slow)
    skip = pytest.mark.skip(reason="no Chromium on this machine: see bin/test")
    for item in items:
        fixtures = set(getattr(item, "fixturenames", ()))
        if "stack" in fixtures:
            item.add_marker("stack")
        if "page" in fixtures or "browser" in fixtures:
            item.add_marker("browser")
            if chromium() is None:
                item.add_marker(skip)


FIGURES: Final = pytest.StashKey[list[str]]()


@pytest.fixture
def figure(pytestconfig: pytest.Config) -> Callable[[str], None]:
    """Shows a line at the end of the run: what a test has measured."""
    return pytestconfig.stash.setdefault(FIGURES, []).append


def pytest_terminal_summary(
    terminalreporter: pytest.TerminalReporter, config: pytest.Config
) -> None:
    """Show what was measured."""
    lines = config.stash.get(FIGURES, [])
    if lines:
        terminalreporter.section("measured")
        for line in sorted(lines):
            terminalreporter.line(line)


@pytest.fixture(scope="session")
def postgres(request: pytest.FixtureRequest) -> Iterator[Postgres]:
    """The embedded server, one for the whole run."""
    with processes() as running:
        yield start_postgres(running, request.config.getoption("--postgres"))


@pytest.fixture(scope="session")
def postgres_url(postgres: Postgres) -> str:
    """An ordinary role's own empty database; the role may create more, as test runners do."""
    return postgres.create_database("tester", may_create=True)


@pytest.fixture(scope="session")
def django_db_modify_db_settings(postgres_url: str) -> None:
    """Tell Django where its database is, now that it is somewhere (a hook of pytest-django)."""
    found: dict[str, Any] = dict(dj_database_url.parse(postgres_url))
    for key in ("NAME", "USER", "PASSWORD", "HOST", "PORT"):
        connections["default"].settings_dict[key] = found[key]


@pytest.fixture(autouse=True)
def _other_schemas_are_emptied(request: pytest.FixtureRequest) -> Iterator[None]:
    """After a test that commits: Django's flush sees no tables outside the search path."""
    mark = request.node.get_closest_marker("django_db")
    commits = bool(mark and mark.kwargs.get("transaction"))
    if commits or {"transactional_db", "live_server"} & set(request.fixturenames):
        request.getfixturevalue("transactional_db")  # whose end is to come after this one's
        yield
        for model in apps.get_models():
            if '"."' in model._meta.db_table:
                model._base_manager.all().delete()
    else:
        yield


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> list[CommandMessage]:
    """The commands that would go to the queue with the commit, of whoever commits."""
    messages: list[CommandMessage] = []
    monkeypatch.setattr("imports.queues.send_on_commit", messages.append)
    return messages


@pytest.fixture(scope="session")
def database_url(postgres: Postgres) -> str:
    """A migrated database for code that knows no Django; pytest-django's own is another."""
    url = postgres.create_database("worker")
    subprocess.run(
        [sys.executable, "manage.py", "migrate", "--skip-checks", "--verbosity", "0"],
        env={**os.environ, "DATABASE_URL": url},
        check=True,
    )
    return url


@pytest.fixture(scope="session")
def stack(postgres: Postgres) -> Iterator[Stack]:
    """The whole local stack, one for the whole run, on the same Postgres server."""
    with start_stack(postgres=postgres) as running:
        yield running


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    """Debian's Chromium; as root it runs only without its sandbox."""
    return {**browser_type_launch_args, "executable_path": chromium(), "args": ["--no-sandbox"]}
