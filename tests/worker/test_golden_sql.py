"""The SQL of whole imports, rendered into golden/ to be read in review.

UPDATE_GOLDEN=1 writes the files anew.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from uuid import UUID

import pytest
from psycopg import sql

from lambda_worker import checking, links, reviewing, tree, writing
from lambda_worker.catalog import Catalog, CatalogColumn, CatalogIndex
from lambda_worker.plan import Fixed, ImportPlan, Kind, Mode, Source, Stamp
from lambda_worker.related_keys import related_keys
from lambda_worker.tables import StagingTables
from lambda_worker.vanishing import vanished_parents
from tests.worker.plans import plan_for

GOLDEN = Path(__file__).parent / "golden"
TABLES = StagingTables.of(UUID(int=0))
BATCH = sql.SQL("r.ctid >= '(0,0)' AND r.ctid < '(256,0)'").format()


def statements(plan: ImportPlan, catalog: Catalog) -> Iterator[sql.Composed]:
    """What the worker runs for a plan, in order, with one batch."""
    yield from checking.value_steps(plan, TABLES)
    yield from checking.row_steps(plan, TABLES, catalog)
    yield from (step.statement for step in checking.rule_steps(plan, TABLES, catalog))
    for index, column in tree.self_references(plan):
        yield tree.rejected_parents(plan, TABLES, index, column)
    yield from checking.last_steps(TABLES)
    yield from reviewing.create(plan, TABLES)
    yield reviewing.sums(TABLES.review)
    yield from related_keys(plan, TABLES)
    yield from vanished_parents(plan, TABLES)
    yield from tree.assign_ids(plan, TABLES)
    if plan.mode is Mode.UPSERT:
        yield reviewing.hold(plan, TABLES)
    yield writing.compared(plan, TABLES)
    if plan.mode is Mode.UPSERT:
        yield writing.update_changed(plan, TABLES, BATCH)
    yield writing.insert_new(plan, TABLES, BATCH)
    match = writing.row_match(plan)
    if plan.links:
        yield links.changed_links(plan, TABLES, BATCH, match, writing.untouched(plan))
        yield from links.set_links(plan, TABLES, BATCH, match, writing.as_imported(plan))
    yield writing.conflicts(plan, TABLES)
    yield writing.count_untouched(plan, TABLES)


def tenant_plan() -> ImportPlan:
    """Countries of one tenant, in another schema, with stamps."""
    plan = plan_for("country", mode=Mode.UPSERT)
    tenant = Fixed(column="tenant_id", kind=Kind.BIGINT, value="7")
    stamps = (
        Stamp(column="created", source=Source.NOW, on_update=False),
        Stamp(column="changed", source=Source.NOW, on_update=True),
    )
    target = replace(plan.target, schema="crm", table='odd "name"', stamps=stamps)
    return replace(plan, target=target, scope=(tenant,), constants=(tenant,))


CATALOG = Catalog(
    columns=(CatalogColumn("iata", sql.SQL("character varying")),),
    indexes=(
        CatalogIndex(
            "airports_airport_iata_key",
            (sql.SQL("iata"),),
            None,
            nulls_distinct=True,
            columns=("iata",),
            plain=True,
        ),
    ),
)

PLANS = {
    "country_insert": plan_for("country", mode=Mode.INSERT),
    "country_insert_new": plan_for("country", mode=Mode.INSERT_NEW),
    "airport_upsert": plan_for("airport", mode=Mode.UPSERT),
    "route_upsert": plan_for("route", mode=Mode.UPSERT),
    "tenant_upsert": tenant_plan(),
}


@pytest.mark.parametrize("name", sorted(PLANS))
def test_the_sql_is_what_was_reviewed(name: str) -> None:
    rendered = ";\n\n".join(s.as_string().strip() for s in statements(PLANS[name], CATALOG)) + ";\n"
    file = GOLDEN / f"{name}.sql"
    if os.environ.get("UPDATE_GOLDEN"):
        file.parent.mkdir(exist_ok=True)
        file.write_text(rendered)
    assert rendered == file.read_text(), "read the difference; UPDATE_GOLDEN=1 writes it anew"
