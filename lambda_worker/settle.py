"""How a job moves and ends: every write guarded by the attempt's number, so that a zombie writes
nothing."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

from psycopg import sql

from lambda_worker.applying import Applied
from lambda_worker.claim import Claim, Invocation, now
from lambda_worker.contract import (
    ATTEMPT_TABLE,
    CANCEL_TABLE,
    JOB_TABLE,
    NOTICE_TABLE,
    TERMINAL,
    Status,
)
from lambda_worker.database import Control, Data
from lambda_worker.faults import Fenced, JobFault
from lambda_worker.plan import Audience, ImportPlan, MailWhen
from lambda_worker.rejects import RejectReport
from lambda_worker.reviewing import Reviewed
from lambda_worker.staging import Staged
from lambda_worker.strict_json import to_json

_JOB = sql.Identifier(JOB_TABLE)

_MOVE = sql.SQL(
    "UPDATE {job} SET status = %(new)s WHERE id = %(job)s AND attempt = %(attempt)s"
).format(job=_JOB)


def move(control: Control, claim: Claim, new: Status) -> None:
    """The attempt enters another phase. Fenced if the job is no longer this attempt's."""
    parameters = {"new": new.value, "job": claim.job.id, "attempt": claim.attempt}
    _guarded(control, _MOVE, parameters)


def _guarded(connection: Control, statement: sql.Composed, parameters: dict[str, Any]) -> None:
    if connection.execute(statement, parameters).rowcount != 1:
        raise Fenced


_STAGED = sql.SQL("""
UPDATE {job}
   SET status = %(new)s, records_read = %(records)s, content_sha256 = %(sha256)s,
       reading = %(reading)s
 WHERE id = %(job)s AND attempt = %(attempt)s""").format(job=_JOB)


def staged(control: Control, claim: Claim, result: Staged) -> None:
    """Staging is over: what was read, and on to checking."""
    _guarded(
        control,
        _STAGED,
        {
            "new": Status.CHECKING.value,
            "records": result.records,
            "sha256": result.sha256,
            "reading": json.dumps(result.reading),
            "job": claim.job.id,
            "attempt": claim.attempt,
        },
    )


_DATES = sql.SQL("""
UPDATE {job}
   SET reading = reading || jsonb_build_object('dates', CAST(%(dates)s AS jsonb))
 WHERE id = %(job)s AND attempt = %(attempt)s""").format(job=_JOB)


def dates_proved(control: Control, claim: Claim, dates: dict[str, str]) -> None:
    """The file has proved in which order day and month stand: field to a plan's Dates."""
    parameters = {"dates": json.dumps(dates), "job": claim.job.id, "attempt": claim.attempt}
    _guarded(control, _DATES, parameters)


@dataclass(frozen=True, slots=True)
class Ending:
    """How the job ends (or pauses, in review), and what is to be written with that."""

    status: Status
    records: int | None = None
    applied: Applied | None = None
    rejects: RejectReport | None = None
    reject_key: str = ""
    fault: JobFault | None = None
    repeats: UUID | None = None
    review: Reviewed | None = None


_END = sql.SQL("""
UPDATE {job}
   SET status = %(status)s, records_read = coalesce(%(records)s, records_read),
       rows_inserted = %(inserted)s, rows_updated = %(updated)s, rows_unchanged = %(unchanged)s,
       rows_superseded = %(superseded)s, rows_skipped = %(skipped)s, rows_rejected = %(rejected)s,
       reject_summary = %(summary)s, reject_key = %(reject_key)s,
       reading = (reading - 'as_sent') || CAST(%(as_sent)s AS jsonb),
       failure_code = %(code)s, failure_params = %(params)s,
       repeats_id = coalesce(%(repeats)s, repeats_id),
       review = coalesce(
           CAST(%(review)s AS jsonb) || jsonb_build_object('at', clock_timestamp()), review),
       finished_at = CASE WHEN %(terminal)s THEN clock_timestamp() END
 WHERE id = %(job)s AND attempt = %(attempt)s AND status NOT IN ({terminal})""").format(
    job=_JOB, terminal=sql.SQL(", ").join(sql.Literal(status.value) for status in sorted(TERMINAL))
)

_IS_CANCELLED = sql.SQL("SELECT EXISTS (SELECT FROM {cancel} WHERE job_id = %s)").format(
    cancel=sql.Identifier(CANCEL_TABLE)
)


def is_cancelled(connection: Control | Data, claim: Claim) -> bool:
    """Whether somebody wishes that the job stop."""
    row = connection.execute(_IS_CANCELLED, (claim.job.id,)).fetchone()
    return bool(row and row[0])


# The same ending of the same attempt again: it failed, was retried, and never came to an attempt.
_OWE_NOTICE = sql.SQL("""
INSERT INTO {notice} (job_id, status, attempt, recipient, created_at, message_id)
VALUES (%(job)s, %(status)s, %(attempt)s, %(recipient)s, clock_timestamp(), '')
    ON CONFLICT (job_id, attempt, status)
    DO UPDATE SET created_at = clock_timestamp(), sending_at = NULL, sent_at = NULL, doubts = 0,
                  message_id = ''""").format(notice=sql.Identifier(NOTICE_TABLE))


def end(connection: Control | Data, claim: Claim, plan: ImportPlan | None, ending: Ending) -> None:
    """Write the end, inside the caller's transaction and as its last statement. Fenced if it is not
    ours."""
    if plan is not None and wants_mail(plan.audience, ending):
        owe_notice(connection, claim, plan.audience.recipient, ending.status)
    applied = ending.applied
    _guarded(
        connection,
        _END,
        {
            "status": ending.status.value,
            "records": ending.records,
            "inserted": applied.inserted if applied else None,
            "updated": applied.updated if applied else None,
            "unchanged": applied.unchanged if applied else None,
            "superseded": applied.superseded if applied else None,
            "skipped": applied.skipped if applied else None,
            "rejected": ending.rejects.records if ending.rejects else None,
            "summary": json.dumps(ending.rejects.summary if ending.rejects else []),
            "reject_key": ending.reject_key,
            "as_sent": json.dumps(_as_sent(ending.rejects)),
            "code": ending.fault.code if ending.fault else "",
            "params": json.dumps(ending.fault.params if ending.fault else {}),
            "repeats": ending.repeats,
            "review": json.dumps(ending.review.to_json()) if ending.review else None,
            "terminal": ending.status is not Status.IN_REVIEW,
            "job": claim.job.id,
            "attempt": claim.attempt,
        },
    )


def _as_sent(report: RejectReport | None) -> dict[str, Any]:
    """For the job's `reading`: the dialect of the rejects as they were sent, and how many of them
    are `left_out`."""
    if report is None or report.sent_as is None:
        return {}
    return {"as_sent": {"dialect": to_json(report.sent_as), "left_out": report.left_out}}


def wants_mail(audience: Audience, ending: Ending) -> bool:
    """Whether this end is one that the owner wants to be told of by mail."""
    if not audience.recipient or ending.status is Status.CANCELLED:
        return False  # a cancel the user has just pressed, and sees
    if audience.mail is MailWhen.PROBLEMS:
        is_clean = ending.rejects is None or not ending.rejects.records
        return ending.status is not Status.SUCCEEDED or not is_clean
    return audience.mail is MailWhen.ALWAYS


def owe_notice(connection: Control | Data, claim: Claim, recipient: str, status: Status) -> None:
    """Note that a mail is owed for this end: sent after the commit, by whoever comes first."""
    parameters = {
        "job": claim.job.id,
        "status": status.value,
        "attempt": claim.attempt,
        "recipient": recipient,
    }
    connection.execute(_OWE_NOTICE, parameters)


_CLOSE = sql.SQL("""
UPDATE {attempt} a
   SET finished_at = clock_timestamp(), heartbeat_at = clock_timestamp(),
       outcome = CASE WHEN j.attempt = a.number AND j.status IN ({terminal})
                      THEN j.status ELSE %(outcome)s END,
       error = %(error)s, billed_ms = %(billed)s, peak_memory_kb = %(memory)s
  FROM {job} j
 WHERE a.id = %(id)s AND j.id = a.job_id""").format(
    attempt=sql.Identifier(ATTEMPT_TABLE),
    job=_JOB,
    terminal=sql.SQL(", ").join(sql.Literal(status.value) for status in sorted(TERMINAL)),
)


def close_attempt(
    control: Control, claim: Claim, invocation: Invocation, outcome: str, error: str
) -> None:
    """The attempt's last word: how it ended and what it cost. Lambda bills by the millisecond,
    rounded up.

    Where the job has ended the attempt has ended it, whatever went wrong afterwards.
    """
    billed = int((now() - invocation.started).total_seconds() * 1000) + 1
    parameters = {
        "outcome": outcome,
        "error": error[:100],
        "billed": billed,
        "memory": peak_memory_kb(),
        "id": claim.attempt_id,
    }
    control.execute(_CLOSE, parameters)


def peak_memory_kb() -> int | None:
    """The most memory that this process ever held resident; None where the kernel does not tell.

    Not getrusage's: that begins with the memory of the process which started this one.
    """
    try:
        status = Path("/proc/self/status").read_text(encoding="ascii", errors="replace")
    except OSError:
        return None
    found = re.search(r"^VmHWM:\s+(\d+) kB", status, re.MULTILINE)
    return int(found.group(1)) if found else None
