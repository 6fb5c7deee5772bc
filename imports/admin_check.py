"""The Import button on the admin's changelists is a template, so the order of the apps decides."""

from __future__ import annotations

from typing import Any

from django.apps import apps
from django.core.checks import CheckMessage, Tags, register
from django.core.checks import Warning as CheckWarning


@register(Tags.templates)
def check_app_order(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:  # noqa: ARG001
    """Of two templates of one name Django takes that of the app that is named first."""
    names = [config.name for config in apps.get_app_configs()]
    if names.index("imports") < names.index("django.contrib.admin"):
        return []
    return [
        CheckWarning(
            "'imports' comes after 'django.contrib.admin', so changelists have no Import button.",
            hint="Put 'imports' first in INSTALLED_APPS.",
            id="imports.W101",
        )
    ]
