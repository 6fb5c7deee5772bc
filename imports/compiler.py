"""Compiles a declared target, a file and a user's choices into the plan that the worker runs."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.db import connection
from django.db.models import ForeignKey
from django.utils import translation
from django.utils.translation import gettext as _

from imports.fields import (
    AnyField,
    choices_of,
    column_of,
    default_of,
    empty_of,
    has_database_default,
    is_array,
    is_made_by_database,
    item_of,
    kind_of,
    stamp_of,
)
from imports.lookups import last_field
from imports.mapping import inputs, label_of_input, unmapped
from imports.null_words import with_null_words
from imports.planning import fixed as _fixed
from imports.planning import link_plans, lookup_of, target_plan
from imports.rights import may_see
from imports.rules import Rules, limit_text, rules_of
from imports.targets import ImportTarget, Request
from lambda_worker.fingerprint import fingerprint, tables_of
from lambda_worker.language import listed
from lambda_worker.lookups import leaf_keys
from lambda_worker.plan import (
    PLAN_VERSION,
    Audience,
    ColumnPlan,
    Default,
    Empty,
    FilePlan,
    ImportPlan,
    Kind,
    Mode,
    OnReject,
    Review,
    Source,
)


class MappingFault(Exception):
    """The mapping cannot be run: `faults` has a sentence for each field that it concerns."""

    def __init__(self, faults: Mapping[str, str]) -> None:
        super().__init__("; ".join(faults.values()))
        self.faults = dict(faults)


@dataclass(frozen=True)
class Asker:
    """Stands in for the request where there is none, as in a management command."""

    user: Any


def compile_plan(  # noqa: PLR0913  (a plan has this many choices)
    target: ImportTarget,
    *,
    user: Any,
    file: FilePlan,
    mapping: Mapping[str, str],
    mode: Mode,
    on_reject: OnReject,
    review: Review,
    audience: Audience,
    again: bool = False,
    exclusive: bool = False,
    request: Request | None = None,
) -> ImportPlan:
    """The whole plan; MappingFault if the columns do not suffice. Reads the target's catalog."""
    asker: Request = request or Asker(user)
    scope = dict(target.scope(asker))
    constants = {**target.constants(asker), **scope}
    with translation.override(audience.language):
        _judge(target, file, mapping, constants)
        columns = tuple(_columns(target, mapping, constants, asker))
        plan = ImportPlan(
            version=PLAN_VERSION,
            target=target_plan(target, scope, {column.column for column in columns}),
            columns=columns,
            constants=_fixed(target.model, constants),
            scope=_fixed(target.model, scope),
            mode=mode,
            on_reject=on_reject,
            review=review,
            again=again,
            file=file,
            audience=audience,
            links=tuple(link_plans(target, mapping, asker)),
            exclusive=exclusive,
            nameable=_nameable(target, mapping, user),
        )
    return _with_fingerprint(with_null_words(plan))


def _judge(
    target: ImportTarget, file: FilePlan, mapping: Mapping[str, str], constants: Mapping[str, Any]
) -> None:
    known = {found.name for found in inputs(target) if found.field.name not in constants}
    faults: dict[str, str] = {}
    for name, header in mapping.items():
        if name not in known:
            faults[name] = _unfillable(name, known)
        elif header not in file.headers:
            faults[name] = _not_in_file(header, file.headers)
    for missing in unmapped(target, mapping, constants):
        words = _("The field '%(label)s' needs a column of the file.")
        faults[missing.name] = words % {"label": label_of_input(missing)}
    if faults:
        raise MappingFault(faults)


def _nameable(target: ImportTarget, mapping: Mapping[str, str], user: Any) -> tuple[str, ...]:
    """The fields whose related rows the user may see, those at a chain's end."""
    related = [one for one in inputs(target) if one.name in mapping and one.field.is_relation]
    named = {one.field.name: last_field(one.field.related_model, one.path) for one in related}
    return tuple(name for name, key in named.items() if may_see(user, key.model))


def _unfillable(name: str, known: Iterable[str]) -> str:
    told = {"name": name, "known": _listed(sorted(known))}
    return _("A file cannot fill '%(name)s'; it can fill %(known)s.") % told


def _not_in_file(header: str, headers: Iterable[str]) -> str:
    told = {"header": header, "found": _listed(headers)}
    return _("The file has no column '%(header)s'; it has %(found)s.") % told


def _listed(names: Iterable[str]) -> str:
    return listed(names, translation.get_language() or "en")


def _columns(
    target: ImportTarget,
    mapping: Mapping[str, str],
    constants: Mapping[str, Any],
    asker: Request,
) -> list[ColumnPlan]:
    """Mapped columns, and those that get a default which only Django knows of."""
    plans = [
        _column(target, field, mapping, asker)
        for field in target.model._meta.concrete_fields
        if not (is_made_by_database(field) or stamp_of(field) or field.name in constants)
    ]
    return [plan for plan in plans if plan.header is not None or plan.default is not None]


def _column(
    target: ImportTarget, field: AnyField, mapping: Mapping[str, str], asker: Request
) -> ColumnPlan:
    default = default_of(field)
    empty = empty_of(field, default)
    lookup, header = None, mapping.get(field.name)
    if isinstance(field, ForeignKey):
        lookup = lookup_of(target, field, mapping, asker)
        header = lookup.headers[0] if lookup else None
    if header is None:
        default = _unmapped_default(field, default, empty)
    kind = _kind(target, field) if lookup is None else next(leaf_keys(lookup)).kind
    rules = rules_of(item_of(field), kind) if lookup is None else Rules()
    return ColumnPlan(
        field=field.name,
        label=str(field.verbose_name),
        column=column_of(field),
        header=header,
        kind=kind,
        empty=empty,
        default=default,
        max_length=rules.max_length,
        precision=rules.precision,
        scale=rules.scale,
        min_value=limit_text(rules.min_value, kind),
        max_value=limit_text(rules.max_value, kind),
        choices=choices_of(field, kind) if lookup is None else (),
        patterns=rules.patterns,
        lookup=lookup,
        pk_kind=kind_of(field) if lookup else None,
        updatable=header is not None and may_be_updated(target, field),
        read_as=target.read_as_of(field.name),
        listed=is_array(field),
    )


def _kind(target: ImportTarget, field: AnyField) -> Kind:
    kind = kind_of(field)
    return Kind.HEX if kind is Kind.BASE64 and field.name in target.hexadecimal else kind


def may_be_updated(target: ImportTarget, field: AnyField) -> bool:
    """Whether an upsert may change the field in rows that are there. A row keeps its keys."""
    declared = target.update_fields
    return (
        field.name not in target.natural_key
        and not field.primary_key
        and (declared is None or field.name in declared)
    )


def _unmapped_default(field: AnyField, default: Default | None, empty: Empty) -> Default | None:
    """None where an INSERT may leave the column out, and so need not say anything."""
    if has_database_default(field):
        return None
    if default is None and empty is Empty.EMPTY_STRING:
        return Default(source=Source.STATIC, value="")
    return default


def _with_fingerprint(plan: ImportPlan) -> ImportPlan:
    connection.ensure_connection()
    digest = fingerprint(connection.connection, tables_of(plan))
    return dataclasses.replace(plan, target=dataclasses.replace(plan.target, fingerprint=digest))
