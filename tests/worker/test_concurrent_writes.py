"""The table changes between check and apply, or writes of its own get in the way: honest counts."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from lambda_worker.plan import Mode, OnReject, Review
from tests.worker.workbench import Workbench

AIRPORTS = """icao,iata,name,city,country,latitude,longitude,elevation,timezone
EDDF,FRA,Frankfurt,Frankfurt,DE,50.033333,8.570556,364,Europe/Berlin
LFPG,CDG,Charles de Gaulle,Paris,FR,49.009722,2.547778,392,Europe/Paris
"""


@pytest.fixture
def lowercasing(bench: Workbench) -> Iterator[None]:
    """A trigger of the app's own that changes what is written."""
    bench.sql.execute(
        "CREATE FUNCTION lowercase() RETURNS trigger LANGUAGE plpgsql AS"
        " $$BEGIN NEW.name = lower(NEW.name); RETURN NEW; END$$;"
        "CREATE TRIGGER lowercase BEFORE INSERT OR UPDATE ON airports_country"
        " FOR EACH ROW EXECUTE FUNCTION lowercase()"
    )
    yield
    bench.sql.execute("DROP FUNCTION lowercase CASCADE")


DELETE_FRANCE = "DELETE FROM airports_country WHERE code = 'FR'"


def test_a_vanished_parent_makes_a_reject(
    bench: Workbench, monkeypatch: pytest.MonkeyPatch
) -> None:
    bench.countries("DE", "FR")
    bench.before_writing(monkeypatch, DELETE_FRANCE)
    row = bench.import_("airport", AIRPORTS)
    assert (row["rows_inserted"], row["rows_rejected"]) == (1, 1)
    assert [f[1:] for f in bench.faults(row["id"])] == [("country", "FR", "reference_vanished")]


def test_a_vanished_parent_aborts_where_the_plan_says_so(bench: Workbench) -> None:
    bench.countries("DE", "FR")
    plan = bench.plan("airport", review=Review.ALWAYS, on_reject=OnReject.ABORT)
    job = bench.job(plan, AIRPORTS)
    bench.run(job)
    bench.sql.execute(DELETE_FRANCE.encode())
    bench.approve(job)
    row = bench.row(job)
    assert (row["status"], row["failure_code"]) == ("failed", "rejected_rows")
    assert bench.all("SELECT * FROM airports_airport") == []
    assert row["reject_key"]


def test_rows_that_a_trigger_changed_are_not_called_conflicts(
    bench: Workbench, lowercasing: None
) -> None:
    bench.sql.execute("INSERT INTO airports_country (code, name) VALUES ('DE', 'germany')")
    row = bench.import_("country", "code,name\nDE,germany\nFR,France\n", mode=Mode.UPSERT)
    assert (row["rows_inserted"], row["rows_unchanged"], row["rows_rejected"]) == (1, 1, 0)


@pytest.mark.parametrize("using", ["", " USING ERRCODE = 'check_violation'"])
def test_a_trigger_that_refuses_ends_the_job_in_its_words(bench: Workbench, using: str) -> None:
    bench.sql.execute(
        "CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS"
        f" $$BEGIN RAISE EXCEPTION 'no country on Mondays'{using}; END$$;"
        "CREATE TRIGGER refuse BEFORE INSERT ON airports_country"
        " FOR EACH ROW EXECUTE FUNCTION refuse()".encode()
    )
    try:
        row = bench.import_("country", "code,name\nFR,France\n")
    finally:
        bench.sql.execute("DROP FUNCTION refuse CASCADE")
    assert (row["failure_code"], row["failure_params"]) == (
        "refused_by_table",
        {"rule": "no country on Mondays"},
    )


def test_a_cancelled_review_is_cleared_away_by_the_next_message(bench: Workbench) -> None:
    job = bench.job(bench.plan("country", review=Review.ALWAYS), "code,name\nFR,France\n")
    bench.run(job)
    assert bench.staging_tables() != []
    bench.sql.execute(
        "SELECT set_config('sluice.owner', 'web', false);"
        f"UPDATE imports_importjob SET status = 'cancelled' WHERE id = '{job}'".encode()
    )
    bench.run(job)
    assert bench.staging_tables() == []


def test_an_approved_review_needs_the_file_no_more(bench: Workbench) -> None:
    job = bench.job(bench.plan("country", review=Review.ALWAYS), "code,name\nFR,France\n")
    bench.run(job)
    bench.world.uploads.clear()
    assert bench.approve(job) == "succeeded"


def test_many_rows_go_in_by_batches(bench: Workbench) -> None:
    bench.countries("DE")
    letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
    codes = [f"{a}{b}{c}{d}" for a in letters for b in letters for c in letters for d in "AB"]
    lines = [f"{c},,{'long name ' * 9},,DE,1,1,1,UTC" for c in codes]
    row = bench.import_("airport", "\n".join([AIRPORTS.splitlines()[0], *lines]) + "\n")
    assert (row["status"], row["rows_inserted"]) == ("succeeded", len(codes))
