"""What people are told about the rows of a target as a whole."""

from __future__ import annotations

import pytest

from imports.compiler import Asker
from imports.registry import get_target
from imports.table_rules import table_rules
from tests.imports.factories import make_user

pytestmark = pytest.mark.django_db


def rules(label: str) -> list[str]:
    return table_rules(get_target(label), Asker(make_user(is_superuser=True)))


@pytest.mark.parametrize(
    ("label", "rule"),
    [
        ("airports.country", "Rows whose code is in the table already: you are asked what becomes"),
        ("airports.country", "the first counts; the others are rejected."),
        ("shapes.tag", "the last counts; the others are passed over."),
        ("shapes.booking", "have the same reference, all of them are rejected."),
        ("shapes.booking", "No two bookings may have the same room and seat."),
        ("shapes.booking", "the same room and begins where the rule “room_is_free” holds."),
        ("shapes.booking", "The rule “code_once” lets some values stand in one row only."),
        ("shapes.booking", "A booking ends on the day it begins, or later."),
        ("shapes.customer", "Not taken from the file: tenant."),
    ],
)
def test_a_rule_in_words(label: str, rule: str) -> None:
    assert any(rule in told for told in rules(label))


@pytest.mark.parametrize("label", ["airports.route", "shapes.invoice"])
def test_the_natural_keys_own_constraint_is_not_told_twice(label: str) -> None:
    assert not any(rule.startswith("No two") for rule in rules(label))


def test_whose_the_rows_are_is_no_rule_of_the_file() -> None:
    (rule,) = (rule for rule in rules("shapes.customer") if rule.startswith("No two"))
    assert "same email where the rule “customer_email_once” holds" in rule
