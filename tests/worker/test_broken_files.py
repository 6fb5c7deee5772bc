"""Bad input ends in words, with nothing written and nothing left behind."""

from __future__ import annotations

from dataclasses import replace

import pytest

from lambda_worker.words import sentence
from tests.worker.workbench import MemorySource, Workbench


@pytest.mark.parametrize(
    ("data", "code", "words"),
    [
        (b"", "empty_file", "The file is empty."),
        (b"\x89PNG\r\n\x1a\n", "not_csv", "it looks like PNG"),
        (b"code\nDE\n", "missing_column", "The file has no column “name”"),
        (b"name,code\nGermany,DE\n", "other_columns", "it has name, code"),
        (b"code,name\nDE\n", "wrong_field_count", "Line 2 has 1 values, but the header has 2."),
        (b'code,name\nDE,"Ger\n', "unclosed_quote", "Line 2: a quoted value begins here"),
        (b"code,name\nDE,\xfc\n", "bad_encoding", "Line 2: the byte 0xFC is not valid UTF-8."),
    ],
)
def test_a_broken_file_fails_in_words(bench: Workbench, data: bytes, code: str, words: str) -> None:
    row = bench.import_("country", data)
    assert (row["status"], row["failure_code"]) == ("failed", code)
    assert words in sentence(code, row["failure_params"])
    assert words in bench.world.mails[0].text
    assert bench.all("SELECT * FROM airports_country") == []
    assert bench.staging_tables() == []


def test_a_fault_at_the_very_end_of_a_file_writes_nothing(bench: Workbench) -> None:
    letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
    rows = "".join(f"{a}{b},x\n" for a in letters for b in letters)
    row = bench.import_("country", "code,name\n" + rows + "one field\n")
    assert (row["failure_code"], row["failure_params"]["line"]) == ("wrong_field_count", 678)
    assert bench.all("SELECT * FROM airports_country") == []


def test_a_header_alone_is_an_import_of_nothing(bench: Workbench) -> None:
    row = bench.import_("country", "code,name\n")
    assert (row["status"], row["records_read"], row["rows_inserted"]) == ("succeeded", 0, 0)


def test_a_truncated_download_is_an_error_to_be_retried(bench: Workbench) -> None:
    job = bench.job(bench.plan("country"), "code,name\nDE,Germany\n")
    (key,) = bench.world.uploads
    bench.world.uploads[key] = MemorySource(b"code,name\nDE,Germany\n", length=9999)
    with pytest.raises(Exception, match="21 of 9999 bytes arrived"):
        bench.run(job)
    assert bench.row(job)["status"] == "staging"
    assert bench.all("SELECT * FROM airports_country") == []


def test_a_file_that_is_gone_fails_in_words(bench: Workbench) -> None:
    job = bench.job(bench.plan("country"), "code,name\nDE,Germany\n")
    bench.sql.execute("UPDATE imports_importjob SET status = 'queued' WHERE id = %s", (job,))
    bench.world.uploads.clear()
    from lambda_worker.contract import Command

    assert bench.run(job, Command.RETRY) == "failed"
    assert bench.row(job)["failure_code"] == "file_gone"


def test_a_job_without_its_file_yet_is_left_alone(bench: Workbench) -> None:
    job = bench.job(bench.plan("country"), None)
    assert bench.run(job) == "nothing_to_do"
    assert bench.row(job)["status"] == "awaiting_upload"


def test_a_migration_since_the_plan_was_made_is_noticed(bench: Workbench) -> None:
    plan = bench.plan("country")
    stale = replace(plan, target=replace(plan.target, fingerprint="of another schema"))
    job = bench.job(stale, "code,name\nDE,Germany\n")
    assert bench.run(job) == "failed"
    assert bench.row(job)["failure_code"] == "target_changed"


def test_a_plan_of_an_unknown_version_fails_in_words(bench: Workbench) -> None:
    job = bench.job(replace(bench.plan("country"), version=99), "code,name\nDE,Germany\n")
    assert bench.run(job) == "failed"
    assert bench.row(job)["failure_code"] == "plan_unreadable"
