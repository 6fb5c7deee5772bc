"""The columns of a JSON file: names of its records' members, or places in its arrays."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any, Final

from lambda_worker.files.csv_reading.headers import SHOWN, joined, unique
from lambda_worker.files.dialect import Dialect
from lambda_worker.files.json_reading.grammar import MOST_RECORD
from lambda_worker.files.json_reading.header_row import header_lines_of
from lambda_worker.files.json_reading.layouts import columns_of
from lambda_worker.files.json_reading.outline import Outline
from lambda_worker.files.json_reading.records import KEY, VALUE, Records, name_of, require_storable
from lambda_worker.files.json_reading.remarks import Remarks
from lambda_worker.files.json_reading.source import Source
from lambda_worker.files.json_reading.values import Odd, Scan, scan
from lambda_worker.files.reading import MOST_COLUMNS, Aside, FileFault, Note, Piece

SAMPLE: Final = 64 * 1024
"""Characters, from the first record on, in which columns are looked for: some hundred records."""

_ACTION: Final = re.compile(
    r"""\s*\{\s*"(?:index|create|update|delete)"\s*:\s*\{\s*(?:"_(?:index|type|id)"|\}\s*\})"""
)
"""What Elasticsearch's bulk form has above each record, and what is no record itself."""

SHAPES_HELD: Final = 1_000
"""Sequences of keys that are remembered as known."""


@dataclass(slots=True)
class Columns:
    """Names of columns, how many of the first arrays hold them, and what there is to say."""

    headers: tuple[str, ...]
    header_lines: int
    notes: list[Note] = field(default_factory=list[Note])


def all_columns(
    utf8: Iterable[bytes], dialect: Dialect, errors: Callable[[], str], *, find_header: bool = False
) -> Columns:
    """The columns of a whole file: members that any of its records has, in the order in which they
    appear; places of arrays as the first ones show them. With `find_header` it is seen whether
    arrays have a header, whatever the dialect says.

    Raises FileFault where the file cannot be read to its end, or has too many columns.
    """
    source = Source(utf8, dialect, errors, Remarks())
    ahead = _look_ahead(source, dialect, find_header=find_header)
    if ahead.keys.found and not (ahead.keys.mark == "{" and not source.is_lone):
        return ahead.columns(source)
    keys, fault = _Keys(dialect), ahead.fault
    for piece in source.pieces(keys.begin, ahead.header_lines):
        fault = fault or _fault_of(piece)
    return _Ahead(keys, ahead.header_lines, fault).columns(source)


def columns_ahead(source: Source, dialect: Dialect, *, find_header: bool = False) -> Columns:
    """The columns of the records that come next, as the first SAMPLE characters show them, or the
    first record if it is longer. FileFault where they show none."""
    return _look_ahead(source, dialect, find_header=find_header).columns(source)


def _look_ahead(source: Source, dialect: Dialect, *, find_header: bool) -> _Ahead:
    size, is_all = SAMPLE, source.fill(SAMPLE)
    while True:
        lines = header_lines_of(source) if find_header else dialect.header_lines
        ahead = _looked(source, dialect, lines)
        if ahead.keys.found or is_all or size > MOST_RECORD:
            break
        size *= 2
        is_all = source.fill(size)
    if source.is_lone and (columns := columns_of(Outline(source.first()).root)):
        raise FileFault("json_columns", headers=columns[:SHOWN])
    if not ahead.keys.found:
        ahead.add_cut(source)
    if not is_all and (ahead.fault is None or ahead.fault.code == "json_cut"):
        ahead.fault = FileFault("json_too_far", path=".".join(dialect.path))
    return ahead


def _looked(source: Source, dialect: Dialect, header_lines: int) -> _Ahead:
    ahead = _Ahead(_Keys(dialect), header_lines)
    fault: FileFault | None = None
    try:
        for piece in source.look(ahead.keys.begin, header_lines):
            ahead.fault = ahead.fault or _fault_of(piece)
    except FileFault as found:
        if found.code == "too_many_columns":
            raise
        fault = found
    ahead.fault = ahead.fault or fault
    return ahead


def _fault_of(piece: Piece) -> FileFault | None:
    """The fault of a file whose only records are like this one that is set aside."""
    if isinstance(piece, Aside) and piece.code == "broken_json":
        return FileFault("json_broken", **piece.params)
    return None


@dataclass(slots=True)
class _Ahead:
    """What the records show that were looked at."""

    keys: _Keys
    header_lines: int
    fault: FileFault | None = None
    is_cut: bool = False

    def add_cut(self, source: Source) -> None:
        """Take the keys of a first record that is longer than what was looked at."""
        try:
            root = Outline(source.first()).root
        except FileFault:
            return
        if root is not None and root.members:
            self.keys.mark, self.is_cut = "{", True
            self.keys.add(tuple(root.members))

    def columns(self, source: Source) -> Columns:
        """The columns; FileFault where there are none."""
        if not self.keys.found:
            raise self.fault or FileFault("json_no_records", path=".".join(self.keys.path))
        names, notes = self.keys.names(source.names)
        if source.is_keyed:
            names = (_free(KEY, names), *names)
        if self.is_cut:
            notes = [*notes, Note("columns_cut", {})]
        return Columns(names, self.header_lines, notes)


class _Keys:
    """Collects the keys of records, and the lengths of arrays."""

    def __init__(self, dialect: Dialect) -> None:
        self.parse: Scan = scan
        self.mark = ""
        self.path = dialect.path
        self._dialect = dialect
        self._header: list[list[str]] = []
        self._names: dict[str, None] = {}
        self._actions: dict[str, None] = {}
        self._widths: Counter[int] = Counter()
        self._known: set[tuple[str, ...]] = set()

    def begin(self, mark: str, header: list[list[str]]) -> Records:
        """Take the records that come now."""
        self.mark, self._header = mark, header
        return self

    @property
    def found(self) -> bool:
        """Whether there are columns."""
        is_values = self.mark not in ("", "{", "[")
        return bool(self._names or self._actions or any(self._widths) or is_values)

    def row(self, value: Any, text: str, at: int, line: int) -> list[str]:
        """No row; the record's keys or length are noted."""
        del line
        if value.__class__ is tuple and self.mark == "{":
            keys = tuple(key for key, _ in value)
            if _ACTION.match(text, at):
                self._actions[keys[0]] = None
            else:
                self.add(keys)
        elif value.__class__ is list and self.mark == "[":
            self._widths[len(value)] += 1
        return []

    def add(self, keys: tuple[str, ...]) -> None:
        """Take a record's keys."""
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

    def names(self, beside: list[list[str]]) -> tuple[tuple[str, ...], list[Note]]:
        """The columns' names, which may stand beside the records, and what there is to say."""
        if self.mark == "{":
            names = self._names or self._actions
            return tuple(dict.fromkeys([*names, *self._dialect.paths])), []
        if self.mark != "[":
            return (VALUE,), []
        if self._header:
            return unique(joined(self._header))
        width = self._dialect.width or max(filter(None, self._widths), key=self._likely)
        names = next((names for names in beside if len(names) == width), [""] * width)
        return unique(names)

    def _likely(self, width: int) -> tuple[int, int]:
        return self._widths[width], width


def _free(name: str, taken: Iterable[str]) -> str:
    """The name, with a number if it is taken."""
    number, own, others = 1, name, set(taken)
    while own in others:
        number += 1
        own = f"{name} ({number})"
    return own
