"""The imports app: at start-up it finds every app's imports.py, where targets are registered."""

from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules
from django.utils.translation import gettext_lazy as _


class ImportsConfig(AppConfig):
    """Job models, targets, plan compiler, uploads and pages."""

    name = "imports"
    verbose_name = _("Imports")
    default_auto_field = "django.db.models.BigAutoField"
    """As our migrations have it, whatever the project's default is."""

    def ready(self) -> None:
        """Register what the apps declare, and the checks that judge it and the settings."""
        from imports import checks, project_check  # noqa: F401  (their import registers the checks)

        autodiscover_modules("imports")
