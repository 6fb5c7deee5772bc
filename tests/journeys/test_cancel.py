"""Cancelling an import that a worker is at."""

from __future__ import annotations

from pathlib import Path

import pytest

from devstack.stack import Stack
from tests.generated import icao, write_airports
from tests.journeys import support

TARGET = "airports.airport"


@pytest.mark.usefixtures("countries")
def test_a_running_statement_is_stopped_and_nothing_is_left(stack: Stack, tmp_path: Path) -> None:
    content = write_airports(tmp_path / "airports.csv", 5000).read_bytes()
    form = support.waiting(stack, TARGET, content)
    with support.held(stack, form.job, "applying", icao(4999)):
        job = support.started(form, content)
        support.reached(stack, job, "applying")
        assert support.inside(stack, "cancel", job=job) is True
        assert support.ended(stack, job)["status"] == "cancelled"
    support.worked_off(stack)
    assert support.count(stack, "airports_airport") == 0
    assert support.staging_tables(stack) == []


@pytest.mark.usefixtures("countries")
def test_a_big_import_is_stopped_while_it_reads(stack: Stack, tmp_path: Path) -> None:
    content = write_airports(tmp_path / "airports.csv", 600_000).read_bytes()
    job = support.uploaded(stack, TARGET, content)
    support.reached(stack, job, "staging")
    assert support.inside(stack, "cancel", job=job) is True
    assert support.ended(stack, job)["status"] == "cancelled"
    support.worked_off(stack)
    assert support.count(stack, "airports_airport") == 0
    assert support.staging_tables(stack) == []


def test_a_job_that_waits_for_its_file_is_over_at_once(stack: Stack) -> None:
    waiting = support.waiting(stack, "airports.country", b"code,name\nFR,France\n")
    assert support.inside(stack, "cancel", job=waiting.job) is True
    assert waiting.post(b"code,name\nFR,France\n") == 204
    support.worked_off(stack)
    assert support.job(stack, waiting.job)["status"] == "cancelled"
    assert support.count(stack, "airports_country") == 0
