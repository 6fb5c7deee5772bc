"""Whose jobs a user may look at and act on: as the backends say, and in SQL the same."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import Group, Permission, User
from django.db import connection

from imports.rights import Rights, rights_in_sql, rights_of
from lambda_worker.contract import Status
from tests.imports.factories import make_job, make_user
from tests.imports.web import client_of

pytestmark = pytest.mark.django_db


def in_sql(user: Any) -> Rights:
    asked = rights_in_sql(user)
    assert asked is not None
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {asked.looks}, {asked.acts}", asked.parameters)
        return Rights(*cursor.fetchone())


@pytest.mark.parametrize("look", [True, False])
@pytest.mark.parametrize("act", [True, False])
def test_both_ways_say_the_same(look: bool, act: bool) -> None:
    names = ["view_all_imports"] * look + ["change_importjob"] * act
    user = make_user(*names)
    assert in_sql(user) == rights_of(user) == Rights(look, act)


def test_a_permission_may_come_by_a_group() -> None:
    user, group = make_user(), Group.objects.create(name="watchers")
    group.permissions.set(Permission.objects.filter(codename="view_all_imports"))
    user.groups.add(group)
    assert in_sql(user) == Rights(look=True, act=False)


def test_of_a_superuser_nothing_need_be_asked() -> None:
    assert rights_in_sql(make_user(is_superuser=True)) is None


class SeesAll:
    """A backend of the adopter's own."""

    def has_perm(self, user: Any, permission: str, obj: Any = None) -> bool:
        return permission == "imports.view_all_imports"

    def get_user(self, pk: Any) -> Any:
        return User.objects.get(pk=pk)


def test_another_backend_is_asked_itself(settings: Any) -> None:
    settings.AUTHENTICATION_BACKENDS = [f"{__name__}.SeesAll"]
    user = make_user()
    assert rights_in_sql(user) is None
    job = make_job(Status.QUEUED, owner=make_user())
    text = client_of(user).get(f"/imports/{job.pk}/progress/", secure=True).content.decode()
    assert 'id="sentence"' in text
    assert "/cancel/" not in text


def test_a_user_model_that_answers_itself_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    user = make_user("view_all_imports")
    monkeypatch.setattr(User, "has_perm", lambda *_args: False)
    assert rights_in_sql(user) is None
