"""Import plans for the example domain, written by hand: the worker's tests need no compiler."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from psycopg import Connection

from lambda_worker.files.dialect import Dialect
from lambda_worker.fingerprint import fingerprint, tables_of
from lambda_worker.plan import (
    PLAN_VERSION,
    Audience,
    ColumnPlan,
    Default,
    Empty,
    FilePlan,
    ImportPlan,
    Kind,
    Lookup,
    LookupKey,
    Mode,
    OnReject,
    Pattern,
    Review,
    Source,
    TargetPlan,
    Unique,
)


def column(name: str, kind: Kind = Kind.TEXT, **changes: Any) -> ColumnPlan:
    """A required column fed by a header of the same name."""
    blank = ColumnPlan(
        field=name,
        label=name,
        column=name,
        header=name,
        kind=kind,
        empty=Empty.REJECT,
        default=None,
        max_length=None,
        precision=None,
        scale=None,
        min_value=None,
        max_value=None,
        choices=(),
        patterns=(),
        lookup=None,
        pk_kind=None,
        updatable=True,
    )
    return replace(blank, **changes)


def airport_lookup(name: str) -> ColumnPlan:
    """A foreign key to an airport, found by its IATA code."""
    lookup = Lookup(
        schema=None,
        table="airports_airport",
        pk_column="id",
        keys=(LookupKey(column="iata", kind=Kind.TEXT, label="IATA", header=name),),
        label="airport",
        scope=(),
    )
    return column(name, column=f"{name}_id", lookup=lookup, pk_kind=Kind.BIGINT)


COUNTRY_LOOKUP = Lookup(
    schema=None,
    table="airports_country",
    pk_column="id",
    keys=(LookupKey(column="code", kind=Kind.TEXT, label="code", header="country"),),
    label="country",
    scope=(),
)

_CODE = Pattern(regex="^[A-Z]{2}$", ignore_case=False, inverse=False, message="two capital letters")

COUNTRY_COLUMNS = (
    column("code", max_length=2, patterns=(_CODE,)),
    column("name", max_length=100),
)
AIRPORT_COLUMNS = (
    column("icao", max_length=4),
    column("iata", max_length=3, empty=Empty.NULL),
    column("name", max_length=100),
    column("city", max_length=100, empty=Empty.EMPTY_STRING),
    column("country", column="country_id", lookup=COUNTRY_LOOKUP, pk_kind=Kind.BIGINT),
    column("latitude", Kind.DECIMAL, precision=8, scale=6, min_value="-90", max_value="90"),
    column("longitude", Kind.DECIMAL, precision=9, scale=6, min_value="-180", max_value="180"),
    column("elevation", Kind.DECIMAL, precision=7, scale=2),
    column("timezone", max_length=40),
)
ROUTE_COLUMNS = (
    column("airline", max_length=3),
    airport_lookup("origin"),
    airport_lookup("destination"),
    column(
        "stops",
        Kind.SMALLINT,
        min_value="0",
        empty=Empty.DEFAULT,
        default=Default(source=Source.STATIC, value="0"),
    ),
)

_TARGETS: dict[str, tuple[tuple[ColumnPlan, ...], tuple[str, ...], tuple[Unique, ...]]] = {
    "country": (COUNTRY_COLUMNS, ("code",), ()),
    "airport": (
        AIRPORT_COLUMNS,
        ("icao",),
        (Unique(name="airports_airport_iata_key", columns=("iata",)),),
    ),
    "route": (ROUTE_COLUMNS, ("airline", "origin_id", "destination_id"), ()),
}


def plan_for(model: str, connection: Connection[Any] | None = None, **changes: Any) -> ImportPlan:
    """The plan of an example model; its fingerprint is the connected database's own."""
    columns, key, uniques = _TARGETS[model]
    columns = changes.pop("columns", columns)
    plan = ImportPlan(
        version=PLAN_VERSION,
        target=TargetPlan(
            label=f"airports.{model}",
            name=model,
            name_plural=f"{model}s",
            schema=None,
            table=f"airports_{model}",
            pk_column="id",
            natural_key=key,
            uniques=uniques,
            stamps=(),
            fingerprint="",
        ),
        columns=columns,
        constants=(),
        scope=(),
        mode=Mode.UPSERT,
        on_reject=OnReject.SKIP,
        review=Review.NEVER,
        again=False,
        file=FilePlan(
            name=f"{model}s.csv",
            dialect=Dialect(),
            headers=tuple(c.header for c in columns if c.header is not None),
        ),
        audience=Audience(
            recipient="pat@example.com",
            language="en",
            time_zone="UTC",
            job_url="https://sluice.example.com/imports/1/",
        ),
    )
    plan = replace(plan, **changes)
    if connection is not None:
        known = fingerprint(connection, tables_of(plan))
        plan = replace(plan, target=replace(plan.target, fingerprint=known))
    return plan
