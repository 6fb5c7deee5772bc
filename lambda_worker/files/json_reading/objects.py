"""Objects as rows, by their keys."""

from __future__ import annotations

from collections.abc import Container, Mapping, Sequence
from typing import Any, Final, NamedTuple

from lambda_worker.files.csv_reading.headers import SHOWN
from lambda_worker.files.json_reading.records import kind, name_of, require_storable, text_of
from lambda_worker.files.json_reading.remarks import Remarks
from lambda_worker.files.json_reading.values import (
    KEY_SHOWN,
    WORDS,
    Nested,
    Odd,
    Scan,
    opened,
    scan,
)

SHAPES_HELD: Final = 100_000
"""Keys in sequences of keys that are remembered: most files have a handful of some twenty keys."""


class _Shape(NamedTuple):
    """What a record's keys, in their order, mean for its row."""

    order: list[int]
    """For each column the number of its key, or the number of keys where it has none."""
    twice: list[tuple[int, int]]
    """Numbers of keys that are the same column."""
    late: list[str]
    """Keys that are no column."""
    paths: list[tuple[int, int, str]]
    """A column, a key inside of which it may be, and where."""


class ObjectRecords:
    """Rows of objects. `headers` are names of keys, and those of `paths` lead into nested values
    unless a key has that name."""

    def __init__(self, headers: Sequence[str], paths: Sequence[str], remarks: Remarks) -> None:
        self.parse: Scan = opened if paths else scan
        self._remarks = remarks
        self._headers = tuple(headers)
        self._known = frozenset(headers)
        self._paths = [path for path in dict.fromkeys(paths) if path in self._known]
        self._shapes: dict[tuple[str, ...], _Shape] = {}
        self._held = 0
        self._usual: tuple[str, ...] | None = None
        self._met: set[str] = set()

    @property
    def never_met(self) -> list[str]:
        """Columns that no record had."""
        return [header for header in self._headers if header not in self._met]

    def row(self, value: Any, text: str, at: int, line: int) -> list[str]:
        if value.__class__ is not tuple:
            raise Odd("other_kind", found=kind(value), expected="object")
        # They are pairs; to be strict about it takes as long again.
        keys, values = zip(*value) if value else ((), ())  # noqa: B905
        if self.parse is not scan:
            return self._closely(keys, values, line)
        try:
            texts = [v if v.__class__ is str else WORDS[v] for v in values]
        except (KeyError, TypeError):
            values = [value for _, value in opened(text, at)[0]]
            if any(isinstance(value, Nested) for value in values):
                self.parse = opened
            return self._closely(keys, values, line)
        if keys == self._usual:
            return texts
        return self._ordered(self._shape(keys), keys, texts, line)

    def _closely(self, keys: tuple[str, ...], values: Sequence[Any], line: int) -> list[str]:
        texts = [v if v.__class__ is str else text_of(v, self._remarks, line) for v in values]
        if keys == self._usual:
            return texts
        shape = self._shape(keys)
        row = self._ordered(shape, keys, texts, line)
        for column, key, path in shape.paths:
            value = values[key]
            found = inside(value.text, path) if isinstance(value, Nested) else None
            if found is not None:
                row[column] = text_of(found, self._remarks, line)
                self._met.add(self._headers[column])
        return row

    def _ordered(
        self, shape: _Shape, keys: Sequence[str], texts: list[str], line: int
    ) -> list[str]:
        texts.append("")
        row = [texts[n] for n in shape.order]
        for first, second in shape.twice:
            if texts[first] != texts[second]:
                raise Odd("duplicate_key", row, key=keys[second][:KEY_SHOWN])
        if shape.late:
            if len(shape.late) == len(keys):
                raise Odd("other_keys", row, keys=[key[:KEY_SHOWN] for key in keys[:SHOWN]])
            for key in shape.late:
                self._remarks.late(key, line)
        return row

    def _shape(self, keys: tuple[str, ...]) -> _Shape:
        shape = self._shapes.get(keys)
        if shape is None:
            shape = self._new_shape(keys)
            if self._held + len(keys) < SHAPES_HELD:
                self._held += len(keys) + 1
                self._shapes[keys] = shape
            if shape.order == list(range(len(keys))) and not (shape.twice or shape.late):
                self._usual = keys
        return shape

    def _new_shape(self, keys: tuple[str, ...]) -> _Shape:
        require_storable("".join(keys))
        numbers: dict[str, int] = {}
        twice: list[tuple[int, int]] = []
        for number, key in enumerate(keys):
            first = numbers.setdefault(name_of(key), number)
            if first != number:
                twice.append((first, number))
        self._met |= numbers.keys() & self._known
        order = [numbers.get(header, len(keys)) for header in self._headers]
        late = [name for name in numbers if name not in self._known]
        return _Shape(order, twice, late, self._ways(numbers))

    def _ways(self, numbers: Mapping[str, int]) -> list[tuple[int, int, str]]:
        """For each of the paths that is no key: the key that it goes through, if there is one."""
        return [
            (self._headers.index(path), numbers[step], path[len(step) + 1 :])
            for path in self._paths
            if path not in numbers and (step := _step(path, numbers)) is not None
        ]


def _step(path: str, keys: Container[str]) -> str | None:
    """The shortest beginning of a path that is a key, up to one of its dots."""
    dots = (n for n, character in enumerate(path) if character == ".")
    return next((path[:n] for n in dots if path[:n] in keys), None)


def inside(text: str, path: str) -> Any:
    """The value in compact JSON to which a path leads, folded; None where there is none."""
    value = opened(text, 0)[0]
    if value.__class__ is list:
        found: dict[str, Any] = {str(n): item for n, item in enumerate(value)}
    else:
        found = dict(value)
    if path in found:
        return found[path]
    step = _step(path, found)
    if step is None or not isinstance(found[step], Nested):
        return None
    return inside(found[step].text, path[len(step) + 1 :])
