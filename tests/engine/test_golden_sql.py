"""The SQL of whole imports into the models for tests, rendered into golden/ to be read in review.

UPDATE_GOLDEN=1 writes the files anew.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Final

import pytest
from django.contrib.auth.models import User
from django.db import connection

from imports import differences, registry
from imports.compiler import compile_plan
from imports.mapping import inputs
from lambda_worker.catalog import read_catalog
from lambda_worker.files.dialect import Dialect
from lambda_worker.plan import Audience, FilePlan, ImportPlan, Mode, OnReject, Review
from tests.shapes.models import Tenant
from tests.worker.test_golden_sql import TABLES, statements

pytestmark = pytest.mark.django_db

GOLDEN: Final = Path(__file__).parent / "golden"
MODES: Final = {
    "shapes.article": Mode.UPSERT,
    "shapes.booking": Mode.UPSERT,
    "shapes.category": Mode.UPSERT,
    "shapes.city": Mode.INSERT,
    "shapes.continent": Mode.INSERT_NEW,
    "shapes.customer": Mode.UPSERT,
    "shapes.invoice": Mode.INSERT,
    "shapes.land": Mode.INSERT_NEW,
    "shapes.parcel": Mode.UPSERT,
    "shapes.station": Mode.UPSERT,
    "shapes.tag": Mode.INSERT_NEW,
    "airports.route": Mode.INSERT,
}

KIND_SHOWN: Final = {Mode.INSERT: "new", Mode.INSERT_NEW: "unchanged", Mode.UPSERT: "changed"}
"""The rows of a review whose page is rendered, too."""


def plan_of(label: str, mode: Mode) -> ImportPlan:
    """A plan in which every input has a column of its own name; the tenant's id is always 7."""
    Tenant.objects.create(pk=7, name="ann")
    target = registry.get_target(label)
    names = [found.name for found in inputs(target) if found.field.name != "tenant"]
    return compile_plan(
        target,
        user=User(username="ann", is_superuser=True),
        file=FilePlan(name="x.csv", dialect=Dialect(), headers=tuple(names)),
        mapping={name: name for name in names},
        mode=mode,
        on_reject=OnReject.SKIP,
        review=Review.NEVER,
        audience=Audience(recipient="", language="en", time_zone="UTC", job_url=""),
    )


@pytest.mark.parametrize("label", MODES)
def test_the_sql_is_what_was_reviewed(label: str) -> None:
    plan = plan_of(label, MODES[label])
    connection.ensure_connection()
    catalog = read_catalog(connection.connection, plan)
    page = differences.statement(plan, TABLES, KIND_SHOWN[plan.mode], 0)
    run = [*statements(plan, catalog), page]
    rendered = ";\n\n".join(s.as_string().strip() for s in run) + ";\n"
    rendered = rendered.replace('"sluice_staging".', "").replace("_" + "0" * 32, "")
    file = GOLDEN / f"{label}.sql"
    if os.environ.get("UPDATE_GOLDEN"):
        file.parent.mkdir(exist_ok=True)
        file.write_text(rendered)
    assert rendered == file.read_text(), "read the difference; UPDATE_GOLDEN=1 writes it anew"
