"""The permission to upload a job's file: for its key and size, and for minutes, nothing else."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

from django.conf import settings
from django.utils import timezone

from imports import aws, defaults
from imports.models import ImportJob
from lambda_worker.contract import Status, upload_key

CONTENT_TYPE: Final = "application/octet-stream"
"""Browsers guess types from names, each its own; the worker looks at the content alone."""

MOST_IN_A_POST: Final = 5 * 2**30
"""Bytes that S3 takes in one request (S3 user guide, "Uploading objects")."""


class NotUploadable(Exception):
    """The job does not wait for a file, or no longer does."""


@dataclass(frozen=True, slots=True)
class UploadForm:
    """Where to POST to, and the fields that go before the file, which comes last."""

    url: str
    fields: dict[str, str]


def goes_in_parts(job: ImportJob) -> bool:
    """Whether the file is sent in parts; what was begun so goes on so."""
    above = getattr(settings, "SLUICE_PARTS_ABOVE_BYTES", defaults.PARTS_ABOVE_BYTES)
    return bool(job.upload_id) or job.declared_size > min(above, MOST_IN_A_POST)


def form_lifetime() -> timedelta:
    """How long a form or a part's URL takes an upload: S3 looks at it when the request begins."""
    default = defaults.UPLOAD_FORM_SECONDS
    return timedelta(seconds=getattr(settings, "SLUICE_UPLOAD_FORM_SECONDS", default))


def extend(job: ImportJob) -> None:
    """Move the job's expiry, since somebody uploads. NotUploadable if no file is awaited."""
    expires = timezone.now() + form_lifetime()
    waiting = ImportJob.objects.filter(pk=job.pk, status=Status.AWAITING_UPLOAD.value)
    if waiting.update(upload_expires_at=expires) != 1:
        raise NotUploadable(NotUploadable.__doc__)
    job.upload_expires_at = expires


def upload_form(job: ImportJob) -> UploadForm:
    """A fresh form; the job's expiry moves with it. NotUploadable if no file is awaited."""
    extend(job)
    post: dict[str, Any] = aws.client("s3").generate_presigned_post(
        settings.SLUICE_BUCKET,
        upload_key(job.pk),
        Fields={"Content-Type": CONTENT_TYPE},
        Conditions=[
            {"Content-Type": CONTENT_TYPE},
            # The size that was shown and confirmed, and not a byte more.
            ["content-length-range", 1, job.declared_size],
        ],
        ExpiresIn=int(form_lifetime().total_seconds()),
    )
    return UploadForm(url=post["url"], fields=post["fields"])
