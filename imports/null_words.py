"""A file's own words for nothing, as the plan's columns take them."""

from __future__ import annotations

from dataclasses import replace

from lambda_worker.files.dialect import Dialect
from lambda_worker.files.sniffing.value_shapes import POSTGRES_NULL
from lambda_worker.plan import ColumnPlan, ImportPlan, Kind, LinkPlan, Lookup, ReadAs


def with_null_words(plan: ImportPlan) -> ImportPlan:
    """The plan whose columns take the words of its file's dialect for nothing: those of numbers,
    dates and the like, which could not have them as their values; texts where the dialect says so,
    for a person may be called Null, and a country NA."""
    dialect = plan.file.dialect
    if not dialect.nulls:
        return plan
    return replace(
        plan,
        columns=tuple(_column(column, dialect) for column in plan.columns),
        links=tuple(_link(link, dialect) for link in plan.links),
    )


def _column(column: ColumnPlan, dialect: Dialect) -> ColumnPlan:
    words = _words(dialect, may_be_text=_may_be_text(column))
    return replace(column, read_as=_with(column.read_as, words))


def _link(link: LinkPlan, dialect: Dialect) -> LinkPlan:
    words = _words(dialect, may_be_text=_asks_for_text(link.lookup))
    return replace(link, read_as=_with(link.read_as, words))


def _words(dialect: Dialect, *, may_be_text: bool) -> tuple[str, ...]:
    if may_be_text and not dialect.nulls_in_texts:
        return tuple(word for word in dialect.nulls if word == POSTGRES_NULL)
    return dialect.nulls


def _with(read_as: ReadAs, words: tuple[str, ...]) -> ReadAs:
    return replace(read_as, nulls=tuple(dict.fromkeys([*read_as.nulls, *words])))


def _may_be_text(column: ColumnPlan) -> bool:
    if column.lookup is not None:
        return _asks_for_text(column.lookup)
    return column.kind is Kind.TEXT or bool(column.choices)


def _asks_for_text(lookup: Lookup) -> bool:
    return any(
        _asks_for_text(key.lookup) if key.lookup else key.kind is Kind.TEXT for key in lookup.keys
    )
