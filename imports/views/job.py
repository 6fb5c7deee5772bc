"""One import: how far it is, what came of it, and what its owner can do about it."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, Final
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import cache_control, never_cache
from django.views.decorators.http import conditional_page, require_POST, require_safe

from imports import jobs, presenting, record, runs
from imports.bidi import isolated
from imports.models import ImportJob
from imports.progress import progress_in, progress_of
from imports.signals import announce
from imports.sweeping import sweep_lazily
from imports.views.chrome import job_or_404, page, seen_or_404, signed_in
from imports.views.upload import upload_context

HTMX_STOPS: Final = 286
"""The status of an answer after which htmx polls no more."""


@require_safe
@never_cache
@signed_in
def show(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The job's page, which polls for as long as the job is not over."""
    sweep_lazily()
    job = job_or_404(request, pk)
    announce(job)
    seen = seen_or_404(request, pk)
    found = progress_in(seen)
    context = {
        **presenting.living(seen, found),
        **presenting.settled(job, found, request.user),
        **record.asked(job, request.user),
        **runs.runs(job),
        **upload_context(job, request.user),
        "job": job,
        "may_act": seen.rights is not None and seen.rights.act,
        "reloads": request.GET.get("reload") != "off",
    }
    return page(request, "imports/job.html", isolated(job.file_name), context)


@require_safe
@cache_control(private=True, no_cache=True)  # kept by the browser, to be asked for by its ETag
@conditional_page
@signed_in
def progress(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The answer to a poll: what moves, in three queries with those of session and user."""
    seen = seen_or_404(request, pk)
    context = presenting.living(seen, progress_in(seen), _seconds(request.GET.get("left", "")))
    context["changed"] = request.GET.get("seen") != context["seen"]
    status = HTMX_STOPS if context["progress"].terminal else 200
    return render(request, "imports/_poll.html", context, status=status)


def _seconds(text: str) -> int | None:
    """What a poll says of the time left that its page shows; anything else is nothing."""
    return int(text) if re.fullmatch(r"[0-9]{1,9}", text) else None


@require_safe
@never_cache
@signed_in
def outcome(request: HttpRequest, pk: UUID) -> HttpResponse:
    """What came of it so far; a page asks for it when a poll has told of another state."""
    job = job_or_404(request, pk)
    announce(job)
    settled = presenting.settled(job, progress_of(job), request.user)
    context = {"job": job, **settled, **runs.runs(job), "runs_anew": True}
    return render(request, "imports/_outcome.html", context)


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


def _act(
    request: HttpRequest, pk: UUID, action: Callable[[ImportJob, Any], bool], too_late: str
) -> HttpResponse:
    job = job_or_404(request, pk)
    if not action(job, request.user):
        messages.warning(request, too_late)
    return redirect("imports:job", pk=pk)
