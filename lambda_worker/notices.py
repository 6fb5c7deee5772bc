"""Mails owed: taken, sent and ticked off, so that a crash between two steps resumes at the right
one."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from psycopg import sql
from psycopg.rows import dict_row

from lambda_worker.contract import COUNT_COLUMNS, JOB_TABLE, NOTICE_TABLE, Status
from lambda_worker.database import Control
from lambda_worker.mail import Result, compose
from lambda_worker.plan import ImportPlan
from lambda_worker.services import Mailer

_NOTICE = sql.Identifier(NOTICE_TABLE)

# A notice taken five minutes ago and never ticked off belonged to a worker that died at it.
_TAKE = sql.SQL("""
UPDATE {notice} n
   SET sending_at = clock_timestamp()
  FROM {job} j
 WHERE n.job_id = %s AND j.id = n.job_id AND n.sent_at IS NULL
   AND (n.sending_at IS NULL OR n.sending_at < clock_timestamp() - interval '5 minutes')
RETURNING n.id, n.status AS notice_status, n.recipient, j.plan, j.records_read, {counts},
          j.reject_summary, j.failure_code, j.failure_params""").format(
    notice=_NOTICE,
    job=sql.Identifier(JOB_TABLE),
    counts=sql.SQL(", ").join(sql.Identifier("j", name) for name in COUNT_COLUMNS),
)
_TICK_OFF = sql.SQL(
    "UPDATE {notice} SET sent_at = clock_timestamp(), message_id = %s WHERE id = %s"
).format(notice=_NOTICE)
_PUT_BACK = sql.SQL("UPDATE {notice} SET sending_at = NULL WHERE id = %s").format(notice=_NOTICE)


def deliver(control: Control, job: UUID, mailer: Mailer) -> int:
    """Send the mails owed for a job; how many. A refusal of the mail service propagates, to be
    retried."""
    with control.cursor(row_factory=dict_row) as cursor:
        rows = cursor.execute(_TAKE, (job,)).fetchall()
    for row in rows:
        _send(control, row, mailer)
    return len(rows)


def _send(control: Control, row: dict[str, Any], mailer: Mailer) -> None:
    result = Result(
        status=Status(row["notice_status"]),
        counts={name: row[name] for name in ("records_read", *COUNT_COLUMNS)},
        reject_summary=row["reject_summary"],
        failure_code=row["failure_code"],
        failure_params=row["failure_params"],
    )
    mail = compose(row["recipient"], ImportPlan.from_json(row["plan"]), result)
    try:
        message_id = mailer.send(mail)
    except Exception:
        control.execute(_PUT_BACK, (row["id"],))
        raise
    control.execute(_TICK_OFF, (message_id, row["id"]))
