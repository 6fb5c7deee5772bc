"""One import: how far it is, what came of it, and what its owner can do about it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from imports import jobs, presenting, results
from imports.models import ImportJob
from imports.progress import progress_of
from imports.signals import announce
from imports.sweeping import sweep_lazily
from imports.views.chrome import job_or_404, page, signed_in


@require_safe
@never_cache
@signed_in
def show(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The job's page, which polls for as long as the job runs."""
    sweep_lazily()
    job = job_or_404(request, pk)
    context = {**_living(request, job), **presenting.record(job)}
    return page(request, "imports/job.html", job.file_name, context)


@require_safe
@never_cache
@signed_in
def progress(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The answer to a poll. `seen` is what the page shows; a terminal answer asks no more."""
    context = _living(request, job_or_404(request, pk))
    context["changed"] = request.GET.get("seen") != context["seen"]
    return render(request, "imports/_poll.html", context)


def _living(request: HttpRequest, job: ImportJob) -> dict[str, Any]:
    """The part of the page that moves."""
    announce(job)
    return presenting.living(job, progress_of(job), request.user)


@require_safe
@signed_in
def rejects(request: HttpRequest, pk: UUID) -> HttpResponse:
    """To the reject file in S3, by a link that holds for minutes."""
    job = job_or_404(request, pk)
    if not job.reject_key:
        raise Http404
    return redirect(results.reject_file_url(job))


@require_POST
@signed_in
def cancel(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Stop it: at once where nothing runs, else at the worker's next heartbeat."""
    return _act(request, pk, jobs.cancel, _("This import cannot be cancelled any more."))


@require_POST
@signed_in
def retry(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Once more, with the file that is there."""
    return _act(request, pk, jobs.retry, _("This import cannot be tried again."))


@require_POST
@signed_in
def approve(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The review is over: write."""
    return _act(request, pk, jobs.approve, _("This import does not wait for a review."))


def _act(
    request: HttpRequest, pk: UUID, action: Callable[[ImportJob, Any], bool], too_late: str
) -> HttpResponse:
    job = job_or_404(request, pk)
    if not action(job, request.user):
        messages.warning(request, too_late)
    return redirect("imports:job", pk=pk)
