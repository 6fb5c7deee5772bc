"""Bad input on the real chain: words on the job and in the mail, the good rows in or nothing."""

from __future__ import annotations

from pathlib import Path

import pytest

from devstack.stack import Stack
from tests.chain.support import (
    HEADER,
    country,
    import_file,
    job_row,
    sql,
    staging_tables,
    start_import,
    wait_for,
)

GOOD = "EDDF,FRA,Frankfurt,,DE,50.0,8.5,364,UTC\n"
BAD = "EDDM,,Munich,,XX,95,8.5,abc,UTC\n"


def names(stack: Stack) -> list[str]:
    return [row["name"] for row in sql(stack, "SELECT name FROM airports_airport ORDER BY name")]


def test_good_rows_go_in_and_bad_ones_are_named(stack: Stack, tmp_path: Path) -> None:
    country(stack)
    file = tmp_path / "airports.csv"
    file.write_text(HEADER + GOOD + BAD)
    found = import_file(stack, "airports.airport", file)
    assert (found["status"], found["rows_inserted"], found["rows_rejected"]) == ("succeeded", 1, 1)
    faults = sql(stack, "SELECT line, header, value FROM imports_importreject ORDER BY id")
    assert [tuple(fault.values()) for fault in faults] == [
        (3, "country", "XX"),
        (3, "latitude", "95"),
        (3, "elevation", "abc"),
    ]
    assert "No country with code “XX”" in str(stack.mails()[-1]) or "XX" in str(stack.mails()[-1])


def test_abort_writes_nothing(stack: Stack, tmp_path: Path) -> None:
    country(stack)
    file = tmp_path / "airports.csv"
    file.write_text(HEADER + GOOD + BAD)
    found = import_file(stack, "airports.airport", file, "--on-reject", "abort")
    assert (found["status"], found["failure_code"]) == ("failed", "rejected_rows")
    assert names(stack) == []
    assert staging_tables(stack) == 0


@pytest.mark.parametrize(
    ("later", "code"),
    [
        ("EDDM,,Munich\n", "wrong_field_count"),
        ('EDDM,,"Munich,,DE,1,1,1,UTC\n', "unclosed_quote"),
    ],
)
def test_a_fault_behind_the_preview_ends_the_job_in_words(
    stack: Stack, tmp_path: Path, later: str, code: str
) -> None:
    country(stack)
    file = tmp_path / "airports.csv"
    file.write_text(HEADER + GOOD.replace("Frankfurt", "x" * 99) * 700 + later)
    found = import_file(stack, "airports.airport", file)
    assert (found["status"], found["failure_code"]) == ("failed", code)
    assert "Line 702" in found["failure"]
    assert "Line 702" in str(stack.mails()[-1])
    assert names(stack) == []
    assert staging_tables(stack) == 0


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "empty"),
        (b"\x89PNG\r\n\x1a\n" + b"\0" * 99, "PNG"),
        (b"icao,name\nEDDF,Frankfurt\n", "needs"),
    ],
)
def test_what_the_preview_sees_is_refused_before_the_upload(
    stack: Stack, tmp_path: Path, content: bytes, words: str
) -> None:
    file = tmp_path / "airports.csv"
    file.write_bytes(content)
    done = stack.manage("import_file", "airports.airport", str(file), "--wait", "--json")
    assert done.returncode != 0
    assert words in done.stderr
    assert sql(stack, "SELECT * FROM imports_importjob") == []


def test_a_cancel_is_heard_and_leaves_nothing(stack: Stack, tmp_path: Path) -> None:
    from tests.chain.support import airports_file

    country(stack)
    job = start_import(stack, "airports.airport", airports_file(tmp_path / "big.csv", 400_000))
    wait_for(lambda: job_row(stack, job)["status"] in ("staging", "checking", "applying"))
    sql(stack, "INSERT INTO imports_importcancelrequest (job_id) VALUES (%s)", job)
    wait_for(lambda: job_row(stack, job)["finished_at"])
    assert job_row(stack, job)["status"] == "cancelled"
    assert names(stack) == []
    wait_for(lambda: staging_tables(stack) == 0)
