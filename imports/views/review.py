"""The review of an import: its rows beside what stands in the table, and what is decided."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.contrib import messages
from django.contrib.auth import get_permission_codename
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from imports import jobs, reviews, wording
from imports.differences import KINDS, Busy, Lost, Page, page_of
from imports.models import ImportJob
from imports.registry import UnknownTarget, get_target
from imports.views.chrome import job_or_404, page, signed_in
from lambda_worker.contract import Status
from lambda_worker.plan import ImportPlan

MOST: int = 2**63 - 1
"""A record's number is a bigint."""


@require_safe
@never_cache
@signed_in
def changes(request: HttpRequest, pk: UUID) -> HttpResponse:
    """A page of the rows that would be new, changed or unchanged; of a review that is over, the
    job's own page."""
    job = job_or_404(request, pk)
    if not _may_see_rows(job, request.user):
        raise PermissionDenied
    found, plan = reviews.reviewed(job), _plan(job)
    if job.status != Status.IN_REVIEW or found is None or plan is None:
        return redirect("imports:job", pk=pk)
    tabs = [tally for tally in reviews.tallies(found) if tally.name in reviews.KIND_OF]
    kind = request.GET.get("kind") or next((tab.kind for tab in tabs if tab.kind), "new")
    if kind not in KINDS:
        raise Http404
    context = {
        "job": job,
        "review": reviews.panel(job, may_decide=jobs.may_act_on(job, request.user)),
        "tabs": tabs,
        "kind": kind,
        "target_name": wording.target_name(job.target),
        **_rows(request, job, plan, kind),
    }
    return page(request, "imports/changes.html", _("What would change"), context)


def _may_see_rows(job: ImportJob, user: Any) -> bool:
    """The rows of the table stand there too: for those who may import into it, or look at it."""
    try:
        target = get_target(job.target)
    except UnknownTarget:
        return False
    options = target.model._meta
    look = f"{options.app_label}.{get_permission_codename('view', options)}"
    return target.permits(user) or bool(user.has_perm(look))


def _plan(job: ImportJob) -> ImportPlan | None:
    try:
        return ImportPlan.from_json(job.plan)
    except ValueError:
        return None


def _rows(request: HttpRequest, job: ImportJob, plan: ImportPlan, kind: str) -> dict[str, Any]:
    """The page that was asked for, or why there is none."""
    before, after = (_record(request.GET.get(name, "")) for name in ("before", "after"))
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


def _record(text: str) -> int | None:
    """A record's number as an address has it; anything else is none."""
    return int(text) if re.fullmatch(r"[0-9]{1,19}", text) and int(text) <= MOST else None


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
    number = _record(request.POST.get("review", ""))
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
