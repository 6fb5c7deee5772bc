"""A job's page in a browser, while a worker's heartbeats come in."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from playwright.sync_api import Browser, Page, expect

from imports import jobs
from imports.models import ImportCancelRequest, ImportJob
from lambda_worker.contract import Status
from tests.browser.planted import beat, make_admin, plain_http
from tests.browser.site import Site
from tests.imports.factories import make_attempt, make_job

LAID_OUT = "() => new Promise((done) => setTimeout(() => requestAnimationFrame(done), 500))"
"""The new width moves things, and not only in the next frame."""

SHIFTS = """
() => {
  window.shifts = [];
  const moved = (shift) => shift.sources.map(({ node }) => node?.outerHTML ?? node?.data);
  const keep = (list) => window.shifts.push(...list.getEntries().map(moved));
  new PerformanceObserver(keep).observe({ type: "layout-shift", buffered: false });
}
"""


@pytest.fixture(scope="session")
def base_url(request: pytest.FixtureRequest) -> Iterator[str]:
    """The app alone, without the stack."""
    with plain_http():
        yield request.getfixturevalue("live_server").url


@pytest.fixture(autouse=True)
def empty_tables(transactional_db: None) -> None:
    """Of Django's own test database."""


@pytest.fixture
def job() -> ImportJob:
    """One that is being read."""
    job = make_job(Status.STAGING, owner=make_admin(), file_name="airports.csv")
    make_attempt(job, done=10, total=100, records_read=1_000)
    return job


@pytest.fixture
def site(base_url: str, page: Page, job: ImportJob) -> Site:
    """The job's page, at its first poll."""
    site = Site(page, base_url)
    with page.expect_response("**/progress/**"):
        site.sign_in(path=f"/imports/{job.pk}/")
    return site


def current(page: Page) -> Any:
    return page.locator("[aria-current=step]")


def test_the_steps_go_on_while_it_runs(site: Site, job: ImportJob) -> None:
    expect(current(site.page)).to_have_text("Read")
    for status, step in ((Status.CHECKING, "Check"), (Status.APPLYING, "Write")):
        beat(job, status, done=1, total=2)
        expect(current(site.page)).to_have_text(step)


def test_figures_are_put_into_the_page_as_it_is(site: Site, job: ImportJob) -> None:
    bar = site.page.locator("progress.bar").element_handle()
    beat(job, Status.STAGING, done=90, total=100, records_read=9_000)
    expect(site.page.locator("progress.bar")).to_have_attribute("value", "31")
    assert bar.evaluate("bar => bar.isConnected")
    assert site.figures()["Read"] == "9,000"


@pytest.mark.parametrize("width", [1280, 390])
def test_nothing_moves_while_it_is_polled(site: Site, job: ImportJob, width: int) -> None:
    site.page.set_viewport_size({"width": width, "height": 844})
    site.page.evaluate(LAID_OUT)
    site.page.evaluate(SHIFTS)
    for done in range(20, 101, 40):
        beat(job, Status.STAGING, done=done * 10**6, total=10**8, records_read=done * 98_765)
        expect(site.page.locator(".figures")).to_contain_text([f"{done * 98_765:,}", ""])
    for status in (Status.CHECKING, Status.APPLYING):
        beat(job, status, done=1_000_000, total=1_234_567)
        expect(site.page.locator("#sentence")).to_have_text(status.sentence)
    assert site.page.evaluate("window.shifts") == []


def test_only_a_new_state_is_said_aloud(site: Site, job: ImportJob) -> None:
    said = site.page.locator("#announcement")
    beat(job, Status.STAGING, done=90, total=100)
    expect(site.page.locator("progress.bar")).to_have_attribute("value", "31")
    expect(said).to_have_text("")
    beat(job, Status.CHECKING, done=1, total=2)
    expect(said).to_have_text("Checking every row.")


def test_the_focus_stays_on_a_button_while_all_around_it_changes(
    site: Site, job: ImportJob
) -> None:
    cancel = site.page.get_by_role("button", name="Cancel the import")
    cancel.focus()
    beat(job, Status.CHECKING, done=1, total=2)
    expect(current(site.page)).to_have_text("Check")
    expect(cancel).to_be_focused()


def test_the_focus_of_a_button_that_goes_falls_on_what_is_new(site: Site, job: ImportJob) -> None:
    site.page.get_by_role("button", name="Cancel the import").focus()
    beat(job, Status.CANCELLED)
    expect(site.page.locator("#sentence")).to_be_focused()


def test_the_focus_stays_on_a_button_that_moves_up(site: Site, job: ImportJob) -> None:
    again = site.page.get_by_role("button", name="Try again now")
    cancel = site.page.get_by_role("button", name="Cancel the import")
    beat(job, Status.STAGING, heartbeat_at=timezone.now() - timedelta(minutes=1))
    expect(again).to_be_visible()
    cancel.focus()
    beat(job, Status.STAGING)
    expect(again).to_have_count(0)
    expect(cancel).to_be_focused()


def test_a_running_import_asks_before_it_is_cancelled(site: Site, job: ImportJob) -> None:
    cancel = site.page.get_by_role("button", name="Cancel the import")
    dialog = site.page.get_by_role("dialog", name="Cancel this import?")
    for goes_on in ("Enter", "Escape"):
        cancel.press("Enter")
        expect(dialog.get_by_role("button", name="Do not cancel")).to_be_focused()
        site.shots(f"cancel-asks-{goes_on}")
        site.page.keyboard.press(goes_on)
        expect(cancel).to_be_focused()
        beat(job, Status.CHECKING, done=1, total=2)
    assert not ImportCancelRequest.objects.exists()
    cancel.press("Enter")
    dialog.get_by_role("button", name="Cancel the import").click()
    expect(site.page.locator("#sentence")).to_contain_text("Cancelling")
    assert ImportCancelRequest.objects.filter(job=job).exists()


def test_what_came_of_it_is_asked_for_until_it_is_there(site: Site, job: ImportJob) -> None:
    site.page.route("**/outcome/", lambda route: route.abort(), times=1)
    beat(job, Status.CANCELLED)
    expect(site.page.get_by_role("link", name="All imports")).to_be_visible(timeout=15_000)


def test_no_file_is_asked_for_once_another_page_has_sent_it(site: Site, job: ImportJob) -> None:
    awaiting = make_job(owner=job.owner)
    site.page.goto(f"{site.url}/imports/{awaiting.pk}/")
    expect(site.page.locator("#resume")).to_be_visible()
    jobs.mark_uploaded(awaiting)
    expect(site.page.locator("#resume")).to_be_hidden(timeout=15_000)


def test_the_polling_stops_at_the_end(site: Site, job: ImportJob) -> None:
    polls: list[str] = []
    site.page.on("request", lambda asked: polls.append(asked.url))
    beat(job, Status.CANCELLED)
    site.wait_until_over()
    expect(site.page.get_by_role("link", name="All imports")).to_be_visible()
    before = len([url for url in polls if "/progress/" in url])
    site.page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    site.page.wait_for_timeout(2_500)
    assert len([url for url in polls if "/progress/" in url]) == before > 0


def test_a_hidden_tab_asks_less_often_and_at_once_when_it_is_shown(site: Site) -> None:
    polls: list[str] = []
    hide = "h => { Object.defineProperty(document, 'hidden', { value: h, configurable: true });"
    hide += " document.dispatchEvent(new Event('visibilitychange')); }"
    site.page.evaluate(hide, True)
    site.page.wait_for_timeout(500)
    site.page.on("request", lambda asked: polls.append(asked.url))
    site.page.wait_for_timeout(3_000)
    assert polls == []
    with site.page.expect_request("**/progress/**", timeout=900):
        site.page.evaluate(hide, False)


def test_a_lost_connection_is_said_until_it_is_back(site: Site) -> None:
    lost = site.page.locator("#connection-lost")
    site.page.context.set_offline(True)
    expect(lost).to_be_visible()
    site.page.context.set_offline(False)
    expect(lost).to_be_hidden(timeout=10_000)


def test_a_job_that_is_gone_is_not_asked_for_again(site: Site, job: ImportJob) -> None:
    job.delete()
    expect(site.page.locator("#progress")).to_have_count(0)
    expect(site.page.locator("#gone")).to_be_focused()
    expect(site.page.locator("h1")).to_have_text("airports.csv")
    site.page.on("request", lambda asked: pytest.fail(f"asked for {asked.url}"))
    site.page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    site.page.wait_for_timeout(2_500)


def test_without_javascript_the_page_can_be_read_and_reloads(
    browser: Browser, base_url: str, job: ImportJob
) -> None:
    with browser.new_context(java_script_enabled=False) as context:
        site = Site(context.new_page(), base_url)
        site.sign_in(path=f"/imports/{job.pk}/")
        assert site.sentence() == "Reading the file."
        assert site.figures()["Read"] == "1,000"
        beat(job, Status.CHECKING, done=1, total=2)
        expect(current(site.page)).to_have_text("Check", timeout=10_000)
        link = site.page.locator("a[href='?reload=off']")
        link.click()
        expect(link).to_have_text("Show how far it is now")
