"""A browser in front of the stack, with the example's tables empty and the countries there."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page

from devstack.demo_data import DemoFile, demo_files
from devstack.stack import Stack
from tests.browser.site import Site
from tests.journeys.support import clean, rows


@pytest.fixture(autouse=True)
def empty_tables(stack: Stack) -> Iterator[None]:
    """The stack is shared by the whole run."""
    clean(stack)
    yield
    clean(stack)


@pytest.fixture(scope="session")
def base_url(stack: Stack) -> str:
    """Where the browser's relative addresses lead."""
    return stack.web_url


@pytest.fixture(scope="session")
def files(tmp_path_factory: pytest.TempPathFactory) -> dict[str, DemoFile]:
    """The demo's real files by name, with the counts to expect."""
    return {file.name: file for file in demo_files(tmp_path_factory.mktemp("files"))}


@pytest.fixture
def countries(stack: Stack) -> None:
    """Those that generated files need."""
    rows(
        stack,
        "INSERT INTO airports_country (code, name)"
        " VALUES ('DE', 'Germany'), ('FR', 'France'), ('JP', 'Japan')",
    )


@pytest.fixture
def site(stack: Stack, page: Page) -> Site:
    """The web app in the browser, nobody signed in."""
    return Site(page, stack.web_url)


@pytest.fixture
def plain_user(stack: Stack) -> Iterator[str]:
    """Pat, who has no business in the admin."""
    rows(stack, "UPDATE auth_user SET is_staff = false WHERE username = 'pat'")
    yield "pat"
    rows(stack, "UPDATE auth_user SET is_staff = true WHERE username = 'pat'")


@pytest.fixture
def small_file(tmp_path: Path) -> Path:
    """Three countries."""
    path = tmp_path / "countries.csv"
    path.write_text("code,name\nIT,Italy\nES,Spain\nPT,Portugal\n", encoding="utf-8")
    return path
