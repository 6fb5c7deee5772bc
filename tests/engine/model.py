"""What an import into the shop's items must do, in plain Python: a record at a time, slowly, and
without a line of SQL. The engine is compared with it."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Final

from lambda_worker.plan import (
    ColumnPlan,
    Dates,
    Duplicates,
    Empty,
    ImportPlan,
    Kind,
    Mode,
    OnReject,
    ReadAs,
)

Item = dict[str, Any]
"""A row by its columns; `city_id` is (country's code, name), `parent_id` the parent's SKU, `tags` a
frozenset of names."""

COLUMNS: Final = (
    "name",
    "low",
    "high",
    "from",
    "sizes",
    "price",
    "city_id",
    "parent_id",
    "active",
)
BLANKS: Final = " \t\r\n\f\v"
TENANT: Final = 1


@dataclass
class Expected:
    """How the job must end: faults are (line, header, code), the table is by tenant and SKU."""

    status: str
    counts: dict[str, int]
    faults: set[tuple[int, str, str]]
    table: dict[tuple[int, str], Item]


@dataclass
class Record:
    """A record on its way: the text by header, then the values by column, and what is wrong."""

    number: int
    line: int
    text: Mapping[str, str]
    values: Item = field(default_factory=dict)
    faults: set[tuple[str, str]] = field(default_factory=set)
    wrong: set[str] = field(default_factory=set)
    """The columns with a fault that shows beside no other row of the file."""
    superseded: bool = False

    @property
    def key(self) -> str | None:
        value: str | None = self.values.get("sku")
        return value

    def blame(self, column: ColumnPlan, code: str) -> None:
        self.faults.add((", ".join(column.headers), code))
        self.wrong.add(column.column)
        self.values[column.column] = None


# -- Values ----------------------------------------------------------------------------------------


def _grouped(text: str, marks: str) -> str | None:
    """A run of digits without the marks that group them by three; None where they do not."""
    for mark in marks:
        if re.fullmatch(rf"[0-9]{{1,3}}({re.escape(mark)}[0-9]{{3}})+", text):
            return text.replace(mark, "")
    return text if re.fullmatch("[0-9]+", text) else None


def _integer(text: str, read_as: ReadAs) -> tuple[int | None, list[str]]:
    sign, digits = (text[0], text[1:]) if text[:1] in ("+", "-") else ("", text)
    plain = _grouped(digits, read_as.thousands)
    if plain is None:
        return None, ["not_a_whole_number"]
    value = int(sign + plain)
    return (value, []) if -(2**31) <= value < 2**31 else (None, ["out_of_range"])


def _decimal(text: str, column: ColumnPlan) -> tuple[Decimal | None, list[str]]:
    mark = re.escape(column.read_as.decimal)
    found = re.fullmatch(rf"([+-]?)([^eE]+?)(?:{mark}([0-9]+))?([eE][+-]?[0-9]+)?", text)
    whole = _grouped(found[2], column.read_as.thousands) if found else None
    if found is None or whole is None:
        return None, ["not_a_number"]
    value = Decimal(f"{found[1]}{whole}.{found[3] or '0'}{found[4] or ''}")
    assert column.scale is not None
    assert column.precision is not None
    codes = []
    if value != round(value, column.scale):
        codes.append("too_many_decimals")
    if abs(value) >= 10 ** (column.precision - column.scale):
        codes.append("out_of_range")
    return value, codes


_YEAR_LAST: Final = re.compile(r"([0-9]{1,2})([./-])([0-9]{1,2})\2([0-9]{4})")


def _date(text: str, dates: Dates) -> tuple[dt.date | None, list[str]]:
    try:
        if re.fullmatch("[0-9]{4}-[0-9]{2}-[0-9]{2}", text):
            return dt.date.fromisoformat(text), []
        if (found := _YEAR_LAST.fullmatch(text)) and dates is Dates.DAY_FIRST:
            return dt.date(int(found[4]), int(found[3]), int(found[1])), []
        if found and dates is Dates.MONTH_FIRST:
            return dt.date(int(found[4]), int(found[1]), int(found[3])), []
    except ValueError:
        pass
    return None, ["not_a_date"]


def _proved(column: ColumnPlan, records: Sequence[Record]) -> Dates:
    """The order of day and month that a whole column leaves no doubt of."""
    if column.kind is not Kind.DATE or column.read_as.dates is not Dates.PROVEN:
        return column.read_as.dates
    texts = [record.text[str(column.header)].strip(BLANKS) for record in records]
    pairs = [(int(m[1]), int(m[3])) for m in map(_YEAR_LAST.fullmatch, texts) if m]
    first = any(a > 12 for a, _ in pairs)
    second = any(b > 12 for _, b in pairs)
    if first is second:
        return Dates.ISO
    return Dates.DAY_FIRST if first else Dates.MONTH_FIRST


def _boolean(text: str, read_as: ReadAs) -> tuple[bool | None, list[str]]:
    if text.lower() in read_as.true:
        return True, []
    return (False, []) if text.lower() in read_as.false else (None, ["not_true_or_false"])


def _one(column: ColumnPlan, text: str, dates: Dates) -> tuple[Any, list[str]]:
    match column.kind:
        case Kind.INTEGER:
            return _integer(text, column.read_as)
        case Kind.DECIMAL:
            return _decimal(text, column)
        case Kind.DATE:
            return _date(text, dates)
        case Kind.BOOLEAN:
            return _boolean(text, column.read_as)
        case _:
            long = column.max_length is not None and len(text) > column.max_length
            return text, ["too_long"] if long else []


def _items(text: str, read_as: ReadAs) -> list[str]:
    return [item.strip(BLANKS) for item in text.split(read_as.separator)]


def _read(column: ColumnPlan, record: Record, dates: Dates) -> None:
    """One value that is no reference."""
    text = record.text[str(column.header)]
    if column.kind is not Kind.TEXT or column.listed or column.read_as.trim:
        text = text.strip(BLANKS)
    record.values[column.column] = None
    if text in column.read_as.nulls:
        if column.empty is Empty.REJECT:
            record.blame(column, "required")
        return
    if column.listed:
        items = _items(text, column.read_as)
        read = [_one(column, i, dates) if i else (None, ["empty_item"]) for i in items]
        value, codes = [v for v, _ in read], [code for _, found in read for code in found]
    else:
        value, codes = _one(column, text, dates)
    for code in codes:
        record.blame(column, code)
    if not codes:
        record.values[column.column] = value


# -- The import ------------------------------------------------------------------------------------


@dataclass
class Import:
    """One import: what it is told, what the database holds, and the records on their way."""

    plan: ImportPlan
    records: list[Record]
    before: dict[tuple[int, str], Item]
    cities: set[tuple[str, str]]
    tags: set[str]

    def run(self) -> Expected:
        """All steps in the order of the rules."""
        self._values()
        self._references()
        self._duplicate_keys()
        self._rows()
        if self.plan.mode is Mode.INSERT:
            for record in self._candidates():
                if self._own(record) is not None:
                    record.faults.add(("sku", "already_exists"))
        self._children()
        return self._written()

    def _column(self, name: str) -> ColumnPlan | None:
        return next((c for c in self.plan.columns if c.column == name), None)

    def _own(self, record: Record) -> Item | None:
        """The table's row that a record stands for."""
        return None if record.key is None else self.before.get((TENANT, record.key))

    def _candidates(self) -> Iterator[Record]:
        """What takes part in comparisons between rows, whatever is wrong with it."""
        yield from (record for record in self.records if not record.superseded)

    def _values(self) -> None:
        for column in self.plan.columns:
            if column.lookup is None:
                dates = _proved(column, self.records)
                for record in self.records:
                    _read(column, record, dates)

    def _references(self) -> None:
        keys = {record.key for record in self.records} - {None}
        known = keys | {sku for tenant, sku in self.before if tenant == TENANT}
        for record in self.records:
            if city := self._column("city_id"):
                pair = tuple(record.text[header].strip(BLANKS) for header in city.headers)
                record.values["city_id"] = pair if any(pair) else None
                if any(pair) and pair not in self.cities:
                    record.blame(city, "unknown_reference")
            if parent := self._column("parent_id"):
                sku = record.text["parent"].strip(BLANKS) or None
                record.values["parent_id"] = sku
                if sku is not None and sku not in known:
                    record.blame(parent, "unknown_reference")
            for link in self.plan.links:
                text = record.text[link.header].strip(BLANKS)
                items = _items(text, link.read_as) if text else []
                record.values["tags"] = frozenset(items)
                for item in items:
                    if item not in self.tags:
                        code = "unknown_reference" if item else "empty_item"
                        record.faults.add((link.header, code))

    def _duplicate_keys(self) -> None:
        by_key: dict[str, list[Record]] = {}
        for record in self.records:
            if record.key is not None:
                by_key.setdefault(record.key, []).append(record)
        for same in by_key.values():
            match self.plan.target.duplicates:
                case Duplicates.FIRST:
                    beaten = same[1:]
                case Duplicates.NONE:
                    beaten = same if len(same) > 1 else []
                case Duplicates.LAST:
                    beaten = []
                    for record in same[:-1]:
                        record.superseded = True
            for record in beaten:
                record.faults.add(("sku", "duplicate_in_file"))

    def _as_it_would_be(self, record: Record) -> Item:
        """The row as it would stand after the import."""
        own = self._own(record) if self.plan.mode is Mode.UPSERT else None
        row = dict(own) if own else dict.fromkeys(COLUMNS) | {"tags": frozenset()}
        for column in self.plan.columns:
            if own is None or column.updatable:
                row[column.column] = record.values[column.column]
        return row

    def _rows(self) -> None:
        """The index of active names and the check constraint, on rows as they would be."""
        taken = {row["name"].lower(): k for k, row in self.before.items() if _has_name(row)}
        seen: set[str] = set()
        for record in self._candidates():
            if self.plan.mode is Mode.INSERT_NEW and self._own(record) is not None:
                continue
            row = self._as_it_would_be(record)
            if not record.wrong & {"name", "active"} and _has_name(row):
                name = row["name"].lower()
                if name in seen:
                    record.faults.add((self._only("name", "active"), "duplicate_in_file"))
                seen.add(name)
                if record.key and taken.get(name, (TENANT, record.key)) != (TENANT, record.key):
                    record.faults.add((self._only("name", "active"), "taken"))
            in_order = row["low"] is None or row["high"] is None or row["low"] <= row["high"]
            if not record.wrong & {"low", "high"} and not in_order:
                record.faults.add((self._only("low", "high"), "check_failed"))

    def _only(self, *columns: str) -> str:
        """The header to blame for what concerns `columns`: of the only one that the file has, or
        else of the key."""
        headers = [str(c.header) for c in self.plan.columns if c.column in columns]
        return headers[0] if len(headers) == 1 else "sku"

    def _children(self) -> None:
        """Children of rejects are rejects, to the last generation."""
        parent = self._column("parent_id")
        there = {sku for tenant, sku in self.before if tenant == TENANT}
        while parent is not None:
            good = {r.key for r in self._candidates() if not r.faults}
            orphans = [
                record
                for record in self._candidates()
                if (sku := record.values["parent_id"]) is not None
                and sku not in there | good
                and ("parent", "reference_rejected") not in record.faults
            ]
            if not orphans:
                return
            for record in orphans:
                record.faults.add(("parent", "reference_rejected"))

    def _written(self) -> Expected:
        faults = {(r.line, header, code) for r in self.records for header, code in r.faults}
        if faults and self.plan.on_reject is OnReject.ABORT:
            return Expected("failed", {}, faults, self.before)
        names = ("inserted", "updated", "unchanged", "superseded", "skipped", "rejected")
        counts = dict.fromkeys(names, 0)
        table = dict(self.before)
        for record in self.records:
            if record.faults:
                counts["rejected"] += 1
            elif record.superseded:
                counts["superseded"] += 1
            else:
                counts[self._write(record, table)] += 1
        return Expected("succeeded", counts, faults, table)

    def _write(self, record: Record, table: dict[tuple[int, str], Item]) -> str:
        assert record.key is not None
        own = self._own(record)
        if own is not None and self.plan.mode is Mode.INSERT_NEW:
            return "skipped"
        row = self._as_it_would_be(record)
        row["sku"] = record.key
        for link in self.plan.links:
            kept = frozenset() if link.replaces else row["tags"]
            row["tags"] = kept | record.values["tags"]
        table[TENANT, record.key] = row
        if own is None:
            return "inserted"
        return "unchanged" if row == own else "updated"


def _has_name(row: Item) -> bool:
    """Whether the index of active names holds a row."""
    return row["name"] is not None and row["active"] is True
