"""Preview and mapping: what was found is shown, put right, mapped, and remembered."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import expect

from devstack.stack import Stack
from tests.browser.site import Site
from tests.journeys.support import rows

ODD = """\
Länder nach ISO 3166;;;
Stand: März 2025;;;
Ländercode;Bezeichnung;Alpha-3;Bemerkung
DE;Deutschland;DEU;müde
FR;Frankreich;FRA;
CI;Côte d'Ivoire;CIV;Überseehandel
SE;Schweden;SWE;grün
"""
"""Semicolons, lines above the table, and headers that no field has; in cp1252."""


@pytest.fixture
def odd_file(tmp_path: Path) -> Path:
    """As an office exports it."""
    path = tmp_path / "Länder.csv"
    path.write_bytes(ODD.encode("cp1252"))
    return path


@pytest.fixture
def site(site: Site) -> Site:
    """Signed in."""
    site.sign_in()
    return site


def put_right(site: Site) -> None:
    """Read the file otherwise, wrongly; then as it was found."""
    first_rows, summary = site.page.locator(".first-rows"), site.page.locator("[data-summary]")
    site.page.click("[data-dialect] > summary")
    site.page.select_option("#given-encoding", "cp1251")
    expect(first_rows).to_contain_text("Cфte")
    site.page.check("#reading-cp1252")
    expect(first_rows).to_contain_text("Côte d'Ivoire")
    site.page.select_option("#given-delimiter", ",")
    expect(summary).to_contain_text("separated by commas, no names of columns; 1 column")
    site.shots("preview-changed")
    site.page.click("[data-forget]")
    expect(summary).to_contain_text("semicolons")


def test_an_odd_file_is_put_right_mapped_imported_and_remembered(
    stack: Stack, site: Site, odd_file: Path
) -> None:
    page = site.page
    site.choose("airports.country", odd_file)
    expect(page.locator("[data-summary]")).to_have_text(
        "CSV in Windows-1252, separated by semicolons, names of the columns in line 3; 4 columns."
    )
    put_right(site)

    page.click("[data-confirm]")
    expect(page.locator("[data-missing]")).to_be_focused()
    expect(page.locator("[data-blocked]")).to_have_text("Not yet: no column goes into Name.")
    site.shots("preview-missing")
    site.give("Bezeichnung", "name")
    expect(page.locator("[data-missing]")).to_be_hidden()
    expect(page.locator("[data-ignored]")).to_have_text("Ignored: Alpha-3 and Bemerkung.")
    page.check("[name=mode][value=upsert]")
    site.confirm()
    site.wait_until_over()
    (row,) = rows(stack, "SELECT name FROM airports_country WHERE code = 'CI'")
    assert row["name"] == "Côte d'Ivoire"

    site.choose("airports.country", odd_file)
    expect(page.locator("[name=map-1]")).to_have_value("name")
    expect(page.locator("[name=mode][value=upsert]")).to_be_checked()
    expect(page.locator("[data-recalled]")).to_contain_text("had the same columns")
    site.shots("preview-remembered")
    page.click("[data-anew]")
    expect(page.locator("[name=map-1]")).to_have_value("")


def test_answers_stay_while_the_preview_follows_a_change(site: Site, odd_file: Path) -> None:
    site.choose("airports.country", odd_file)
    site.give("Bezeichnung", "name")
    site.page.check("[name=review][value=always]")
    site.page.click("[data-dialect] > summary")
    site.page.focus("#given-encoding")
    site.page.select_option("#given-encoding", "cp1250")
    expect(site.page.locator("[data-summary]")).to_contain_text("Windows-1250")
    expect(site.page.locator("[name=map-1]")).to_have_value("name")
    expect(site.page.locator("[name=review][value=always]")).to_be_checked()
    expect(site.page.locator("#given-encoding")).to_be_focused()


def test_what_was_said_of_a_file_holds_for_another_target(site: Site, odd_file: Path) -> None:
    site.choose("airports.country", odd_file)
    site.page.click("[data-dialect] > summary")
    site.page.select_option("#given-encoding", "cp1250")
    expect(site.page.locator("[data-summary]")).to_contain_text("Windows-1250")
    site.page.select_option("#target", "airports.airport")
    expect(site.page.locator("[data-confirm]")).to_contain_text("airports")
    expect(site.page.locator("[data-summary]")).to_contain_text("Windows-1250")


def test_what_is_unfolded_stays_so_while_the_preview_follows(site: Site, odd_file: Path) -> None:
    site.choose("airports.country", odd_file)
    site.page.click("[data-dialect] > summary")
    site.page.click("#rare > summary")
    site.page.select_option("#given-encoding", "cp1250")
    expect(site.page.locator("[data-summary]")).to_contain_text("Windows-1250")
    expect(site.page.locator("#given-quote")).to_be_visible()


def test_columns_that_changed_places_stay_so_while_the_preview_follows(
    site: Site, tmp_path: Path
) -> None:
    file = tmp_path / "swapped.csv"
    file.write_bytes("code,name\nCôte,CI\n".encode("cp1252"))
    site.choose("airports.country", file)
    for column, field in ((0, ""), (1, "code"), (0, "name")):
        site.page.select_option(f"[name=map-{column}]", field)
    site.page.click("[data-dialect] > summary")
    site.page.select_option("#given-encoding", "cp1250")
    expect(site.page.locator("[data-summary]")).to_contain_text("Windows-1250")
    expect(site.page.locator("[name=map-0]")).to_have_value("name")
    expect(site.page.locator("[name=map-1]")).to_have_value("code")


def test_what_is_shown_is_not_imported_where_something_else_was_said(
    site: Site, odd_file: Path
) -> None:
    site.choose("airports.country", odd_file)
    site.give("Bezeichnung", "name")
    site.page.click("[data-dialect] > summary")
    site.page.route("**/new/preview/", lambda route: route.abort())
    site.page.select_option("#given-encoding", "cp1251")
    expect(site.page.locator("#form-errors")).to_be_visible()
    site.page.unroute("**/new/preview/")
    site.page.click("[data-confirm]")
    expect(site.page.locator("[data-summary]")).to_contain_text("Windows-1251")
    expect(site.page.locator("#form-errors")).to_be_hidden()
    expect(site.page.locator("#import-form")).to_be_visible()


def test_a_column_among_thousands_is_found_by_its_name(
    stack: Stack, site: Site, tmp_path: Path
) -> None:
    file = tmp_path / "wide.csv"
    names = [f"column {number}" for number in range(3000)]
    lines = [["code", *names], ["PT", *("" for _ in names[1:]), "Portugal"]]
    file.write_text("".join(",".join(line) + "\n" for line in lines), encoding="utf-8")
    site.choose("airports.country", file)
    expect(site.page.locator("[data-columns] tr")).to_have_count(50)
    expect(site.page.locator("[data-ignored]")).to_contain_text("2,992 more")
    site.page.fill("[data-find]", "n 2999")
    expect(site.page.locator("[data-found]")).to_have_text("Found: 1; shown: 1.")
    site.give("column 2999", "name")
    site.shots("preview-wide")
    site.confirm()
    site.wait_until_over()
    assert rows(stack, "SELECT name FROM airports_country") == [{"name": "Portugal"}]


def test_what_cannot_be_read_so_is_read_as_it_was_found(site: Site, odd_file: Path) -> None:
    site.choose("airports.country", odd_file)
    site.page.click("[data-dialect] > summary")
    site.page.select_option("#given-format", "json")
    expect(site.page.locator("#preview .errornote")).to_contain_text("this is no JSON")
    site.shots("preview-refused")
    site.page.click("[data-forget]")
    expect(site.page.locator("[data-summary]")).to_contain_text("CSV in Windows-1252")


def test_enter_in_a_control_shows_and_starts_nothing(site: Site, odd_file: Path) -> None:
    site.choose("airports.country", odd_file)
    site.give("Bezeichnung", "name")
    site.page.click("[data-dialect] > summary")
    site.page.fill("#given-preamble", "3")
    site.page.press("#given-preamble", "Enter")
    expect(site.page.locator("[data-summary]")).to_contain_text("in line 4")
    assert site.page.url.endswith("/imports/new/?target=airports.country")
