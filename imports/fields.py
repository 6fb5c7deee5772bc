"""What a model's field means to an import: kind, default, choices, and why it may not be."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Callable, Iterator
from typing import Any, Final, TypeAlias

from django.db import models
from django.db.models import NOT_PROVIDED, Field, ForeignKey
from django.db.models.expressions import Value
from django.db.models.functions import Now
from django.utils import timezone

from imports.rules import NotInSql, problems_of
from imports.values import as_text
from lambda_worker.plan import Choice, Default, Empty, Kind, Source, Stamp

AnyField: TypeAlias = "Field[Any, Any]"

KINDS: Final[dict[str, Kind]] = {
    "AutoField": Kind.INTEGER,
    "BigAutoField": Kind.BIGINT,
    "SmallAutoField": Kind.SMALLINT,
    "SmallIntegerField": Kind.SMALLINT,
    "PositiveSmallIntegerField": Kind.SMALLINT,
    "IntegerField": Kind.INTEGER,
    "PositiveIntegerField": Kind.INTEGER,
    "BigIntegerField": Kind.BIGINT,
    "PositiveBigIntegerField": Kind.BIGINT,
    "DecimalField": Kind.DECIMAL,
    "FloatField": Kind.FLOAT,
    "BooleanField": Kind.BOOLEAN,
    "CharField": Kind.TEXT,
    "SlugField": Kind.TEXT,
    "TextField": Kind.TEXT,
    "DateField": Kind.DATE,
    "DateTimeField": Kind.DATETIME,
    "TimeField": Kind.TIME,
    "DurationField": Kind.DURATION,
    "UUIDField": Kind.UUID,
    "JSONField": Kind.JSON,
    "GenericIPAddressField": Kind.IP,
}
"""By Django's get_internal_type; EmailField and URLField are CharFields to it."""

PYTHON_HOOKS: Final = (
    "clean",
    "db_type",
    "from_db_value",
    "get_db_prep_save",
    "get_db_prep_value",
    "get_prep_value",
    "pre_save",
    "run_validators",
    "to_python",
    "validate",
)
"""A field class that overrides one of these does in Python what SQL will not do."""

NOW: Final = (timezone.now, dt.datetime.now)
TODAY: Final = (dt.date.today, timezone.localdate)

_SOURCES: Final[dict[Callable[..., Any], Source]] = {
    **dict.fromkeys(NOW, Source.NOW),
    **dict.fromkeys(TODAY, Source.TODAY),
    uuid.uuid4: Source.UUID,
}

EMPTY_CONTAINERS: Final = (dict, list)
"""Callable defaults that give the same value every time."""


def is_made_by_database(field: AnyField) -> bool:
    """Ids that count up, and generated columns: no import writes them."""
    automatic = isinstance(field, models.AutoField | models.BigAutoField | models.SmallAutoField)
    return automatic or bool(getattr(field, "generated", False))


def stamp_of(field: AnyField) -> Stamp | None:
    """What Django sets by itself at each save, or at the first."""
    on_update = bool(getattr(field, "auto_now", False))
    if not (on_update or getattr(field, "auto_now_add", False)):
        return None
    source = Source.NOW if isinstance(field, models.DateTimeField) else Source.TODAY
    return Stamp(column=column_of(field), source=source, on_update=on_update)


def column_of(field: AnyField) -> str:
    """The field's column in the database."""
    assert field.column is not None
    return field.column


def kind_of(field: AnyField) -> Kind:
    """The kind of the field's own values; for a foreign key, of the key that it stores."""
    if isinstance(field, ForeignKey):
        return kind_of(field.target_field)
    return KINDS[field.get_internal_type()]


def default_of(field: AnyField) -> Default | None:
    """What the field gets if the file says nothing; TypeError if only Python can say."""
    kind = kind_of(field)
    if field.default is not NOT_PROVIDED:
        return _python_default(field.default, kind)
    database_default = getattr(field, "db_default", NOT_PROVIDED)
    if database_default is not NOT_PROVIDED:
        return _database_default(database_default, kind)
    return None


def has_database_default(field: AnyField) -> bool:
    """Whether an INSERT may leave the column out."""
    return getattr(field, "db_default", NOT_PROVIDED) is not NOT_PROVIDED


def _python_default(default: Any, kind: Kind) -> Default | None:
    if default is None:
        return None
    if default in EMPTY_CONTAINERS:
        return Default(source=Source.STATIC, value=as_text(default(), kind))
    for known, source in _SOURCES.items():
        if default == known:
            return Default(source=source)
    return Default(source=Source.STATIC, value=as_text(default, kind))


def _database_default(default: Any, kind: Kind) -> Default | None:
    """What the plan can say of it; the rest happens where an INSERT leaves the column out."""
    if isinstance(default, Now):
        return Default(source=Source.NOW)
    value = default.value if isinstance(default, Value) else default
    if hasattr(value, "resolve_expression"):
        return None
    return Default(source=Source.STATIC, value=as_text(value, kind))


def empty_of(field: AnyField, default: Default | None) -> Empty:
    """What an empty value in the file becomes."""
    if field.null:
        return Empty.NULL
    if field.blank and kind_of(field) is Kind.TEXT:
        return Empty.EMPTY_STRING
    return Empty.DEFAULT if default else Empty.REJECT


def choices_of(field: AnyField, kind: Kind) -> tuple[Choice, ...]:
    """Allowed values with their labels, groups flattened, without the one that says nothing."""
    return tuple(
        Choice(value=as_text(value, kind), label=str(label))
        for value, label in field.flatchoices or ()
        if value not in (None, "")
    )


def problems(field: AnyField) -> Iterator[NotInSql]:
    """Why a file cannot fill this field."""
    if field.get_internal_type() not in KINDS and not isinstance(field, ForeignKey):
        yield NotInSql("", f"a {type(field).__name__} has no counterpart in a file yet")
        return
    for hook in PYTHON_HOOKS:
        if _overrides(field, hook):
            yield NotInSql(type(field).__name__, f"{type(field).__name__}.{hook} is Python")
    if not isinstance(field, ForeignKey):
        yield from problems_of(field)
    elif field.validators:
        yield NotInSql("validators", "validators of a foreign key are Python")


def default_problem(field: AnyField) -> NotInSql | None:
    """Why the field cannot be left out of a file, if its default is Python of the adopter's."""
    if field.get_internal_type() not in KINDS and not isinstance(field, ForeignKey):
        if field.null or has_database_default(field):
            return None
        return NotInSql("", f"a {type(field).__name__} gets its value from Python")
    try:
        default_of(field)
    except TypeError:
        return NotInSql("", "its default is a function that only Python can call")
    return None


def _overrides(field: AnyField, hook: str) -> bool:
    """Whether a class outside Django is the one that defines the hook."""
    owner = next((c for c in type(field).__mro__ if hook in vars(c)), None)
    return owner is not None and not owner.__module__.startswith("django.")
