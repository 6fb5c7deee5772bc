"""The start page and the upload, when things are not as they should be."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Dialog, Error, Route, expect

from devstack.stack import Stack
from tests.browser.site import Site
from tests.generated import write_airports
from tests.journeys.support import import_file, rows

SLOW = 1_000_000
"""Bytes a second: an upload that one can watch."""


@pytest.fixture
def site(site: Site) -> Site:
    """Signed in."""
    site.sign_in()
    return site


def slow_down(site: Site, rate: int) -> None:
    """Throttle what the browser sends; -1 ends it."""
    session = site.page.context.new_cdp_session(site.page)
    session.send("Network.enable")
    conditions = {"offline": False, "latency": 0, "downloadThroughput": -1}
    session.send("Network.emulateNetworkConditions", {**conditions, "uploadThroughput": rate})


def test_a_required_field_without_a_column_is_named(site: Site, small_file: Path) -> None:
    site.choose("airports.country", small_file)
    site.page.select_option("[name=map-1]", "")
    site.page.click("[data-confirm]")
    expect(site.page.locator("[data-required-field=name]")).to_be_visible()
    expect(site.page.locator("[data-missing]")).to_be_focused()
    site.shots("missing")


def test_a_field_is_fed_by_one_column_only(site: Site, small_file: Path) -> None:
    site.choose("airports.country", small_file)
    taken = site.page.locator("[name=map-1] option[value=code]")
    expect(taken).to_be_disabled()
    site.page.select_option("[name=map-0]", "")
    expect(taken).to_be_enabled()


def test_a_file_that_is_no_csv_is_refused_before_the_upload(site: Site, tmp_path: Path) -> None:
    file = tmp_path / "book.csv"
    file.write_bytes(b"PK\x03\x04 and so on")
    site.page.goto(f"{site.url}/imports/new/?target=airports.country")
    site.page.set_input_files("#file", file)
    expect(site.page.locator("#preview .errornote")).to_contain_text("no table in text form")


def test_a_step_back_to_the_page_shows_the_chosen_file_again(site: Site, small_file: Path) -> None:
    site.choose("airports.country", small_file)
    site.page.goto(f"{site.url}/imports/new/?target=airports.airport")
    site.page.go_back()
    expect(site.page.locator("[data-confirm]")).to_be_visible()
    expect(site.page.locator("[data-links-of='airports.country']")).to_be_visible()


def test_the_links_follow_a_target_that_a_step_back_brings_again(site: Site) -> None:
    site.page.goto(f"{site.url}/imports/new/?target=airports.country")
    site.page.select_option("#target", "airports.route")
    site.page.click("[data-links-of='airports.route'] a >> nth=0")
    site.page.go_back()
    expect(site.page.locator("#target")).to_have_value("airports.route")
    expect(site.page.locator("[data-links-of='airports.route']")).to_be_visible()
    expect(site.page.locator("[data-links-of='airports.country']")).to_be_hidden()


def test_the_upload_shows_how_far_it_is_and_asks_before_it_is_left(
    site: Site, countries: None, tmp_path: Path
) -> None:
    asked: list[str] = []

    def stay(dialog: Dialog) -> None:
        asked.append(dialog.type)
        dialog.dismiss()

    site.choose("airports.airport", write_airports(tmp_path / "airports.csv", 100_000))
    slow_down(site, SLOW)
    site.page.click("[data-confirm]")
    percent = site.page.locator("[data-part=percent]")
    expect(percent).to_have_text(re.compile(r"[1-9]\d?%"), timeout=10_000)
    expect(site.page.locator("[data-part=rate]")).to_contain_text("B/s", timeout=10_000)
    expect(site.page).to_have_title(re.compile(r"^[1-9]\d?% · airports.csv$"))
    site.shots("uploading")
    site.page.on("dialog", stay)
    with pytest.raises(Error):
        site.page.goto(f"{site.url}/imports/")
    assert asked == ["beforeunload"]
    expect(percent).to_be_visible()


def test_an_upload_is_cancelled(stack: Stack, site: Site, countries: None, tmp_path: Path) -> None:
    site.choose("airports.airport", write_airports(tmp_path / "airports.csv", 100_000))
    slow_down(site, SLOW)
    site.page.click("[data-confirm]")
    site.page.click("[data-part=cancel]")
    site.wait_until_over()
    assert site.sentence().startswith("Cancelled")
    (job,) = rows(stack, "SELECT status FROM imports_importjob")
    assert job["status"] == "cancelled"


def test_a_refusal_is_said_in_words_and_the_next_try_succeeds(site: Site, small_file: Path) -> None:
    def spoil(route: Route) -> None:
        response = route.fetch()
        answer: dict[str, Any] = response.json()
        answer["upload"]["fields"]["x-amz-signature"] = "0" * 64
        route.fulfill(response=response, json=answer)

    site.page.route("**/imports/new/create/", spoil)
    site.choose("airports.country", small_file)
    site.page.click("[data-confirm]")
    expect(site.page.locator("[data-part=error]")).to_contain_text("The storage refused the file")
    site.shots("refused")
    site.page.click("[data-part=again]")
    site.page.wait_for_url("**/imports/*-*-*-*-*/")
    site.wait_until_over()
    assert site.figures()["Inserted"] == "3"


def test_a_lost_connection_is_said_and_the_next_try_succeeds(
    stack: Stack, site: Site, small_file: Path
) -> None:
    site.choose("airports.country", small_file)
    site.page.route(f"{stack.aws.endpoint}/**", lambda route: route.abort("connectionreset"))
    site.page.click("[data-confirm]")
    expect(site.page.locator("[data-part=error]")).to_contain_text("connection was lost")
    expect(site.page).to_have_title("Interrupted. · countries.csv")
    site.page.unroute(f"{stack.aws.endpoint}/**")
    site.page.click("[data-part=again]")
    site.page.wait_for_url("**/imports/*-*-*-*-*/")
    site.wait_until_over()
    assert site.figures()["Inserted"] == "3"


def test_a_jobs_page_is_readable_without_javascript(
    stack: Stack, site: Site, small_file: Path, browser: Browser
) -> None:
    job = import_file(stack, "airports.country", small_file)["job"]
    with browser.new_context(java_script_enabled=False) as context:
        plain = Site(context.new_page(), site.url)
        plain.sign_in(path=f"/imports/{job}/")
        assert plain.sentence() == "Done."
        assert plain.figures()["Inserted"] == "3"
