"""What a model's field means to an import: kind, default, choices, and why it may not be."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Callable, Iterator
from typing import Any, Final, TypeAlias

from django.db import models
from django.db.models import NOT_PROVIDED, Field, ForeignKey, ManyToManyField
from django.db.models.expressions import Value
from django.db.models.functions import Now
from django.utils import timezone

from imports.rules import NotInSql, problems_of
from imports.values import as_array_text, as_text
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
    "BinaryField": Kind.BASE64,
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
    """The kind of the field's own values; for a foreign key of the key that it stores, for an array
    of its items."""
    if isinstance(field, ForeignKey):
        return kind_of(field.target_field)
    return KINDS[item_of(field).get_internal_type()]


def is_array(field: AnyField) -> bool:
    """Whether the field holds a list. By name: django.contrib.postgres may not be installed."""
    return field.get_internal_type() == "ArrayField"


def item_of(field: AnyField) -> AnyField:
    """The field of an array's items; any other field itself."""
    item: AnyField = getattr(field, "base_field", field) if is_array(field) else field
    return item


def default_of(field: AnyField) -> Default | None:
    """What the field gets if the file says nothing; TypeError if only Python can say."""
    if field.default is not NOT_PROVIDED:
        return _python_default(field.default, field)
    database_default = getattr(field, "db_default", NOT_PROVIDED)
    if database_default is not NOT_PROVIDED:
        return _database_default(database_default, field)
    if is_array(field) and field.blank:
        return Default(source=Source.STATIC, value="{}")
    return None


def has_database_default(field: AnyField) -> bool:
    """Whether an INSERT may leave the column out."""
    return getattr(field, "db_default", NOT_PROVIDED) is not NOT_PROVIDED


def _python_default(default: Any, field: AnyField) -> Default | None:
    if default is None:
        return None
    if default in EMPTY_CONTAINERS:
        default = default()
    for known, source in _SOURCES.items():
        if default == known:
            return Default(source=source)
    return Default(source=Source.STATIC, value=_text(default, field))


def _text(value: Any, field: AnyField) -> str:
    if is_array(field) and not callable(value):
        return as_array_text(value, kind_of(field))
    return as_text(value, kind_of(field))


def _database_default(default: Any, field: AnyField) -> Default:
    """What the plan can say of it; the rest only the database knows."""
    if isinstance(default, Now):
        return Default(source=Source.NOW)
    value = default.value if isinstance(default, Value) else default
    if hasattr(value, "resolve_expression"):
        return Default(source=Source.DATABASE)
    return Default(source=Source.STATIC, value=_text(value, field))


def empty_of(field: AnyField, default: Default | None) -> Empty:
    """What an empty value in the file becomes."""
    if field.null:
        return Empty.NULL
    if field.blank and kind_of(field) is Kind.TEXT and not is_array(field):
        return Empty.EMPTY_STRING
    return Empty.DEFAULT if default else Empty.REJECT


def choices_of(field: AnyField, kind: Kind) -> tuple[Choice, ...]:
    """Allowed values with their labels, groups flattened, without the one that says nothing."""
    return tuple(
        Choice(value=as_text(value, kind), label=str(label))
        for value, label in item_of(field).flatchoices or ()
        if value not in (None, "")
    )


def problems(field: AnyField) -> Iterator[NotInSql]:
    """Why a file cannot fill this field."""
    item = item_of(field)
    if isinstance(field, ManyToManyField):
        return
    if item.get_internal_type() not in KINDS and not isinstance(field, ForeignKey):
        kind = f"{type(field).__name__} of {type(item).__name__}s" if item is not field else ""
        yield NotInSql("", f"a {kind or type(field).__name__} has no counterpart in a file yet")
        return
    for one in {field, item}:
        for hook in PYTHON_HOOKS:
            if _overrides(one, hook):
                yield NotInSql(type(one).__name__, f"{type(one).__name__}.{hook} is Python")
    if isinstance(field, ForeignKey):
        if field.validators:
            yield NotInSql("validators", "validators of a foreign key are Python")
        return
    yield from problems_of(item)
    if item is not field:
        yield from problems_of(field)


def default_problem(field: AnyField) -> NotInSql | None:
    """Why the field cannot be left out of a file, if its default is Python of the adopter's."""
    if item_of(field).get_internal_type() not in KINDS and not isinstance(field, ForeignKey):
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
