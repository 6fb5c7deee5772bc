"""The checks of a project's settings."""

from __future__ import annotations

from django.apps import AppConfig
from django.conf import settings
from django.core.checks import run_checks
from django.test import override_settings

from imports.project_check import check_project


def found() -> set[str | None]:
    return {message.id for message in run_checks() if str(message.id).startswith("imports.E10")}


def test_the_example_s_settings_have_all() -> None:
    assert check_project(None) == []


def test_that_htmx_is_missing_is_found() -> None:
    names = [name for name in settings.INSTALLED_APPS if name != "django_htmx"]
    with override_settings(INSTALLED_APPS=names):
        assert found() == {"imports.E101"}


def test_that_the_storage_of_rejects_is_missing_is_found() -> None:
    others = {name: one for name, one in settings.STORAGES.items() if name != "import_results"}
    with override_settings(STORAGES=others):
        assert found() == {"imports.E102"}


def test_a_project_s_own_kind_of_keys_needs_no_migration_of_ours() -> None:
    with override_settings(DEFAULT_AUTO_FIELD="django.db.models.AutoField"):
        config = AppConfig.create("imports")
        assert config.default_auto_field == "django.db.models.BigAutoField"
