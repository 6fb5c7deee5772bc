"""A review counts exactly what an apply would do, and nothing else than that is ever applied."""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from uuid import UUID

import psycopg
import pytest

from lambda_worker import applying
from lambda_worker.claim import Order
from lambda_worker.contract import Command
from lambda_worker.plan import Duplicates, Mode, Review
from lambda_worker.reviewing import require_same
from tests.worker.workbench import Workbench

KINDS = ("new", "changed", "unchanged", "skipped", "superseded", "rejected")

FILE = "code,name\nAT,Austria\nBE,Belgium\nCH,Switzerland\nDE,Germany\nxx,Nowhere\n"
"""One row each of what the table has, what it has otherwise, two new ones, and a reject."""


@pytest.fixture
def countries(bench: Workbench) -> Workbench:
    """A table that has two of the file's rows."""
    put(bench, "INSERT INTO airports_country (code, name) VALUES ('AT', 'Austria'), ('BE', 'Old')")
    return bench


def put(bench: Workbench, statement: str) -> None:
    bench.sql.execute(statement.encode())


def reviewed(bench: Workbench, data: str = FILE, **changes: Any) -> UUID:
    """A job that waits for its review."""
    plan = bench.plan("country", **{"review": Review.ALWAYS, "mode": Mode.UPSERT, **changes})
    job = bench.job(plan, data)
    assert bench.run(job) == "in_review"
    return job


def counts(bench: Workbench, job: UUID) -> dict[str, int]:
    """What the review shows, without the zeros."""
    return {kind: n for kind, n in bench.row(job)["review"]["counts"].items() if n}


def done(bench: Workbench, job: UUID) -> dict[str, int]:
    row = bench.row(job)
    names = ("inserted", "updated", "unchanged", "skipped", "superseded", "rejected")
    found = {kind: row[f"rows_{name}"] for kind, name in zip(KINDS, names, strict=True)}
    return {kind: n for kind, n in found.items() if n}


def names(bench: Workbench) -> dict[str, str]:
    rows = bench.all("SELECT code, name FROM airports_country ORDER BY code")
    return {row["code"]: row["name"] for row in rows}


FORESEEN = {
    Mode.INSERT: {"new": 2, "rejected": 3},
    Mode.INSERT_NEW: {"new": 2, "skipped": 2, "rejected": 1},
    Mode.UPSERT: {"new": 2, "changed": 1, "unchanged": 1, "rejected": 1},
}


@pytest.mark.parametrize("mode", Mode)
def test_a_review_counts_what_is_then_done(countries: Workbench, mode: Mode) -> None:
    job = reviewed(countries, mode=mode)
    assert counts(countries, job) == FORESEEN[mode]
    assert countries.approve(job) == "succeeded"
    assert done(countries, job) == FORESEEN[mode]


def test_a_review_counts_what_a_later_line_stands_in_for(bench: Workbench) -> None:
    plan = bench.plan("country", mode=Mode.UPSERT, review=Review.ALWAYS)
    target = replace(plan.target, duplicates=Duplicates.LAST)
    job = reviewed(bench, "code,name\nAT,Oesterreich\nAT,Austria\n", target=target)
    assert counts(bench, job) == {"new": 1, "superseded": 1}


def test_a_review_names_each_row_and_what_would_become_of_it(countries: Workbench) -> None:
    job = reviewed(countries)
    rows = countries.all(
        f"SELECT record, kind FROM sluice_staging.review_{job.hex} ORDER BY record"
    )
    assert [row["kind"] for row in rows] == ["unchanged", "changed", "new", "new"]


MEANWHILE = {
    "a new row is there already": (
        "INSERT INTO airports_country (code, name) VALUES ('CH', 'Switzerland')",
        {"new": 1, "changed": 1, "unchanged": 2, "rejected": 1},
    ),
    "a row was put right": (
        "UPDATE airports_country SET name = 'Belgium' WHERE code = 'BE'",
        {"new": 2, "unchanged": 2, "rejected": 1},
    ),
    "a row is gone": (
        "DELETE FROM airports_country WHERE code = 'AT'",
        {"new": 3, "changed": 1, "rejected": 1},
    ),
    "the numbers are the same, the rows are not": (
        "UPDATE airports_country SET name = CASE code WHEN 'AT' THEN 'Older' ELSE 'Belgium' END",
        {"new": 2, "changed": 1, "unchanged": 1, "rejected": 1},
    ),
    "another value would be overwritten": (
        "UPDATE airports_country SET name = 'Older' WHERE code = 'BE'",
        {"new": 2, "changed": 1, "unchanged": 1, "rejected": 1},
    ),
}


@pytest.mark.parametrize("case", MEANWHILE)
def test_where_the_table_has_changed_nothing_is_written(countries: Workbench, case: str) -> None:
    statement, now = MEANWHILE[case]
    job = reviewed(countries)
    put(countries, statement)
    before = names(countries)
    assert countries.approve(job) == "in_review"
    assert names(countries) == before
    assert counts(countries, job) == now
    shown = countries.row(job)["review"]["before"]
    assert {kind: n for kind, n in shown.items() if n} == FORESEEN[Mode.UPSERT]


def test_what_is_found_as_reviewed_stays_so_until_it_is_written(
    countries: Workbench, monkeypatch: pytest.MonkeyPatch
) -> None:
    def and_then_somebody_writes(*arguments: Any) -> None:
        require_same(*arguments)
        put(countries, "SET lock_timeout = 100")
        with pytest.raises(psycopg.errors.LockNotAvailable):
            put(countries, "UPDATE airports_country SET name = 'Older' WHERE code = 'BE'")

    job = reviewed(countries)
    monkeypatch.setattr(applying, "require_same", and_then_somebody_writes)
    assert countries.approve(job) == "succeeded"


def test_a_column_that_the_file_does_not_have_may_change(countries: Workbench) -> None:
    job = reviewed(countries)
    put(countries, "UPDATE airports_country SET id = id + 1000 WHERE code = 'AT'")
    assert countries.approve(job) == "succeeded"


def test_what_is_reviewed_again_can_be_approved_again(countries: Workbench) -> None:
    job = reviewed(countries)
    put(countries, "DELETE FROM airports_country WHERE code = 'AT'")
    assert countries.approve(job) == "in_review"
    assert countries.approve(job) == "succeeded"
    assert done(countries, job) == {"new": 3, "changed": 1, "rejected": 1}


def test_an_approval_does_not_count_for_the_next_review(countries: Workbench) -> None:
    job = reviewed(countries)
    put(countries, "DELETE FROM airports_country WHERE code = 'AT'")
    countries.approve(job)
    assert countries.run(job, Command.APPLY) == "nothing_to_do"
    assert "CH" not in names(countries)


def test_a_second_review_is_mailed_too(countries: Workbench) -> None:
    job = reviewed(countries)
    put(countries, "DELETE FROM airports_country WHERE code = 'AT'")
    countries.approve(job)
    waits = "countrys.csv waits for your review"
    subjects = [mail.subject for mail in countries.world.mails]
    assert [subject.startswith(waits) for subject in subjects] == [True, True]


def test_rejects_that_nobody_has_seen_are_shown_first(bench: Workbench) -> None:
    bench.countries("DE", "FR")
    plan = bench.plan("airport", review=Review.ALWAYS)
    header = "icao,iata,name,city,country,latitude,longitude,elevation,timezone\n"
    rows = "EDDF,FRA,Frankfurt,,DE,50,8,364,UTC\nLFPG,CDG,Paris,,FR,49,2,392,UTC\n"
    job = bench.job(plan, header + rows)
    bench.run(job)
    put(bench, "DELETE FROM airports_country WHERE code = 'FR'")
    assert bench.approve(job) == "in_review"
    assert counts(bench, job) == {"new": 1, "rejected": 1}
    assert bench.all("SELECT * FROM airports_airport") == []


def test_the_rows_of_an_approved_review_that_were_lost_are_compared_too(
    countries: Workbench,
) -> None:
    job = reviewed(countries)
    put(countries, f"TRUNCATE sluice_staging.raw_{job.hex}")
    put(countries, "DELETE FROM airports_country WHERE code = 'AT'")
    assert countries.approve(job) == "in_review"
    assert counts(countries, job)["new"] == 3


def test_a_review_is_checked_again_where_that_is_asked_for(countries: Workbench) -> None:
    job = reviewed(countries)
    put(countries, f"TRUNCATE sluice_staging.raw_{job.hex}")
    again = Order(job, command=Command.RETRY, attempt=1)
    assert countries.order(again) == "in_review"
    assert countries.row(job)["attempt"] == 2
    assert countries.row(job)["review"]["before"] is None
    assert countries.order(again) == "nothing_to_do"


def test_what_is_checked_again_is_shown_again_though_no_rejects_are_left(bench: Workbench) -> None:
    header = "icao,iata,name,city,country,latitude,longitude,elevation,timezone\n"
    plan = bench.plan("airport", review=Review.ON_REJECTS)
    job = bench.job(plan, header + "LOWW,VIE,Wien,,AT,48,16,600,UTC\n")
    assert bench.run(job) == "in_review"
    put(bench, "INSERT INTO airports_country (code, name) VALUES ('AT', 'Austria')")
    assert bench.order(Order(job, command=Command.RETRY, attempt=1)) == "in_review"
    assert counts(bench, job) == {"new": 1}
    assert bench.row(job)["review"]["before"]["rejected"] == 1


def test_without_a_review_none_is_kept(countries: Workbench) -> None:
    row = countries.import_("country", FILE, mode=Mode.UPSERT)
    assert (row["status"], row["review"]) == ("succeeded", {})


def test_rejects_that_turn_up_late_are_reviewed_where_rejects_are_to_be(
    countries: Workbench, monkeypatch: pytest.MonkeyPatch
) -> None:
    header = "icao,iata,name,city,country,latitude,longitude,elevation,timezone\n"
    plan = countries.plan("airport", review=Review.ON_REJECTS)
    job = countries.job(plan, header + "LOWW,VIE,Wien,,AT,48,16,600,UTC\n")
    countries.before_writing(monkeypatch, "DELETE FROM airports_country WHERE code = 'AT'")
    assert countries.run(job) == "in_review"
    assert counts(countries, job) == {"rejected": 1}
