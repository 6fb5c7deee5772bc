"""How a file names a related row: by the related model's natural key, one field or several, each
perhaps through a foreign key of its own (`country__code`)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from django.core.exceptions import FieldDoesNotExist
from django.db.models import ForeignKey

from imports import registry
from imports.fields import KINDS, AnyField, column_of
from imports.rules import NotInSql
from imports.targets import ImportTarget

SEPARATOR = "__"
"""Between the steps of a path, as in the ORM's queries."""


def paths(target: ImportTarget, field: AnyField) -> tuple[str, ...]:
    """The fields of the related model, as paths, that a file holds for a relation. NotInSql says
    why there are none."""
    declared = target.lookups.get(field.name)
    if declared is not None:
        return (declared,) if isinstance(declared, str) else tuple(declared)
    related: Any = field.related_model
    found = _natural_paths(related, [target.model])
    if not found:
        raise NotInSql("lookups", f"nothing says by which field of {related.__name__} to find it")
    return found


def _natural_paths(related: Any, seen: Sequence[type[Any]]) -> tuple[str, ...]:
    """Those of the related model's own target, or its only unique field."""
    own = registry.target_of(related)
    if own is None or related in seen:
        unique = [
            field.name
            for field in related._meta.concrete_fields
            if field.unique and not field.primary_key and not field.is_relation
        ]
        return (unique[0],) if len(unique) == 1 else ()
    found: list[str] = []
    for name in own.natural_key:
        field: AnyField = related._meta.get_field(name)
        if not isinstance(field, ForeignKey):
            found.append(name)
            continue
        declared = own.lookups.get(name)
        inner = (
            ((declared,) if isinstance(declared, str) else tuple(declared))
            if declared is not None
            else _natural_paths(field.related_model, [*seen, related])
        )
        if not inner:
            return ()
        found.extend(f"{name}{SEPARATOR}{path}" for path in inner)
    return tuple(found)


def steps(related: Any, key_paths: Iterable[str]) -> Iterator[tuple[AnyField, tuple[str, ...]]]:
    """The related model's own fields that the paths begin with, in order, and what follows each.
    NotInSql where one is none of its fields."""
    grouped: dict[str, list[str]] = {}
    for path in key_paths:
        first, _, rest = path.partition(SEPARATOR)
        grouped.setdefault(first, []).extend([rest] if rest else [])
    for name, rests in grouped.items():
        try:
            field: AnyField = related._meta.get_field(name)
        except FieldDoesNotExist:
            raise NotInSql("lookups", f"{related.__name__} has no field {name!r}") from None
        yield field, tuple(rests)


def last_field(related: Any, path: str) -> AnyField:
    """The field at a path's end, whose values the file holds."""
    first, _, rest = path.partition(SEPARATOR)
    field: AnyField = related._meta.get_field(first)
    return last_field(field.related_model, rest) if rest else field


def key_problems(related: Any, key_paths: Sequence[str]) -> Iterator[NotInSql]:
    """Why the paths do not name one row of the related model and no more."""
    try:
        found = list(steps(related, key_paths))
    except NotInSql as problem:
        yield problem
        return
    for field, rest in found:
        if rest and not isinstance(field, ForeignKey):
            yield NotInSql("lookups", f"{related.__name__}.{field.name} is no foreign key")
        elif rest:
            yield from key_problems(field.related_model, rest)
        elif field.is_relation or field.get_internal_type() not in KINDS:
            yield NotInSql("lookups", f"{related.__name__}.{field.name} is no plain value")
    names = {field.name for field, _ in found}
    if not _is_unique(related, names):
        together = " and ".join(sorted(names))
        yield NotInSql("lookups", f"{related.__name__}.{together} is not unique")


def _is_unique(model: Any, names: set[str]) -> bool:
    """Whether the fields tell rows apart, alone or within the scope of their model's target."""
    own = registry.target_of(model)
    scoped = own is not None and type(own).scope is not ImportTarget.scope
    return any(keys <= names or (scoped and names <= keys) for keys in unique_sets(model))


def unique_sets(model: type[Any]) -> list[set[str]]:
    """The sets of fields that are unique without conditions; the primary key is one."""
    options = model._meta
    constraints = [set(constraint.fields) for constraint in options.total_unique_constraints]
    together = [set(names) for names in options.unique_together]
    return [*({f.name} for f in options.concrete_fields if f.unique), *constraints, *together]


def is_self_reference(target: ImportTarget, field: AnyField) -> bool:
    """Whether a relation leads back to the target's own table."""
    related: Any = field.related_model
    return related._meta.concrete_model is target.model._meta.concrete_model


def name_of_table(model: Any) -> tuple[str | None, str]:
    """Schema and table; Django users write `schema"."table` into db_table to have both."""
    schema, dot, table = model._meta.db_table.strip('"').partition('"."')
    return (schema, table) if dot else (None, schema)


def stored_column(field: ForeignKey[Any, Any]) -> str:
    """The related column whose value the foreign key holds."""
    return column_of(field.target_field)
