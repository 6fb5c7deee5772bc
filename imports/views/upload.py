"""What the browser and the web app say to each other around an upload; no byte of the file."""

from __future__ import annotations

import logging
from datetime import timedelta
from http import HTTPStatus
from typing import Any, Final
from uuid import UUID

from botocore.exceptions import BotoCoreError, ClientError
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from imports import jobs, parts, wording
from imports.models import ImportJob
from imports.upload_words import upload_words
from imports.uploads import NotUploadable, form_lifetime, goes_in_parts, upload_form
from imports.views.chrome import own_job, signed_in
from lambda_worker.contract import Status

log = logging.getLogger(__name__)

MOST_URLS: Final = 100
"""At once: more than a page asks for, and fewer than take a second to sign."""

MOST_OFFERED: Final = 20
"""Unfinished uploads that the start page knows again."""

OFFERED_FOR: Final = timedelta(days=30)
"""After its creation: longer than anybody uploads, and a bound for the index."""


def begun(job: ImportJob) -> dict[str, Any]:
    """A new job's answer: how to upload, if the storage can be reached, and where to ask more."""
    try:
        how = _how(job)
    except (BotoCoreError, ClientError):
        log.exception("the upload of %s was not begun; its page asks again", job.pk)
        how = None
    return {"upload": how, **addresses(job)}


def addresses(job: ImportJob) -> dict[str, str]:
    """What the upload's page asks of us."""
    names = {
        "form_url": "upload_form",
        "parts_url": "upload_parts",
        "uploaded_url": "uploaded",
        "cancel_url": "cancel",
        "status_url": "job",
    }
    return {key: reverse(f"imports:{name}", args=[job.pk]) for key, name in names.items()}


def _how(job: ImportJob) -> dict[str, Any]:
    """A form for the whole file, or the parts that it is to be cut into."""
    if not goes_in_parts(job):
        form = upload_form(job)
        return {"way": "form", "url": form.url, "fields": form.fields}
    offer = parts.offer(job)
    return {"way": "parts", "part_size": offer.cut.part_size, "there": offer.there}


@require_POST
@signed_in
def renew_form(request: HttpRequest, pk: UUID) -> HttpResponse:
    """How to upload to this job, as it stands now: after a form ran out, or a page was left."""
    return _told_how(own_job(request, pk))


def _told_how(job: ImportJob) -> HttpResponse:
    try:
        return JsonResponse({"upload": _how(job)})
    except NotUploadable:
        return _moved_on()
    except (BotoCoreError, ClientError) as error:
        return _storage_failed(job, error)


@require_POST
@signed_in
def part_urls(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Where to send these parts, and for how many seconds that holds."""
    job = own_job(request, pk)
    numbers = request.POST.getlist("number")[:MOST_URLS]
    try:
        urls = parts.urls(job, map(int, numbers))
    except NotUploadable:
        return _moved_on()
    except ValueError:
        return HttpResponse(status=400)
    return JsonResponse({"urls": urls, "seconds": form_lifetime().total_seconds()})


@require_POST
@signed_in
def uploaded(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The browser says that the file is there; the worker looks for itself. Parts are joined
    before, and where they are not what the browser sent, it hears what is there."""
    job = own_job(request, pk)
    if job.status == Status.AWAITING_UPLOAD and job.upload_id:
        try:
            parts.join(job, request.POST.get("digest", ""))
        except parts.Incomplete:
            return _told_how(job)
        except (BotoCoreError, ClientError) as error:
            return _storage_failed(job, error)
    jobs.mark_uploaded(job)
    if job.upload_id:
        parts.forget(job)
    return HttpResponse(status=204)


def _moved_on() -> HttpResponse:
    return JsonResponse({"errors": [_("This import waits for no file.")]}, status=409)


def _storage_failed(job: ImportJob, error: Exception) -> HttpResponse:
    """503, and the page tries again by itself; or 424, a refusal that it only shows."""
    log.error("the storage failed about %s", job.pk, exc_info=error)
    if isinstance(error, ClientError) and _status(error) < HTTPStatus.INTERNAL_SERVER_ERROR:
        code = error.response["Error"]["Code"]
        return JsonResponse({"code": code}, status=HTTPStatus.FAILED_DEPENDENCY)
    return JsonResponse({}, status=HTTPStatus.SERVICE_UNAVAILABLE)


def _status(error: ClientError) -> int:
    return int(error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0))


def upload_context(job: ImportJob, user: Any) -> dict[str, Any]:
    """For the page of a job whose file is awaited: what its owner needs to go on."""
    if job.status != Status.AWAITING_UPLOAD or not _may_go_on(job, user):
        return {}
    return {"words": upload_words(), "waiting": _waiting(job)}


def _may_go_on(job: ImportJob, user: Any) -> bool:
    """As own_job asks it of every step."""
    try:
        jobs.require_import(job, user)
    except jobs.NotAllowed:
        return False
    return True


def start_context(user: Any) -> dict[str, Any]:
    """For the start page, which knows a file again whose upload was broken off."""
    unfinished = ImportJob.objects.filter(
        owner_id=user.pk,
        status=Status.AWAITING_UPLOAD.value,
        created_at__gt=timezone.now() - OFFERED_FOR,
    ).exclude(upload_id="")
    offers = [_waiting(job) for job in unfinished.defer("plan")[:MOST_OFFERED]]
    return {"words": upload_words(), "unfinished": offers}


def _waiting(job: ImportJob) -> dict[str, Any]:
    """An upload to go on with, as the page's script reads it."""
    words = _("You began to upload this file on %(when)s, to import it into %(target)s.")
    when = date_format(timezone.localtime(job.created_at), "DATETIME_FORMAT")
    return {
        "name": job.file_name,
        "size": job.declared_size,
        "sentence": words % {"when": when, "target": wording.target_name(job.target)},
        **addresses(job),
    }
