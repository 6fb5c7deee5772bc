"""An adopter's own code hears once that a job has ended."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.utils import timezone

from imports.models import ImportJob
from imports.signals import announce, import_ended
from imports.sweeping import sweep
from lambda_worker.contract import Status
from tests.imports.factories import make_job, make_user
from tests.imports.web import client_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def heard() -> Iterator[list[Any]]:
    jobs: list[Any] = []

    def receiver(job: ImportJob, **kwargs: Any) -> None:
        jobs.append(job.pk)

    import_ended.connect(receiver)
    yield jobs
    import_ended.disconnect(receiver)


def test_the_page_that_first_shows_the_end_tells_it(heard: list[Any]) -> None:
    user = make_user()
    job = make_job(Status.SUCCEEDED, owner=user)
    for _ in range(2):
        client_of(user).get(f"/imports/{job.pk}/", secure=True)
    assert heard == [job.pk]


def test_the_sweep_tells_of_ends_that_nobody_saw(heard: list[Any]) -> None:
    job = make_job(Status.SUCCEEDED, finished_at=timezone.now())
    sweep()
    sweep()
    assert heard == [job.pk]


def test_a_job_that_runs_is_not_told_of(heard: list[Any]) -> None:
    announce(make_job(Status.STAGING))
    assert heard == []


def test_two_that_see_it_at_once_tell_it_once(heard: list[Any]) -> None:
    job = make_job(Status.FAILED)
    twin = ImportJob.objects.get(pk=job.pk)
    announce(job)
    announce(twin)
    assert heard == [job.pk]


def test_a_receivers_fault_breaks_no_page(caplog: pytest.LogCaptureFixture) -> None:
    def receiver(**kwargs: Any) -> None:
        raise RuntimeError("adopter's")

    import_ended.connect(receiver)
    try:
        announce(make_job(Status.SUCCEEDED))
    finally:
        import_ended.disconnect(receiver)
    assert "failed at import_ended" in caplog.text
