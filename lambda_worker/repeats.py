"""Whether the very bytes of a job's file were imported into the same target before."""

from __future__ import annotations

from uuid import UUID

from psycopg import sql

from lambda_worker.contract import JOB_TABLE, Status
from lambda_worker.database import Control, Data

# Within the same scope: a tenant is not told of another's files. A run that found every row faulty
# did not import the file.
_EARLIER = sql.SQL("""
SELECT e.id
  FROM {job} j
  JOIN {job} e ON e.target = j.target AND e.content_sha256 = j.content_sha256
              AND e.status = {succeeded} AND e.id <> j.id
              AND e.plan -> 'scope' = j.plan -> 'scope'
              AND e.rows_inserted + e.rows_updated + e.rows_unchanged > 0
 WHERE j.id = %s AND j.content_sha256 <> ''
 ORDER BY e.finished_at DESC
 LIMIT 1""").format(job=sql.Identifier(JOB_TABLE), succeeded=sql.Literal(Status.SUCCEEDED.value))


def earlier_import(connection: Control | Data, job: UUID) -> UUID | None:
    """The last job that imported the same content, once this job's file is staged."""
    row = connection.execute(_EARLIER, (job,)).fetchone()
    return row[0] if row else None
