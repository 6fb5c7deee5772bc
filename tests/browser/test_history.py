"""The list with its filters, the record of a job, and the choice of mails, in a browser."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from devstack.stack import Stack
from tests.browser.site import Site
from tests.journeys.support import import_file, mail_about

WITH_FAULTS = "code,name\nDE,Germany\nfr,France\nE,Spain\n"


@pytest.fixture
def site(site: Site) -> Site:
    """Signed in."""
    site.sign_in()
    return site


@pytest.fixture
def two_imports(stack: Stack, small_file: Path, tmp_path: Path) -> str:
    """A clean one, and one with rejects; the id of the latter."""
    import_file(stack, "airports.country", small_file)
    faulty = tmp_path / "faulty.csv"
    faulty.write_text(WITH_FAULTS, encoding="utf-8")
    return str(import_file(stack, "airports.country", faulty)["job"])


def test_the_list_is_searched(site: Site, two_imports: str) -> None:
    page = site.page
    page.goto(f"{site.url}/imports/")
    expect(page.locator(".jobs tbody tr")).to_have_count(2)
    expect(page.locator("#id_first")).to_be_hidden()
    site.shots("list")
    page.select_option("#id_state", "rejects")
    page.select_option("#id_period", "days")
    page.fill("#id_first", "2020-01-01")
    page.click(".filters [type=submit]")
    expect(page.locator(".jobs tbody tr")).to_have_count(1)
    expect(page.locator("#id_first")).to_be_visible()
    site.shots("list-filtered")
    page.fill("#id_q", "no such file")
    page.keyboard.press("Enter")
    expect(page.locator(".empty")).to_contain_text("No import is like that")
    site.shots("list-nothing")


def test_the_list_is_searched_without_javascript(
    site: Site, two_imports: str, browser: Browser
) -> None:
    with browser.new_context(java_script_enabled=False) as context:
        plain = Site(context.new_page(), site.url)
        plain.sign_in()
        plain.page.fill("#id_q", two_imports[:8])
        plain.page.click(".filters [type=submit]")
        expect(plain.page.locator(".jobs tbody th")).to_have_text("faulty.csv")


def test_a_job_is_a_complete_record(site: Site, two_imports: str) -> None:
    page = site.page
    page.goto(f"{site.url}/imports/{two_imports}/")
    for details in page.locator(".record details").all():
        details.locator("summary").click()
    expect(page.locator(".runs tbody tr")).to_have_count(1)
    expect(page.locator(".receipt")).to_contain_text("where an idle worker dyno costs 25 USD")
    expect(page.locator(".plan")).to_contain_text('"natural_key"')
    site.shots("record")


def test_a_page_that_saw_its_import_end_has_the_receipt(site: Site, small_file: Path) -> None:
    site.choose("airports.country", small_file)
    site.confirm()
    site.wait_until_over()
    expect(site.page.locator(".events")).to_contain_text("the rows are written")
    expect(site.page.locator(".receipt")).to_contain_text("a month")


def test_the_choice_of_mails_is_kept(site: Site, two_imports: str, stack: Stack) -> None:
    page = site.page
    assert "/imports/settings/" in mail_about(stack, two_imports)
    page.goto(f"{site.url}/imports/settings/")
    site.shots("settings")
    page.check("[value=problems]")
    page.click("form.panel [type=submit]")
    expect(page.locator(".messagelist")).to_contain_text("Saved")
    expect(page.locator("[value=problems]")).to_be_checked()
    site.shots("settings-saved")
    page.check("[value=always]")
    page.click("form.panel [type=submit]")
