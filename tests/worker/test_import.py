"""Whole imports through the worker: what ends up in the tables, the counts, the rejects, the
mail."""

from __future__ import annotations

import pytest

from lambda_worker.plan import Mode, OnReject
from lambda_worker.pulse import Pulse
from tests.worker.workbench import Workbench

AIRPORTS = """icao,iata,name,city,country,latitude,longitude,elevation,timezone
EDDF,FRA,"Frankfurt, am Main",Frankfurt,DE,50.033333,8.570556,364,Europe/Berlin
LFPG,CDG,Charles de Gaulle,Paris,FR,49.009722,2.547778,392,Europe/Paris
EDXX,,Grass strip,,DE,50.5,8.5,12.5,Europe/Berlin
"""


def counts(row: dict[str, object]) -> tuple[object, ...]:
    """(read, inserted, updated, unchanged, superseded, skipped, rejected)."""
    names = ("inserted", "updated", "unchanged", "superseded", "skipped", "rejected")
    return (row["records_read"], *(row[f"rows_{name}"] for name in names))


def test_good_rows_are_inserted(bench: Workbench) -> None:
    bench.countries("DE", "FR")
    row = bench.import_("airport", AIRPORTS)
    assert (row["status"], counts(row)) == ("succeeded", (3, 3, 0, 0, 0, 0, 0))
    stored = bench.all(
        "SELECT icao, iata, a.name, city, code FROM airports_airport a"
        " JOIN airports_country c ON c.id = country_id ORDER BY icao"
    )
    assert [tuple(r.values()) for r in stored] == [
        ("EDDF", "FRA", "Frankfurt, am Main", "Frankfurt", "DE"),
        ("EDXX", None, "Grass strip", "", "DE"),
        ("LFPG", "CDG", "Charles de Gaulle", "Paris", "FR"),
    ]


def test_the_same_file_again_changes_nothing(bench: Workbench) -> None:
    bench.countries("DE", "FR")
    bench.import_("airport", AIRPORTS)
    before = bench.all("SELECT xmin, ctid, * FROM airports_airport ORDER BY id")
    row = bench.import_("airport", AIRPORTS, again=True)
    assert counts(row) == (3, 0, 0, 3, 0, 0, 0)
    assert bench.all("SELECT xmin, ctid, * FROM airports_airport ORDER BY id") == before


def test_an_upsert_updates_what_differs(bench: Workbench) -> None:
    bench.countries("DE", "FR")
    bench.import_("airport", AIRPORTS)
    row = bench.import_("airport", AIRPORTS.replace("Grass strip", "Grass field"))
    assert counts(row) == (3, 0, 1, 2, 0, 0, 0)


def test_insert_new_skips_what_is_there(bench: Workbench) -> None:
    bench.countries("DE")
    row = bench.import_("country", "code,name\nDE,Germany\nFR,France\n", mode=Mode.INSERT_NEW)
    assert counts(row) == (2, 1, 0, 0, 0, 1, 0)
    assert bench.all("SELECT name FROM airports_country WHERE code = 'DE'") == [
        {"name": "Country DE"}
    ]


def test_insert_rejects_what_is_there(bench: Workbench) -> None:
    bench.countries("DE")
    row = bench.import_("country", "code,name\nDE,Germany\nFR,France\n", mode=Mode.INSERT)
    assert counts(row) == (2, 1, 0, 0, 0, 0, 1)
    assert bench.faults(row["id"]) == [(2, "code", "DE", "already_exists")]


def test_every_fault_of_every_row_is_reported(bench: Workbench) -> None:
    bench.countries("DE")
    row = bench.import_(
        "airport",
        "icao,iata,name,city,country,latitude,longitude,elevation,timezone\n"
        "EDDF,FRA,Frankfurt,,DE,50.033333,8.570556,364,Europe/Berlin\n"
        "EDDM,MUCX,,,XX,95,8.5706,abc,Europe/Berlin\n"
        'EDDB,BER,"two\nlines",,DE,1.1234567,1,1,Europe/Berlin\n'
        "EDDF,DUP,Again,,DE,1,1,1,Europe/Berlin\n",
    )
    assert counts(row) == (4, 1, 0, 0, 0, 0, 3)
    assert bench.faults(row["id"]) == [
        (3, "iata", "MUCX", "too_long"),
        (3, "name", "", "required"),
        (3, "country", "XX", "unknown_reference"),
        (3, "latitude", "95", "too_large"),
        (3, "elevation", "abc", "not_a_number"),
        (4, "latitude", "1.1234567", "too_many_decimals"),
        (6, "icao", "EDDF", "duplicate_in_file"),
    ]


def test_the_reject_file_holds_the_records_as_sent_with_reasons(bench: Workbench) -> None:
    row = bench.import_("country", 'code,name\nde,"Germany, ""the"""\nFR,France\n')
    assert bench.reject_file(row["id"]) == [
        {
            "sluice_line": "2",
            "sluice_column": "code",
            "sluice_value": "de",
            "sluice_reason": "“de”: two capital letters",
            "code": "de",
            "name": 'Germany, "the"',
        }
    ]


def test_abort_writes_nothing_when_a_row_is_bad(bench: Workbench) -> None:
    row = bench.import_("country", "code,name\nde,Germany\nFR,France\n", on_reject=OnReject.ABORT)
    assert (row["status"], row["failure_code"]) == ("failed", "rejected_rows")
    assert bench.all("SELECT * FROM airports_country") == []
    assert len(bench.reject_file(row["id"])) == 1


def test_the_end_is_mailed_once(bench: Workbench) -> None:
    row = bench.import_("country", "code,name\nDE,Germany\nfr,France\n")
    assert bench.run(row["id"]) == "nothing_to_do"
    (mail,) = bench.world.mails
    assert mail.subject == "countrys.csv is in: 1 country written, 1 rejected"
    assert "“fr”: two capital letters" in mail.text


def test_nothing_is_left_in_staging(bench: Workbench) -> None:
    bench.import_("country", "code,name\nDE,Germany\n")
    bench.import_("country", "code,name\nde,Germany\n", on_reject=OnReject.ABORT)
    bench.import_("country", "code,name\nDE\n")
    assert bench.staging_tables() == []


def test_routes_find_their_airports_by_iata(bench: Workbench) -> None:
    bench.countries("DE", "FR")
    bench.import_("airport", AIRPORTS)
    row = bench.import_(
        "route", "airline,origin,destination,stops\nLH,FRA,CDG,\nLH,CDG,FRA,1\nLH,FRA,ZZZ,0\n"
    )
    assert counts(row) == (3, 2, 0, 0, 0, 0, 1)
    assert bench.faults(row["id"]) == [(4, "destination", "ZZZ", "unknown_reference")]


def test_progress_never_goes_back(bench: Workbench, monkeypatch: pytest.MonkeyPatch) -> None:
    bench.countries("DE", "FR")
    told: list[tuple[str, float]] = []

    def note(pulse: Pulse, done: int, *, total: int | None = None, records: int = 0) -> None:
        original(pulse, done, total=total, records=records)
        told.append((pulse._phase.value, pulse._done / pulse._total))

    original = Pulse.progress
    monkeypatch.setattr(Pulse, "progress", note)
    row = bench.import_("airport", AIRPORTS)
    assert row["rows_inserted"] == 3
    shares = [share for phase, share in told if phase == "checking"]
    assert len(set(shares)) > 5
    assert shares == sorted(shares)
    assert max(shares) < 1
