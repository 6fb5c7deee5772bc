"""Where the rows of an import are to be seen: the admin's list of its table."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.contrib.auth import get_permission_codename
from django.urls import NoReverseMatch, reverse

from imports.models import ImportJob
from imports.registry import UnknownTarget, get_target


def changelist_of(job: ImportJob, user: Any) -> str:
    """Its address; "" for those who may not open it, and where the admin does not have it."""
    try:
        model = get_target(job.target).model
    except UnknownTarget:
        return ""
    if not (admin.site.is_registered(model) and user.is_staff and _may_look(model, user)):
        return ""
    options = model._meta
    try:
        return reverse(f"admin:{options.app_label}_{options.model_name}_changelist")
    except NoReverseMatch:
        return ""


def _may_look(model: Any, user: Any) -> bool:
    """As ModelAdmin.has_view_permission asks."""
    options = model._meta
    names = (get_permission_codename(action, options) for action in ("view", "change"))
    return any(user.has_perm(f"{options.app_label}.{name}") for name in names)
