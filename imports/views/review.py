"""The review of an import: its rows beside what stands in the table, and what is decided."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from imports import jobs, reviews, wording
from imports.differences import NEW, Busy, Lost, Page, page_of
from imports.models import ImportJob
from imports.typed_numbers import number_in
from imports.views.chrome import job_or_404, page, signed_in
from lambda_worker.plan import ImportPlan


@require_safe
@never_cache
@signed_in
def changes(request: HttpRequest, pk: UUID) -> HttpResponse:
    """A page of the rows that would be new, changed or unchanged; of a review that is over, the
    job's own page."""
    job = job_or_404(request, pk)
    kinds = reviews.kinds_for(job, request.user)
    if not kinds:
        raise PermissionDenied
    may_decide = jobs.may_act_on(job, request.user)
    review = reviews.panel(job, request.user, may_decide=may_decide)
    plan = _plan(job)
    if review is None or not review.tallies or plan is None:
        return redirect("imports:job", pk=pk)
    tabs = [tally for tally in review.tallies if tally.name in reviews.KIND_OF]
    filled = [tab.kind for tab in tabs if tab.kind]
    kind = request.GET.get("kind") or next(iter(filled), NEW)
    if kind not in kinds:
        raise Http404
    context = {
        "job": job,
        "review": review,
        "tabs": tabs,
        "kind": kind,
        "target_name": wording.target_name(job.target),
        **(_rows(request, job, plan, kind) if kind in filled else {}),
    }
    return page(request, "imports/changes.html", _("What would change"), context)


def _plan(job: ImportJob) -> ImportPlan | None:
    try:
        return ImportPlan.from_json(job.plan)
    except ValueError:
        return None


def _rows(request: HttpRequest, job: ImportJob, plan: ImportPlan, kind: str) -> dict[str, Any]:
    """The page that was asked for, or why there is none."""
    before, after = (number_in(request.GET.get(name, "")) for name in ("before", "after"))
    whole = request.GET.get("columns") == "all"
    try:
        found = page_of(job.pk, plan, kind, before=before, after=after or 0, whole=whole)
    except Lost:
        return {"is_lost": True}
    except Busy:
        return {"is_busy": True}
    return {
        "found": found,
        "whole": whole,
        "is_stale": any(row.is_stale for row in found.rows),
        "addresses": _addresses(kind, found, whole=whole),
    }


def _addresses(kind: str, found: Page, *, whole: bool) -> dict[str, str]:
    """Where the list goes on, and where the rows are whole or short."""
    asked = {"kind": kind, **({"columns": "all"} if whole else {})}
    places = {"before": found.before, "after": found.after}
    return {
        "other": f"?{urlencode({'kind': kind} if whole else {'kind': kind, 'columns': 'all'})}",
        **{name: f"?{urlencode({**asked, name: at})}" for name, at in places.items() if at},
    }


@require_POST
@signed_in
def approve(request: HttpRequest, pk: UUID) -> HttpResponse:
    """What was reviewed is to be written; refused where the form shows an older review."""
    job = job_or_404(request, pk)
    number = number_in(request.POST.get("review", ""))
    if not jobs.approve(job, request.user, review=-1 if number is None else number):
        if reviews.waits(job):
            told = _("The table has changed since you looked, and nothing was written. Look again.")
        else:
            told = _("This import does not wait for a review.")
        messages.warning(request, told)
    return redirect("imports:job", pk=pk)


@require_POST
@signed_in
def check_again(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The file is read and compared with the table once more."""
    job = job_or_404(request, pk)
    if jobs.check_again(job, request.user):
        messages.info(request, _("The file is being checked again; the new numbers come here."))
    else:
        messages.warning(request, _("Nothing to check, or it is being checked already."))
    return redirect("imports:job", pk=pk)
