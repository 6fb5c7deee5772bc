"""Single values: what each kind takes, refuses, and stores, told by Postgres itself."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from lambda_worker.plan import Choice, ColumnPlan, Default, Empty, Kind, Source
from tests.worker.plans import column
from tests.worker.workbench import Workbench

TYPES = {
    Kind.SMALLINT: "int2",
    Kind.INTEGER: "int4",
    Kind.BIGINT: "int8",
    Kind.DECIMAL: "numeric(5,2)",
    Kind.FLOAT: "float8",
    Kind.BOOLEAN: "bool",
    Kind.TEXT: "varchar(40)",
    Kind.DATE: "date",
    Kind.DATETIME: "timestamptz",
    Kind.TIME: "time",
    Kind.DURATION: "interval",
    Kind.UUID: "uuid",
    Kind.JSON: "jsonb",
    Kind.IP: "inet",
}


@pytest.fixture
def things(bench: Workbench) -> Iterator[Workbench]:
    """A table for one value of any kind."""
    yield bench
    bench.sql.execute("DROP TABLE IF EXISTS thing")


def load(things: Workbench, col: ColumnPlan, cell: str, zone: str = "UTC") -> Any:
    """Import one cell: the stored value as text, or the code of its fault or failure."""
    stored = TYPES[col.kind]
    things.sql.execute(f"CREATE TABLE thing (id serial PRIMARY KEY, k text, v {stored})".encode())
    key = column("k")
    base = things.plan("country")
    target = replace(base.target, table="thing", natural_key=("k",), uniques=())
    audience = replace(base.audience, time_zone=zone)
    file = replace(base.file, headers=("k", "v"))
    changes = {"target": target, "audience": audience, "file": file, "columns": (key, col)}
    quoted = cell.replace('"', '""')
    row = things.import_("country", f'k,v\na,"{quoted}"\n', **changes)
    if row["rows_rejected"]:
        return things.faults(row["id"])[0][3]
    if row["status"] == "failed":
        return row["failure_code"]
    return things.all("SELECT v::text FROM thing")[0]["v"]


def kind(name: Kind, **changes: Any) -> ColumnPlan:
    """A column `v` of a kind."""
    decimal = {"precision": 5, "scale": 2} if name is Kind.DECIMAL else {}
    return column("v", name, **(decimal | changes))


@pytest.mark.parametrize(
    ("kind_", "cell", "stored"),
    [
        (Kind.INTEGER, " 42 ", "42"),
        (Kind.INTEGER, "-7", "-7"),
        (Kind.DECIMAL, "999.99", "999.99"),
        (Kind.DECIMAL, "1.50000", "1.50"),
        (Kind.FLOAT, "1e3", "1000"),
        (Kind.BOOLEAN, "Yes", "true"),
        (Kind.TEXT, "a\tb\\c\nd", "a\tb\\c\nd"),
        (Kind.TEXT, "\\N", "\\N"),
        (Kind.DATE, "2024-02-29", "2024-02-29"),
        (Kind.DATETIME, "2025-07-01T12:00:00Z", "2025-07-01 12:00:00+00"),
        (Kind.TIME, "23:59", "23:59:00"),
        (Kind.DURATION, "1 02:30:00", "1 day 02:30:00"),
        (Kind.DURATION, "P1DT2H", "1 day 02:00:00"),
        (Kind.UUID, "A0EEBC99-9C0B-4EF8-BB6D-6BB9BD380A11", "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11"),
        (Kind.JSON, '{"a": [1]}', '{"a": [1]}'),
        (Kind.IP, "2001:db8::1", "2001:db8::1/128"),
    ],
)
def test_a_value_is_stored(things: Workbench, kind_: Kind, cell: str, stored: str) -> None:
    assert load(things, kind(kind_), cell) == stored


@pytest.mark.parametrize(
    ("kind_", "cell", "fault"),
    [
        (Kind.INTEGER, "0x1F", "not_a_whole_number"),
        (Kind.INTEGER, "1_000", "not_a_whole_number"),
        (Kind.INTEGER, "5v", "not_a_whole_number"),
        (Kind.INTEGER, "v17", "not_a_whole_number"),
        (Kind.INTEGER, "3000000000", "out_of_range"),
        (Kind.DECIMAL, "1.239", "too_many_decimals"),
        (Kind.DECIMAL, "1000", "out_of_range"),
        (Kind.DECIMAL, "NaN", "not_a_number"),
        (Kind.DECIMAL, "1e999", "out_of_range"),
        (Kind.FLOAT, "Infinity", "not_a_number"),
        (Kind.FLOAT, "1e400", "out_of_range"),
        (Kind.BOOLEAN, "ye", "not_true_or_false"),
        (Kind.DATE, "today", "not_a_date"),
        (Kind.DATE, "2023-02-29", "not_a_date"),
        (Kind.DATE, "J2451187", "not_a_date"),
        (Kind.DATETIME, "2025-01-01 24:00", "not_a_datetime"),
        (Kind.TIME, "24:00", "not_a_time"),
        (Kind.DURATION, "15:30", "not_a_duration"),
        (Kind.DURATION, "P1M", "not_a_duration"),
        (Kind.UUID, "{a0eebc99}", "not_a_uuid"),
        (Kind.JSON, "{a:1}", "not_json"),
        (Kind.JSON, '"\\u0000"', "not_json"),
        (Kind.IP, "10.0.0.0/8", "not_an_ip"),
        (Kind.TEXT, "", "required"),
    ],
)
def test_a_value_is_refused(things: Workbench, kind_: Kind, cell: str, fault: str) -> None:
    assert load(things, kind(kind_), cell) == fault


def test_a_datetime_without_a_zone_is_of_the_users(things: Workbench) -> None:
    stored = load(things, kind(Kind.DATETIME), "2025-07-01 12:00", zone="Europe/Berlin")
    assert stored == "2025-07-01 10:00:00+00"


@pytest.mark.parametrize("cell", ["d", "Draft"])
def test_a_choice_may_be_sent_as_value_or_label(things: Workbench, cell: str) -> None:
    choices = (Choice(value="d", label="Draft"), Choice(value="p", label="Published"))
    assert load(things, kind(Kind.TEXT, choices=choices, max_length=1), cell) == "d"


def test_a_label_of_two_choices_is_refused(things: Workbench) -> None:
    choices = (Choice(value="1", label="Same"), Choice(value="2", label="Same"))
    assert load(things, kind(Kind.INTEGER, choices=choices), "Same") == "not_a_choice"


@pytest.mark.parametrize(
    ("kind_", "source"),
    [(Kind.TEXT, Source.UUID), (Kind.TIME, Source.NOW), (Kind.DATETIME, Source.TODAY)],
)
def test_a_generated_default_takes_the_columns_type(
    things: Workbench, kind_: Kind, source: Source
) -> None:
    default = Default(source=source)
    col = kind(kind_, empty=Empty.DEFAULT, default=default)
    col = replace(col, header="v")
    assert load(things, col, "") is not None


def test_a_limit_may_be_a_fraction_of_a_whole_number(things: Workbench) -> None:
    assert load(things, kind(Kind.INTEGER, max_value="99.5"), "100") == "too_large"


def test_json_nested_too_deeply_ends_in_words(things: Workbench) -> None:
    cell = "[" * 60_000 + "]" * 60_000
    assert load(things, kind(Kind.JSON), cell) == "value_too_complex"
