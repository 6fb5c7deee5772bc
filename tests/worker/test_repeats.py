"""The same bytes into the same target again: asked about first, never blocked, never silent."""

from __future__ import annotations

from lambda_worker.contract import Command
from lambda_worker.plan import Fixed, Kind, OnReject
from tests.worker.workbench import Workbench

COUNTRIES = "code,name\nDE,Germany\nFR,France\n"


def test_the_same_content_waits_for_a_word(bench: Workbench) -> None:
    first = bench.import_("country", COUNTRIES)
    second = bench.import_("country", COUNTRIES)
    assert (second["status"], second["repeats_id"]) == ("in_review", first["id"])
    subject = "countrys.csv waits for your review: it was imported before"
    assert bench.world.mails[-1].subject == subject


def test_approved_it_goes_in(bench: Workbench) -> None:
    bench.import_("country", COUNTRIES)
    second = bench.import_("country", COUNTRIES)
    bench.sql.execute(
        "UPDATE imports_importjob SET review_approved_at = now() WHERE id = %s", (second["id"],)
    )
    assert bench.run(second["id"], Command.APPLY) == "succeeded"
    assert bench.row(second["id"])["rows_unchanged"] == 2


def test_asked_for_from_the_start_it_goes_in(bench: Workbench) -> None:
    bench.import_("country", COUNTRIES)
    assert bench.import_("country", COUNTRIES, again=True)["status"] == "succeeded"


def test_other_content_and_other_targets_are_not_asked_about(bench: Workbench) -> None:
    bench.import_("country", COUNTRIES)
    assert bench.import_("country", COUNTRIES + "IT,Italy\n")["status"] == "succeeded"


def test_another_tenants_file_is_not_told_of(bench: Workbench) -> None:
    bench.import_("country", COUNTRIES)
    scope = (Fixed(column="name", kind=Kind.TEXT, value="Germany"),)
    assert bench.import_("country", COUNTRIES, scope=scope)["repeats_id"] is None


def test_a_run_that_imported_nothing_does_not_count(bench: Workbench) -> None:
    airports = "icao,iata,name,city,country,latitude,longitude,elevation,timezone\n"
    airports += "EDDF,FRA,Frankfurt,Frankfurt,DE,50.0,8.5,364,Europe/Berlin\n"
    assert bench.import_("airport", airports)["rows_rejected"] == 1  # no such country yet
    bench.countries("DE")
    assert bench.import_("airport", airports)["status"] == "succeeded"


def test_rejects_that_are_to_abort_fail_it_without_asking(bench: Workbench) -> None:
    bad = COUNTRIES + "DE,Germany\n"
    bench.import_("country", bad)
    assert bench.import_("country", bad, on_reject=OnReject.ABORT)["status"] == "failed"
