"""The Import button of the admin's changelists."""

from __future__ import annotations

from django import template
from django.template import Context
from django.urls import reverse
from django.utils.http import urlencode

from imports.registry import target_of

register = template.Library()


@register.simple_tag(takes_context=True)
def import_url(context: Context) -> str:
    """Where the changelist's model is imported; empty if it is not importable by this user."""
    request, changelist = context.get("request"), context.get("cl")
    target = target_of(changelist.model) if changelist else None
    if request is None or target is None or context.get("is_popup"):
        return ""
    if not target.permits(request.user):
        return ""
    return f"{reverse('imports:start')}?{urlencode({'target': target.label})}"
