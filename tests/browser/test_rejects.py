"""Rejected rows in a real browser: looked through, taken away, put right and imported."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.browser.site import IMPORT_MS, Site

HEADER = "Ländercode;Bezeichnung\r\n"
GOOD = "IT;Italien\r\nES;Spanien\r\n"
BAD = 'österreich;Österreich\r\nXYZ;"Zwei\r\nZeilen"\r\nPT;\r\n50%;Größe\r\nFR\r\n'
RIGHT = 'AT;Österreich\r\nXY;"Zwei\r\nZeilen"\r\nPT;Portugal\r\nGR;Größe\r\nFI;Finnland\r\n'


@pytest.fixture
def spreadsheet(tmp_path: Path) -> Path:
    """As a German Excel writes it, with five faults."""
    path = tmp_path / "Länder.csv"
    path.write_bytes((HEADER + GOOD + BAD).encode("cp1252"))
    return path


def import_wrongly(site: Site, file: Path) -> None:
    """The whole file, mapped by hand."""
    site.sign_in()
    site.choose("airports.country", file)
    site.give("Ländercode", "code")
    site.give("Bezeichnung", "name")
    site.page.check("input[name=review][value=on_rejects]")
    site.confirm()
    apply = site.page.get_by_role("button", name="Apply")
    expect(apply).to_be_visible(timeout=IMPORT_MS)
    site.shots("rejects-in-review")
    apply.click()
    site.wait_until_over()
    assert site.figures()["Rejected"] == "5"


def downloaded(site: Site, button: str) -> tuple[str, bytes]:
    """The name and the bytes of the file behind a button."""
    with site.page.expect_download() as download:
        site.page.get_by_role("link", name=button).click()
    return download.value.suggested_filename, Path(download.value.path()).read_bytes()


def test_rejects_are_looked_through_put_right_and_imported(
    site: Site, countries: None, spreadsheet: Path, tmp_path: Path
) -> None:
    import_wrongly(site, spreadsheet)
    page, first = site.page, site.page.url
    site.shots("rejects-in-short")

    page.locator(".groups a", has_text="two capital letters").click()
    expect(page.locator("#list-title")).to_contain_text("Ländercode: A country code is two capital")
    expect(page.locator(".list tbody tr")).to_have_count(3)
    page.fill("#q", "0%")
    page.keyboard.press("Enter")
    expect(page.locator(".list tbody tr")).to_have_count(1)
    site.shots("rejects-found")
    page.get_by_role("link", name="Clear").click()
    page.get_by_role("link", name="Show all faults").click()
    site.shots("rejects-all")

    assert downloaded(site, "Download with reasons")[0] == "Länder-rejects.csv"
    name, sent = downloaded(site, "Download as you sent them")
    assert (name, sent) == ("Länder-to-fix.csv", (HEADER + BAD).encode("cp1252"))
    fixed = tmp_path / name
    fixed.write_bytes((HEADER + RIGHT).encode("cp1252"))

    page.get_by_role("link", name="Fix and upload").click()
    page.set_input_files("#file", fixed)
    site.shots("rejects-fixed")
    site.confirm()
    site.wait_until_over()
    assert (site.figures()["Inserted"], site.figures()["Rejected"]) == ("5", "0")
    page.get_by_role("link", name=spreadsheet.name).click()
    expect(page).to_have_url(first)
    site.shots("rejects-put-right")
    page.get_by_role("link", name=name).click()
    expect(page.locator("#sentence")).to_have_text("Done.")
