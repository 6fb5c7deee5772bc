"""Which fields a file may fill, and which of its columns most likely feeds which."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import ForeignKey

from imports.fields import (
    AnyField,
    default_of,
    has_database_default,
    is_made_by_database,
    kind_of,
    stamp_of,
)
from imports.lookups import key_field
from imports.targets import ImportTarget, Request
from lambda_worker.plan import Kind


@dataclass(frozen=True, slots=True)
class ImportableField:
    """A field that a file may fill, as people choose it. `required`: no import without it.

    `looked_up_by` is the label of the related model's field, where the file names a related row.
    """

    name: str
    label: str
    required: bool
    help_text: str
    looked_up_by: str


def importable_fields(
    target: ImportTarget, request: Request | None = None
) -> list[ImportableField]:
    """The fields that a file may fill, in the model's order; without the request's constants."""
    fixed: set[str] = set()
    if request is not None:
        fixed = {*target.constants(request), *target.scope(request)}
    return [_described(target, field) for field in fillable(target) if field.name not in fixed]


def _described(target: ImportTarget, field: AnyField) -> ImportableField:
    key = key_field(target, field) if isinstance(field, ForeignKey) else None
    return ImportableField(
        name=field.name,
        label=str(field.verbose_name),
        required=is_required(target, field),
        help_text=str(field.help_text),
        looked_up_by=str(key.verbose_name) if key else "",
    )


def label_of(target: ImportTarget, name: str) -> str:
    """What people call a field of the target's model."""
    field: AnyField = target.model._meta.get_field(name)
    return str(field.verbose_name)


def fillable(target: ImportTarget) -> list[AnyField]:
    """The model's fields that no rule keeps from being filled by a file."""
    return [
        field
        for field in target.model._meta.concrete_fields
        if field.name not in target.exclude
        and (target.fields is None or field.name in target.fields)
        and not is_made_by_database(field)
        and stamp_of(field) is None
    ]


def is_required(target: ImportTarget, field: AnyField) -> bool:
    """Whether an import without this field makes no sense: it must be mapped, or a constant."""
    if field.name in target.natural_key:
        return True
    return not (
        field.null or _may_be_blank(field) or default_of(field) or has_database_default(field)
    )


def suggest(target: ImportTarget, headers: Sequence[str]) -> dict[str, str]:
    """Field to header, where a header is a name of the field in all but case, blanks and accents.

    Better names choose first: the field's own name, then its label, then synonyms. No header is
    chosen twice.
    """
    fields = fillable(target)
    free = {_plain(header): header for header in reversed(headers)}
    chosen: dict[str, str] = {}
    ranks = [names_of(target, field) for field in fields]
    for rank in range(max(map(len, ranks), default=0)):
        for field, names in zip(fields, ranks, strict=True):
            if field.name in chosen or rank >= len(names):
                continue
            header = free.pop(_plain(names[rank]), None)
            if header is not None:
                chosen[field.name] = header
    return {field.name: chosen[field.name] for field in fields if field.name in chosen}


def names_of(target: ImportTarget, field: AnyField) -> list[str]:
    """The names that a file may have for a field, the surest first."""
    names = [field.name, str(field.verbose_name), *target.synonyms.get(field.name, ())]
    if isinstance(field, ForeignKey):
        key = key_field(target, field)
        names += [f"{field.name} {key.name}", f"{field.verbose_name} {key.verbose_name}"]
    return names


def unmapped(
    target: ImportTarget, mapping: Mapping[str, str], constants: Mapping[str, Any]
) -> list[AnyField]:
    """Required fields that neither a column nor a constant feeds."""
    return [
        field
        for field in fillable(target)
        if field.name not in mapping and field.name not in constants and is_required(target, field)
    ]


def _plain(name: str) -> str:
    """Letters and digits alone: `IATA code` is `iata_code` is `IataCode`."""
    decomposed = unicodedata.normalize("NFKD", name).casefold()
    return re.sub(r"[\W_]+", "", "".join(c for c in decomposed if not unicodedata.combining(c)))


def _may_be_blank(field: AnyField) -> bool:
    return field.blank and not field.is_relation and kind_of(field) is Kind.TEXT
