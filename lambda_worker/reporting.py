"""Report: what was rejected, for people."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import Any
from uuid import UUID

from psycopg import sql

from lambda_worker.as_sent import ways
from lambda_worker.contract import JOB_TABLE
from lambda_worker.database import Data
from lambda_worker.objects import Objects
from lambda_worker.plan import ImportPlan
from lambda_worker.reject_files import reject_files
from lambda_worker.rejects import RejectReport, write_rejects
from lambda_worker.sent_shapes import CannotCarry
from lambda_worker.tables import StagingTables


def report(
    data: Data,
    job: UUID,
    plan: ImportPlan,
    tables: StagingTables,
    objects: Objects,
    key: str,
) -> RejectReport:
    """Write the rejects to the bucket, the reject file under `key`, and into the database in the
    caller's transaction. Begun anew where the file's own way cannot carry what is to be said."""
    for way in ways(plan.file, _reading(data, job)):
        try:
            files = partial(reject_files, objects, key, way)
            found = write_rejects(data, job, plan, tables, files)
            return replace(found, sent_as=way.dialect) if found.records else found
        except CannotCarry:
            continue
    raise AssertionError("UTF-8 and quotes carry every text")


_READING = sql.SQL("SELECT reading FROM {job} WHERE id = %s").format(job=sql.Identifier(JOB_TABLE))


def _reading(data: Data, job: UUID) -> dict[str, Any]:
    row = data.execute(_READING, (job,)).fetchone()
    return row[0] if row else {}
