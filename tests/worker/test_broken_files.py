"""Bad input ends in words, with nothing written and nothing left behind."""

from __future__ import annotations

from dataclasses import replace

import pytest

from lambda_worker.files.dialect import Dialect, Format
from lambda_worker.plan import OnReject
from lambda_worker.words import sentence
from tests.worker.workbench import MemorySource, Workbench


@pytest.mark.parametrize(
    ("data", "code", "words"),
    [
        (b"", "empty_file", "The file is empty."),
        (b"\x89PNG\r\n\x1a\n", "not_text", "it looks like PNG"),
        (b"code\nDE\n", "missing_column", "The file has no column “name”"),
        (b"name,code\nGermany,DE\n", "other_columns", "it has name, code"),
        (b"\x1f\x8b\x08\0\0\0\0\0\0\xff", "not_text", "it looks like gzip"),
    ],
)
def test_a_file_that_is_none_fails_in_words(
    bench: Workbench, data: bytes, code: str, words: str
) -> None:
    row = bench.import_("country", data)
    assert (row["status"], row["failure_code"]) == ("failed", code)
    assert words in sentence(code, row["failure_params"])
    assert words in bench.world.mails[0].text
    assert bench.all("SELECT * FROM airports_country") == []
    assert bench.staging_tables() == []


BROKEN = [
    (b"FR", "wrong_field_count", "the record has only 1 of 2 values"),
    (b"FR,Fra,nce", "wrong_field_count", "put values that hold a delimiter in quotes"),
    (b'FR,"Fra', "unclosed_quote", "a quoted value begins here"),
    (b'FR,"Fra"nce', "stray_quote", "text follows a closing quote"),
    (b"FR,\xfc", "bad_encoding", "the byte 0xFC"),
    (b"FR,\0", "nul_character", "NUL"),
    (b"code,name", "header_again", "once more"),
]


@pytest.mark.parametrize(("record", "code", "words"), BROKEN)
def test_a_broken_record_is_a_reject_and_the_others_go_in(
    bench: Workbench, record: bytes, code: str, words: str
) -> None:
    row = bench.import_("country", b"code,name\nDE,Germany\n" + record + b"\nIT,Italy\n")
    assert (row["status"], row["records_read"], row["rows_inserted"]) == ("succeeded", 3, 2)
    assert [(line, fault) for line, _, _, fault in bench.faults(row["id"])] == [(3, code)]
    (reject,) = bench.reject_file(row["id"])
    assert (reject["sluice_line"], words in reject["sluice_reason"]) == ("3", True)
    assert row["reject_summary"][0]["rows"] == row["rows_rejected"] == 1
    assert words in bench.world.mails[0].text


def test_broken_records_of_one_kind_are_summed_up(bench: Workbench) -> None:
    row = bench.import_("country", "code,name\nDE,Germany\n" + "x\n" * 30)
    assert [(group["code"], group["rows"]) for group in row["reject_summary"]] == [
        ("wrong_field_count", 30)
    ]


def test_the_rejects_of_both_kinds_stand_in_the_files_order(bench: Workbench) -> None:
    row = bench.import_("country", "code,name\n1,x\nDE\nFR,France\n2,y\nIT,Italy,x\n")
    lines = [record["sluice_line"] for record in bench.reject_file(row["id"])]
    assert lines == ["2", "3", "5", "6"]
    assert (row["records_read"], row["rows_rejected"], row["rows_inserted"]) == (5, 4, 1)


def test_all_or_nothing_counts_broken_records_too(bench: Workbench) -> None:
    row = bench.import_("country", "code,name\nDE,Germany\nx\n", on_reject=OnReject.ABORT)
    assert (row["status"], row["failure_code"]) == ("failed", "rejected_rows")
    assert bench.all("SELECT * FROM airports_country") == []


def test_a_reject_file_with_broken_records_comes_back_fixed(bench: Workbench) -> None:
    row = bench.import_("country", "code,name\nDE,Ger,many\nFR\n")
    sent = bench.world.results[row["reject_key"]].decode()
    assert sent.splitlines()[1].endswith(",DE,Ger,many")
    fixed = sent.replace("Ger,many", "Germany")
    plan = bench.plan("country")
    headers = ("sluice_line", "sluice_column", "sluice_value", "sluice_reason", "code", "name")
    job = bench.job(replace(plan, file=replace(plan.file, headers=headers)), fixed)
    bench.run(job)
    assert bench.all("SELECT code, name FROM airports_country") == [
        {"code": "DE", "name": "Germany"}
    ]
    assert [code for *_, code in bench.faults(job)] == ["wrong_field_count"]


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


@pytest.mark.parametrize("name", [r"a\u0000", r"a\ud800"])
def test_a_name_that_no_table_takes_sets_one_record_aside(bench: Workbench, name: str) -> None:
    twice = f'{{"{name}": 1, "{name}": 2}}'
    file = f'{{"{name}": [{{"x": 1}}], "rows": [{{"code": "FR", "name": "France"}},'
    file += f' {{"code": {twice}, "name": "x"}}]}}'
    plan = bench.plan("country")
    dialect = Dialect(format=Format.JSON, path=("rows",))
    job = bench.job(replace(plan, file=replace(plan.file, dialect=dialect)), file)
    assert bench.run(job) == "succeeded"
    assert [(line, code) for line, _, _, code in bench.faults(job)] == [(2, "duplicate_key")]
