"""The engine against a plain Python model of its rules: random tables, files and options."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lambda_worker.plan import (
    ColumnPlan,
    Duplicates,
    ImportPlan,
    Kind,
    LinkPlan,
    Mode,
    OnReject,
    ReadAs,
)
from tests.engine.model import TENANT, Expected, Import, Item, Record
from tests.worker.shelf import SCHEMA, city, item_plan, optional, parent, tags
from tests.worker.workbench import Workbench, workbench

CASES: Final = 60
ALL_CASES: Final = 2000

CITIES: Final = {("FR", "Paris"), ("JP", "Tokyo"), ("JP", "Paris")}
TAGS: Final = {"red", "green", "blue"}
SKUS: Final = ["a", "b", "c", "d", "e"]
NAMES: Final = ["x", "X", "y", "NA", "long", "two\nlines", "'; --", "{1}", "=1+1", "\\N", " y "]

TEXTS: Final[dict[str, list[str]]] = {
    "sku": [*SKUS, *SKUS, ""],
    "name": [*NAMES, ""],
    "low": ["1", "2", "3", "+7", "-4", "\t5\v", "", "0x1F", "1_000", "2147483648", "1,000", "1,2"],
    "high": ["1", "2", "3", "9", "x", "", "1.5"],
    "from": ["2024-01-05", "13/02/2024", "02/13/2024", "1.2.2024", "30/02/2024", "", "today"],
    "sizes": ["1|2| 3", "4", "", "1||2", "1|x", " 5 "],
    "price": ["1.5", "1,5", "1.50", "2", "1e2", "1.234", "99999999999", "NaN", "1.000,5", ""],
    "country": ["FR", "JP", "\fJP\r", "XX", ""],
    "city": ["Paris", "Tokyo", "", "Rome"],
    "parent": [*SKUS, "", "", "zz", " a "],
    "active": ["true", "F", "yes", "0", "ye", " t ", ""],
    "tags": ["red", "red|blue", "\ngreen ", "", "mauve", "red|", "red|red"],
}

NUMBERS: Final = [ReadAs(), ReadAs(thousands=","), ReadAs(decimal=",", thousands=".")]
NULLS: Final = [("",), ("", "NA"), ()]


@dataclass(frozen=True)
class Case:
    """What one import is told, what is there before it, and its file."""

    columns: tuple[ColumnPlan, ...]
    links: tuple[LinkPlan, ...]
    options: dict[str, Any]
    before: dict[tuple[int, str], Item]
    rows: list[list[str]]
    headers: list[str]


@st.composite
def _columns(draw: st.DrawFn) -> tuple[ColumnPlan, ...]:
    number = draw(st.sampled_from(NUMBERS))
    nulls = draw(st.sampled_from(NULLS))
    lengths = st.sampled_from([None, 3])
    all_of_them = [
        optional("name", max_length=draw(lengths), read_as=ReadAs(nulls=nulls)),
        optional("low", Kind.INTEGER, read_as=replace(number, nulls=nulls)),
        optional("high", Kind.INTEGER),
        optional("from", Kind.DATE),
        optional("sizes", Kind.INTEGER, listed=True, read_as=ReadAs(separator="|")),
        optional("price", Kind.DECIMAL, precision=12, scale=2, read_as=number),
        city(),
        parent(),
        optional("active", Kind.BOOLEAN),
    ]
    taken = [column for column in all_of_them if draw(st.integers(0, 3))]
    return tuple(replace(column, updatable=draw(st.integers(0, 4)) > 0) for column in taken)


def _mostly(draw: st.DrawFn, texts: Sequence[str]) -> str:
    """The better values come first in each list; most draws are of those."""
    few = texts[: max(2, len(texts) // 2)]
    return draw(st.sampled_from(few if draw(st.integers(0, 2)) else texts))


@st.composite
def _before(draw: st.DrawFn) -> dict[tuple[int, str], Item]:
    table: dict[tuple[int, str], Item] = {}
    names: set[str] = set()
    keys = st.tuples(st.sampled_from([TENANT, TENANT, 2]), st.sampled_from([*SKUS, "zz"]))
    for tenant, sku in sorted(draw(st.sets(keys, max_size=6))):
        name = draw(st.sampled_from([None, "x", "y", "other"]))
        active = draw(st.sampled_from([None, True, False]))
        if active and name in names:
            name = None
        if active and name:
            names.add(name)
        table[tenant, sku] = {
            "sku": sku,
            "name": name,
            "low": draw(st.sampled_from([None, 1])),
            "high": draw(st.sampled_from([None, 2])),
            "from": None,
            "sizes": draw(st.sampled_from([None, [4]])),
            "price": None,
            "city_id": draw(st.sampled_from([None, *sorted(CITIES)])),
            "parent_id": None,
            "active": active,
            "tags": draw(st.frozensets(st.sampled_from(sorted(TAGS)), max_size=2)),
        }
    return table


@st.composite
def _cases(draw: st.DrawFn) -> Case:
    columns = draw(_columns())
    links = (tags(replaces=draw(st.booleans())),) if draw(st.booleans()) else ()
    headers = ["sku", *(header for c in columns for header in c.headers)]
    headers += [link.header for link in links]
    number = draw(st.integers(1, 8))
    rows = [[_mostly(draw, TEXTS[header]) for header in headers] for _ in range(number)]
    options = {
        "mode": draw(st.sampled_from(Mode)),
        "on_reject": draw(st.sampled_from([OnReject.SKIP] * 4 + [OnReject.ABORT])),
        "target_duplicates": draw(st.sampled_from(Duplicates)),
        "exclusive": draw(st.integers(0, 5)) == 0,
        "again": True,
    }
    return Case(columns, links, options, draw(_before()), rows, headers)


@pytest.fixture
def bench(database_url: str) -> Iterator[Workbench]:
    """A workbench with the shop's tables."""
    with workbench(database_url) as bench:
        bench.sql.execute(SCHEMA.encode())
        yield bench
        bench.sql.execute("DROP SCHEMA shelf CASCADE")


def test_the_engine_does_what_the_model_does(
    bench: Workbench, request: pytest.FixtureRequest
) -> None:
    cases = ALL_CASES if request.config.getoption("--full") else CASES

    @settings(
        max_examples=cases,
        deadline=None,
        database=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(_cases())
    def compare(case: Case) -> None:
        _put(bench, case.before)
        plan = item_plan(bench.url, *case.columns, links=case.links, **case.options)
        expected = Import(plan, _records(case), dict(case.before), CITIES, TAGS).run()
        assert _imported(bench, plan, case, expected) == expected

    compare()


def _records(case: Case) -> list[Record]:
    records: list[Record] = []
    line = 2
    for number, row in enumerate(case.rows):
        text = dict(zip(case.headers, row, strict=True))
        records.append(Record(number + 1, line, text))
        line += 1 + sum(value.count("\n") + value.count("\r") for value in row)
    return records


def _imported(bench: Workbench, plan: ImportPlan, case: Case, expected: Expected) -> Expected:
    """What the engine makes of it, in the model's terms."""
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerows([case.headers, *case.rows])
    job = bench.job(plan, out.getvalue())
    bench.run(job)
    row = bench.row(job)
    faults = {(line, header, code) for line, header, _, code in bench.faults(row["id"])}
    counts = {name: row[f"rows_{name}"] or 0 for name in expected.counts}
    return Expected(row["status"], counts, faults, _table(bench))


# -- The table -------------------------------------------------------------------------------------

_INSERT = """
INSERT INTO shelf.item (tenant, sku, name, low, high, sizes, active, city_id)
VALUES (%s, %s, %s, %s, %s, %s, %s, (
    SELECT i.id FROM shelf.city i JOIN shelf.country n ON n.id = i.country_id
     WHERE n.code = %s AND i.name = %s))
RETURNING id"""
_LINK = """
INSERT INTO shelf.item_tag (item_id, tag_id)
SELECT %s, id FROM shelf.tag WHERE name = ANY(%s)"""


def _put(bench: Workbench, table: dict[tuple[int, str], Item]) -> None:
    bench.sql.execute("TRUNCATE shelf.item, shelf.item_tag")
    for (tenant, sku), row in table.items():
        values = [row[name] for name in ("name", "low", "high", "sizes", "active")]
        [one] = bench.sql.execute(
            _INSERT, [tenant, sku, *values, *(row["city_id"] or (None, None))]
        ).fetchall()
        pk = one["id"] if isinstance(one, dict) else one[0]
        bench.sql.execute(_LINK, [pk, sorted(row["tags"])])


_TABLE = """
SELECT i.tenant, i.sku, i.name, i.low, i.high, i."from", i.sizes, i.price, i.active,
       n.code AS country, y.name AS city, p.sku AS parent_id,
       ARRAY(SELECT t.name FROM shelf.item_tag x JOIN shelf.tag t ON t.id = x.tag_id
              WHERE x.item_id = i.id) AS tags
  FROM shelf.item i
  LEFT JOIN shelf.city y ON y.id = i.city_id
  LEFT JOIN shelf.country n ON n.id = y.country_id
  LEFT JOIN shelf.item p ON p.id = i.parent_id"""


def _table(bench: Workbench) -> dict[tuple[int, str], Item]:
    table: dict[tuple[int, str], Item] = {}
    for row in map(dict, bench.all(_TABLE)):
        tenant, country, place = (row.pop(name) for name in ("tenant", "country", "city"))
        row["city_id"] = (country, place) if country else None
        row["tags"] = frozenset(row["tags"])
        table[tenant, row["sku"]] = row
    return table
