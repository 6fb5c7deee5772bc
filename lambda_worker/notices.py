"""Mails owed: taken, sent and ticked off, so that a crash between two steps resumes at the right
one."""

from __future__ import annotations

from typing import Any, Final
from uuid import UUID

from psycopg import sql
from psycopg.rows import dict_row

from lambda_worker.contract import COUNT_COLUMNS, JOB_TABLE, NOTICE_TABLE, Status
from lambda_worker.database import Control
from lambda_worker.faults import MailNotSent
from lambda_worker.mail import Result, compose
from lambda_worker.plan import ImportPlan
from lambda_worker.services import Mailer

MOST_DOUBTS: Final = 2
"""A mail of which nobody knows whether it went out is sent once more, and then never again: a
person may get it twice at most."""

SENDING_SECONDS: Final = 300
"""A mail service answers within seconds; who has not ticked a mail off by then has died at it."""

_NOTICE = sql.Identifier(NOTICE_TABLE)

# Only what is true of the job now: a mail that was refused until the job had gone on is not sent.
# A notice taken five minutes ago and never ticked off belonged to a worker that died at it: perhaps
# before it had sent the mail, perhaps after.
_TAKE = sql.SQL("""
UPDATE {notice} n
   SET sending_at = clock_timestamp(), doubts = n.doubts + (n.sending_at IS NOT NULL)::int
  FROM {job} j
 WHERE n.job_id = %s AND j.id = n.job_id AND n.sent_at IS NULL
   AND n.status = j.status AND n.attempt = j.attempt
   AND (n.sending_at IS NULL
        OR n.sending_at < clock_timestamp() - make_interval(secs => {sending}))
   AND n.doubts + (n.sending_at IS NOT NULL)::int < {most_doubts}
RETURNING n.id, n.status AS notice_status, n.recipient, j.plan, j.records_read, {counts},
          j.reject_summary, j.failure_code, j.failure_params, j.reading, j.review,
          j.repeats_id""").format(
    notice=_NOTICE,
    job=sql.Identifier(JOB_TABLE),
    sending=sql.Literal(SENDING_SECONDS),
    most_doubts=sql.Literal(MOST_DOUBTS),
    counts=sql.SQL(", ").join(sql.Identifier("j", name) for name in COUNT_COLUMNS),
)
_TICK_OFF = sql.SQL(
    "UPDATE {notice} SET sent_at = clock_timestamp(), message_id = %s WHERE id = %s"
).format(notice=_NOTICE)
_PUT_BACK = sql.SQL(
    "UPDATE {notice} SET sending_at = NULL, doubts = doubts + %s WHERE id = %s"
).format(notice=_NOTICE)


_IS_BEING_SENT = sql.SQL("""
SELECT EXISTS (
    SELECT FROM {notice} n
      JOIN {job} j ON j.id = n.job_id AND n.status = j.status AND n.attempt = j.attempt
     WHERE n.job_id = %s AND n.sent_at IS NULL AND n.sending_at IS NOT NULL
       AND n.doubts + 1 < {most})
""").format(notice=_NOTICE, job=sql.Identifier(JOB_TABLE), most=sql.Literal(MOST_DOUBTS))


def is_being_sent(control: Control, job: UUID) -> bool:
    """Whether a mail was taken to be sent and not ticked off, and may be taken again."""
    row = control.execute(_IS_BEING_SENT, (job,)).fetchone()
    return bool(row and row[0])


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
        notes=row["reading"].get("notes", []),
        review=row["review"].get("counts", {}),
        # An earlier review was approved then: it is the table that has changed.
        repeats=row["repeats_id"] is not None and row["review"].get("before") is None,
    )
    try:
        mail = compose(row["recipient"], ImportPlan.from_json(row["plan"]), result)
    except Exception:
        control.execute(_PUT_BACK, (0, row["id"]))
        raise
    try:
        message_id = mailer.send(mail)
    except Exception as error:
        doubt = 0 if isinstance(error, MailNotSent) else 1
        control.execute(_PUT_BACK, (doubt, row["id"]))
        raise
    control.execute(_TICK_OFF, (message_id, row["id"]))
