"""The check of the apps' order."""

from __future__ import annotations

from django.conf import settings
from django.test import override_settings

from imports.admin_check import check_app_order


def test_imports_before_the_admin_is_fine() -> None:
    assert check_app_order(None) == []


def test_imports_after_the_admin_is_warned_about() -> None:
    apps = [name for name in settings.INSTALLED_APPS if name != "imports"]
    with override_settings(INSTALLED_APPS=[*apps, "imports"]):
        (warning,) = check_app_order(None)
    assert warning.id == "imports.W101"
