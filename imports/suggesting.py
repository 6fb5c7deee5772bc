"""Which column of a file most likely feeds which field: by its name, by a name that is one slip
away, or by its values. A person looks at what comes of it."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

from django.db.models import ForeignKey, ManyToManyField

from imports import registry
from imports.fields import kind_of
from imports.lookups import last_field
from imports.mapping import Input, inputs, is_required, names_of, plain, suggest
from imports.targets import ImportTarget, Request
from imports.value_tests import are_numbers, are_short, is_telling, test_of, told
from lambda_worker.near_matches import nearest
from lambda_worker.plan import Kind
from lambda_worker.reject_file import REJECT_COLUMNS

SHORTEST_NAME: Final = 5
"""Letters of a field's name at least that may have a slip: `code` and `mode` are two names."""

DIFFERENT: Final = 2
"""So many different values at least say something: one may have the right form by chance."""

TABLES_ASKED: Final = 3
"""Related tables that are asked, by one indexed query each, whether they have such rows."""

VALUES_ASKED: Final = 200
"""Values that one of them is asked for."""


class Why(StrEnum):
    """What speaks for a suggestion."""

    NAME = "name"
    SLIP = "slip"
    """The column's name is one slip away from one of the field's."""
    VALUES = "values"
    """Its values could be no other field's."""
    BEFORE = "before"
    """Somebody had it so before."""


@dataclass(frozen=True, slots=True)
class Suggestion:
    """The column for an input, and why."""

    header: str
    why: Why


Columns = Mapping[str, Sequence[str]]
"""First values, by header."""


def suggestions(
    target: ImportTarget,
    request: Request,
    columns: Columns,
    *,
    nulls: Sequence[str] = (),
    taken: Collection[str] = (),
) -> dict[str, Suggestion]:
    """By input name, without those `taken`. No column feeds two inputs. `nulls` are words that
    stand for nothing."""
    open_inputs = [one for one in _open(target, request) if one.name not in taken]
    names = {one.name for one in open_inputs}
    headers = [header for header in columns if header not in REJECT_COLUMNS]
    by_name = suggest(target, headers)
    found = {n: Suggestion(header, Why.NAME) for n, header in by_name.items() if n in names}
    values = {h: told(columns[h], nulls) for h in headers if h not in by_name.values()}
    left = [one for one in open_inputs if one.name not in found]
    for name, header in _by_slip(target, left, values).items():
        found[name] = Suggestion(header, Why.SLIP)
        del values[header]
    left = [one for one in left if one.name not in found]
    for name, header in _by_values(target, request, left, values).items():
        found[name] = Suggestion(header, Why.VALUES)
    return found


def _open(target: ImportTarget, request: Request) -> list[Input]:
    """What a file may feed, without what the request fixes."""
    fixed = {*target.constants(request), *target.scope(request)}
    return [one for one in inputs(target) if one.field.name not in fixed]


# -- By a slip -------------------------------------------------------------------------------------


def _by_slip(target: ImportTarget, left: Sequence[Input], values: Columns) -> dict[str, str]:
    """Where a column is near to the names of one input alone, which no other column is near to, and
    nothing in its values speaks against it."""
    owners: dict[str, set[str]] = defaultdict(set)
    for one in left:
        for name in names_of(target, one):
            owners[plain(name)].add(one.name)
    long_enough = [name for name in owners if len(name) >= SHORTEST_NAME]
    near = nearest(values, long_enough)
    pairs = [(name, header) for header, found in near.items() for name in owners[found]]
    by_name = {one.name: one for one in left}
    return {
        name: header
        for name, header in _mutual(pairs)
        if _may_be(target, by_name[name], values[header])
    }


def _may_be(target: ImportTarget, one: Input, values: Sequence[str]) -> bool:
    """Whether nothing in the values speaks against it."""
    field = one.field
    if isinstance(field, ManyToManyField):
        return True
    if isinstance(field, ForeignKey):
        field = last_field(field.related_model, one.path)
    return all(map(test_of(target, field), values))


# -- By the values ---------------------------------------------------------------------------------


def _by_values(
    target: ImportTarget, request: Request, left: Sequence[Input], values: Columns
) -> dict[str, str]:
    """Where a column's values could be one field's alone, which is needed, and no other column's
    values could be that field's."""
    telling = {
        header: found
        for header, found in values.items()
        if found and not are_numbers(found) and are_short(found)
    }
    pairs = [
        *_of_form(target, left, telling),
        *_of_related_rows(request, left, telling),
    ]
    needed = {one.name for one in left if is_required(target, one.field)}
    return {name: header for name, header in _mutual(pairs) if name in needed}


def _of_form(
    target: ImportTarget, left: Sequence[Input], values: Columns
) -> Iterator[tuple[str, str]]:
    for one in left:
        field = one.field
        if one.path or not is_telling(field):
            continue
        test = test_of(target, field)
        # A date or a UUID is one by itself; of codes, one may be so by chance.
        least = DIFFERENT if field.choices or kind_of(field) is Kind.TEXT else 1
        for header, found in values.items():
            if len(found) >= least and all(map(test, found)):
                yield one.name, header


def _of_related_rows(
    request: Request, left: Sequence[Input], values: Columns
) -> Iterator[tuple[str, str]]:
    """Lookups by one text, whose related table has rows of all the values."""
    asked: dict[tuple[Any, str], list[str]] = defaultdict(list)
    alone = [one.field.name for one in left]
    for one in left:
        if isinstance(one.field, ForeignKey) and alone.count(one.field.name) == 1:
            asked[one.field.related_model, one.path].append(one.name)
    for (related, path), names in list(asked.items())[:TABLES_ASKED]:
        for header in _found_in(request, related, path, values):
            yield from ((name, header) for name in names)


def _found_in(request: Request, related: Any, path: str, values: Columns) -> list[str]:
    """The columns all of whose values are keys of related rows that this user may name."""
    key = last_field(related, path)
    if kind_of(key) is not Kind.TEXT:
        return []
    longest = key.max_length or 0
    possible = {
        header: found
        for header, found in values.items()
        if len(found) >= DIFFERENT and (not longest or max(map(len, found)) <= longest)
    }
    wanted = {value for found in possible.values() for value in found}
    if not 0 < len(wanted) <= VALUES_ASKED:
        return []
    own = registry.target_of(related)
    rows = related._default_manager.filter(**own.scope(request) if own else {})
    known = set(rows.filter(**{f"{path}__in": wanted}).values_list(path, flat=True))
    return [header for header, found in possible.items() if known.issuperset(found)]


def _mutual(pairs: Sequence[tuple[str, str]]) -> Iterator[tuple[str, str]]:
    """The pairs whose both sides are in no other pair."""
    names = Counter(name for name, _ in pairs)
    headers = Counter(header for _, header in pairs)
    for name, header in pairs:
        if names[name] == headers[header] == 1:
            yield name, header
