"""A file as a target wants it: headers, a row with everything, a row with what is needed."""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from typing import Any, Final

from django.db.models import ForeignKey

from imports import registry
from imports.examples import example
from imports.fields import AnyField, kind_of
from imports.lookups import is_self_reference, last_field
from imports.mapping import Input, inputs_of
from imports.rights import may_see
from imports.targets import ImportTarget, Request
from imports.whole_plan import whole_plan
from lambda_worker.plan import ColumnPlan, Empty, ImportPlan, LinkPlan, ReadAs
from lambda_worker.reject_file import FORMULAS

ROWS: Final = 2
"""One is full, the other has what is needed: more say nothing new."""

LISTED: Final = 2
"""Items in a list: so many show what stands between them."""

LOOKED_AT: Final = 20
"""Related rows among which are enough that can be shown."""

Row = dict[str, str]


def sample_csv(target: ImportTarget, request: Request) -> bytes:
    """The file, in UTF-8 with a byte order mark, without which Excel takes it for another
    encoding."""
    plan = whole_plan(target, request)
    out = io.StringIO(newline="")
    writer = csv.DictWriter(out, plan.file.headers)
    writer.writeheader()
    writer.writerows(example_rows(target, request, plan))
    return out.getvalue().encode("utf-8-sig")


def example_rows(target: ImportTarget, request: Request, plan: ImportPlan) -> list[Row]:
    """By input name. `plan` is the target's whole plan."""
    rows: list[Row] = [{} for _ in range(ROWS)]
    turns: Counter[type[Any]] = Counter()
    for column in plan.columns:
        _add_column(rows, target, request, column, turns)
    for link in plan.links:
        _add_link(rows, target, request, link)
    return rows


def _add_column(
    rows: list[Row],
    target: ImportTarget,
    request: Request,
    column: ColumnPlan,
    turns: Counter[type[Any]],
) -> None:
    """`turns` counts the relations to each model: a flight does not end where it began."""
    field: AnyField = target.model._meta.get_field(column.field)
    if column.header is None:
        return
    if isinstance(field, ForeignKey) and column.lookup is not None:
        fed = inputs_of(target, field)
        if is_self_reference(target, field):
            _refer_to_the_first(rows, fed, column)
        else:
            keys = _related(field, request, fed, column)
            _add_lookup(rows, fed, keys, column, turns[field.related_model])
            turns[field.related_model] += 1
        return
    for number, row in enumerate(rows):
        if number == 0 or _is_needed(target, column):
            row[column.field] = _plain(field, column, number)


def _is_needed(target: ImportTarget, column: ColumnPlan) -> bool:
    return column.empty is Empty.REJECT or column.field in target.natural_key


def _plain(field: AnyField, column: ColumnPlan, number: int) -> str:
    if not column.listed:
        return example(field, column.kind, column.read_as, number)
    items = [example(field, column.kind, column.read_as, number + n) for n in range(LISTED)]
    return column.read_as.separator.join(dict.fromkeys(items))


# -- Related rows ----------------------------------------------------------------------------------


def _add_lookup(
    rows: list[Row],
    fed: Sequence[Input],
    keys: Sequence[Sequence[str]],
    column: ColumnPlan,
    turn: int,
) -> None:
    """The keys of a related row each; where there are too few, one is taken again."""
    for number, row in enumerate(rows):
        if number and column.empty is not Empty.REJECT:
            break
        chosen = keys[(number + turn) % len(keys)]
        row |= dict(zip((one.name for one in fed), chosen, strict=True))


def _refer_to_the_first(rows: list[Row], fed: Sequence[Input], column: ColumnPlan) -> None:
    """The rows after the first refer to it; where a value is needed, so does it itself."""
    for row in rows if column.empty is Empty.REJECT else rows[1:]:
        row |= {one.name: rows[0].get(one.path, "") for one in fed}


def _related(
    field: ForeignKey[Any, Any], request: Request, fed: Sequence[Input], column: ColumnPlan
) -> list[Sequence[str]]:
    """Keys of rows that there are, if this user may see them; else such as there might be."""
    paths = [one.path for one in fed]
    # A one-to-one relation to a row that is taken already would be refused.
    free = {f"{field.related_query_name()}__isnull": True} if field.unique else {}
    found = _existing(field.related_model, paths, request, ROWS, free)
    return found or [_imagined(field.related_model, paths, column.read_as, n) for n in range(ROWS)]


def _existing(
    related: Any,
    paths: Sequence[str],
    request: Request,
    most: int,
    conditions: Mapping[str, Any],
) -> list[Sequence[str]]:
    if not may_see(request.user, related):
        return []
    own = registry.target_of(related)
    rows = related._default_manager.filter(
        **(own.scope(request) if own else {}),
        **{f"{path}__isnull": False for path in paths},
        **conditions,
    )
    found = rows.order_by("pk").values_list(*paths)[:LOOKED_AT]
    shown = (keys for keys in found if not any(map(_is_formula, keys)))
    return [tuple(map(str, keys)) for keys in islice(shown, most)]


def _is_formula(key: Any) -> bool:
    return isinstance(key, str) and key.startswith(FORMULAS)


def _imagined(related: Any, paths: Sequence[str], read_as: ReadAs, number: int) -> list[str]:
    keys = (last_field(related, path) for path in paths)
    return [example(key, kind_of(key), read_as, number) for key in keys]


def _add_link(rows: list[Row], target: ImportTarget, request: Request, link: LinkPlan) -> None:
    field: AnyField = target.model._meta.get_field(link.field)
    paths = [one.path for one in inputs_of(target, field)]
    items = list(_items(field, paths, request, link))
    for row in rows if link.required else rows[:1]:
        row[link.field] = link.read_as.separator.join(items)


def _items(
    field: AnyField, paths: Sequence[str], request: Request, link: LinkPlan
) -> Iterator[str]:
    """Keys of rows that there are; such as there might be only where some are needed."""
    found = _existing(field.related_model, paths, request, LISTED, {})
    if link.required and not found:
        found = [_imagined(field.related_model, paths, link.read_as, n) for n in range(LISTED)]
    for keys in found:
        yield from (key for key in keys if link.read_as.separator not in key)
