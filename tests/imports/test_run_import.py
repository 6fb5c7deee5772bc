"""run_import: the worker's pipeline in this process, for those who test their targets."""

from __future__ import annotations

import pytest
from django.db import transaction

from imports.testing import run_import
from lambda_worker.plan import Mode, OnReject
from webapp.airports.models import Airport, Country

pytestmark = pytest.mark.django_db(transaction=True)

AIRPORTS = (
    "icao,iata,name,city,country,elevation,lat,lon,tz\n"
    "LFPG,CDG,Paris Charles de Gaulle,Paris,FR,392,49.0128,2.55,Europe/Paris\n"
    "LFXX,,Nowhere,,XX,6.4,49,2,Europe/Paris\n"
)


def test_a_file_goes_into_the_table() -> None:
    result = run_import("airports.country", "code,name\nFR,France\nDE,Germany\n")
    assert (result.job.status, result.job.rows_inserted) == ("succeeded", 2)
    assert Country.objects.filter(code="DE", name="Germany").exists()


def test_a_reject_comes_back_with_its_reason() -> None:
    Country.objects.create(code="FR", name="France")
    result = run_import("airports.airport", AIRPORTS)
    assert (result.job.rows_inserted, result.job.rows_rejected) == (1, 1)
    assert [reject["icao"] for reject in result.rejects] == ["LFXX"]
    assert Airport.objects.get().iata == "CDG"


@pytest.mark.parametrize("delimiter", [";", "\t", "|"])
def test_rejects_are_read_with_the_delimiter_of_the_file(delimiter: str) -> None:
    file = "code,name\nfr,France\nDE,Germany\n".replace(",", delimiter)
    (reject,) = run_import("airports.country", file).rejects
    assert (reject["sluice_line"], reject["code"], reject["name"]) == ("2", "fr", "France")


def test_all_or_nothing_writes_nothing() -> None:
    Country.objects.create(code="FR", name="France")
    result = run_import("airports.airport", AIRPORTS, on_reject=OnReject.ABORT)
    assert (result.job.status, result.job.failure_code) == ("failed", "rejected_rows")
    assert not Airport.objects.exists()


def test_an_upsert_updates_what_differs() -> None:
    Country.objects.create(code="FR", name="Frankreich")
    result = run_import("airports.country", "code,name\nFR,France\n", mode=Mode.UPSERT)
    assert result.job.rows_updated == 1
    assert Country.objects.get().name == "France"


def test_the_mail_is_handed_over() -> None:
    result = run_import("airports.country", "code,name\nFR,France\n")
    assert [mail.recipient for mail in result.mails] == ["tester@example.com"]


def test_uncommitted_rows_are_refused_in_words() -> None:
    with transaction.atomic(), pytest.raises(RuntimeError, match="transactional_db"):
        run_import("airports.country", "code,name\nFR,France\n")
