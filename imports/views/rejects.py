"""The rejects of an import: by fault, searched, and to take away as files."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from imports import fixing, results, wording
from imports.models import ImportJob, ImportReject
from imports.reject_lists import Page, are_all_kept, found_in, groups_of, page_of, sought
from imports.views.chrome import job_or_404, page, signed_in
from lambda_worker.contract import REJECTS_KEPT


@require_safe
@signed_in
def listing(request: HttpRequest, pk: UUID) -> HttpResponse:
    """All groups, and the list of one of them, or of all, as far as something is looked for."""
    job = job_or_404(request, pk)
    groups = groups_of(job)
    if not groups:
        raise Http404
    token, text = request.GET.get("fault", ""), sought(request.GET.get("q", ""))
    chosen = next((group for group in groups if group.token == token), None)
    if token and chosen is None:
        raise Http404
    found = page_of(
        found_in(job, chosen, text),
        before=request.GET.get("before", ""),
        after=request.GET.get("after", ""),
    )
    context = {
        "job": job,
        "groups": groups,
        "chosen": chosen,
        "text": text,
        "are_all_kept": are_all_kept(groups),
        "kept": REJECTS_KEPT,
        "rows": [_row(reject) for reject in found.rejects],
        "addresses": _addresses(token, text, found),
        **fixing.remedies(job, request.user),
    }
    return page(request, "imports/rejects.html", _("Rejected rows"), context)


def _row(reject: ImportReject) -> dict[str, Any]:
    return {
        "line": reject.line,
        "header": reject.header,
        "value": reject.value,
        "sentence": wording.fault(reject.code, reject.params, reject.value),
    }


def _addresses(token: str, text: str, found: Page) -> dict[str, str]:
    """Where the list goes on, and where it is whole again."""
    asked = {name: value for name, value in (("fault", token), ("q", text)) if value}
    places = {"before": found.before, "after": found.after}
    return {
        "all": "?#list" if token else "",
        "unsearched": f"?{urlencode({'fault': token} if token else {})}#list",
        **{name: f"?{urlencode({**asked, name: at})}#list" for name, at in places.items() if at},
    }


@require_safe
@signed_in
def with_reasons(request: HttpRequest, pk: UUID) -> HttpResponse:
    """To the reject file in S3, by a link that holds for minutes."""
    job = _with_rejects(request, pk)
    return redirect(results.reject_file_url(job))


@require_safe
@signed_in
def as_sent(request: HttpRequest, pk: UUID) -> HttpResponse:
    """To the same records as they were sent, likewise."""
    job = _with_rejects(request, pk)
    if "as_sent" not in job.reading:
        raise Http404
    return redirect(results.as_sent_url(job))


def _with_rejects(request: HttpRequest, pk: UUID) -> ImportJob:
    job = job_or_404(request, pk)
    if not job.reject_key:
        raise Http404
    return job
