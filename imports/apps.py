"""The imports app: at start-up it finds every app's imports.py, where targets are registered."""

from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules
from django.utils.translation import gettext_lazy as _


class ImportsConfig(AppConfig):
    """Job models, targets, plan compiler, uploads and pages."""

    name = "imports"
    verbose_name = _("Imports")

    def ready(self) -> None:
        """Register what the apps declare, and the checks that judge it."""
        from imports import checks  # noqa: F401  (its import registers the checks)

        autodiscover_modules("imports")
