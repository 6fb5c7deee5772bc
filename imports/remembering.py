"""What was chosen for files with the same header: the last time, or in the import whose rejects a
file corrects."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Final

from django.db.models import ForeignKey
from django.utils import timezone

from imports.fields import column_of
from imports.lookups import SEPARATOR
from imports.mapping import inputs
from imports.models import ImportJob, RememberedMapping
from imports.targets import ImportTarget
from lambda_worker.plan import ImportPlan, Lookup, Mode, OnReject, Review
from lambda_worker.reject_file import REJECT_COLUMNS, is_reject_file, unguard

POLICIES: Final = {"mode": Mode, "on_reject": OnReject, "review": Review}
"""What else is remembered, beside the mapping."""


@dataclass(frozen=True, slots=True)
class Chosen:
    """Input to header, and the policies that were chosen, by their names in the form.

    `headers` are those that were looked at then: a column of them without an input was left out on
    purpose. `nulls`: what was said about words for nothing.
    """

    mapping: Mapping[str, str]
    policies: Mapping[str, str]
    headers: Sequence[str]
    at: datetime
    nulls: Mapping[str, Any] = field(default_factory=dict)

    def without_mapping(self) -> Chosen:
        """The same, as if no column had been looked at."""
        return replace(self, mapping={}, headers=())


def header_hash(headers: Sequence[str]) -> str:
    """Stands for the columns and their order; a reject file's own columns do not count."""
    return hashlib.sha256(json.dumps(list(own_names(headers))).encode()).hexdigest()


def own_names(headers: Sequence[str]) -> dict[str, str]:
    """A file's columns by the names that they had before a reject file was made of them; without
    the reject file's own."""
    as_sent = unguard if is_reject_file(headers) else str
    return {as_sent(header): header for header in headers if header not in REJECT_COLUMNS}


def remember(
    user: Any, target: ImportTarget, headers: Sequence[str], asked: Mapping[str, Any]
) -> None:
    """Keep what was chosen (as ImportForm cleans it) for this user's next file with this header."""
    chosen = {
        "mapping": _as_sent(asked["mapping"], headers),
        **{name: asked[name].value for name in POLICIES},
    }
    RememberedMapping.objects.update_or_create(
        owner=user,
        target=target.label,
        header_hash=header_hash(headers),
        defaults={"chosen": chosen, "used_at": timezone.now()},
    )


def _as_sent(mapping: Mapping[str, str], headers: Sequence[str]) -> dict[str, str]:
    """The mapping by the columns' own names."""
    name_of = {header: own for own, header in own_names(headers).items()}
    return {name: name_of.get(header, header) for name, header in mapping.items()}


def recalled(user: Any, target: ImportTarget, headers: Sequence[str]) -> Chosen | None:
    """What this user chose for this header the last time."""
    row = RememberedMapping.objects.filter(
        owner=user, target=target.label, header_hash=header_hash(headers)
    ).first()
    if row is None:
        return None
    policies = {name: row.chosen[name] for name in POLICIES if name in row.chosen}
    own = list(own_names(headers))
    return Chosen(row.chosen.get("mapping", {}), policies, own, row.used_at)


def chosen_in(job: ImportJob, target: ImportTarget) -> Chosen | None:
    """What was chosen for a job; None where its plan cannot be read any more."""
    try:
        plan = ImportPlan.from_json(job.plan)
    except ValueError:
        return None
    dialect, headers = plan.file.dialect, plan.file.headers
    return Chosen(
        mapping=_as_sent(mapping_of(plan, target), headers),
        policies={name: getattr(plan, name).value for name in POLICIES},
        headers=list(own_names(headers)),
        at=job.created_at,
        nulls={"nulls": dialect.nulls, "nulls_in_texts": dialect.nulls_in_texts}
        if dialect.nulls
        else {},
    )


def mapping_of(plan: ImportPlan, target: ImportTarget) -> dict[str, str]:
    """Input to header, as it was when the plan was made; without inputs that are no more."""
    found = {link.field: link.header for link in plan.links}
    relations = {f.name: f.related_model for f in target.model._meta.fields if f.is_relation}
    for column in plan.columns:
        if column.lookup is not None and column.field in relations:
            found |= _of_lookup(column.field, relations[column.field], column.lookup)
        elif column.header is not None:
            found[column.field] = column.header
    known = {one.name for one in inputs(target)}
    return {name: header for name, header in found.items() if name in known}


def _of_lookup(name: str, related: Any, lookup: Lookup) -> dict[str, str]:
    by_path = dict(_steps(related, lookup, ""))
    if len(by_path) == 1:
        [header] = by_path.values()
        return {name: header}
    return {f"{name}{SEPARATOR}{path}": header for path, header in by_path.items()}


def _steps(related: Any, lookup: Lookup, before: str) -> Iterator[tuple[str, str]]:
    """The paths of a lookup's keys, which the plan has by their columns, with their headers."""
    by_column = {column_of(one): one for one in related._meta.concrete_fields}
    for key in lookup.keys:
        one = by_column.get(key.column)
        if one is None:
            continue
        if key.lookup is not None and isinstance(one, ForeignKey):
            yield from _steps(one.related_model, key.lookup, f"{before}{one.name}{SEPARATOR}")
        elif key.header is not None:
            yield before + one.name, key.header
