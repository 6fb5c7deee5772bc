"""What people do with jobs, also at the same time."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser
from django.utils import timezone

from imports import jobs, reviews
from imports.models import ImportCancelRequest, ImportJob
from imports.registry import get_target, targets_for
from lambda_worker import contract
from lambda_worker.contract import Command, CommandMessage, Owner, Status
from lambda_worker.files.dialect import Dialect
from lambda_worker.plan import FilePlan, ImportPlan, Mode
from tests.imports.factories import as_owner, make_job, make_user, status_of
from tests.imports.web import MAY_IMPORT

pytestmark = pytest.mark.django_db


def create(user: Any, **changes: Any) -> ImportJob:
    choices: dict[str, Any] = {
        "file": FilePlan(name="c.csv", dialect=Dialect(), headers=("code", "name")),
        "size": 100,
        "mapping": {"code": "code", "name": "name"},
        "mode": Mode.INSERT,
    }
    return jobs.create_job(get_target("airports.country"), user=user, **{**choices, **changes})


def test_a_new_job_waits_for_its_file_with_the_plan_in_it() -> None:
    job = create(make_user("add_country"))
    assert status_of(job.pk) is Status.AWAITING_UPLOAD
    plan = ImportPlan.from_json(ImportJob.objects.get(pk=job.pk).plan)
    assert plan.audience.job_url == f"https://sluice.example.com/imports/{job.pk}/"
    assert plan.audience.recipient == job.owner.email  # type: ignore[union-attr]


@pytest.mark.parametrize("size", [0, 2 * 1024**3])
def test_a_file_of_no_size_or_too_much_is_refused(size: int) -> None:
    with pytest.raises(jobs.FileRefused, match="from 1 to"):
        create(make_user("add_country"), size=size)


def test_what_can_be_uploaded_is_said_in_the_user_s_language(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(jobs, "_", lambda text: f"ja: {text}")
    with pytest.raises(jobs.FileRefused, match=r"ja: The file has 0 bytes; from 1 to [\d,]+ can"):
        create(make_user("add_country"), size=0)


def test_adding_needs_the_add_permission() -> None:
    with pytest.raises(jobs.NotAllowed):
        create(make_user("change_country"))


def test_an_upsert_needs_the_change_permission_too() -> None:
    with pytest.raises(jobs.NotAllowed):
        create(make_user("add_country"), mode=Mode.UPSERT)
    assert create(make_user("add_country", "change_country"), mode=Mode.UPSERT)


def test_an_inactive_user_may_import_nothing() -> None:
    assert targets_for(make_user(is_superuser=True, is_active=False)) == []


def test_a_user_is_offered_what_they_may_import_into() -> None:
    assert [t.label for t in targets_for(make_user("add_airport"))] == ["airports.airport"]


def test_one_sees_one_s_own_jobs() -> None:
    user = make_user()
    own, _other = make_job(owner=user), make_job(owner=make_user())
    assert list(jobs.visible_to(user)) == [own]


def test_with_the_permission_one_sees_all() -> None:
    make_job(owner=make_user())
    assert jobs.visible_to(make_user("view_all_imports")).count() == 1


def test_a_stranger_sees_nothing() -> None:
    make_job()
    assert not jobs.visible_to(AnonymousUser()).exists()


def test_an_upload_queues_the_job_once() -> None:
    job = make_job()
    assert jobs.mark_uploaded(job)
    assert not jobs.mark_uploaded(job)
    assert job.status == Status.QUEUED


def test_after_a_long_upload_a_worker_still_has_its_time_to_come() -> None:
    job = make_job(created_at=timezone.now() - timedelta(hours=1))
    assert jobs.mark_uploaded(job)
    assert not jobs.waits_too_long(job)


def test_an_upload_is_no_news_where_the_worker_was_first() -> None:
    job = make_job(Status.STAGING)
    assert not jobs.mark_uploaded(job)
    assert job.status == Status.STAGING


@pytest.mark.parametrize("status", sorted(contract.WAITING))
def test_a_waiting_job_is_cancelled_at_once(status: Status) -> None:
    job = make_job(status, owner=make_user())
    assert jobs.cancel(job, job.owner)
    assert job.status == Status.CANCELLED
    assert job.finished_at is not None


@pytest.mark.parametrize("status", sorted(contract.RUNNING))
def test_a_running_job_gets_one_cancel_request(status: Status) -> None:
    job = make_job(status, owner=make_user())
    assert jobs.cancel(job, job.owner)
    assert jobs.cancel(job, job.owner)
    assert job.status == status
    assert ImportCancelRequest.objects.get(job=job).requested_by == job.owner


@pytest.mark.parametrize("status", sorted(contract.TERMINAL))
def test_a_job_that_is_over_stays_as_it_is(status: Status) -> None:
    job = make_job(status, owner=make_user())
    assert not jobs.cancel(job, job.owner)
    assert job.status == status
    assert not ImportCancelRequest.objects.exists()


def test_a_failed_job_is_queued_again_and_the_worker_told(sent: list[CommandMessage]) -> None:
    job = make_job(Status.FAILED, owner=make_user(*MAY_IMPORT), finished_at=timezone.now())
    assert jobs.retry(job, job.owner)
    assert (job.status, job.retries, job.finished_at) == (Status.QUEUED, 1, None)
    assert sent == [CommandMessage(Command.RETRY, job.pk)]


def test_retry_pressed_twice_does_nothing_twice(sent: list[CommandMessage]) -> None:
    job = make_job(Status.FAILED, owner=make_user(*MAY_IMPORT))
    again = ImportJob.objects.get(pk=job.pk)
    assert jobs.retry(job, job.owner)
    assert not jobs.retry(again, job.owner)
    assert (again.retries, len(sent)) == (1, 1)


def test_a_retry_forgets_the_wish_to_cancel(sent: list[CommandMessage]) -> None:
    job = make_job(Status.FAILED, owner=make_user(*MAY_IMPORT))
    ImportCancelRequest.objects.create(job=job)
    jobs.retry(job, job.owner)
    assert not ImportCancelRequest.objects.exists()


def test_an_approval_is_noted_and_the_worker_told(sent: list[CommandMessage]) -> None:
    job = make_job(Status.IN_REVIEW, owner=make_user(*MAY_IMPORT))
    assert reviews.waits(job)
    assert jobs.approve(job, job.owner)
    assert job.reviewer == job.owner
    assert sent == [CommandMessage(Command.APPLY, job.pk)]


def test_an_approval_counts_once(sent: list[CommandMessage]) -> None:
    job = make_job(Status.IN_REVIEW, owner=make_user(*MAY_IMPORT))
    jobs.approve(job, job.owner)
    assert not jobs.approve(job, job.owner)
    assert len(sent) == 1


def test_a_job_that_came_back_to_review_can_be_approved_again(sent: list[CommandMessage]) -> None:
    approved = timezone.now() - timedelta(minutes=5)
    job = make_job(Status.IN_REVIEW, owner=make_user(*MAY_IMPORT), review_approved_at=approved)
    assert not jobs.approve(job, job.owner)
    came_back(job)
    assert reviews.waits(job)
    assert jobs.approve(job, job.owner)
    assert not reviews.waits(job)


def test_an_approval_of_an_older_review_is_refused(sent: list[CommandMessage]) -> None:
    job = make_job(Status.IN_REVIEW, owner=make_user(*MAY_IMPORT))
    seen = ImportJob.objects.get(pk=job.pk)
    came_back(job)
    assert not jobs.approve(seen, job.owner)
    assert sent == []
    assert jobs.approve(job, job.owner, review=job.attempt)


def came_back(job: ImportJob) -> None:
    """Another attempt has ended in another review."""
    as_owner(Owner.WORKER)
    shown = {"at": timezone.now().isoformat()}
    ImportJob.objects.filter(pk=job.pk).update(attempt=job.attempt + 1, review=shown)
    as_owner(Owner.WEB)
    job.refresh_from_db()


def test_a_review_is_checked_again_where_somebody_asks(sent: list[CommandMessage]) -> None:
    job = make_job(Status.IN_REVIEW, owner=make_user(*MAY_IMPORT))
    assert jobs.check_again(job, job.owner)
    assert not jobs.check_again(job, job.owner)  # it was asked for just now
    assert sent == [CommandMessage(Command.RETRY, job.pk, job.attempt)]


def test_what_is_approved_is_not_checked_again(sent: list[CommandMessage]) -> None:
    job = make_job(
        Status.IN_REVIEW, owner=make_user(*MAY_IMPORT), review_approved_at=timezone.now()
    )
    assert not jobs.check_again(job, job.owner)
    assert sent == []


def test_somebody_else_s_job_is_left_alone(sent: list[CommandMessage]) -> None:
    viewer = make_user("view_all_imports")
    for status, act in [
        (Status.STAGING, jobs.cancel),
        (Status.FAILED, jobs.retry),
        (Status.IN_REVIEW, jobs.approve),
    ]:
        with pytest.raises(jobs.NotAllowed):
            act(make_job(status, owner=make_user()), viewer)


@pytest.mark.parametrize(
    ("status", "act"),
    [
        (Status.FAILED, jobs.retry),
        (Status.IN_REVIEW, jobs.approve),
        (Status.IN_REVIEW, jobs.check_again),
    ],
)
def test_nothing_more_is_written_for_those_whose_rights_are_withdrawn(
    sent: list[CommandMessage], status: Status, act: Any
) -> None:
    job = make_job(status, owner=make_user("view_country"))
    with pytest.raises(jobs.NotAllowed):
        act(job, job.owner)
    assert (status_of(job.pk), sent) == (status, [])


def test_whose_rights_are_withdrawn_may_still_cancel() -> None:
    job = make_job(Status.IN_REVIEW, owner=make_user("view_country"))
    assert jobs.cancel(job, job.owner)


def test_an_update_wants_the_change_permission_when_it_is_approved() -> None:
    job = make_job(Status.IN_REVIEW, owner=make_user("add_country"), plan={"mode": "upsert"})
    with pytest.raises(jobs.NotAllowed):
        jobs.approve(job, job.owner)


LOCKING = {"mode": "insert", "exclusive": True}


def test_a_load_that_locks_the_table_wants_that_permission_when_it_is_approved() -> None:
    job = make_job(Status.IN_REVIEW, owner=make_user(*MAY_IMPORT), plan=LOCKING)
    with pytest.raises(jobs.NotAllowed):
        jobs.approve(job, job.owner)


def test_who_may_lock_the_table_approves_such_a_load(sent: list[CommandMessage]) -> None:
    owner = make_user(*MAY_IMPORT, "load_exclusively")
    job = make_job(Status.IN_REVIEW, owner=owner, plan=LOCKING)
    assert jobs.approve(job, owner)


def test_who_may_act_on_all_acts_for_an_owner_who_may_import(sent: list[CommandMessage]) -> None:
    job = make_job(Status.FAILED, owner=make_user(*MAY_IMPORT))
    assert jobs.retry(job, make_user("change_importjob"))


def test_with_the_change_permission_one_acts_on_all() -> None:
    assert jobs.cancel(make_job(owner=make_user()), make_user("change_importjob"))


def test_a_cancel_that_meets_the_worker_s_claim_becomes_a_request() -> None:
    job = make_job(Status.QUEUED, owner=make_user())
    as_owner(Owner.WORKER)
    ImportJob.objects.filter(pk=job.pk).update(status=Status.STAGING.value)
    as_owner(Owner.WEB)
    jobs.cancel(job, job.owner)  # the job as the page had it
    assert job.status == Status.STAGING
    assert ImportCancelRequest.objects.filter(job=job).exists()
