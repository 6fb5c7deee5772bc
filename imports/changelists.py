"""Where the rows of an import are to be seen: the admin's list of its table."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.urls import NoReverseMatch, reverse

from imports.models import ImportJob
from imports.registry import UnknownTarget, get_target
from imports.rights import may_see


def changelist_of(job: ImportJob, user: Any) -> str:
    """Its address; "" for those who may not open it, and where the admin does not have it."""
    try:
        model = get_target(job.target).model
    except UnknownTarget:
        return ""
    if not (admin.site.is_registered(model) and user.is_staff and may_see(user, model)):
        return ""
    options = model._meta
    try:
        return reverse(f"admin:{options.app_label}_{options.model_name}_changelist")
    except NoReverseMatch:
        return ""
