"""A job's page: who sees it, what it says, when it stops asking, and its buttons."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from imports.models import ImportCancelRequest, ImportJob
from lambda_worker.contract import ACTIVE, RUNNING, Status
from tests.imports.factories import make_attempt, make_job, make_user, status_of
from tests.imports.web import MAY_IMPORT, client_of

pytestmark = pytest.mark.django_db

POSTS = ("cancel", "retry", "approve", "uploaded", "upload-form")


@pytest.fixture
def user() -> Any:
    """The job's owner."""
    return make_user(*MAY_IMPORT)


@pytest.fixture
def client(user: Any) -> Client:
    """The owner's browser."""
    return client_of(user)


def poll(client: Client, job: ImportJob) -> str:
    return client.get(f"/imports/{job.pk}/progress/", secure=True).content.decode()


def page(client: Client, job: ImportJob, query: str = "") -> str:
    return client.get(f"/imports/{job.pk}/{query}", secure=True).content.decode()


def outcome(client: Client, job: ImportJob) -> str:
    return client.get(f"/imports/{job.pk}/outcome/", secure=True).content.decode()


@pytest.mark.parametrize("path", ["", "progress/", "outcome/", "rejects.csv"])
def test_somebody_elses_job_is_not_found(client: Client, path: str) -> None:
    job = make_job(owner=make_user(), reject_key="results/x")
    assert client.get(f"/imports/{job.pk}/{path}", secure=True).status_code == 404


@pytest.mark.parametrize("answer", ["page", "poll"])
@pytest.mark.parametrize(("permissions", "is_told"), [((), False), (("view_all_imports",), True)])
def test_who_imported_the_file_before_is_for_those_who_may_see_it(
    answer: str, permissions: tuple[str, ...], is_told: bool
) -> None:
    owner = make_user(*MAY_IMPORT, *permissions)
    alice = make_user(username="alice")
    earlier = make_job(Status.SUCCEEDED, owner=alice, finished_at=timezone.now())
    job = make_job(Status.IN_REVIEW, owner=owner, repeats_id=earlier.pk)
    text = {"page": page, "poll": poll}[answer](client_of(owner), job)
    assert "This very file was imported" in text
    assert ("by alice" in text) is is_told


@pytest.mark.parametrize("action", POSTS)
def test_nothing_can_be_done_to_somebody_elses_job(client: Client, action: str) -> None:
    job = make_job(owner=make_user())
    assert client.post(f"/imports/{job.pk}/{action}/", secure=True).status_code == 404
    assert status_of(job.pk) is Status.AWAITING_UPLOAD


@pytest.mark.parametrize("action", POSTS)
def test_those_who_see_all_imports_may_still_not_act_on_them(action: str) -> None:
    client = client_of(make_user("view_all_imports"))
    job = make_job(owner=make_user())
    assert client.get(f"/imports/{job.pk}/", secure=True).status_code == 200
    assert client.post(f"/imports/{job.pk}/{action}/", secure=True).status_code == 403


@pytest.mark.parametrize("action", POSTS)
def test_actions_want_the_csrf_token(user: Any, action: str) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(user)
    job = make_job(owner=user)
    assert client.post(f"/imports/{job.pk}/{action}/", secure=True).status_code == 403


def test_actions_are_posts(client: Client, user: Any) -> None:
    job = make_job(owner=user)
    assert client.get(f"/imports/{job.pk}/cancel/", secure=True).status_code == 405


def test_a_page_asks_for_a_login() -> None:
    job = make_job()
    assert Client().get(f"/imports/{job.pk}/", secure=True).status_code == 302


@pytest.mark.parametrize("status", sorted({*Status} - {Status.SUCCEEDED}))
def test_every_status_has_its_page(client: Client, user: Any, status: str) -> None:
    job = make_job(Status._value2member_map_[status], owner=user)  # type: ignore[arg-type]
    assert 'id="progress"' in page(client, job)


def test_without_javascript_the_page_of_an_active_job_reloads(client: Client, user: Any) -> None:
    assert '<noscript><meta http-equiv="refresh" content="5">' in page(
        client, make_job(Status.QUEUED, owner=user)
    )


def test_without_javascript_the_reloading_can_be_stopped(client: Client, user: Any) -> None:
    job = make_job(owner=user)
    assert 'href="?reload=off"' in page(client, job)
    assert "http-equiv" not in page(client, job, "?reload=off")


def test_a_terminal_page_does_not_reload(client: Client, user: Any) -> None:
    assert "http-equiv" not in page(client, make_job(Status.FAILED, owner=user))


def test_a_running_job_says_how_far_it_is(client: Client, user: Any) -> None:
    job = make_job(Status.STAGING, owner=user)
    make_attempt(job, done=50, total=100, records_read=1234)
    answer = poll(client, job)
    assert "Reading the file." in answer
    assert "1,234" in answer


def test_a_silent_worker_is_said_to_be_gone(client: Client, user: Any) -> None:
    job = make_job(Status.CHECKING, owner=user)
    attempt = make_attempt(job)
    attempt.heartbeat_at = attempt.started_at.replace(year=2000)
    attempt.save()
    assert "The worker died." in poll(client, job)


def test_a_failure_is_said_in_words(client: Client, user: Any) -> None:
    params = {"rejected": 3, "read": 10}
    job = make_job(Status.FAILED, owner=user, failure_code="rejected_rows", failure_params=params)
    assert "3 of 10 records have faults" in page(client, job)


def test_a_failure_that_only_a_newer_worker_knows_has_a_page_all_the_same(
    client: Client, user: Any
) -> None:
    job = make_job(Status.FAILED, owner=user, failure_code="from_tomorrow")
    assert "from_tomorrow" in page(client, job)


def test_what_happened_often_is_summed_up(client: Client, user: Any) -> None:
    group = {"header": "code", "value": "XK", "code": "too_long", "params": {"limit": 2}}
    job = make_job(
        Status.SUCCEEDED,
        owner=user,
        records_read=70,
        rows_rejected=70,
        reject_summary=[{**group, "rows": 70}, {**group, "rows": 1}],
    )
    text = page(client, job)
    assert "70 rows rejected" in text
    assert "“XK” is longer than 2 characters" in text


def test_cancel_ends_a_waiting_job(client: Client, user: Any) -> None:
    job = make_job(owner=user)
    response = client.post(f"/imports/{job.pk}/cancel/", secure=True)
    assert response["Location"] == f"/imports/{job.pk}/"
    assert status_of(job.pk) is Status.CANCELLED


def test_cancel_asks_the_worker_of_a_running_job_to_stop(client: Client, user: Any) -> None:
    job = make_job(Status.CHECKING, owner=user)
    make_attempt(job)
    client.post(f"/imports/{job.pk}/cancel/", secure=True)
    assert ImportCancelRequest.objects.filter(job=job, requested_by=user).exists()
    assert "Cancelling" in poll(client, job)


def test_what_comes_too_late_is_said(client: Client, user: Any) -> None:
    job = make_job(Status.CANCELLED, owner=user)
    response = client.post(f"/imports/{job.pk}/retry/", secure=True, follow=True)
    assert "cannot be tried again" in response.content.decode()


@pytest.mark.parametrize(("version", "offered"), [("v1", True), ("", False)])
def test_retry_is_offered_where_the_file_had_come(
    client: Client, user: Any, version: str, offered: bool
) -> None:
    job = make_job(Status.FAILED, owner=user, object_version=version)
    assert (f"/imports/{job.pk}/retry/" in page(client, job)) is offered


@pytest.mark.parametrize(
    ("code", "is_offered"),
    [("empty_file", False), ("missing_column", False), ("table_in_use", True), ("news", True)],
)
def test_retry_is_offered_where_the_same_file_may_go_in(
    client: Client, user: Any, code: str, is_offered: bool
) -> None:
    params = {"header": "x", "found": [], "seconds": 5}
    failed = {"failure_code": code, "failure_params": params, "object_version": "v1"}
    job = make_job(Status.FAILED, owner=user, **failed)
    assert (f"/imports/{job.pk}/retry/" in page(client, job)) is is_offered


def test_rejects_of_all_or_nothing_are_to_be_fixed_rather_than_tried_again(
    client: Client, user: Any
) -> None:
    params = {"rejected": 1, "read": 2}
    failed = {"failure_code": "rejected_rows", "failure_params": params, "object_version": "v1"}
    job = make_job(Status.FAILED, owner=user, **failed)
    assert 'id="action-retry" class="button ">Try again<' in page(client, job)


def test_a_review_offers_to_apply_or_cancel(client: Client, user: Any) -> None:
    text = page(client, make_job(Status.IN_REVIEW, owner=user))
    assert "/approve/" in text
    assert "/cancel/" in text


def test_those_who_may_only_look_get_no_buttons() -> None:
    job = make_job(Status.IN_REVIEW, owner=make_user())
    text = page(client_of(make_user("view_all_imports")), job)
    assert "/cancel/" not in text
    assert "Waiting for you" not in text
    assert "Waiting for somebody who may apply or cancel it." in text


def test_what_came_of_it_is_asked_for_when_the_state_is_new(client: Client, user: Any) -> None:
    counts = {"records_read": 3, "rows_rejected": 3}
    done = make_job(Status.SUCCEEDED, owner=user, **counts)
    running = make_job(Status.APPLYING, owner=user, **counts)
    assert 'id="rejects-title"' in outcome(client, done)
    assert 'id="rejects-title"' not in outcome(client, running)


def test_what_was_understood_of_the_file_is_said_once_it_is_read(client: Client, user: Any) -> None:
    reading = {"dates": {"name": "day_first"}}
    assert "day first" in outcome(client, make_job(Status.IN_REVIEW, owner=user, reading=reading))
    assert "day first" not in outcome(client, make_job(Status.QUEUED, owner=user, reading=reading))


@pytest.mark.parametrize("status", [Status.SUCCEEDED, Status.FAILED])
def test_what_is_in_can_be_seen_by_staff_who_may(status: Status) -> None:
    owner = make_user(*MAY_IMPORT, is_staff=True)
    job = make_job(status, owner=owner)
    text = page(client_of(owner), job).partition('id="outcome"')[2]
    assert ('href="/admin/airports/country/"' in text) is (status is Status.SUCCEEDED)


@pytest.mark.parametrize("permissions", [("view_all_imports",), ("view_airport",)])
def test_no_link_leads_to_a_table_that_one_may_not_see(permissions: tuple[str, ...]) -> None:
    user = make_user(*permissions, is_staff=True)
    job = make_job(Status.SUCCEEDED, owner=user)
    assert "/admin/airports/country/" not in page(client_of(user), job)


def test_what_has_come_far_asks_before_it_is_cancelled(client: Client, user: Any) -> None:
    asks = {s: "data-asks" in page(client, make_job(s, owner=user)) for s in ACTIVE}
    assert {s for s, does in asks.items() if does} == RUNNING | {Status.IN_REVIEW}


def test_no_script_stands_in_the_page(client: Client, user: Any) -> None:
    text = page(client, make_job(owner=user))
    assert "<script>" not in text
    assert " style=" not in text
    assert " onclick=" not in text
