"""Bad files through the whole chain: the words on the job and in the mail, and what is in."""

from __future__ import annotations

import html
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from devstack.stack import Stack
from lambda_worker.words import sentence
from tests.journeys import support

AIRPORT = "airports.airport"
COUNTRY = "airports.country"
HEADER = b"icao,name,country,latitude,longitude,elevation,timezone\n"
GOOD = b"AAAA,Good,FR,1.5,2.5,10,Europe/Paris\n"
BAD_LATITUDE = b"BBBB,Lost,FR,north,2.5,10,Europe/Paris\n"
UNKNOWN_COUNTRY = b"CCCC,Nowhere,QQ,1.5,2.5,10,Europe/Paris\n"
PNG = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR" + bytes(64)


@dataclass(frozen=True)
class Ended:
    """A job that has ended, and the mail about it."""

    job: dict[str, Any]
    mail: str

    @property
    def words(self) -> str:
        """Why it failed."""
        return sentence(self.job["failure_code"], self.job["failure_params"])


def after(stack: Stack, target: str, content: bytes, shown: bytes = b"", **options: Any) -> Ended:
    """Upload content; the browser was `shown` something else, if so said."""
    form = support.waiting(stack, target, shown or content, size=len(content), **options)
    assert form.post(content) == 204
    job = support.ended(stack, form.job)
    return Ended(job, html.unescape(support.mail_about(stack, form.job)))


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"code\nFR\n", "missing_column"),
        (b"\n \n", "empty_file"),
        (b"\n\n", "empty_file"),
        (PNG, "not_text"),
    ],
    ids=["column", "blank", "empty", "png"],
)
def test_a_file_that_cannot_be_read_ends_in_words(stack: Stack, content: bytes, code: str) -> None:
    ended = after(stack, COUNTRY, content, shown=b"code,name\n")
    assert (ended.job["status"], ended.job["failure_code"]) == ("failed", code)
    assert ended.words in ended.mail.replace('\\"', '"').replace("\\\\", "\\")
    assert support.count(stack, "airports_country") == 0
    assert support.staging_tables(stack) == []


@pytest.mark.parametrize(
    ("record", "code"),
    [
        (b'FR,"France', "unclosed_quote"),
        (b"FR,France,Paris", "wrong_field_count"),
        (b"FR,Fran\xe7ais", "bad_encoding"),
    ],
    ids=["quote", "ragged", "latin-1"],
)
def test_a_broken_record_is_told_and_the_others_go_in(
    stack: Stack, record: bytes, code: str
) -> None:
    content = b"code,name\nDE,Germany\n" + record + b"\nIT,Italy\n"
    ended = after(stack, COUNTRY, content, shown="code,name\nÅ,é\n".encode())
    assert (ended.job["status"], ended.job["rows_rejected"]) == ("succeeded", 1)
    assert ended.job["reject_summary"][0]["code"] == code
    assert "Line 3: " in ended.mail
    assert support.count(stack, "airports_country") == 2


@pytest.mark.parametrize("bad", [BAD_LATITUDE, UNKNOWN_COUNTRY], ids=["value", "country"])
def test_the_good_rows_are_in_and_the_bad_ones_told(
    stack: Stack, countries: int, bad: bytes
) -> None:
    ended = after(stack, AIRPORT, HEADER + GOOD + bad)
    assert ended.job["status"] == "succeeded"
    counts = ("records_read", "rows_inserted", "rows_rejected")
    assert [ended.job[name] for name in counts] == [2, 1, 1]
    assert [row["icao"] for row in support.table(stack, "airports_airport")] == ["AAAA"]
    assert support.staging_tables(stack) == []


@pytest.mark.parametrize(
    ("bad", "words"),
    [(BAD_LATITUDE, "“north” is not a number"), (UNKNOWN_COUNTRY, "no country with code “QQ”")],
    ids=["value", "country"],
)
def test_the_mail_says_what_was_wrong(stack: Stack, countries: int, bad: bytes, words: str) -> None:
    assert words in after(stack, AIRPORT, HEADER + GOOD + bad).mail


def test_the_reject_file_holds_the_record_its_line_and_the_reason(
    stack: Stack, countries: int
) -> None:
    ended = after(stack, AIRPORT, HEADER + GOOD + UNKNOWN_COUNTRY)
    found = stack.aws.client("s3").get_object(
        Bucket=stack.outputs["BucketName"], Key=ended.job["reject_key"]
    )
    header, row = found["Body"].read().decode("utf-8-sig").splitlines()
    found_row = dict(zip(header.split(","), row.split(","), strict=True))
    assert [found_row[name] for name in ("icao", "name", "country")] == ["CCCC", "Nowhere", "QQ"]
    assert row.startswith("3,country,QQ,no country with code “QQ”,")


@pytest.mark.parametrize("bad", [BAD_LATITUDE, UNKNOWN_COUNTRY], ids=["value", "country"])
def test_nothing_is_in_where_all_or_nothing_was_asked(
    stack: Stack, countries: int, bad: bytes
) -> None:
    ended = after(stack, AIRPORT, HEADER + GOOD + bad, on_reject="abort")
    assert (ended.job["status"], ended.job["failure_code"]) == ("failed", "rejected_rows")
    assert ended.words in ended.mail
    assert support.count(stack, "airports_airport") == 0
    assert support.staging_tables(stack) == []


def test_every_record_is_accounted_for(stack: Stack, countries: int) -> None:
    job = after(stack, AIRPORT, HEADER + GOOD + BAD_LATITUDE + UNKNOWN_COUNTRY).job
    names = ("inserted", "updated", "unchanged", "superseded", "skipped", "rejected")
    assert sum(job[f"rows_{name}"] for name in names) == job["records_read"] == 3


def test_every_fault_of_a_record_is_kept(stack: Stack, countries: int) -> None:
    bad = b"BBBB,Lost,QQ,95,2.5,high,Europe/Paris\n"
    after(stack, AIRPORT, HEADER + GOOD + bad)
    faults = support.rows(stack, "SELECT line, header, value FROM imports_importreject ORDER BY id")
    assert [tuple(fault.values()) for fault in faults] == [
        (3, "country", "QQ"),
        (3, "latitude", "95"),
        (3, "elevation", "high"),
    ]


@pytest.mark.parametrize(
    ("last", "code"),
    [(b"EDDM,Munich\n", "wrong_field_count"), (b'EDDM,"Munich,DE,1,1,1,UTC\n', "unclosed_quote")],
    ids=["ragged", "quote"],
)
def test_a_fault_far_behind_the_preview_is_found_and_its_line_named(
    stack: Stack, countries: int, tmp_path: Path, last: bytes, code: str
) -> None:
    file = tmp_path / "airports.csv"
    good = (GOOD.replace(b"AAAA", b"%04d" % n).replace(b"Good", b"x" * 99) for n in range(700))
    file.write_bytes(HEADER + b"".join(good) + last)
    found = support.import_file(stack, AIRPORT, file)
    assert (found["status"], found["rows_rejected"]) == ("succeeded", 1)
    [fault] = support.rows(stack, "SELECT line, code FROM imports_importreject")
    assert (fault["line"], fault["code"]) == (702, code)
    assert "Line 702: " in support.mail_about(stack, found["job"])
    assert support.count(stack, "airports_airport") == 700


@pytest.mark.parametrize(
    ("content", "words"),
    [(b"", "empty"), (PNG, sentence("not_text", {"looks_like": "PNG"})), (b"code\nFR\n", "needs")],
    ids=["empty", "picture", "column"],
)
def test_the_command_says_at_once_what_the_worker_would(
    stack: Stack, tmp_path: Path, content: bytes, words: str
) -> None:
    file = tmp_path / "countries.csv"
    file.write_bytes(content)
    done = stack.manage("import_file", COUNTRY, str(file), "--wait", "--json")
    assert done.returncode == 1
    assert words in done.stderr
    assert support.rows(stack, "SELECT id FROM imports_importjob") == []
