"""A review in a browser: what would happen, row by row, and what a decision then does."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from imports.models import ImportJob
from imports.testing import run_import, work_on
from lambda_worker.contract import Command, CommandMessage
from lambda_worker.plan import Mode, Review
from tests.browser.planted import make_admin, plain_http
from tests.browser.site import Site
from webapp.airports.models import Airport, Country

pytestmark = pytest.mark.usefixtures("sent")

HEADER = "icao,iata,name,city,country,elevation,lat,lon,tz\n"
FILE = HEADER + (
    "EDDB,BER,Berlin Brandenburg,Berlin,DE,157,52.351389,13.493889,Europe/Berlin\n"
    "EDDF,FRA,Frankfurt am Main,Frankfurt,DE,364,50.033333,8.570556,Europe/Berlin\n"
    "LFPG,CDG,Paris Charles de Gaulle,Paris,FR,392,49.0128,2.55,Europe/Paris\n"
    "RJTT,HND,Tokyo Haneda,Tokyo,JP,35,35.5523,139.7798,Asia/Tokyo\n"
    "RJAA,NRT,Tokyo Narita,Narita,JP,141,35.7647,140.3864,Asia/Tokyo\n"
    "XXXX,XXX,Nowhere,Nowhere,XX,high,35.7647,140.3864,Asia/Tokyo\n"
)


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
    """Two new rows, two changed ones, one that is so already, and a reject."""
    german, french, _japanese = (
        Country.objects.create(code=code, name=code) for code in ("DE", "FR", "JP")
    )
    airport("EDDB", "BER", "Berlin Brandenburg", "Berlin", german, 157, "52.351389", "13.493889")
    airport("EDDF", None, "Rhein-Main", "Frankfurt", french, 364, "50.033333", "8.570556")
    airport("LFPG", "CDG", "Paris Charles de Gaulle", "Roissy", french, 392, "49.0128", "2.55")
    Airport.objects.filter(icao="LFPG").update(timezone="Europe/Paris")
    return run_import(
        "airports.airport", FILE, user=make_admin(), mode=Mode.UPSERT, review=Review.ALWAYS
    ).job


def airport(
    icao: str, iata: str | None, name: str, city: str, country: Country, *place: str | int
) -> None:
    Airport.objects.create(
        icao=icao,
        iata=iata,
        name=name,
        city=city,
        country=country,
        elevation=place[0],
        latitude=place[1],
        longitude=place[2],
        timezone="Europe/Berlin",
    )


@pytest.fixture
def site(base_url: str, page: Page, job: ImportJob) -> Site:
    """The job's page."""
    site = Site(page, base_url)
    site.sign_in(path=f"/imports/{job.pk}/")
    return site


def tallies(page: Page) -> list[str]:
    return page.locator(".tally .count").all_inner_texts()


def apply(site: Site, job: ImportJob) -> None:
    """Press the button; the worker does what it orders."""
    site.page.get_by_role("button", name="Apply").click()
    approved = "Approved. A worker is about to write it."
    expect(site.page.locator("#sentence")).to_have_text(approved)
    work_on(job, FILE.encode(), Command.APPLY)


def test_nothing_is_written_but_what_was_looked_at(site: Site, job: ImportJob) -> None:
    page = site.page
    assert tallies(page) == ["2", "2", "1", "1"]
    expect(page.locator(".consequence")).to_contain_text("Apply writes 4 rows.")
    site.shots("review")
    page.get_by_role("link", name="See each row").click()
    page.get_by_role("link", name="Changed 2").click()
    was = ["so far ∅", "so far Rhein-Main", "so far FR", "so far Roissy"]
    expect(page.locator("del")).to_have_text(was)
    site.shots("review-changed")
    Airport.objects.filter(icao="LFPG").update(city="Paris")
    apply(site, job)
    expect(page.locator(".review .notice")).to_contain_text("The table has changed")
    assert tallies(page) == ["2", "1", "2", "1"]
    site.shots("review-asked-again")
    apply(site, job)
    site.wait_until_over()
    assert site.figures()["Updated"] == "1"


def test_a_page_that_was_left_open_decides_nothing(site: Site, job: ImportJob) -> None:
    page = site.page
    page.get_by_role("link", name="See each row").click()
    Airport.objects.filter(icao="LFPG").delete()
    ImportJob.objects.filter(pk=job.pk).update(review_approved_at="2999-01-01T00:00:00Z")
    work_on(job, FILE.encode(), Command.APPLY)  # somebody else has approved, in vain
    ImportJob.objects.filter(pk=job.pk).update(review_approved_at=None)
    page.get_by_role("button", name="Apply").click()
    expect(page.locator(".messagelist")).to_contain_text("The table has changed since you looked")
    assert tallies(page) == ["3", "1", "1", "1"]


def test_a_review_asks_before_it_is_cancelled(site: Site, job: ImportJob) -> None:
    page = site.page
    page.get_by_role("link", name="See each row").click()
    page.wait_for_load_state()  # before its script is there, the button posts at once
    page.get_by_role("button", name="Cancel the import").click()
    site.shots("review-cancel-asks")
    page.get_by_role("dialog").get_by_role("button", name="Cancel the import").click()
    expect(page.locator("#sentence")).to_have_text("Cancelled; nothing was written.")
    site.shots("review-cancelled")


def test_rows_that_were_lost_are_checked_again(
    site: Site, job: ImportJob, sent: list[CommandMessage]
) -> None:
    page = site.page
    lose(job)
    page.get_by_role("link", name="See each row").click()
    expect(page.locator(".notice")).to_contain_text("gone")
    site.shots("review-lost")
    page.get_by_role("button", name="Check the file again").click()
    assert sent == [CommandMessage(Command.RETRY, job.pk, job.attempt)]


def lose(job: ImportJob) -> None:
    """As a crash of Postgres would."""
    from django.db import connection

    with connection.cursor() as cursor:
        for kind in ("raw", "ready", "review"):
            cursor.execute(f"TRUNCATE sluice_staging.{kind}_{job.pk.hex}")
