"""Two people press two buttons at the same moment: one wins, and nothing is done twice."""

from __future__ import annotations

import threading
from collections.abc import Callable
from functools import partial
from typing import Any

import pytest
from django.db import connection

from imports import jobs
from imports.models import ImportJob
from imports.sweeping import sweep
from lambda_worker.contract import CommandMessage, Status
from tests.imports.factories import make_job, make_user

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("sent")]

ROUNDS = 5


def at_once(*actions: Callable[[], Any]) -> list[Any]:
    """Do all of them at the same moment, each on a connection of its own."""
    barrier = threading.Barrier(len(actions))
    results: list[Any] = [None] * len(actions)

    def act(number: int) -> None:
        barrier.wait(10)
        try:
            results[number] = actions[number]()
        finally:
            connection.close()

    threads = [threading.Thread(target=act, args=(n,)) for n in range(len(actions))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    return results


def copy_of(job: ImportJob) -> ImportJob:
    return ImportJob.objects.get(pk=job.pk)


def test_retry_twice_queues_once(sent: list[CommandMessage]) -> None:
    user = make_user(is_superuser=True)
    for _ in range(ROUNDS):
        job = make_job(Status.FAILED, owner=user, object_version="v1")
        both = [copy_of(job), copy_of(job)]
        pressed = at_once(*(partial(jobs.retry, each, user) for each in both))
        assert sorted(pressed) == [False, True]
        assert copy_of(job).retries == 1
    assert len(sent) == ROUNDS


def test_cancel_and_approve_are_never_both_done(sent: list[CommandMessage]) -> None:
    user = make_user(is_superuser=True)
    for _ in range(ROUNDS):
        job = make_job(Status.IN_REVIEW, owner=user)
        one, other = copy_of(job), copy_of(job)
        at_once(partial(jobs.cancel, one, user), partial(jobs.approve, other, user))
        found = copy_of(job)
        assert found.status == Status.CANCELLED  # an approved review can still be cancelled
    assert all(message.job is not None for message in sent)


def test_sweeps_side_by_side_do_everything_once(sent: list[CommandMessage]) -> None:
    from datetime import timedelta

    from django.utils import timezone

    long_ago = timezone.now() - timedelta(days=30)
    waiting = [make_job(Status.AWAITING_UPLOAD, upload_expires_at=long_ago) for _ in range(5)]
    reviewed = [make_job(Status.IN_REVIEW, created_at=long_ago) for _ in range(5)]
    swept = at_once(*[sweep] * 4)
    assert sum(each.expired for each in swept) == len(waiting) + len(reviewed)
    assert len(sent) == len(reviewed)
