"""A big file goes in parts: broken off, gone on with, refused."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import BrowserType, CDPSession, Page, Response, Route, expect

from devstack.stack import Stack
from devstack.web import PARTS_ABOVE_BYTES
from tests.browser.counting_proxy import counting_proxy
from tests.browser.site import IMPORT_MS, Site
from tests.generated import write_airports_of
from tests.journeys.support import rows

FILE_BYTES = PARTS_ABOVE_BYTES + 4_000_000
"""Three parts of 8 MiB, the last one shorter."""

WATCHABLE = 1_500_000
"""Bytes a second: a quarter of a minute for the file."""


@pytest.fixture
def site(site: Site) -> Site:
    """Signed in."""
    site.sign_in()
    return site


@pytest.fixture
def big_file(tmp_path: Path) -> Path:
    path = tmp_path / "airports.csv"
    write_airports_of(path, FILE_BYTES)
    return path


class Line:
    """The browser's line, and the parts that got over it, by number."""

    def __init__(self, page: Page) -> None:
        self.arrived: list[int] = []
        self.session: CDPSession = page.context.new_cdp_session(page)
        self.session.send("Network.enable")
        page.on("response", self._note)

    def slow_down(self, rate: int) -> None:
        conditions = {"offline": False, "latency": 0, "downloadThroughput": -1}
        self.session.send(
            "Network.emulateNetworkConditions", {**conditions, "uploadThroughput": rate}
        )

    def _note(self, response: Response) -> None:
        asked = parse_qs(urlsplit(response.url).query)
        if response.request.method == "PUT" and response.status == 200:
            self.arrived += map(int, asked["partNumber"])


def wait_for_a_part(site: Site, line: Line) -> None:
    while not line.arrived:
        site.page.wait_for_timeout(50)


def imported(stack: Stack) -> dict[str, Any]:
    (job,) = rows(stack, "SELECT status, object_size, rows_inserted FROM imports_importjob")
    return job


def broken_off(site: Site, file: Path) -> list[int]:
    """Begin the upload, and close the page once a part is there; the parts that are."""
    line = Line(site.page)
    site.choose("airports.airport", file)
    line.slow_down(WATCHABLE)
    site.page.click("[data-confirm]")
    wait_for_a_part(site, line)
    site.page.close()
    return line.arrived


def test_a_lost_connection_is_waited_for_and_nothing_is_sent_twice(
    stack: Stack,
    countries: None,
    big_file: Path,
    browser_type: BrowserType,
    browser_type_launch_args: dict[str, Any],
) -> None:
    port = urlsplit(stack.aws.endpoint).port
    assert port is not None
    with counting_proxy(port) as proxy:
        rule = f"--host-resolver-rules=MAP 127.0.0.1:{port} 127.0.0.1:{proxy.port}"
        launch = {**browser_type_launch_args}
        launch["args"] = [*launch["args"], rule]
        with browser_type.launch(**launch) as browser:
            site = Site(browser.new_page(), stack.web_url)
            site.sign_in()
            line = Line(site.page)
            site.choose("airports.airport", big_file)
            proxy.pause = 0.04  # a whole part takes five seconds, the last one half of it
            site.page.click("[data-confirm]")
            wait_for_a_part(site, line)
            proxy.cut_at = 0
            expect(site.page.locator("[data-part=error]")).to_contain_text("connection was lost")
            expect(site.page.locator("[data-part=percent]")).not_to_have_text("100%")
            site.shots("upload-waiting")
            assert line.arrived == [3]
            proxy.cut_at, proxy.pause = math.inf, 0
            site.page.wait_for_url("**/imports/*-*-*-*-*/", timeout=IMPORT_MS)
            site.wait_until_over()
    assert sorted(line.arrived) == [1, 2, 3]
    assert FILE_BYTES < proxy.received < 2 * FILE_BYTES
    assert imported(stack)["object_size"] == big_file.stat().st_size


def test_the_upload_shows_how_fast_it_is(site: Site, countries: None, big_file: Path) -> None:
    line = Line(site.page)
    site.choose("airports.airport", big_file)
    line.slow_down(WATCHABLE)
    site.page.click("[data-confirm]")
    expect(site.page.locator("[data-part=left]")).to_contain_text("sec", timeout=20_000)
    expect(site.page.locator("[data-part=rate]")).to_contain_text("B/s")
    site.shots("upload-sending")


def test_the_same_file_chosen_again_goes_on_where_it_stood(
    stack: Stack, site: Site, countries: None, big_file: Path
) -> None:
    before = broken_off(site, big_file)
    again = Site(site.page.context.new_page(), site.url)
    line = Line(again.page)
    again.choose("airports.airport", big_file)
    offer = again.page.locator("#unfinished")
    expect(offer).to_contain_text("You began to upload this file")
    again.shots("upload-unfinished")
    background = "button => getComputedStyle(button).backgroundColor"
    assert again.page.locator("[data-confirm]").evaluate(background) == "rgba(0, 0, 0, 0)"
    offer.get_by_role("button").click()
    again.page.wait_for_url("**/imports/*-*-*-*-*/", timeout=IMPORT_MS)
    again.wait_until_over()
    assert not set(before) & set(line.arrived)
    assert imported(stack)["status"] == "succeeded"


def test_what_has_changed_in_the_file_since_is_sent_anew(
    stack: Stack, site: Site, countries: None, big_file: Path
) -> None:
    before = broken_off(site, big_file)
    text = big_file.read_bytes()
    big_file.write_bytes(text.replace(b"Airfield", b"Airstrip"))
    again = Site(site.page.context.new_page(), site.url)
    line = Line(again.page)
    again.choose("airports.airport", big_file)
    again.page.locator("#unfinished").get_by_role("button").click()
    again.page.wait_for_url("**/imports/*-*-*-*-*/", timeout=IMPORT_MS)
    again.wait_until_over()
    assert set(before) < set(line.arrived)
    old = rows(stack, "SELECT name FROM airports_airport WHERE name LIKE 'Airfield%%' LIMIT 1")
    assert old == []


def test_the_job_s_page_goes_on_too(
    stack: Stack, site: Site, countries: None, big_file: Path, small_file: Path
) -> None:
    broken_off(site, big_file)
    (job,) = rows(stack, "SELECT id FROM imports_importjob")
    again = Site(site.page.context.new_page(), site.url)
    again.page.goto(f"{site.url}/imports/{job['id']}/")
    again.page.set_input_files("#resume-file", small_file)
    expect(again.page.locator("[data-part=wrong]")).to_contain_text("another file")
    again.shots("upload-resume")
    again.page.set_input_files("#resume-file", big_file)
    again.page.wait_for_load_state()
    again.wait_until_over()
    assert imported(stack)["status"] == "succeeded"


def test_a_refused_part_is_said_in_words_and_the_next_try_succeeds(
    stack: Stack, site: Site, countries: None, big_file: Path
) -> None:
    def spoil(route: Route) -> None:
        answer: dict[str, Any] = route.fetch().json()
        answer["urls"] = {n: f"{url}0" for n, url in answer["urls"].items()}  # the signature
        route.fulfill(json=answer)

    site.choose("airports.airport", big_file)
    site.page.route("**/upload-parts/", spoil)
    site.page.click("[data-confirm]")
    expect(site.page.locator("[data-part=error]")).to_contain_text("permission was altered")
    site.shots("upload-refused")
    site.page.unroute("**/upload-parts/")
    site.page.click("[data-part=again]")
    expect(site.page.locator("[data-part=title]")).to_be_focused()
    site.page.wait_for_url("**/imports/*-*-*-*-*/", timeout=IMPORT_MS)
    site.wait_until_over()
    assert imported(stack)["status"] == "succeeded"


def test_the_cancel_button_throws_the_parts_away(
    stack: Stack, site: Site, countries: None, big_file: Path
) -> None:
    line = Line(site.page)
    site.choose("airports.airport", big_file)
    line.slow_down(WATCHABLE)
    site.page.click("[data-confirm]")
    wait_for_a_part(site, line)
    site.page.click("[data-part=cancel]")
    site.wait_until_over()
    key = urlsplit(site.page.url).path.replace("imports", "uploads").strip("/")
    found = stack.aws.client("s3").list_multipart_uploads(
        Bucket=stack.outputs["BucketName"], Prefix=key
    )
    assert found.get("Uploads", []) == []


def test_a_policy_s_refusal_is_said_in_words(site: Site, small_file: Path) -> None:
    def spoil(route: Route) -> None:
        answer: dict[str, Any] = route.fetch().json()
        answer["upload"]["fields"]["Content-Type"] = "text/html"
        route.fulfill(status=201, json=answer)

    site.page.route("**/imports/new/create/", spoil)
    site.choose("airports.country", small_file)
    site.page.click("[data-confirm]")
    error = site.page.locator("[data-part=error]")
    expect(error).to_contain_text("not what this upload was permitted for")


def test_two_files_are_not_taken_by_a_drop(site: Site) -> None:
    site.page.goto(f"{site.url}/imports/new/?target=airports.country")
    drop(site, "a.csv", "b.csv")
    expect(site.page.locator("#form-errors")).to_contain_text("One file at a time")


def test_a_file_is_dropped_anywhere_on_the_page(site: Site) -> None:
    site.page.goto(f"{site.url}/imports/new/?target=airports.country")
    site.page.evaluate(DRAG, ["dragenter", ["countries.csv"]])
    expect(site.page.locator("body.is-dropping")).to_be_visible()
    site.shots("upload-dropping")
    drop(site, "countries.csv")
    expect(site.page.locator("[data-confirm]")).to_be_visible()
    expect(site.page.locator("body.is-dropping")).to_have_count(0)


DRAG = """([type, names]) => {
  const dataTransfer = new DataTransfer();
  for (const name of names) dataTransfer.items.add(new File(["code,name\\nIT,Italy\\n"], name));
  const options = { dataTransfer, bubbles: true, cancelable: true };
  document.querySelector("#header").dispatchEvent(new DragEvent(type, options));
}"""


def drop(site: Site, *names: str) -> None:
    """Onto the page's header, which knows nothing of files."""
    site.page.evaluate(DRAG, ["drop", list(names)])
