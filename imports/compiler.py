"""Compiles a declared target, a file and a user's choices into the plan that the worker runs."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db import connection
from django.db.models import ForeignKey, Model
from django.utils import translation
from psycopg import sql

from imports import registry
from imports.fields import (
    AnyField,
    choices_of,
    column_of,
    default_of,
    empty_of,
    has_database_default,
    is_made_by_database,
    kind_of,
    stamp_of,
)
from imports.lookups import key_field, name_of_table, stored_column
from imports.mapping import fillable, unmapped
from imports.rules import Rules, limit_text, rules_of
from imports.targets import ImportTarget, Request
from imports.values import as_text
from lambda_worker.fingerprint import fingerprint, tables_of
from lambda_worker.plan import (
    PLAN_VERSION,
    Audience,
    ColumnPlan,
    Default,
    Empty,
    FilePlan,
    Fixed,
    ImportPlan,
    Kind,
    Lookup,
    LookupKey,
    Mode,
    OnReject,
    Review,
    Source,
    TargetPlan,
    Unique,
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
    request: Request | None = None,
) -> ImportPlan:
    """The whole plan; MappingFault if the columns do not suffice. Reads the target's catalog."""
    asker: Request = request or Asker(user)
    scope = dict(target.scope(asker))
    constants = {**target.constants(asker), **scope}
    with translation.override(audience.language):
        _judge(target, file, mapping, constants)
        plan = ImportPlan(
            version=PLAN_VERSION,
            target=_target(target, scope),
            columns=tuple(_columns(target, mapping, constants, asker)),
            constants=_fixed(target.model, constants),
            scope=_fixed(target.model, scope),
            mode=mode,
            on_reject=on_reject,
            review=review,
            again=again,
            file=file,
            audience=audience,
        )
    return _with_fingerprint(plan)


def _judge(
    target: ImportTarget, file: FilePlan, mapping: Mapping[str, str], constants: Mapping[str, Any]
) -> None:
    names = {field.name for field in fillable(target)} - constants.keys()
    faults: dict[str, str] = {}
    for name, header in mapping.items():
        if name not in names:
            faults[name] = f"A file cannot fill {name!r}; it can fill {', '.join(sorted(names))}."
        elif header not in file.headers:
            faults[name] = f"The file has no column {header!r}; it has {', '.join(file.headers)}."
    for field in unmapped(target, mapping, constants):
        faults[field.name] = f"The field {str(field.verbose_name)!r} needs a column of the file."
    if faults:
        raise MappingFault(faults)


def _target(target: ImportTarget, scope: Mapping[str, Any]) -> TargetPlan:
    model = target.model
    schema, table = name_of_table(model)
    key = tuple(column_of(_field(model, name)) for name in target.natural_key)
    scope_columns = {column_of(_field(model, name)) for name in scope}
    keys = ({*key}, {*key} | scope_columns)
    return TargetPlan(
        label=target.label,
        name=target.name,
        name_plural=target.name_plural,
        schema=schema,
        table=table,
        pk_column=column_of(model._meta.pk),
        natural_key=key,
        uniques=tuple(u for u in _uniques(schema, table) if set(u.columns) not in keys),
        stamps=tuple(s for field in model._meta.concrete_fields if (s := stamp_of(field))),
        fingerprint="",
    )


def _columns(
    target: ImportTarget,
    mapping: Mapping[str, str],
    constants: Mapping[str, Any],
    asker: Request,
) -> list[ColumnPlan]:
    """Mapped columns, and those that get a default which only Django knows of."""
    plans = [
        _column(target, field, mapping.get(field.name), asker)
        for field in target.model._meta.concrete_fields
        if not (is_made_by_database(field) or stamp_of(field) or field.name in constants)
    ]
    return [plan for plan in plans if plan.header is not None or plan.default is not None]


def _column(
    target: ImportTarget, field: AnyField, header: str | None, asker: Request
) -> ColumnPlan:
    default = default_of(field)
    empty = empty_of(field, default)
    if header is None:
        default = _unmapped_default(field, default, empty)
    lookup, key = None, field
    if isinstance(field, ForeignKey) and header is not None:
        key = key_field(target, field)
        lookup = _lookup(field, key, header, asker)
    kind = kind_of(key)
    rules = rules_of(field, kind) if lookup is None else Rules()
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
        updatable=header is not None and field.name not in target.natural_key,
    )


def _unmapped_default(field: AnyField, default: Default | None, empty: Empty) -> Default | None:
    """None where an INSERT may leave the column out, and so need not say anything."""
    if has_database_default(field):
        return None
    if default is None and empty is Empty.EMPTY_STRING:
        return Default(source=Source.STATIC, value="")
    return default


def _lookup(field: ForeignKey[Any, Any], key: AnyField, header: str, asker: Request) -> Lookup:
    related = field.related_model
    schema, table = name_of_table(related)
    own = registry.target_of(related)
    return Lookup(
        schema=schema,
        table=table,
        pk_column=stored_column(field),
        keys=(
            LookupKey(
                column=column_of(key),
                kind=kind_of(key),
                label=str(key.verbose_name),
                header=header,
            ),
        ),
        label=str(related._meta.verbose_name),
        scope=_fixed(related, own.scope(asker)) if own else (),
    )


def _fixed(model: type[Any], values: Mapping[str, Any]) -> tuple[Fixed, ...]:
    return tuple(_fix(_field(model, name), value) for name, value in values.items())


def _fix(field: AnyField, value: Any) -> Fixed:
    kind: Kind = kind_of(field)
    if isinstance(value, Model) and isinstance(field, ForeignKey):
        value = getattr(value, field.target_field.attname)
    return Fixed(
        column=column_of(field), kind=kind, value=None if value is None else as_text(value, kind)
    )


def _field(model: type[Any], name: str) -> AnyField:
    field: AnyField = model._meta.get_field(name)
    return field


_UNIQUES = sql.SQL("""
SELECT c.relname, array_agg(a.attname::text ORDER BY k.position)
  FROM pg_index i
  JOIN pg_class c ON c.oid = i.indexrelid
 CROSS JOIN LATERAL unnest(i.indkey::int2[]) WITH ORDINALITY AS k (attnum, position)
  JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = k.attnum
 WHERE i.indrelid = to_regclass(%s)
   AND i.indisunique AND NOT i.indisprimary AND i.indpred IS NULL AND i.indexprs IS NULL
   AND k.position <= i.indnkeyatts
 GROUP BY c.relname
 ORDER BY c.relname""")


def _uniques(schema: str | None, table: str) -> list[Unique]:
    """The table's plain unique indexes; any other (conditions, expressions) it enforces itself."""
    name = sql.Identifier(*filter(None, [schema, table])).as_string()
    with connection.cursor() as cursor:
        cursor.execute(_UNIQUES.as_string(), [name])
        return [Unique(name=index, columns=tuple(columns)) for index, columns in cursor.fetchall()]


def _with_fingerprint(plan: ImportPlan) -> ImportPlan:
    connection.ensure_connection()
    digest = fingerprint(connection.connection, tables_of(plan))
    return dataclasses.replace(plan, target=dataclasses.replace(plan.target, fingerprint=digest))
