"""What a file may feed, and which of its columns most likely feeds which."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import ForeignKey, ManyToManyField

from imports.fields import (
    AnyField,
    default_of,
    has_database_default,
    is_made_by_database,
    kind_of,
    stamp_of,
)
from imports.lookups import SEPARATOR, last_field, paths
from imports.targets import ImportTarget, Request
from lambda_worker.plan import Kind


@dataclass(frozen=True, slots=True)
class ImportableField:
    """What one column of a file may feed, as people choose it. `required`: no import without it.

    `looked_up_by` is the label of the related model's field, where the file names a related row.
    `together` names the field that several columns feed together: all of them, or none.
    """

    name: str
    label: str
    required: bool
    looked_up_by: str
    together: str = ""


@dataclass(frozen=True, slots=True)
class Input:
    """One column of a file: feeds a field of the model, or one key (`path`) of the related row that
    it finds. `name` is the field's, with the path behind it where there are several keys."""

    name: str
    field: AnyField
    path: str


def inputs(target: ImportTarget) -> list[Input]:
    """Everything that a file may feed, in the model's order."""
    return [found for field in fillable(target) for found in inputs_of(target, field)]


def inputs_of(target: ImportTarget, field: AnyField) -> list[Input]:
    """What feeds one field."""
    if not _is_relation(field):
        return [Input(field.name, field, "")]
    keys = paths(target, field)
    if len(keys) == 1:
        return [Input(field.name, field, keys[0])]
    return [Input(f"{field.name}{SEPARATOR}{path}", field, path) for path in keys]


def importable_fields(
    target: ImportTarget, request: Request | None = None
) -> list[ImportableField]:
    """What a file may feed, in the model's order; without the request's constants."""
    fixed: set[str] = set()
    if request is not None:
        fixed = {*target.constants(request), *target.scope(request)}
    return [_described(target, found) for found in inputs(target) if found.field.name not in fixed]


def _described(target: ImportTarget, found: Input) -> ImportableField:
    field = found.field
    key = last_field(field.related_model, found.path) if found.path else None
    return ImportableField(
        name=found.name,
        label=label_of_input(found),
        required=is_required(target, field),
        looked_up_by=str(key.verbose_name) if key else "",
        together=field.name if found.name != field.name else "",
    )


def label_of_input(found: Input) -> str:
    """What people call what a column feeds: "city: country code"."""
    label = str(found.field.verbose_name)
    if found.name == found.field.name:
        return label
    return f"{label}: {found.path.replace(SEPARATOR, ' ').replace('_', ' ')}"


def label_of(target: ImportTarget, name: str) -> str:
    """What people call a field of the target's model."""
    field: AnyField = target.model._meta.get_field(name)
    return str(field.verbose_name)


def fillable(target: ImportTarget) -> list[AnyField]:
    """The model's fields that no rule keeps from being filled by a file; many-to-many last."""
    options = target.model._meta
    return [
        field
        for field in (*options.concrete_fields, *options.many_to_many)
        if field.name not in target.exclude
        and (target.fields is None or field.name in target.fields)
        and not is_made_by_database(field)
        and stamp_of(field) is None
    ]


def is_required(target: ImportTarget, field: AnyField) -> bool:
    """Whether an import without this field makes no sense: it must be mapped, or a constant."""
    if field.name in target.natural_key:
        return True
    if isinstance(field, ManyToManyField):
        return not field.blank
    return not (
        field.null or _may_be_blank(field) or default_of(field) or has_database_default(field)
    )


def suggest(target: ImportTarget, headers: Sequence[str]) -> dict[str, str]:
    """Input to header, where a header is a name of the input in all but case, blanks and accents.

    Better names choose first: the field's own name, then its label, then synonyms. No header is
    chosen twice.
    """
    found = inputs(target)
    free = {plain(header): header for header in reversed(headers)}
    chosen: dict[str, str] = {}
    ranks = [names_of(target, one) for one in found]
    for rank in range(max(map(len, ranks), default=0)):
        for one, names in zip(found, ranks, strict=True):
            if one.name in chosen or rank >= len(names):
                continue
            header = free.pop(plain(names[rank]), None)
            if header is not None:
                chosen[one.name] = header
    return {one.name: chosen[one.name] for one in found if one.name in chosen}


def names_of(target: ImportTarget, found: Input) -> list[str]:
    """The names that a file may have for an input, the surest first."""
    field = found.field
    synonyms = target.synonyms.get(found.name, ())
    if found.name != field.name:
        words = found.path.replace(SEPARATOR, " ")
        return [found.name, f"{field.verbose_name} {words}", *synonyms, words]
    names = [field.name, str(field.verbose_name), *synonyms]
    if found.path:
        key = last_field(field.related_model, found.path)
        names += [f"{field.name} {key.name}", f"{field.verbose_name} {key.verbose_name}"]
    return names


def unmapped(
    target: ImportTarget, mapping: Mapping[str, str], constants: Mapping[str, Any]
) -> list[Input]:
    """What is missing: inputs of required fields that neither a column nor a constant feeds, and
    keys of a lookup whose other keys are fed."""
    missing: list[Input] = []
    for field in fillable(target):
        if field.name in constants:
            continue
        found = inputs_of(target, field)
        left = [one for one in found if one.name not in mapping]
        if left and (len(left) < len(found) or is_required(target, field)):
            missing += left
    return missing


def plain(name: str) -> str:
    """Letters and digits alone: `IATA code` is `iata_code` is `IataCode`."""
    decomposed = unicodedata.normalize("NFKD", name).casefold()
    return re.sub(r"[\W_]+", "", "".join(c for c in decomposed if not unicodedata.combining(c)))


def _is_relation(field: AnyField) -> bool:
    return isinstance(field, ForeignKey | ManyToManyField)


def _may_be_blank(field: AnyField) -> bool:
    if not field.blank or field.is_relation:
        return False
    return field.get_internal_type() == "ArrayField" or kind_of(field) is Kind.TEXT
