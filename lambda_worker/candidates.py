"""Candidates: the rows as they would stand after the import, for the table's own unique indexes and
check constraints to be asked about them before anything is written."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import psycopg
from psycopg import sql

from lambda_worker.catalog import Catalog, CatalogIndex
from lambda_worker.database import Data
from lambda_worker.faults import JobFault
from lambda_worker.keys import column_indices, key_match, one_column
from lambda_worker.kinds import sql_type
from lambda_worker.plan import Default, ImportPlan, Kind, Mode, Source, Stamp
from lambda_worker.tables import (
    StagingTables,
    fixed_value,
    ready_column,
    table,
    within_scope,
)
from lambda_worker.typed_values import generated
from lambda_worker.updating import updatable

_COMMA = sql.SQL(", ")
_AND = sql.SQL(" AND ")


class RuleStep(NamedTuple):
    """A statement that asks one of the table's rules, an index or a constraint, about the rows."""

    rule: str
    statement: sql.Composed

    def run(self, data: Data) -> None:
        """JobFault where the rule cannot be computed for some row: `100 / seats` of no seats."""
        try:
            data.execute(self.statement)
        except psycopg.errors.DataError as error:
            raise JobFault("refused_by_table", rule=self.rule) from error


# -- The rows --------------------------------------------------------------------------------------

_ROWS = sql.SQL("SELECT r.record AS sluice_record{key}{columns} FROM {ready} r{join}{only_new}")
_KEY_VALUE = sql.SQL(", r.{value} AS {name}")
_COLUMN = sql.SQL(", {value} AS {name}")
_JOIN = sql.SQL(" LEFT JOIN {target} t ON {match}{scope}")
_ONLY_NEW = sql.SQL(" WHERE NOT EXISTS (SELECT FROM {target} t WHERE {match}{scope})")
_CAST = sql.SQL("CAST({value} AS {type})")
_GENERATED = sql.SQL("SELECT c.*{columns} FROM ({rows}) c")


def candidates(
    plan: ImportPlan, tables: StagingTables, catalog: Catalog, columns: Sequence[str]
) -> sql.Composed:
    """The rows with `columns`, by the table's own names, sluice_record, and sluice_n1 ... for the
    natural key. In mode insert_new without those that will be skipped."""
    computed = [name for name in columns if catalog.column(name).generated is not None]
    if computed:  # from any of the others
        stored = [column.name for column in catalog.columns if column.generated is None]
        return _GENERATED.format(
            rows=candidates(plan, tables, catalog, stored),
            columns=sql.Composed(
                [
                    _COLUMN.format(value=catalog.column(name).generated, name=sql.Identifier(name))
                    for name in computed
                ]
            ),
        )
    values = {name: _Value(plan, catalog, name) for name in columns}
    where = {
        "target": table(plan.target.schema, plan.target.table),
        "match": key_match(plan, plan.target.natural_key),
        "scope": within_scope("t", plan.scope),
    }
    needs_join = plan.mode is Mode.UPSERT and any(
        v.of_existing is not None for v in values.values()
    )
    nothing = sql.Composed([])
    return _ROWS.format(
        key=sql.Composed(
            [
                _KEY_VALUE.format(value=ready_column(n), name=name)
                for n, name in zip(
                    column_indices(plan, plan.target.natural_key), _own_names(plan), strict=True
                )
            ]
        ),
        columns=sql.Composed(
            [
                _COLUMN.format(value=value.expression(joined=needs_join), name=sql.Identifier(name))
                for name, value in values.items()
            ]
        ),
        ready=tables.ready,
        join=_JOIN.format(**where) if needs_join else nothing,
        only_new=_ONLY_NEW.format(**where) if plan.mode is Mode.INSERT_NEW else nothing,
    )


def _own_names(plan: ImportPlan) -> list[sql.Identifier]:
    return [sql.Identifier(f"sluice_n{n + 1}") for n in range(len(plan.target.natural_key))]


_OF_READY = sql.SQL("r.{column}")
_OF_TABLE = sql.SQL("t.{column}")
_EITHER = sql.SQL("CASE WHEN t.{pk} IS NULL THEN {of_new} ELSE {of_existing} END")
_NULL = sql.SQL("NULL")


class _Value:
    """A column's value in a new row, and, where the import would not write it, in a row that is
    there."""

    def __init__(self, plan: ImportPlan, catalog: Catalog, name: str) -> None:
        self._plan = plan
        self._name = name
        self._type = catalog.column(name).type
        self._default = catalog.column(name).default
        self.of_existing: sql.Composed | None = _OF_TABLE.format(column=sql.Identifier(name))
        self._of_new = self._new()

    def _new(self) -> sql.Composable:
        plan, name = self._plan, self._name
        imported = {column.column: n for n, column in enumerate(plan.columns)}
        if name in imported:
            if imported[name] in updatable(plan) or name in plan.target.natural_key:
                self.of_existing = None
            return _OF_READY.format(column=ready_column(imported[name]))
        for fixed in plan.constants:
            if fixed.column == name:
                if fixed in plan.scope:
                    self.of_existing = None
                return fixed_value(fixed)
        for stamp in plan.target.stamps:
            if stamp.column == name:
                if stamp.on_update:
                    self.of_existing = None
                return stamp_value(plan, stamp)
        return self._default or _NULL

    def expression(self, *, joined: bool) -> sql.Composed:
        """The value; `joined`: the row that is there is `t`."""
        value: sql.Composable = self._of_new
        if joined and self.of_existing is not None:
            value = _EITHER.format(
                pk=sql.Identifier(self._plan.target.pk_column),
                of_new=_CAST.format(value=self._of_new, type=self._type),
                of_existing=self.of_existing,
            )
        return _CAST.format(value=value, type=self._type)


def stamp_value(plan: ImportPlan, stamp: Stamp) -> sql.Composed:
    """What Django's save() would set."""
    types = {Source.NOW: Kind.DATETIME, Source.TODAY: Kind.DATE}
    return generated(Default(source=stamp.source), sql_type(types[stamp.source]), plan)


# A value that has a fault is NULL in a candidate: what that means to a rule that looks at NULL, or
# reckons with it, nobody can say.
_SOUND = sql.SQL("""
   AND NOT EXISTS (
       SELECT FROM {fault} f
        WHERE f.record = n.sluice_record AND f.column_no = ANY (ARRAY[{columns}])
          AND f.code <> ALL ('{{duplicate_in_file,taken,already_exists}}'))""")


def _sound(plan: ImportPlan, tables: StagingTables, columns: Sequence[str]) -> sql.Composed:
    numbers = [sql.Literal(n) for n, c in enumerate(plan.columns) if c.column in columns]
    if not numbers:
        return sql.Composed([])
    return _SOUND.format(fault=tables.fault, columns=_COMMA.join(numbers))


# -- Unique indexes --------------------------------------------------------------------------------

_KEYS = sql.SQL("SELECT n.sluice_record{own}{keys} FROM ({rows}) n WHERE true{condition}{sound}")
_OWN_KEY = sql.SQL(", n.{name}")
_KEY = sql.SQL(", {expression} AS {name}")
_CONDITION = sql.SQL(" AND ({condition})")

_DUPLICATES = sql.SQL("""
WITH n AS NOT MATERIALIZED (
    {keys}
)
INSERT INTO {fault} (record, column_no, code, detail)
SELECT n.sluice_record, {column_no}, 'duplicate_in_file', CAST(d.first AS text)
  FROM n
  JOIN (SELECT {names}, min(sluice_record) AS first
          FROM n
         GROUP BY {names}
        HAVING count(*) > 1) d ON {match}
 WHERE n.sluice_record > d.first""")
_EQUAL = sql.SQL("{a}.{name} = {b}.{name}")
# As one record: to records a null equals a null, and their equality can be hashed.
_RECORD = sql.SQL(", ROW({expressions}) AS {name}")

_TAKEN = sql.SQL("""
INSERT INTO {fault} (record, column_no, code)
SELECT n.sluice_record, {column_no}, 'taken'
  FROM ({keys}) n
  JOIN (SELECT {own}{expressions}
          FROM {target} t
         WHERE true{condition}) t ON {match}
 WHERE NOT ({own_row})""")
_OWN = sql.SQL("{column} AS {name}")
_IN_SCOPE = sql.SQL("(true{scope}) AS sluice_in_scope")
_OWN_ROW = sql.SQL("t.sluice_in_scope AND {keys}")
_SAME_KEY = sql.SQL("t.{name} = n.{name}")


def unique_faults(plan: ImportPlan, tables: StagingTables, catalog: Catalog) -> Iterator[RuleStep]:
    """Rows whose key in one of the unique indexes an earlier line has too, or another row of the
    table."""
    for unique in plan.target.uniques:
        index = catalog.index(unique.name)
        if _may_be_written(plan, index.columns):
            if set(index.columns) != set(plan.target.natural_key):  # that was looked at before
                yield RuleStep(unique.name, _duplicates(plan, tables, catalog, index))
            yield RuleStep(unique.name, _taken(plan, tables, catalog, index))


def _may_be_written(plan: ImportPlan, columns: Sequence[str]) -> bool:
    """Whether an import can bring new values into `columns`: an update of others changes nothing
    about them, and ids that count up meet nobody."""
    imported = {column.column for column in plan.columns}
    return bool(imported & set(columns)) or list(columns) != [plan.target.pk_column]


def _keys(
    plan: ImportPlan, tables: StagingTables, catalog: Catalog, index: CatalogIndex
) -> sql.Composed:
    none = sql.Composed([])
    return _KEYS.format(
        own=sql.Composed([_OWN_KEY.format(name=name) for name in _own_names(plan)]),
        keys=_expressions(index),
        rows=candidates(plan, tables, catalog, index.columns),
        condition=_CONDITION.format(condition=index.condition) if index.condition else none,
        sound=none if index.plain else _sound(plan, tables, index.columns),
    )


def _expressions(index: CatalogIndex) -> sql.Composed:
    if not index.nulls_distinct:
        [name] = _names(index)
        return _RECORD.format(expressions=_COMMA.join(index.keys), name=name)
    return sql.Composed(
        [
            _KEY.format(expression=key, name=name)
            for key, name in zip(index.keys, _names(index), strict=True)
        ]
    )


def _names(index: CatalogIndex) -> list[sql.Identifier]:
    number = len(index.keys) if index.nulls_distinct else 1
    return [sql.Identifier(f"sluice_k{n + 1}") for n in range(number)]


def _same(index: CatalogIndex, a: str, b: str) -> sql.Composed:
    return _AND.join(
        _EQUAL.format(a=sql.Identifier(a), b=sql.Identifier(b), name=name) for name in _names(index)
    )


def _duplicates(
    plan: ImportPlan, tables: StagingTables, catalog: Catalog, index: CatalogIndex
) -> sql.Composed:
    return _DUPLICATES.format(
        keys=_keys(plan, tables, catalog, index),
        fault=tables.fault,
        column_no=one_column(plan, index.columns),
        names=_COMMA.join(_names(index)),
        match=_same(index, "n", "d"),
    )


def _taken(
    plan: ImportPlan, tables: StagingTables, catalog: Catalog, index: CatalogIndex
) -> sql.Composed:
    key = plan.target.natural_key
    own = _own_names(plan)
    columns: list[sql.Composed] = [
        _OWN.format(column=sql.Identifier(column), name=name)
        for column, name in zip(key, own, strict=True)
    ]
    columns.append(_IN_SCOPE.format(scope=within_scope("t", plan.scope)))
    same_key = (_SAME_KEY.format(name=name) for name in own)
    none = sql.Composed([])
    return _TAKEN.format(
        fault=tables.fault,
        column_no=one_column(plan, index.columns),
        keys=_keys(plan, tables, catalog, index),
        own=_COMMA.join(columns),
        expressions=_expressions(index),
        target=table(plan.target.schema, plan.target.table),
        condition=_CONDITION.format(condition=index.condition) if index.condition else none,
        match=_same(index, "t", "n"),
        own_row=_OWN_ROW.format(keys=_AND.join(same_key)),
    )


# -- Check constraints -----------------------------------------------------------------------------

_BROKEN = sql.SQL("""
INSERT INTO {fault} (record, column_no, code, detail)
SELECT n.sluice_record, {column_no}, 'check_failed', {detail}
  FROM ({rows}) n
 WHERE NOT ({expression}){sound}""")


def check_faults(plan: ImportPlan, tables: StagingTables, catalog: Catalog) -> Iterator[RuleStep]:
    """Rows that a check constraint would refuse."""
    for number, rule in enumerate(plan.target.checks):
        check = catalog.check(rule.name)
        statement = _BROKEN.format(
            fault=tables.fault,
            column_no=one_column(plan, check.columns),
            detail=sql.Literal(str(number)),
            rows=candidates(plan, tables, catalog, check.columns),
            expression=check.expression,
            sound=_sound(plan, tables, check.columns),
        )
        yield RuleStep(rule.name, statement)
