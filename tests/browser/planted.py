"""Jobs whose rows are planted, in front of the app without the rest of the stack: any state can be
looked at for as long as it takes, and a worker's heartbeats come when a test says so."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.test.utils import override_settings
from django.utils import timezone

from imports.models import ImportAttempt, ImportJob
from lambda_worker import contract
from lambda_worker.contract import Owner, Status
from tests.imports.factories import as_owner, make_user

NAME = "admin"
PASSWORD = f"{NAME}-demo"
"""As tests.browser.site signs in."""


def make_admin() -> Any:
    """Somebody who may do everything."""
    user = make_user(username=NAME, is_staff=True, is_superuser=True)
    user.set_password(PASSWORD)
    user.save()
    return user


@contextmanager
def plain_http() -> Iterator[None]:
    """A server of Django's tests speaks no TLS, and its threads are no coroutines."""
    with pytest.MonkeyPatch.context() as patch:
        # Playwright's loop runs in the test's own thread, where Django then fears for its database.
        patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "1")
        with override_settings(
            SECURE_SSL_REDIRECT=False, SESSION_COOKIE_SECURE=False, CSRF_COOKIE_SECURE=False
        ):
            yield


def beat(job: ImportJob, status: Status, **written: Any) -> None:
    """What a worker writes at a heartbeat; with another status, a phase begins or it ends."""
    now = timezone.now()
    if status in contract.RUNNING and status != ImportJob.objects.get(pk=job.pk).status:
        written |= {"phase": status.value, "phase_started_at": now}
    as_owner(Owner.WORKER)
    ImportJob.objects.filter(pk=job.pk).update(status=status.value)
    ImportAttempt.objects.filter(job=job).update(**{"heartbeat_at": now, **written})
    as_owner(Owner.WEB)
