"""Frozen dataclasses to JSON and back, strictly: an unknown, missing or ill-typed member is an
error."""

from __future__ import annotations

import dataclasses
import types
import typing
from enum import Enum
from functools import cache
from typing import Any, TypeVar

T = TypeVar("T")


def to_json(value: Any) -> Any:
    """What json.dumps takes, from a dataclass of dataclasses, tuples, enums, strings, numbers and
    None."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {f.name: to_json(getattr(value, f.name)) for f in dataclasses.fields(value)}
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, tuple):
        return [to_json(item) for item in typing.cast("tuple[Any, ...]", value)]
    return value


def from_json(cls: type[T], data: Any, where: str = "") -> T:
    """A `cls` from its JSON; ValueError names the member that does not fit."""
    return typing.cast("T", _read(cls, data, where or cls.__name__))


@cache
def _hints(cls: type) -> dict[str, Any]:
    return typing.get_type_hints(cls)


def _read(kind: Any, data: Any, where: str) -> Any:
    origin = typing.get_origin(kind)
    if origin in (typing.Union, types.UnionType):
        return _read_optional(kind, data, where)
    if origin is tuple:
        return _read_tuple(kind, data, where)
    if dataclasses.is_dataclass(kind):
        return _read_object(typing.cast("type", kind), data, where)
    if isinstance(kind, type) and issubclass(kind, Enum):
        return kind(data)
    if type(data) is not kind:
        raise ValueError(f"{where}: {data!r} is not of type {kind.__name__}")
    return data


def _read_optional(kind: Any, data: Any, where: str) -> Any:
    if data is None:
        return None
    (inner,) = (arg for arg in typing.get_args(kind) if arg is not type(None))
    return _read(inner, data, where)


def _read_tuple(kind: Any, data: Any, where: str) -> tuple[Any, ...]:
    if not isinstance(data, list):
        raise ValueError(f"{where}: {data!r} is not a list")
    item_kind = typing.get_args(kind)[0]
    items = typing.cast("list[Any]", data)
    return tuple(_read(item_kind, item, f"{where}[{n}]") for n, item in enumerate(items))


def _read_object(kind: type, data: Any, where: str) -> Any:
    if not isinstance(data, dict):
        raise ValueError(f"{where}: {data!r} is not an object")
    members = typing.cast("dict[str, Any]", data)
    names = {f.name for f in dataclasses.fields(kind)}
    if members.keys() != names:
        unknown, missing = sorted(members.keys() - names), sorted(names - members.keys())
        raise ValueError(f"{where}: unknown {unknown}, missing {missing}")
    hints = _hints(kind)
    return kind(**{n: _read(hints[n], members[n], f"{where}.{n}") for n in names})
