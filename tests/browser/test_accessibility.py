"""Axe-core finds nothing on any page, in the light and the dark theme; and it does find faults."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Page

from tests.browser.accessibility import THEMES, VIEWS, faults, use_theme
from tests.browser.planted import make_admin, plain_http
from tests.browser.site import Site


@pytest.fixture(scope="session")
def base_url(request: pytest.FixtureRequest) -> Iterator[str]:
    """The app alone, without the stack."""
    with plain_http():
        yield request.getfixturevalue("live_server").url


@pytest.fixture(autouse=True)
def empty_tables(transactional_db: None) -> None:
    """Of Django's own test database."""


@pytest.fixture
def admin() -> Any:
    """Who looks at it all."""
    return make_admin()


@pytest.fixture
def site(base_url: str, page: Page) -> Site:
    """The app in the browser, nobody signed in."""
    return Site(page, base_url)


@pytest.mark.parametrize("name", VIEWS)
def test_axe_finds_nothing(site: Site, admin: Any, name: str) -> None:
    view = VIEWS[name]
    site.sign_in(path=view.plant(admin))
    view.then(site.page)
    for theme in THEMES:
        use_theme(site.page, theme)
        assert faults(site.page) == []


@pytest.mark.parametrize("name", VIEWS)
def test_no_page_is_wider_than_a_phone(site: Site, admin: Any, name: str) -> None:
    view = VIEWS[name]
    site.sign_in(path=view.plant(admin))
    view.then(site.page)
    site.shots(f"view-{name.replace(',', '').replace(' ', '-')}")


def test_the_panels_of_a_page_are_equally_wide(site: Site, admin: Any) -> None:
    site.page.set_viewport_size({"width": 1600, "height": 800})
    site.sign_in(path=VIEWS["job, done with rejects"].plant(admin))
    widths = "() => [...document.querySelectorAll('.panel')].map((panel) => panel.offsetWidth)"
    assert len(set(site.page.evaluate(widths))) == 1


def test_a_bar_has_its_border_in_the_reader_s_own_colours(site: Site, admin: Any) -> None:
    site.page.emulate_media(forced_colors="active")
    site.sign_in(path=VIEWS["job, running"].plant(admin))
    style = "bar => getComputedStyle(bar).borderTopWidth"
    assert site.page.locator("progress.bar").evaluate(style) == "1px"


@pytest.mark.parametrize(
    ("fault", "rule"),
    [
        ("<input>", "label"),
        ("<p style='color: #bbb; background: #fff'>pale</p>", "color-contrast"),
        ("<div role=progressbar aria-valuenow=5></div>", "aria-progressbar-name"),
        ("<a href=#><span style='display: block; height: 5px'></span></a>", "link-name"),
    ],
)
def test_axe_finds_what_is_wrong(site: Site, admin: Any, fault: str, rule: str) -> None:
    site.sign_in(path=VIEWS["job, running"].plant(admin))
    add = "fault => document.querySelector('main').insertAdjacentHTML('beforeend', fault)"
    site.page.evaluate(add, fault)
    assert [rule] == sorted({found.split(":")[0] for found in faults(site.page)} & {rule})
