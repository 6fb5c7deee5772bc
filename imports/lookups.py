"""How a foreign key's value in a file finds its row: by the related model's natural key."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import FieldDoesNotExist
from django.db.models import ForeignKey

from imports import registry
from imports.fields import KINDS, AnyField, column_of
from imports.rules import NotInSql
from imports.targets import ImportTarget


def key_field(target: ImportTarget, field: ForeignKey[Any, Any]) -> AnyField:
    """The related field that the file holds. NotInSql says why there is none."""
    related = field.related_model
    name = target.lookups.get(field.name) or _natural_key_of(related)
    if name is None:
        raise NotInSql("lookups", f"nothing says by which field of {related.__name__} to find it")
    try:
        key: AnyField = related._meta.get_field(name)  # type: ignore[assignment]
    except FieldDoesNotExist:
        raise NotInSql("lookups", f"{related.__name__} has no field {name!r}") from None
    if key.is_relation or key.get_internal_type() not in KINDS:
        raise NotInSql("lookups", f"{related.__name__}.{name} is no plain value")
    if not is_unique(related, name):
        raise NotInSql("lookups", f"{related.__name__}.{name} is not unique")
    return key


def _natural_key_of(related: type[Any]) -> str | None:
    """That of the related model's own target, or its only unique field."""
    own = registry.target_of(related)
    if own is not None and len(own.natural_key) == 1:
        return own.natural_key[0]
    unique = [
        field.name
        for field in related._meta.concrete_fields
        if field.unique and not field.primary_key and not field.is_relation
    ]
    return unique[0] if len(unique) == 1 else None


def is_unique(model: type[Any], name: str) -> bool:
    """Whether the field tells rows apart, alone or within the scope of its model's target."""
    own = registry.target_of(model)
    scoped = own is not None and type(own).scope is not ImportTarget.scope
    return any(keys == {name} or (scoped and name in keys) for keys in unique_sets(model))


def unique_sets(model: type[Any]) -> list[set[str]]:
    """The sets of fields that are unique without conditions; the primary key is one."""
    options = model._meta
    constraints = [set(constraint.fields) for constraint in options.total_unique_constraints]
    together = [set(names) for names in options.unique_together]
    return [*({f.name} for f in options.concrete_fields if f.unique), *constraints, *together]


def name_of_table(model: type[Any]) -> tuple[str | None, str]:
    """Schema and table; Django users write `schema"."table` into db_table to have both."""
    schema, dot, table = model._meta.db_table.strip('"').partition('"."')
    return (schema, table) if dot else (None, schema)


def stored_column(field: ForeignKey[Any, Any]) -> str:
    """The related column whose value the foreign key holds."""
    return column_of(field.target_field)
