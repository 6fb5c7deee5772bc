"""What a file may hold, and a sample: from the start page to the import."""

from __future__ import annotations

from pathlib import Path

from playwright.sync_api import expect

from tests.browser.site import Site


def test_the_links_are_those_of_the_chosen_target(site: Site) -> None:
    site.sign_in(path="/imports/new/?target=airports.country")
    links = site.page.locator(".target-links:visible")
    expect(links).to_have_count(1)
    site.page.select_option("#target", "airports.route")
    expect(links).to_have_attribute("data-links-of", "airports.route")
    expect(links).to_have_count(1)


def test_somebody_who_is_no_staff_imports_a_sample(
    site: Site, plain_user: str, countries: None, tmp_path: Path
) -> None:
    site.sign_in(plain_user, "/imports/new/")
    site.page.click(".target-links:visible a >> nth=0")
    expect(site.page.locator("h1")).to_have_text("Airports: what a file may hold")
    site.shots("target")
    with site.page.expect_download() as download:
        site.page.click("a[download]")
    file = tmp_path / download.value.suggested_filename
    download.value.save_as(file)
    site.choose("airports.airport", file)
    site.confirm()
    site.wait_until_over()
    assert (site.figures()["Inserted"], site.figures()["Rejected"]) == ("2", "0")


def test_the_list_of_targets_leads_to_each(site: Site) -> None:
    site.sign_in(path="/imports/targets/")
    site.shots("targets")
    site.page.click("h2 a >> nth=1")
    expect(site.page.locator("h1")).to_have_text("Countries: what a file may hold")
