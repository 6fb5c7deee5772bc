"""What a status page asks again and again: what it costs, what it says, and when it stops."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.http import HttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from imports.models import ImportJob
from lambda_worker import contract
from lambda_worker.contract import Status
from tests.imports.factories import make_attempt, make_job, make_user
from tests.imports.web import MAY_IMPORT, client_of

pytestmark = pytest.mark.django_db

WITH_ATTEMPT = (Status.STAGING, Status.CHECKING, Status.IN_REVIEW, Status.APPLYING)


@pytest.fixture
def user() -> Any:
    """The job's owner."""
    return make_user(*MAY_IMPORT)


@pytest.fixture
def client(user: Any) -> Client:
    """The owner's browser."""
    return client_of(user)


@pytest.fixture
def no_table_scans() -> None:
    """The tables are small: Postgres shows whether an index serves only if it has no choice."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")


def poll(client: Client, job: ImportJob, query: str = "", **headers: str) -> Any:
    path = f"/imports/{job.pk}/progress/{query}"
    return client.get(path, secure=True, headers={"HX-Request": "true", **headers})


def text_of(response: HttpResponse) -> str:
    return response.content.decode()


def job_in(status: Status, owner: Any, **attempt: Any) -> ImportJob:
    """A job, with an attempt where one should be."""
    job = make_job(status, owner=owner, repeats_id=make_job(owner=owner).pk)
    if status in WITH_ATTEMPT:
        make_attempt(job, **attempt)
    return job


# -- What it costs ------------------------------------------------------------------------------


@pytest.mark.parametrize("status", Status)
def test_a_poll_takes_three_queries_with_those_of_session_and_user(
    client: Client, user: Any, status: Status, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    job = job_in(status, user)
    with django_assert_num_queries(3):
        assert poll(client, job).status_code in {200, 286}


@pytest.mark.parametrize("permissions", [(), ("view_all_imports",)])
def test_a_poll_of_somebody_elses_job_takes_no_more(
    permissions: tuple[str, ...], django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    job = job_in(Status.CHECKING, make_user())
    client = client_of(make_user(*permissions))
    with django_assert_num_queries(3):
        assert poll(client, job).status_code == (200 if permissions else 404)


def test_a_poll_by_a_superuser_takes_no_more(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    client = client_of(make_user(is_superuser=True))
    job = job_in(Status.CHECKING, make_user())
    with django_assert_num_queries(3):
        poll(client, job)


def test_a_poll_of_a_silent_worker_takes_no_more(
    client: Client, user: Any, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    silence = timedelta(seconds=contract.STALLED_AFTER_SECONDS + 5)
    job = job_in(Status.CHECKING, user, heartbeat_at=timezone.now() - silence)
    with django_assert_num_queries(3):
        assert "The worker died." in text_of(poll(client, job))


@pytest.mark.usefixtures("no_table_scans")
@pytest.mark.parametrize("is_own", [True, False])
def test_every_query_of_a_poll_goes_by_an_index(client: Client, user: Any, is_own: bool) -> None:
    job = job_in(Status.CHECKING, user if is_own else make_user())
    with CaptureQueriesContext(connection) as queries:
        poll(client, job)
    with connection.cursor() as cursor:
        for query in queries.captured_queries:
            cursor.execute(f"EXPLAIN {query['sql']}")
            plan = "\n".join(line for (line,) in cursor.fetchall())
            assert "Index" in plan
            assert "Seq Scan" not in plan, plan


def test_a_poll_reads_no_plan(client: Client, user: Any) -> None:
    job = job_in(Status.CHECKING, user)
    with CaptureQueriesContext(connection) as queries:
        poll(client, job)
    assert '"j"."plan_version"' in queries.captured_queries[-1]["sql"]
    assert '"j"."plan",' not in queries.captured_queries[-1]["sql"]


# -- What it says -------------------------------------------------------------------------------


def test_what_has_not_changed_is_not_sent_again(client: Client, user: Any) -> None:
    job = job_in(Status.IN_REVIEW, user, finished_at=timezone.now())
    seen = "?seen=in_review"
    etag = poll(client, job, seen)["ETag"]
    again = poll(client, job, seen, if_none_match=etag)
    assert again.status_code == 304
    assert not again.content


def test_a_poll_may_be_kept_only_by_the_browser_that_asked(client: Client, user: Any) -> None:
    kept = poll(client, job_in(Status.QUEUED, user))["Cache-Control"]
    assert set(kept.split(", ")) == {"private", "no-cache"}


def test_buttons_come_with_a_poll_only_when_they_change(client: Client, user: Any) -> None:
    job = make_job(owner=user)
    assert 'id="actions"' in text_of(poll(client, job, "?seen=something-else"))
    assert 'id="actions"' not in text_of(poll(client, job, "?seen=awaiting_upload-cancel"))


def test_the_time_left_stays_as_the_page_shows_it(client: Client, user: Any) -> None:
    job = job_in(Status.STAGING, user, done=50, total=100, ago=10)  # 46.6 s are left
    assert "about 50 s" in text_of(poll(client, job))
    assert "about 40 s" in text_of(poll(client, job, "?left=40"))


@pytest.mark.parametrize("left", ["", "-1", "x", "9" * 30, "1e3", "٣"])
def test_nonsense_about_the_time_left_is_nothing(client: Client, user: Any, left: str) -> None:
    job = job_in(Status.STAGING, user, done=50, total=100, ago=10)
    assert "about 50 s" in text_of(poll(client, job, f"?left={left}"))


def test_the_windows_title_tells_how_far_it_is(client: Client, user: Any) -> None:
    job = job_in(Status.STAGING, user, done=50, total=100)
    assert 'data-title="17 % · countries.csv"' in text_of(poll(client, job))


def test_the_bar_has_a_name_and_a_value(client: Client, user: Any) -> None:
    text = text_of(poll(client, job_in(Status.STAGING, user, done=50, total=100)))
    assert '<progress class="bar" aria-label="Progress of the import" max="100" value="17">' in text


# -- When it asks again -------------------------------------------------------------------------


@pytest.mark.parametrize(("status", "seconds"), [(Status.QUEUED, 1), (Status.IN_REVIEW, 5)])
def test_a_page_that_waits_for_a_person_asks_less_often(
    client: Client, user: Any, status: Status, seconds: int
) -> None:
    assert f'data-every="{seconds}"' in text_of(poll(client, job_in(status, user)))


@pytest.mark.parametrize("status", sorted(contract.TERMINAL))
def test_a_terminal_answer_stops_the_polling(client: Client, user: Any, status: Status) -> None:
    response = poll(client, make_job(status, owner=user))
    assert response.status_code == 286
    assert "hx-get" not in text_of(response)


@pytest.mark.parametrize("status", sorted(contract.ACTIVE))
def test_any_other_answer_goes_on(client: Client, user: Any, status: Status) -> None:
    response = poll(client, job_in(status, user))
    assert response.status_code == 200
    assert 'hx-get="/imports/' in text_of(response)


def test_a_poll_of_an_ended_session_reloads_the_page() -> None:
    response = poll(Client(), make_job(), hx_request="true")
    assert response["HX-Refresh"] == "true"
