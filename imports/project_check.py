"""What a project's settings must have for the pages to work."""

from __future__ import annotations

from typing import Any

from django.apps import apps
from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, register

from imports.results import STORAGE


@register(Tags.compatibility)
def check_project(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:  # noqa: ARG001
    """Both are found only when somebody looks at an import otherwise."""
    return [*_htmx(), *_storage()]


def _htmx() -> list[CheckMessage]:
    if apps.is_installed("django_htmx"):
        return []
    message = "'django_htmx' is not installed, so the page of an import cannot be shown."
    return [Error(message, hint="Add 'django_htmx' to INSTALLED_APPS.", id="imports.E101")]


def _storage() -> list[CheckMessage]:
    if STORAGE in settings.STORAGES:
        return []
    message = f"STORAGES has no {STORAGE!r}, so rejects cannot be downloaded."
    hint = "Take it over from the example's settings: docs/adopting.md."
    return [Error(message, hint=hint, id="imports.E102")]
