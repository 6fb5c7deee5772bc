"""The questions of the start page, with what follows from each answer."""

from __future__ import annotations

import pytest

from imports.choices import Group, groups, key_words
from imports.registry import get_target
from tests.imports.factories import make_user

pytestmark = pytest.mark.django_db


def group(name: str, *permissions: str, proposed: dict[str, str] | None = None) -> Group:
    """One of them, for a user with these permissions."""
    found = groups(get_target("airports.country"), make_user(*permissions), proposed)
    return {group.name: group for group in found}[name]


def test_the_consequence_is_said_in_the_target_s_own_words() -> None:
    found = group("mode", "add_country", "change_country")
    (words,) = [choice.consequence for choice in found.choices if choice.value == "upsert"]
    assert "Those that exist already (by code) are updated" in words
    assert found.legend == "Countries that exist already"


def test_who_may_only_add_is_not_offered_to_update() -> None:
    assert [c.value for c in group("mode", "add_country").choices] == ["insert", "insert_new"]


def test_each_mode_says_by_its_name_what_becomes_of_rows_that_exist() -> None:
    names = [c.title for c in group("mode", "add_country", "change_country").choices]
    found = [word for name in names for word in ("reject", "skip", "update") if word in name]
    assert found == ["reject", "skip", "update"]


def test_all_or_nothing_says_that_nobody_is_asked() -> None:
    words = {c.value: c.consequence for c in group("on_reject", "add_country").choices}
    assert "nobody is asked before" in words["abort"]


def test_what_is_proposed_is_chosen() -> None:
    assert group("review", "add_country", proposed={"review": "always"}).chosen == "always"


def test_the_lock_is_offered_to_those_alone_who_may() -> None:
    assert group("exclusive", "add_country", "load_exclusively").chosen == "false"
    with pytest.raises(KeyError):
        group("exclusive", "add_country")


def test_a_key_of_several_fields_is_said_as_people_do() -> None:
    assert key_words(get_target("airports.route")) == "airline, origin and destination"
