"""The list of imports: one's own, or everybody's for those who may see them."""

from __future__ import annotations

from typing import Any, Final

from django.http import HttpRequest, HttpResponse, QueryDict
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from imports import cost, history, jobs, wording
from imports.history import Page, Totals
from imports.history_form import HistoryForm
from imports.models import ImportJob
from imports.registry import targets_for
from imports.sweeping import sweep_lazily
from imports.views.chrome import page, signed_in

HEAVY: Final = ("plan", "reading", "review", "reject_summary", "failure_params")
"""JSON that is most of a row, and that no list shows."""

PLACES: Final = ("before", "after")
"""In an address: where the page begins or ends."""


@require_safe
@signed_in
def listing(request: HttpRequest) -> HttpResponse:
    """The newest imports first, of those that are asked for."""
    sweep_lazily()
    sees_all = request.user.has_perm("imports.view_all_imports")
    form = HistoryForm(request.GET, user=request.user, sees_all=sees_all)
    visible = jobs.visible_to(request.user)
    found = history.matching(visible, form.sought())
    shown = history.page_of(
        found.select_related("owner").defer(*HEAVY),
        before=request.GET.get("before", ""),
        after=request.GET.get("after", ""),
    )
    context = {
        "form": form,
        "is_filtered": _is_filtered(request.GET),
        "owners": history.owners() if sees_all else [],
        "rows": [_row(job, request.user) for job in shown.jobs],
        "sees_all": sees_all,
        "may_import": bool(targets_for(request.user)),
        **_ways(request.GET, shown),
        **_totals(history.totals_of(found)),
    }
    return page(request, "imports/list.html", _("Imports"), context)


def _is_filtered(asked: QueryDict) -> bool:
    return any(value for name, value in asked.items() if name not in PLACES)


def _row(job: ImportJob, user: Any) -> dict[str, Any]:
    return {
        "job": job,
        "target_name": wording.target_name(job.target),
        "state": wording.state_of(job, may_act=jobs.may_act_on(job, user)),
        "tone": wording.tone_of(job),
        "written": _written(job),
    }


def _written(job: ImportJob) -> int | None:
    if job.rows_inserted is None or job.rows_updated is None:
        return None
    return job.rows_inserted + job.rows_updated


def _ways(asked: QueryDict, shown: Page) -> dict[str, str]:
    """The addresses of the pages above and below, with the same filters."""
    return {
        "newer": _address(asked, "after", shown.newer),
        "older": _address(asked, "before", shown.older),
    }


def _address(asked: QueryDict, name: str, place: str) -> str:
    if not place:
        return ""
    changed = asked.copy()
    for old in PLACES:
        changed.pop(old, None)
    for empty in [key for key, value in changed.items() if not value]:
        del changed[empty]
    changed[name] = place
    return f"?{changed.urlencode()}"


def _totals(totals: Totals) -> dict[str, Any]:
    return {"totals": totals, "cost": cost.in_words(totals.usage, cost.prices())}
