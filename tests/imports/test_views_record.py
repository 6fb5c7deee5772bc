"""The record on a job's page: what was asked, what happened, and what it cost."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from imports import record, runs
from imports.jobs import create_job
from imports.models import ImportAttempt, ImportCancelRequest, ImportJob, ImportNotice
from imports.registry import get_target
from lambda_worker import strict_json
from lambda_worker.contract import Status
from lambda_worker.files.dialect import Dialect
from lambda_worker.plan import FilePlan, Mode
from tests.imports.factories import make_attempt, make_job, make_user
from tests.imports.web import MAY_IMPORT, client_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def user() -> Any:
    """The job's owner."""
    return make_user(*MAY_IMPORT, username="pat")


@pytest.fixture
def client(user: Any) -> Client:
    """The owner's browser."""
    return client_of(user)


@pytest.fixture
def job(user: Any) -> ImportJob:
    """A job as the start page makes it."""
    return create_job(
        get_target("airports.country"),
        user=user,
        file=FilePlan(
            name="land.csv", dialect=Dialect(delimiter=";"), headers=("Kurz", "Land", "?")
        ),
        size=1_234_567,
        mapping={"code": "Kurz", "name": "Land"},
        mode=Mode.UPSERT,
    )


def attempt_of(job: ImportJob, **fields: Any) -> ImportAttempt:
    """One that came as far as checking, with a gigabyte of memory."""
    return make_attempt(job, **{"phase": Status.CHECKING, "memory_mb": 1024, **fields})


def page(client: Client, job: ImportJob) -> str:
    """The page's words, without its tags."""
    text = client.get(f"/imports/{job.pk}/", secure=True).content.decode()
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", text))


# -- What was asked -------------------------------------------------------------------------------


def test_what_stands_in_no_file_is_told_as_the_mapping_tells_it() -> None:
    boss = make_user(is_superuser=True)
    article = create_job(
        get_target("shapes.article"),
        user=boss,
        file=FilePlan(name="a.csv", dialect=Dialect(), headers=("slug", "title")),
        size=9,
        mapping={"slug": "slug", "title": "title"},
        mode=Mode.UPSERT,
    )
    told = page(client_of(boss), article)
    assert "Active Becomes “ja”." in told
    assert "Words Becomes an empty list." in told


def test_the_file_is_told_with_its_size_and_how_it_is_read(client: Client, job: ImportJob) -> None:
    text = page(client, job)
    assert "land.csv" in text
    assert "1,234,567 bytes" in text
    assert "CSV, UTF-8, semicolons" in text


def test_what_the_worker_found_counts_more_than_what_was_shown(user: Any) -> None:
    plan: dict[str, Any] = {"file": {"dialect": {}}}
    reading = {"dialect": {**_dialect(), "delimiter": "\t"}}
    found = record.asked(make_job(owner=user, plan=plan, reading=reading), user)
    assert "CSV, UTF-8, tabs" in [fact.value for fact in found["file"]]


def _dialect() -> dict[str, Any]:
    data: dict[str, Any] = strict_json.to_json(Dialect())
    return data


def test_every_column_is_told_with_its_field_or_as_ignored(client: Client, job: ImportJob) -> None:
    text = page(client, job)
    assert "Kurz Code" in text
    assert "Land Name" in text
    assert "? ignored" in text


def test_choices_are_told_in_words(client: Client, job: ImportJob) -> None:
    text = page(client, job)
    assert "Add new rows, update existing ones." in text
    assert "Import the good rows." in text
    assert "After every import. To pat@example.com." in text


def test_the_plan_is_there_to_be_read(client: Client, job: ImportJob) -> None:
    assert "&quot;natural_key&quot;: [" in page(client, job)


def test_a_plan_that_nobody_can_read_any_more_is_shown_all_the_same(
    client: Client, user: Any
) -> None:
    text = page(client, make_job(owner=user, plan={"version": 1}))
    assert "&quot;version&quot;: 1" in text


def test_the_files_hash_is_told(client: Client, user: Any) -> None:
    assert "ab" * 32 in page(client, make_job(owner=user, content_sha256="ab" * 32))


def test_an_import_that_corrects_another_leads_to_it(user: Any) -> None:
    first = make_job(owner=user, file_name="first.csv")
    (kin,) = record.asked(make_job(owner=user, fixes_id=first.pk), user)["kin"]
    assert (kin.value, kin.url) == ("first.csv", f"/imports/{first.pk}/")


def test_nobody_is_told_of_an_import_that_they_may_not_see(user: Any) -> None:
    theirs = make_job(owner=make_user())
    assert record.asked(make_job(owner=user, repeats_id=theirs.pk), user)["kin"] == []


# -- What happened --------------------------------------------------------------------------------


def words_of(job: ImportJob) -> list[str]:
    return [event.words for event in runs.runs(job)["events"]]


def test_the_steps_are_told_in_their_order(user: Any) -> None:
    job = make_job(Status.APPLYING, owner=user, created_at=timezone.now() - timedelta(hours=1))
    attempt = make_attempt(job)
    ImportAttempt.objects.filter(pk=attempt.pk).update(phase_started_at=attempt.heartbeat_at)
    assert words_of(job) == ["Asked for by pat", "Attempt 1 began", "Attempt 1: Writing"]


def test_an_approval_a_wish_to_cancel_and_a_mail_are_steps(user: Any) -> None:
    job = make_job(Status.CANCELLED, owner=user, finished_at="2026-01-01T00:00:00Z")
    moment = job.created_at
    ImportJob.objects.filter(pk=job.pk).update(review_approved_at=moment, reviewer=user)
    ImportCancelRequest.objects.create(job=job, requested_by=user)
    notice = {"status": "failed", "attempt": 1, "recipient": "pat@example.com"}
    ImportNotice.objects.create(job=job, sent_at=moment, **notice)
    job.refresh_from_db()
    told = {"Review approved by pat", "Asked to stop by pat", "Mail sent to pat@example.com"}
    assert {*told, "Cancelled"} <= set(words_of(job))


@pytest.mark.parametrize(
    ("status", "fields", "words"),
    [
        (Status.STAGING, {}, "under way"),
        (Status.FAILED, {}, "died before it could say how it ended"),
        (Status.STAGING, {"outcome": "error", "error": "OSError"}, "tried again (OSError)"),
        (Status.APPLYING, {"outcome": "succeeded"}, "the rows are written"),
        (Status.SUCCEEDED, {"outcome": "of_tomorrow"}, "of_tomorrow"),
    ],
)
def test_an_attempt_says_how_it_ended(
    user: Any, status: Status, fields: dict[str, str], words: str
) -> None:
    job = make_job(status, owner=user)
    make_attempt(job, **fields)
    assert runs.runs(job)["runs"][0].outcome.endswith(words)


@pytest.mark.parametrize(
    ("counts", "words"),
    [
        ({"records_read": 3, "rows_inserted": 1, "rows_rejected": 2}, "the rows are written"),
        ({"records_read": 3, "rows_rejected": 3}, "every row was rejected"),
        ({}, "the file had no rows"),
    ],
)
def test_an_attempt_that_wrote_nothing_does_not_say_that_it_wrote(
    user: Any, counts: dict[str, int], words: str
) -> None:
    job = make_job(Status.SUCCEEDED, owner=user, **counts)
    make_attempt(job, phase="applying", outcome="succeeded")
    assert runs.runs(job)["runs"][0].outcome == words


def test_attempts_are_told_with_memory_and_cost(client: Client, user: Any) -> None:
    job = make_job(Status.FAILED, owner=user)
    attempt_of(job, worker_version="1.2.3", billed_ms=12_345, peak_memory_kb=80 * 1024)
    text = page(client, job)
    for words in ("12,345 ms", "80 of 1,024 MB", "1.2.3", "0.00016 USD", "request-1"):
        assert words in text


# -- What it cost ---------------------------------------------------------------------------------


def test_the_receipt_is_for_all_attempts(client: Client, user: Any) -> None:
    job = make_job(Status.FAILED, owner=user)
    attempt_of(job, number=1, billed_ms=45_000)
    attempt_of(job, number=2, billed_ms=45_000)
    text = page(client, job)
    assert "0.0012 USD, where an idle worker dyno costs 25 USD a month" in text
    assert "90.000 GB-seconds at 0.0000133334 USD" in text
    assert "More may have been billed" not in text


def test_the_receipt_of_a_job_that_runs_says_at_least(client: Client, user: Any) -> None:
    job = make_job(Status.CHECKING, owner=user)
    attempt_of(job)
    text = page(client, job)
    assert "at least 0.00013 USD" in text
    assert "More may have been billed" in text


def test_a_job_without_an_attempt_cost_nothing(client: Client, user: Any) -> None:
    assert "no worker has run" in page(client, make_job(owner=user))


# -- Reading it -----------------------------------------------------------------------------------


def test_a_poll_reads_no_attempts_but_its_own(client: Client, user: Any) -> None:
    job = make_job(Status.STAGING, owner=user)
    make_attempt(job, request_id="told-on-the-page-alone")
    answer = client.get(f"/imports/{job.pk}/progress/?seen=", secure=True).content.decode()
    assert "told-on-the-page-alone" not in answer


def test_what_happened_comes_anew_with_the_outcome(client: Client, user: Any) -> None:
    job = make_job(Status.FAILED, owner=user)
    attempt_of(job, billed_ms=1000)
    answer = client.get(f"/imports/{job.pk}/outcome/", secure=True).content.decode()
    assert 'id="runs" hx-swap-oob="innerHTML"' in answer
    assert "a month" in answer


def test_more_attempts_take_no_more_queries(
    user: Any, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    job = make_job(Status.FAILED, owner=user)
    for number in range(1, 4):
        make_attempt(job, number=number, billed_ms=1)
    job = ImportJob.objects.select_related("owner").get(pk=job.pk)
    with django_assert_num_queries(3):
        runs.runs(job)
