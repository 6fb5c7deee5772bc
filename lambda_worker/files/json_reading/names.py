"""Names of columns that stand beside an array of arrays."""

from __future__ import annotations

from typing import Any, Final, cast

LISTS: Final = frozenset({"columns", "fields", "header", "headers", "names"})
"""Members that may hold them: as texts, as in pandas' `split`, or as objects with a name each, as
in what CKAN sends."""

HOLDERS: Final = frozenset({"meta", "metadata", "schema"})
"""Members that may hold such a member: Socrata has `meta.view.columns`."""

_NAMES: Final = ("name", "fieldName", "id", "label", "title")
"""Members of a column's description that may be its name, the best first."""

_DEEPEST: Final = 3
"""Levels of a holder that are looked at."""


def names_in(key: str, value: Any) -> list[str]:
    """The names in a member of that key, whose value has its objects as pairs; none where there are
    none."""
    if key in LISTS:
        return _names_of(value)
    return _names_inside(value, _DEEPEST) if key in HOLDERS else []


def _names_inside(value: Any, levels: int) -> list[str]:
    if not levels or value.__class__ is not tuple:
        return []
    members = dict(cast("tuple[tuple[str, Any], ...]", value))
    found = [_names_of(member) for key, member in members.items() if key in LISTS]
    found += [_names_inside(member, levels - 1) for member in members.values()]
    return next((names for names in found if names), list[str]())


def _names_of(value: Any) -> list[str]:
    items: list[Any] = value if value.__class__ is list else []
    if items and all(item.__class__ is tuple for item in items):
        described = [dict(cast("tuple[tuple[str, Any], ...]", item)) for item in items]
        key = next((key for key in _NAMES if all(key in each for each in described)), "")
        items = [each.get(key) for each in described]
    return items if all(type(item) is str for item in items) else []
