"""The Import button on changelists, with other admin classes than Django's own, too."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.contrib.admin import AdminSite, ModelAdmin
from django.test import RequestFactory

from imports.registry import get_target
from tests.imports.factories import make_user
from tests.imports.web import MAY_IMPORT
from webapp.airports.models import Country

pytestmark = pytest.mark.django_db

BUTTON = "/imports/new/?target=airports.country"
STAFF = (*MAY_IMPORT, "view_country")


class Closed(ModelAdmin):  # type: ignore[type-arg]
    """Adds nothing by hand."""

    def has_add_permission(self, request: Any) -> bool:
        return False


class Dressed(ModelAdmin):  # type: ignore[type-arg]
    """Has a page of its own."""

    change_list_template = "dressed.html"


def changelist(cls: type[Any], *permissions: str, query: str = "") -> str:
    """As a member of the staff with these permissions sees it, on a site of its own."""
    request = RequestFactory().get(f"/{query}")
    request.user = make_user(*permissions, is_staff=True)
    response: Any = cls(Country, AdminSite("other")).changelist_view(request)
    return str(response.render().content.decode())


@pytest.fixture
def dressed(tmp_path: Path, settings: Any) -> None:
    """The page of its own, which keeps what the admin has and adds to it."""
    text = '{% extends "admin/change_list.html" %}{% block object-tools-items %}'
    (tmp_path / "dressed.html").write_text(text + "{{ block.super }}<li>Mine</li>{% endblock %}")
    settings.TEMPLATES = [{**settings.TEMPLATES[0], "DIRS": [tmp_path]}]


def test_it_is_there_for_those_who_may_import() -> None:
    assert BUTTON in changelist(ModelAdmin, *STAFF)


def test_it_is_not_there_for_those_who_may_only_look() -> None:
    assert BUTTON not in changelist(ModelAdmin, "view_country")


def test_it_is_not_there_for_those_who_may_only_change() -> None:
    assert BUTTON not in changelist(ModelAdmin, "view_country", "change_country")


def test_it_is_there_where_the_admin_adds_nothing_by_hand() -> None:
    text = changelist(Closed, *STAFF)
    assert BUTTON in text
    assert 'class="addlink"' not in text


@pytest.mark.usefixtures("dressed")
def test_it_is_there_on_a_page_of_the_admins_own() -> None:
    text = changelist(Dressed, *STAFF)
    assert BUTTON in text
    assert "Mine" in text


def test_it_is_not_there_where_the_target_says_no(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(type(get_target("airports.country")), "allowed", lambda *_: False)
    assert BUTTON not in changelist(ModelAdmin, *STAFF)


def test_it_is_not_there_in_a_popup() -> None:
    assert BUTTON not in changelist(ModelAdmin, *STAFF, query="?_popup=1")
