"""The columns of a JSON file: names of its records' members, or places in its arrays."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from itertools import chain
from typing import Any, Final

from lambda_worker.files.csv_reading.headers import SHOWN, joined, unique
from lambda_worker.files.dialect import Dialect
from lambda_worker.files.json_reading.layouts import columns_of, node_at
from lambda_worker.files.json_reading.outline import Outline
from lambda_worker.files.json_reading.records import KEY, VALUE, Records, name_of, require_storable
from lambda_worker.files.json_reading.remarks import Remarks
from lambda_worker.files.json_reading.source import Source
from lambda_worker.files.json_reading.values import Odd, Scan, scan
from lambda_worker.files.reading import Aside, FileFault, Note, Piece

MOST_COLUMNS: Final = 10_000
"""A file with more has ids where others have names; each is held while the file is read."""

SAMPLE: Final = 64 * 1024
"""Bytes in which columns are looked for: what the browser sends of a file."""

SHAPES_HELD: Final = 1_000
"""Sequences of keys that are remembered as known."""


@dataclass(slots=True)
class Columns:
    """Names of columns, and what there is to say about them."""

    headers: tuple[str, ...]
    notes: list[Note] = field(default_factory=list[Note])


def all_headers(
    utf8: Iterable[bytes], dialect: Dialect, errors: Callable[[], str]
) -> tuple[str, ...]:
    """The columns of a whole file: members that any of its records has, in the order in which they
    appear. Raises FileFault where the file cannot be read to its end, or has too many."""
    head, chunks = beginning(utf8)
    keys = _Keys(dialect)
    source = Source(chunks, dialect, errors, Remarks(), keys.begin)
    for _ in source.pieces():
        if source.is_lone or source.mark not in ("", "{"):
            return sample_columns(head, dialect, errors).headers
    return keys.columns(source).headers


def sample_columns(head: bytes, dialect: Dialect, errors: Callable[[], str]) -> Columns:
    """The columns that show in a file's first SAMPLE bytes, or in all of a smaller one."""
    keys = _Keys(dialect)
    source = Source([head], dialect, errors, Remarks(), keys.begin)
    fault: FileFault | None = None
    try:
        for piece in source.pieces():
            fault = fault or _fault_of(piece)
    except FileFault as found:
        if found.code == "too_many_columns":
            raise
        fault = found
    outline = Outline(head.decode("utf-8", "replace"))
    if source.is_lone:
        _require_record(outline, dialect)
    if not keys.found:
        keys.add_cut(outline)
    if not keys.found:
        raise _none_found(fault, dialect, len(head))
    return keys.columns(source)


def beginning(chunks: Iterable[bytes]) -> tuple[bytes, Iterable[bytes]]:
    """The first SAMPLE bytes, and all chunks, these included."""
    rest = iter(chunks)
    taken: list[bytes] = []
    size = 0
    while size < SAMPLE and (chunk := next(rest, None)) is not None:
        taken.append(chunk)
        size += len(chunk)
    return b"".join(taken)[:SAMPLE], chain(taken, rest)


def _fault_of(piece: Piece) -> FileFault | None:
    """The fault of a file whose only records are like this one that is set aside."""
    if isinstance(piece, Aside) and piece.code == "broken_json":
        return FileFault("json_broken", **piece.params)
    return None


def _none_found(fault: FileFault | None, dialect: Dialect, size: int) -> FileFault:
    path = ".".join(dialect.path)
    # A sample in UTF-32 has a fourth of its bytes in UTF-8.
    if fault is not None and fault.code == "json_cut" and size >= SAMPLE // 4:
        return FileFault("json_too_far", path=path)
    return fault or FileFault("json_no_records", path=path)


def _require_record(outline: Outline, dialect: Dialect) -> None:
    """FileFault for one object that is a table, column by column."""
    node = node_at(outline.root, dialect.path)
    if node is not None and (columns := columns_of(node)):
        raise FileFault("json_columns", headers=columns[:SHOWN])


class _Keys:
    """Collects the keys of records, and the lengths of arrays."""

    def __init__(self, dialect: Dialect) -> None:
        self.parse: Scan = scan
        self._dialect = dialect
        self._mark = ""
        self._names: dict[str, None] = {}
        self._widths: Counter[int] = Counter()
        self._known: set[tuple[str, ...]] = set()

    def begin(self, source: Source) -> Records:
        """Take the records that come now."""
        self._mark = source.mark
        return self

    @property
    def found(self) -> bool:
        """Whether there are columns."""
        is_values = self._mark not in ("", "{", "[")
        return bool(self._names or any(self._widths) or is_values)

    def row(self, value: Any, text: str, at: int, line: int) -> list[str]:
        """No row; the record's keys or length are noted."""
        del text, at, line
        if value.__class__ is tuple and self._mark == "{":
            self._add(tuple(key for key, _ in value))
        elif value.__class__ is list and self._mark == "[":
            self._widths[len(value)] += 1
        return []

    def _add(self, keys: tuple[str, ...]) -> None:
        if keys in self._known:
            return
        if len(self._known) < SHAPES_HELD and len(keys) < SHAPES_HELD:
            self._known.add(keys)
        for key in keys:
            try:
                require_storable(key)
            except Odd:
                continue
            self._names[name_of(key)] = None
        if len(self._names) > MOST_COLUMNS:
            raise FileFault("too_many_columns", found=len(self._names), limit=MOST_COLUMNS)

    def add_cut(self, outline: Outline) -> None:
        """Take the keys of a first record that is longer than the sample."""
        node = node_at(outline.root, self._dialect.path)
        if node is not None and (inside := [*node.items, *node.members.values()]):
            node = node if self._mark == "{" and node.kind == "object" else inside[0]
        if node is not None:
            self._add(tuple(node.members))

    def columns(self, source: Source) -> Columns:
        """What was collected, as columns."""
        names, notes = self._own_names(source)
        if source.is_keyed:
            names = (_free(KEY, names), *names)
        return Columns(names, notes)

    def _own_names(self, source: Source) -> tuple[tuple[str, ...], list[Note]]:
        if self._mark == "{" or self._names:
            return tuple(dict.fromkeys([*self._names, *self._dialect.paths])), []
        if self._mark != "[":
            return (VALUE,), []
        if source.header:
            return unique(joined(source.header))
        width = self._dialect.width or max(filter(None, self._widths), key=self._likely)
        if len(source.names) == width:
            return unique(source.names)
        return unique([""] * width)[0], []

    def _likely(self, width: int) -> tuple[int, int]:
        return self._widths[width], width


def _free(name: str, taken: Iterable[str]) -> str:
    """The name, with a number if it is taken."""
    number, own, others = 1, name, set(taken)
    while own in others:
        number += 1
        own = f"{name} ({number})"
    return own
