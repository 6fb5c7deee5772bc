"""The list of imports: one's own, or everybody's for those who may see them."""

from __future__ import annotations

from typing import Any, Final

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from imports import jobs, wording
from imports.models import ImportJob
from imports.registry import targets_for
from imports.sweeping import sweep_lazily
from imports.views.chrome import page, signed_in

PAGE_SIZE: Final = 25
"""What fits a screen or two; the newest are what people look for."""


@require_safe
@signed_in
def listing(request: HttpRequest) -> HttpResponse:
    """The newest imports first."""
    sweep_lazily()
    # Not the plan: its JSON is most of a row, and nothing here reads it.
    found = jobs.visible_to(request.user).select_related("owner").defer("plan", "reject_summary")
    pages = Paginator(found.order_by("-created_at"), PAGE_SIZE)
    chosen = pages.get_page(request.GET.get("page"))
    context = {
        "page": chosen,
        "rows": [_row(job) for job in chosen],
        "sees_all": request.user.has_perm("imports.view_all_imports"),
        "may_import": bool(targets_for(request.user)),
    }
    return page(request, "imports/list.html", _("Imports"), context)


def _row(job: ImportJob) -> dict[str, Any]:
    return {
        "job": job,
        "target_name": wording.target_name(job.target),
        "state": wording.state(job.status),
        "tone": wording.tone(job.status),
    }
