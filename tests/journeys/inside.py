"""What journeys do inside the web app, with its own settings and keys: `python -m` this, then a
function's name and its arguments as JSON."""

from __future__ import annotations

import json
import os
import sys
from datetime import timedelta
from pathlib import Path
from typing import Any

import django

os.environ["DJANGO_SETTINGS_MODULE"] = "webapp.settings"
django.setup()

from django.contrib.auth.models import User  # noqa: E402  (once Django is set up)
from django.test import override_settings  # noqa: E402
from django.utils import timezone  # noqa: E402

from imports import jobs, parts, progress  # noqa: E402
from imports.mapping import suggest  # noqa: E402
from imports.models import ImportJob  # noqa: E402
from imports.registry import get_target  # noqa: E402
from imports.uploads import upload_form  # noqa: E402
from lambda_worker.files.dialect import Dialect  # noqa: E402
from lambda_worker.plan import FilePlan, Mode, OnReject  # noqa: E402


def wait_for_uploads(wishes: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Several jobs, one after the other."""
    return [wait_for_upload(**wish) for wish in wishes]


def wait_for_upload(
    target: str,
    headers: list[str],
    size: int,
    on_reject: str = "skip",
    lifetime: int = 900,
    mode: str = "",
) -> dict[str, Any]:
    """A job as the browser makes it, and the form for its file."""
    found = get_target(target)
    with override_settings(SLUICE_UPLOAD_FORM_SECONDS=lifetime):
        job = jobs.create_job(
            found,
            user=User.objects.get(username="admin"),
            file=FilePlan(name="journey.csv", dialect=Dialect(), headers=tuple(headers)),
            size=size,
            mapping=suggest(found, headers),
            mode=Mode(mode) if mode else found.mode,
            on_reject=OnReject(on_reject),
        )
        form = upload_form(job)
    return {"job": str(job.pk), "url": form.url, "fields": form.fields}


def begin_parts(size: int, lifetime: int = 900) -> dict[str, Any]:
    """A job whose upload in parts has begun, and where to send each part."""
    job = _job(wait_for_upload("airports.country", ["code", "name"], size)["job"])
    parts.offer(job)
    with override_settings(SLUICE_UPLOAD_FORM_SECONDS=lifetime):
        urls = parts.urls(job, range(1, parts.Cut.of(size).count + 1))
    return {"job": str(job.pk), "urls": urls}


def cancel(job: str) -> bool:
    """Press cancel."""
    return jobs.cancel(_job(job), User.objects.get(username="admin"))


def retry(job: str) -> bool:
    """Press retry."""
    return jobs.retry(_job(job), User.objects.get(username="admin"))


def how_it_stands(job: str, later: float = 0.0) -> dict[str, Any]:
    """What the page would say, now or so many seconds later."""
    seen = progress.progress_of(_job(job), timezone.now() + timedelta(seconds=later))
    return {"status": seen.status, "sentence": seen.sentence, "stalled": seen.stalled}


def _job(pk: str) -> ImportJob:
    return ImportJob.objects.get(pk=pk)


if __name__ == "__main__":
    # The answer goes to a file of its own: libraries may print what they like.
    name, arguments, answer = sys.argv[1:]
    result = globals()[name](**json.loads(arguments))
    Path(answer).write_text(json.dumps(result))
