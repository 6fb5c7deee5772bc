"""Whole imports in a real browser, on the real local stack."""

from __future__ import annotations

from pathlib import Path

from playwright.sync_api import expect

from devstack.demo_data import DemoFile
from devstack.stack import Stack
from tests.browser.site import Site
from tests.generated import write_airports
from tests.journeys.support import import_file, rows, until


def test_an_admin_imports_the_airports(
    stack: Stack, site: Site, files: dict[str, DemoFile]
) -> None:
    import_file(stack, "airports.country", files["countries"].path)
    file = files["airports"]
    site.sign_in(path="/admin/airports/airport/")
    site.page.locator(".object-tools").get_by_role("link", name="Import").click()
    site.page.set_input_files("#file", file.path)
    site.shots("preview")
    site.confirm()
    site.wait_until_over()

    figures = site.figures()
    assert figures["Read"] == f"{file.read:,}"
    assert figures["Inserted"] == f"{file.inserted:,}"
    assert figures["Rejected"] == f"{file.rejected:,}"
    (row,) = rows(stack, "SELECT count(*) AS n FROM airports_airport")
    assert row["n"] == file.inserted
    site.shots("succeeded")
    url = site.page.url
    (mail,) = until(lambda: [mail for mail in stack.mails() if url in str(mail)], "the mail")
    assert "admin@example.com" in str(mail)


def test_progress_moves(stack: Stack, site: Site, countries: None, tmp_path: Path) -> None:
    site.sign_in()
    site.choose("airports.airport", write_airports(tmp_path / "airports.csv", 400_000))
    site.confirm()
    seen: list[str] = []
    shot = False
    while site.page.locator("#progress[hx-get]").count():
        percent = site.page.locator(".percent").all_inner_texts()
        if percent and percent != seen[-1:]:
            seen += percent
        if not shot and "Checking" in site.sentence():
            site.shots("running")
            shot = True
        site.page.wait_for_timeout(100)
    percents = [int(text.split()[0]) for text in seen if text]
    assert len(set(percents)) >= 3
    assert percents == sorted(percents)
    assert site.figures()["Inserted"] == "400,000"


def test_cancel_writes_nothing(stack: Stack, site: Site, countries: None, tmp_path: Path) -> None:
    site.sign_in()
    site.choose("airports.airport", write_airports(tmp_path / "airports.csv", 500_000))
    site.confirm()
    site.page.locator("[data-asks] button").click()  # once it is running
    site.page.get_by_role("dialog").get_by_role("button", name="Cancel the import").click()
    site.wait_until_over()
    assert site.sentence() == "Cancelled; nothing was written."
    (row,) = rows(stack, "SELECT count(*) AS n FROM airports_airport")
    assert row["n"] == 0
    site.shots("cancelled")


def test_a_review_waits_and_is_applied(site: Site, countries: None, small_file: Path) -> None:
    site.sign_in()
    site.choose("airports.country", small_file)
    site.page.check("input[name=review][value=always]")
    site.confirm()
    apply = site.page.get_by_role("button", name="Apply")
    expect(apply).to_be_visible(timeout=20_000)
    site.shots("in-review")
    apply.click()
    site.wait_until_over()
    assert site.figures()["Inserted"] == "3"


def test_a_plain_user_imports_and_sees_only_their_own(
    stack: Stack,
    site: Site,
    countries: None,
    plain_user: str,
    tmp_path: Path,
    small_file: Path,
) -> None:
    import_file(stack, "airports.country", small_file)
    site.sign_in(plain_user)
    expect(site.page.locator(".jobs")).to_have_count(0)
    site.choose("airports.airport", write_airports(tmp_path / "airports.csv", 10))
    site.confirm()
    site.wait_until_over()
    assert site.figures()["Inserted"] == "10"
    site.page.goto(f"{site.url}/imports/")
    expect(site.page.locator(".jobs tbody tr")).to_have_count(1)
    site.shots("list")


def test_a_plain_user_gets_a_403_where_they_may_not_import(site: Site) -> None:
    site.sign_in("pat")
    response = site.page.goto(f"{site.url}/imports/new/?target=airports.country")
    assert response is not None
    assert response.status == 403
