"""What a file may hold, by target: the list, a page of rules each, and a sample to fill."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.utils.http import content_disposition_header
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from imports.column_rules import column_rules
from imports.mapping import importable_fields
from imports.registry import targets_for
from imports.sample_csv import sample_csv
from imports.table_rules import table_rules
from imports.targets import ImportTarget
from imports.views.chrome import page, signed_in
from imports.views.start import permitted_target
from imports.whole_plan import whole_plan


@require_safe
@signed_in
def listing(request: HttpRequest) -> HttpResponse:
    """What this user may import."""
    targets = targets_for(request.user)
    if not targets:
        raise PermissionDenied
    context = {"targets": [_row(target, request) for target in targets]}
    return page(request, "imports/targets.html", _("What can be imported"), context)


def _row(target: ImportTarget, request: HttpRequest) -> dict[str, Any]:
    fields = importable_fields(target, request)
    return {
        "target": target,
        "required": [field.name for field in fields if field.required],
        "others": sum(not field.required for field in fields),
    }


@require_safe
@never_cache
@signed_in
def show(request: HttpRequest, label: str) -> HttpResponse:
    """The rules of one target."""
    target = permitted_target(request, label)
    plan = whole_plan(target, request)
    context = {
        "target": target,
        "columns": column_rules(target, request, plan),
        "rules": table_rules(target, request),
    }
    title = _("%(plural)s: what a file may hold") % {"plural": capfirst(target.name_plural)}
    return page(request, "imports/target.html", title, context)


@require_safe
@never_cache  # what is in it depends on who asks
@signed_in
def sample(request: HttpRequest, label: str) -> HttpResponse:
    """A file to fill, made anew each time: its examples are rows that there are."""
    target = permitted_target(request, label)
    name = f"{target.model._meta.model_name}-sample.csv"
    return HttpResponse(
        sample_csv(target, request),
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": content_disposition_header(True, name) or ""},
    )
