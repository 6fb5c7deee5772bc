"""Who may lock a table, and what the page says of it."""

from __future__ import annotations

from typing import Any

import pytest

from imports import choices, jobs
from imports.registry import get_target
from imports.targets import ImportTarget
from lambda_worker.files.dialect import Dialect
from lambda_worker.plan import FilePlan, Mode
from tests.imports.factories import make_user
from tests.imports.web import MAY_IMPORT

pytestmark = pytest.mark.django_db


def create(user: Any, target: ImportTarget | None = None) -> Any:
    headers = ("code", "name")
    return jobs.create_job(
        target or get_target("airports.country"),
        user=user,
        file=FilePlan(name="x.csv", dialect=Dialect(), headers=headers),
        size=1,
        mapping={"code": "code", "name": "name"},
        mode=Mode.INSERT,
        exclusive=True,
    )


def locker() -> Any:
    return make_user(*MAY_IMPORT, "add_country", "load_exclusively")


def test_those_with_the_permission_may_lock() -> None:
    assert create(locker()).plan["exclusive"] is True


def test_others_may_not() -> None:
    with pytest.raises(jobs.NotAllowed, match="may not lock"):
        create(make_user(*MAY_IMPORT, "add_country"))


def test_a_target_may_forbid_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(type(get_target("airports.country")), "exclusive_allowed", False)
    with pytest.raises(jobs.NotAllowed):
        create(locker())


def test_the_page_asks_those_alone_who_may() -> None:
    target = get_target("airports.country")
    asked = choices.groups(target, locker())[-1]
    assert asked.name == "exclusive"
    assert "Nobody can read or write the countries" in asked.choices[1].consequence
    others = make_user(*MAY_IMPORT, "add_country")
    assert "exclusive" not in [group.name for group in choices.groups(target, others)]
