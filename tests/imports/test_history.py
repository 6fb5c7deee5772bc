"""The list of imports: what is looked for, its pages, and its totals."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from imports import history
from imports.history import PAGE_SIZE, Sought
from imports.models import ImportJob
from lambda_worker.contract import Status
from tests.imports.factories import make_attempt, make_job, make_user

pytestmark = pytest.mark.django_db


def found(**sought: Any) -> set[str]:
    """The files of the jobs that are found."""
    jobs = history.matching(ImportJob.objects.all(), Sought(**sought))
    return set(jobs.values_list("file_name", flat=True))


# -- Filters --------------------------------------------------------------------------------------


def test_a_target_is_found() -> None:
    make_job(file_name="a", target="airports.country")
    make_job(file_name="b", target="airports.route")
    assert found(target="airports.route") == {"b"}


def test_somebody_is_found_by_name() -> None:
    make_job(file_name="a", owner=make_user(username="pat"))
    make_job(file_name="b", owner=make_user(username="patricia"))
    assert found(who="pat") == {"a"}
    assert found(who="PATRI") == {"b"}


@pytest.mark.parametrize(
    ("state", "files"),
    [
        ("yours", {"in_review", "awaiting_mapping"}),
        ("busy", {"awaiting_upload", "queued", "staging", "checking", "applying"}),
        ("done", {"succeeded"}),
        ("rejects", {"rejects"}),
        ("none", {"none"}),
        ("empty", {"empty"}),
        ("failed", {"failed"}),
        ("cancelled", {"cancelled"}),
        ("expired", {"expired"}),
    ],
)
def test_every_state_is_found(state: str, files: set[str]) -> None:
    for status in set(Status) - {Status.SUCCEEDED}:
        make_job(status, file_name=status.value)
    for name, inserted, rejected in (
        ("succeeded", 2, 0),
        ("rejects", 1, 1),
        ("none", 0, 2),
        ("empty", 0, 0),
    ):
        counts = {"rows_inserted": inserted, "rows_rejected": rejected}
        make_job(Status.SUCCEEDED, file_name=name, records_read=inserted + rejected, **counts)
    assert found(state=state) == files


def test_no_status_is_left_out_of_the_states() -> None:
    for status in Status:
        make_job(status, file_name=status.value)
    assert set().union(*(found(state=state) for state in history.STATE_FILTERS)) == set(Status)


def days_ago(days: int) -> datetime:
    return timezone.now() - timedelta(days=days)


@pytest.mark.parametrize(("period", "most"), [("today", 0), ("week", 6), ("month", 29)])
def test_a_period_ends_today_and_begins_at_a_midnight(period: str, most: int) -> None:
    make_job(file_name="in", created_at=days_ago(most))
    make_job(file_name="out", created_at=days_ago(most + 1))
    assert found(period=period) == {"in"}


def test_this_year_begins_with_its_first_day() -> None:
    begun = datetime(timezone.localdate().year, 1, 1, tzinfo=UTC)
    make_job(file_name="in", created_at=begun)
    make_job(file_name="out", created_at=begun - timedelta(seconds=1))
    assert found(period="year") == {"in"}


def test_days_are_whole_in_the_readers_time_zone() -> None:
    make_job(file_name="a", created_at=datetime(2026, 3, 1, 14, 59, tzinfo=UTC))
    make_job(file_name="b", created_at=datetime(2026, 3, 1, 15, 0, tzinfo=UTC))
    with timezone.override("Asia/Tokyo"):  # nine hours ahead: the second is of the next day
        assert found(period="days", first=date(2026, 3, 1), last=date(2026, 3, 1)) == {"a"}
        assert found(period="days", first=date(2026, 3, 2)) == {"b"}


def test_a_file_is_found_by_a_part_of_its_name() -> None:
    make_job(file_name="Countries 2026.csv")
    make_job(file_name="routes.csv")
    assert found(text="countries 2") == {"Countries 2026.csv"}


def test_what_means_something_to_like_means_nothing() -> None:
    make_job(file_name="a.csv")
    assert found(text="%") == set()


@pytest.mark.parametrize("text", ["0123", "01234567-89", "0123456789AB", "%s"])
def test_a_job_is_found_by_the_beginning_of_its_id(text: str) -> None:
    pk = UUID("01234567-89ab-4cde-8f01-23456789abcd")
    make_job(id=pk, file_name="a")
    make_job(id=UUID("01334567-89ab-4cde-8f01-23456789abcd"), file_name="b")
    assert found(text=str(pk) if text == "%s" else text) == {"a"}


def test_three_digits_are_no_id() -> None:
    make_job(id=UUID("01234567-89ab-4cde-8f01-23456789abcd"), file_name="a")
    assert found(text="012") == set()


# -- Pages ----------------------------------------------------------------------------------------


@pytest.fixture
def many() -> list[str]:
    """The files of two pages and a bit, the newest first; some are of one moment."""
    moment = timezone.now()
    for number in range(2 * PAGE_SIZE + 3):
        make_job(file_name=str(number), created_at=moment - timedelta(seconds=number // 4))
    ordered = ImportJob.objects.order_by("-created_at", "-pk")
    return list(ordered.values_list("file_name", flat=True))


def names(page: history.Page) -> list[str]:
    return [job.file_name for job in page.jobs]


def test_the_pages_hold_every_job_once(many: list[str]) -> None:
    seen, page = [], history.page_of(ImportJob.objects.all())
    while True:
        seen += names(page)
        if not page.older:
            break
        page = history.page_of(ImportJob.objects.all(), before=page.older)
    assert seen == many


def test_the_way_back_leads_over_the_same_pages(many: list[str]) -> None:
    first = history.page_of(ImportJob.objects.all())
    second = history.page_of(ImportJob.objects.all(), before=first.older)
    third = history.page_of(ImportJob.objects.all(), before=second.older)
    assert names(history.page_of(ImportJob.objects.all(), after=third.newer)) == names(second)
    back = history.page_of(ImportJob.objects.all(), after=second.newer)
    assert (names(back), back.newer) == (names(first), "")


def test_a_new_job_does_not_shift_the_older_page(many: list[str]) -> None:
    first = history.page_of(ImportJob.objects.all())
    make_job(file_name="new")
    assert many[PAGE_SIZE] == names(history.page_of(ImportJob.objects.all(), before=first.older))[0]


@pytest.mark.parametrize("place", ["x", "~", "2026-01-01~x", "x~" + "0" * 32, "9" * 30 + "~"])
def test_a_place_that_is_none_is_the_beginning(place: str, many: list[str]) -> None:
    assert names(history.page_of(ImportJob.objects.all(), before=place)) == many[:PAGE_SIZE]
    assert names(history.page_of(ImportJob.objects.all(), after=place)) == many[:PAGE_SIZE]


# -- Totals ---------------------------------------------------------------------------------------


def test_totals_add_up_what_was_found() -> None:
    counts = {"rows_inserted": 3, "rows_updated": 2, "rows_rejected": 1, "records_read": 6}
    make_job(Status.SUCCEEDED, **counts)
    make_job(Status.SUCCEEDED, **counts)
    make_job(Status.FAILED)
    totals = history.totals_of(ImportJob.objects.all())
    assert (totals.imports, totals.written, totals.rejected) == (3, 10, 2)
    assert not totals.bounded


def test_totals_of_nothing_are_nothing() -> None:
    totals = history.totals_of(ImportJob.objects.none())
    assert (totals.imports, totals.written, totals.usage.requests) == (0, 0, 0)


def test_the_cost_is_that_of_every_attempt() -> None:
    job = make_job(Status.SUCCEEDED)
    make_attempt(job, number=1, billed_ms=1000, memory_mb=512)
    make_attempt(job, number=2, billed_ms=2000, memory_mb=512)
    usage = history.totals_of(ImportJob.objects.all()).usage
    assert (usage.requests, usage.mb_ms, usage.whole) == (2, 3000 * 512, True)


def test_an_attempt_that_died_counts_for_as_long_as_it_was_heard_of() -> None:
    now = timezone.now()
    job = make_job(Status.STAGING)
    make_attempt(job, memory_mb=512, started_at=now - timedelta(seconds=7), heartbeat_at=now)
    usage = history.totals_of(ImportJob.objects.all()).usage
    assert (usage.mb_ms, usage.whole) == (7000 * 512, False)


def test_totals_are_of_the_newest_where_there_are_too_many(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(history, "COUNTED", 2)
    for inserted, age in ((1, 1), (10, 2), (100, 3)):
        counts = {"records_read": inserted, "rows_inserted": inserted}
        make_job(Status.SUCCEEDED, created_at=days_ago(age), **counts)
    totals = history.totals_of(ImportJob.objects.all())
    assert (totals.imports, totals.written, totals.bounded) == (2, 11, True)


def test_totals_of_as_many_as_are_added_up_are_those_of_all(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(history, "COUNTED", 2)
    for _ in range(2):
        make_job(Status.SUCCEEDED)
    totals = history.totals_of(ImportJob.objects.all())
    assert (totals.imports, totals.bounded) == (2, False)


def test_totals_take_two_queries(django_assert_num_queries: DjangoAssertNumQueries) -> None:
    with django_assert_num_queries(2):
        history.totals_of(ImportJob.objects.all())


# -- People and queries ---------------------------------------------------------------------------


def test_those_who_have_imports_are_offered() -> None:
    make_job(owner=make_user(username="pat"))
    make_user(username="quinn")
    assert history.owners() == ["pat"]


def test_the_newest_page_is_read_off_an_index(user: User) -> None:
    for owner in [user, *[make_user()] * 40]:  # the planner is told so: else it goes by chance
        make_job(owner=owner)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE imports_importjob")
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute("SET LOCAL enable_bitmapscan = off")
    jobs = ImportJob.objects.filter(owner=user).order_by(*history.NEWEST_FIRST)[:10]
    assert "imports_job_of_owner" in jobs.explain()


@pytest.fixture
def user() -> User:
    """Somebody."""
    return make_user()
