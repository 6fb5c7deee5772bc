"""The parts of a plan that name tables: the target, its rules, the related rows."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from django.db import connection
from django.db.models import CheckConstraint, ForeignKey, ManyToManyField, Model
from psycopg import sql

from imports import registry
from imports.fields import AnyField, column_of, kind_of, stamp_of
from imports.lookups import SEPARATOR, is_self_reference, name_of_table, steps, stored_column
from imports.mapping import inputs_of
from imports.targets import ImportTarget, Request
from imports.values import as_text
from lambda_worker.plan import (
    CheckRule,
    Fixed,
    Function,
    Kind,
    LinkPlan,
    Lookup,
    LookupKey,
    TargetPlan,
    Unique,
)

# -- The target ------------------------------------------------------------------------------------


def target_plan(target: ImportTarget, scope: Mapping[str, Any], imported: set[str]) -> TargetPlan:
    """The table that receives the rows; `imported` are its columns that the plan writes."""
    model = target.model
    schema, table = name_of_table(model)
    key = tuple(column_of(_field(model, name)) for name in target.natural_key)
    scope_columns = {column_of(_field(model, name)) for name in scope}
    return TargetPlan(
        label=target.label,
        name=target.name,
        name_plural=target.name_plural,
        schema=schema,
        table=table,
        pk_column=column_of(model._meta.pk),
        natural_key=key,
        uniques=tuple(_uniques(model, set(key), scope_columns, imported)),
        stamps=tuple(s for field in model._meta.concrete_fields if (s := stamp_of(field))),
        fingerprint="",
        checks=tuple(_checks(model)),
        duplicates=target.duplicates,
        after_import=_function(target.after_import),
    )


def _function(name: str) -> Function | None:
    schema, dot, function = name.rpartition(".")
    return Function(schema=schema if dot else None, name=function) if name else None


_UNIQUES = sql.SQL("""
SELECT c.relname,
       ARRAY(SELECT a.attname::text
               FROM unnest((i.indkey::int2[])[0:i.indnkeyatts - 1]) WITH ORDINALITY k (attnum, n)
               JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = k.attnum
              ORDER BY k.n),
       i.indpred IS NULL AND i.indexprs IS NULL, i.indexprs IS NULL, i.indisprimary
  FROM pg_index i
  JOIN pg_class c ON c.oid = i.indexrelid
 WHERE i.indrelid = to_regclass(%s) AND i.indisunique
 ORDER BY c.relname""")


def _uniques(
    model: type[Any], key: set[str], scope: set[str], imported: set[str]
) -> Iterator[Unique]:
    """The table's unique indexes but for that of the natural key, which is looked at by itself; and
    that one too where rows outside the scope may have the same key."""
    for name, columns, whole, without_expressions, primary in _rows(_UNIQUES, model):
        of_key = whole and set(columns) in (key, key | scope)
        if of_key and not (scope and set(columns) == key):
            continue
        if primary and not set(columns) <= imported:
            continue  # counts up
        yield Unique(name=name, columns=tuple(columns) if without_expressions else ())


_CHECKS = sql.SQL("""
SELECT k.conname,
       ARRAY(SELECT a.attname::text FROM pg_attribute a
              WHERE a.attrelid = k.conrelid AND a.attnum = ANY (k.conkey))
  FROM pg_constraint k
 WHERE k.conrelid = to_regclass(%s) AND k.contype = 'c'
 ORDER BY k.conname""")


def _checks(model: type[Any]) -> Iterator[CheckRule]:
    """The table's check constraints, but for those that Django makes of a field's own range: that
    is a limit of the column."""
    messages = {
        constraint.name: str(constraint.violation_error_message)
        for constraint in model._meta.constraints
        if isinstance(constraint, CheckConstraint)
        and constraint.violation_error_message != constraint.default_violation_error_message
    }
    ranges = {
        column_of(field): f"{column_of(field)}_check"
        for field in model._meta.concrete_fields
        if field.db_check(connection)
    }
    for name, columns in _rows(_CHECKS, model):
        of_range = len(columns) == 1 and name.endswith(ranges.get(columns[0], "\0"))
        if not of_range:
            yield CheckRule(name=name, message=messages.get(name, ""))


def _rows(statement: sql.SQL, model: type[Any]) -> list[Any]:
    table = sql.Identifier(*filter(None, name_of_table(model))).as_string()
    with connection.cursor() as cursor:
        cursor.execute(statement.as_string(), [table])
        return list(cursor.fetchall())


# -- Values that the file cannot set ---------------------------------------------------------------


def fixed(model: type[Any], values: Mapping[str, Any]) -> tuple[Fixed, ...]:
    """Field values as conditions and constants."""
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


# -- Related rows ----------------------------------------------------------------------------------


def lookup_of(
    target: ImportTarget, field: ForeignKey[Any, Any], mapping: Mapping[str, str], asker: Request
) -> Lookup | None:
    """How the file names the related row; None where no column of it does."""
    headers = {
        found.path: mapping[found.name]
        for found in inputs_of(target, field)
        if found.name in mapping
    }
    if not headers:
        return None
    itself = is_self_reference(target, field) and all(path in mapping for path in headers)
    return _lookup(field.related_model, stored_column(field), headers, asker, itself=itself)


def _lookup(
    related: Any, pk_column: str, headers: Mapping[str, str], asker: Request, *, itself: bool
) -> Lookup:
    schema, table = name_of_table(related)
    own = registry.target_of(related)
    return Lookup(
        schema=schema,
        table=table,
        pk_column=pk_column,
        keys=tuple(_key(field, rest, headers, asker) for field, rest in steps(related, headers)),
        label=str(related._meta.verbose_name),
        scope=fixed(related, own.scope(asker)) if own else (),
        itself=itself,
    )


def _key(
    field: AnyField, rest: tuple[str, ...], headers: Mapping[str, str], asker: Request
) -> LookupKey:
    chain = None
    if isinstance(field, ForeignKey) and rest:
        inner = {path: headers[f"{field.name}{SEPARATOR}{path}"] for path in rest}
        chain = _lookup(field.related_model, stored_column(field), inner, asker, itself=False)
    return LookupKey(
        column=column_of(field),
        kind=kind_of(field),
        label=str(field.verbose_name),
        header=None if rest else headers[field.name],
        lookup=chain,
    )


def link_plans(
    target: ImportTarget, mapping: Mapping[str, str], asker: Request
) -> Iterator[LinkPlan]:
    """The many-to-many relations that the file fills."""
    for field in target.model._meta.many_to_many:
        if field.name in mapping:
            yield _link(target, field, mapping[field.name], asker)


def _link(
    target: ImportTarget, field: ManyToManyField[Any, Any], header: str, asker: Request
) -> LinkPlan:
    through: Any = field.remote_field.through
    related_key: Any = through._meta.get_field(field.m2m_reverse_field_name())
    schema, table = name_of_table(through)
    [found] = inputs_of(target, field)
    headers = {found.path: header}
    return LinkPlan(
        field=field.name,
        label=str(field.verbose_name),
        header=header,
        schema=schema,
        table=table,
        source_column=field.m2m_column_name(),
        target_column=field.m2m_reverse_name(),
        pk_kind=kind_of(related_key),
        lookup=_lookup(
            field.related_model, stored_column(related_key), headers, asker, itself=False
        ),
        required=not field.blank,
        replaces=target.links.get(field.name, "replace") == "replace",
        read_as=target.read_as_of(field.name),
    )
