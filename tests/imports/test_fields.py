"""What a model's fields and validators become in a plan."""

from __future__ import annotations

import datetime as dt
import uuid
from decimal import Decimal
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.core.validators import (
    EmailValidator,
    MaxValueValidator,
    MinLengthValidator,
    MinValueValidator,
    RegexValidator,
    StepValueValidator,
)
from django.db import connection, models
from django.db.models.functions import Now
from django.utils import timezone

from imports.fields import choices_of, default_of, empty_of, kind_of, problems
from imports.rules import limit_text, rules_of
from imports.values import as_text
from lambda_worker.plan import Default, Empty, Kind, Source


def named(field: Any) -> Any:
    """A field as a model would have it, without one."""
    field.set_attributes_from_name("field")
    return field


@pytest.mark.parametrize(
    ("field", "kind"),
    [
        (models.SmallIntegerField(), Kind.SMALLINT),
        (models.PositiveIntegerField(), Kind.INTEGER),
        (models.BigIntegerField(), Kind.BIGINT),
        (models.DecimalField(max_digits=5, decimal_places=2), Kind.DECIMAL),
        (models.FloatField(), Kind.FLOAT),
        (models.BooleanField(), Kind.BOOLEAN),
        (models.EmailField(), Kind.TEXT),
        (models.TextField(), Kind.TEXT),
        (models.DateField(), Kind.DATE),
        (models.DateTimeField(), Kind.DATETIME),
        (models.TimeField(), Kind.TIME),
        (models.DurationField(), Kind.DURATION),
        (models.UUIDField(), Kind.UUID),
        (models.JSONField(), Kind.JSON),
        (models.GenericIPAddressField(), Kind.IP),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, models.Field) else str(value),
)
def test_a_field_has_its_kind_and_no_problem(field: Any, kind: Kind) -> None:
    assert kind_of(named(field)) is kind
    assert list(problems(field)) == []


@pytest.mark.parametrize(
    ("default", "field", "expected"),
    [
        (0, models.IntegerField, Default(source=Source.STATIC, value="0")),
        (False, models.BooleanField, Default(source=Source.STATIC, value="false")),
        (Decimal("1.50"), models.FloatField, Default(source=Source.STATIC, value="1.50")),
        (dict, models.JSONField, Default(source=Source.STATIC, value="{}")),
        (timezone.now, models.DateTimeField, Default(source=Source.NOW)),
        (dt.date.today, models.DateField, Default(source=Source.TODAY)),
        (uuid.uuid4, models.UUIDField, Default(source=Source.UUID)),
        (None, models.TextField, None),
    ],
)
def test_a_default_says_where_the_value_comes_from(
    default: Any, field: Any, expected: Default | None
) -> None:
    assert default_of(named(field(default=default))) == expected


def test_a_default_of_the_database_is_known_where_it_is_plain() -> None:
    assert default_of(named(models.IntegerField(db_default=7))) == Default(
        source=Source.STATIC, value="7"
    )
    assert default_of(named(models.DateTimeField(db_default=Now()))) == Default(source=Source.NOW)


def test_a_default_that_only_python_can_call_is_an_error() -> None:
    with pytest.raises(TypeError):
        default_of(named(models.TextField(default=lambda: "x")))


@pytest.mark.parametrize(
    ("field", "empty"),
    [
        (models.CharField(null=True, blank=True), Empty.NULL),
        (models.CharField(blank=True, default="x"), Empty.EMPTY_STRING),
        (models.CharField(default="x"), Empty.DEFAULT),
        (models.CharField(), Empty.REJECT),
        (models.IntegerField(blank=True), Empty.REJECT),
    ],
)
def test_an_empty_value_becomes_what_the_field_allows(field: Any, empty: Empty) -> None:
    assert empty_of(named(field), default_of(field)) is empty


def test_choices_are_flat_and_have_labels() -> None:
    field = named(models.IntegerField(choices=[("A", [(1, "one")]), (2, "two"), (None, "?")]))
    assert [(c.value, c.label) for c in choices_of(field, Kind.INTEGER)] == [
        ("1", "one"),
        ("2", "two"),
    ]


def test_limits_are_the_narrowest() -> None:
    field = named(models.IntegerField(validators=[MinValueValidator(1), MinValueValidator(5)]))
    assert rules_of(field, Kind.INTEGER).min_value == 5


def test_a_type_s_own_range_is_left_to_the_type() -> None:
    rules = rules_of(named(models.IntegerField()), Kind.INTEGER)
    assert (rules.min_value, rules.max_value) == (None, None)


def test_a_positive_field_begins_at_nought() -> None:
    rules = rules_of(named(models.PositiveSmallIntegerField()), Kind.SMALLINT)
    assert (limit_text(rules.min_value, Kind.SMALLINT), rules.max_value) == ("0", None)


def test_a_callable_limit_is_asked() -> None:
    field = named(models.IntegerField(validators=[MaxValueValidator(lambda: 3)]))
    assert rules_of(field, Kind.INTEGER).max_value == 3


def test_a_regex_validator_keeps_its_own_words() -> None:
    field = named(
        models.CharField(validators=[RegexValidator("^x", "An x first.", inverse_match=True)])
    )
    (pattern,) = rules_of(field, Kind.TEXT).patterns
    assert (pattern.regex, pattern.inverse, pattern.message) == ("^x", True, "An x first.")


class Loud(RegexValidator):
    def __call__(self, value: Any) -> None:
        """What it asks, Python alone can tell."""


def is_prime(value: int) -> None:
    """Likewise."""


class Shouting(models.CharField):  # type: ignore[type-arg]
    def get_prep_value(self, value: Any) -> str:
        return str(value).upper()


@pytest.mark.parametrize(
    ("field", "reason"),
    [
        (models.CharField(validators=[Loud()]), "Loud"),
        (models.IntegerField(validators=[is_prime]), "is_prime"),
        (models.IntegerField(validators=[StepValueValidator(3)]), "StepValueValidator"),
        (models.CharField(validators=[RegexValidator("(?P<x>a)")]), "regular expression"),
        (models.CharField(validators=[MinLengthValidator(300)]), "minimum length"),
        (models.FileField(), "FileField"),
        (Shouting(), "get_prep_value"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_sql_cannot_express_is_named(field: Any, reason: str) -> None:
    assert reason in " ".join(problem.reason for problem in problems(named(field)))


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("address", "is_one"),
    [
        ("pat@example.com", True),
        ("Pat.O'Neil+x@mail.example.co.uk", True),
        ("pat@localhost", True),
        ("pat@münchen.de", True),
        ("pat@example", False),
        ("pat@-x.com", False),
        ("pat@@example.com", False),
        (".pat@example.com", False),
        ("pat@example.com ", False),
    ],
)
def test_an_address_is_one_to_django_and_to_postgresql(address: str, is_one: bool) -> None:
    (pattern,) = rules_of(named(models.EmailField()), Kind.TEXT).patterns
    with connection.cursor() as cursor:
        cursor.execute("SELECT %s ~* %s", [address, pattern.regex])
        assert cursor.fetchone() == (is_one,)
    try:
        EmailValidator()(address)
    except ValidationError:
        assert not is_one
    else:
        assert is_one


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("value", "kind", "sql_type"),
    [
        (dt.timedelta(days=-1, seconds=90, microseconds=5), Kind.DURATION, "interval"),
        (dt.date(2025, 12, 31), Kind.DATE, "date"),
        (dt.time(23, 59, 1, 5), Kind.TIME, "time"),
        (dt.datetime(2025, 1, 1, 12, tzinfo=dt.UTC), Kind.DATETIME, "timestamptz"),
        (True, Kind.BOOLEAN, "boolean"),
        (Decimal("1.20"), Kind.DECIMAL, "numeric"),
        (uuid.UUID(int=5), Kind.UUID, "uuid"),
    ],
)
def test_a_value_as_text_is_read_as_itself(value: Any, kind: Kind, sql_type: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT CAST(%s AS {sql_type})", [as_text(value, kind)])
        assert cursor.fetchone() == (value,)
