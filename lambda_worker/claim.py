"""Claim: one attempt at a time, by the job's advisory lock first and the attempt's number then."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final
from uuid import UUID

from psycopg import sql
from psycopg.rows import dict_row

from lambda_worker import __version__, locks
from lambda_worker.contract import (
    ABANDONED_AFTER_SECONDS,
    ATTEMPT_TABLE,
    JOB_TABLE,
    LOCK_NAMESPACE,
    RUNNING,
    STALLED_AFTER_SECONDS,
    TERMINAL,
    WATCHDOG_SECONDS,
    Command,
    Outcome,
    Status,
)
from lambda_worker.database import Connections, Control, Data
from lambda_worker.faults import Fenced, JobBusy, JobNotFound

ATTEMPTS_A_TRY: Final = 3
"""Attempts that may die before the job fails; a person's retry grants as many again."""

BUSY_RETRY_SECONDS: Final = 10
"""When to look again at a job that somebody has locked and not claimed: a claim takes less than a
second, the backend of a dead worker some five to go."""

SILENT_RETRY_SECONDS: Final = 30
"""When a watchdog looks again at an attempt that has gone silent, but not for long enough."""


@dataclass(frozen=True, slots=True)
class Invocation:
    """What Lambda says of one run: its request id, its memory in MB, and when it will be ended."""

    request_id: str
    memory_mb: int
    deadline: datetime
    started: datetime


@dataclass(frozen=True, slots=True)
class Order:
    """What a message asks: work on `job`. `version` is the object's, where the S3 event named it.
    A watchdog's order names the `attempt` that it was sent for, and one to check again what is in
    review the attempt that has checked it."""

    job: UUID
    version: str = ""
    command: Command = Command.START
    attempt: int | None = None


@dataclass(frozen=True, slots=True)
class Job:
    """The job's row as the claim found it."""

    id: UUID
    status: Status
    attempt: int
    retries: int
    plan: dict[str, Any]
    object_version: str
    review: dict[str, Any]
    approved: bool
    """What `review` shows, by somebody who could see it."""
    records_read: int | None
    deaths: int
    """Attempts that ended in an error or in nothing; of a locked job, none of them lives."""


@dataclass(frozen=True, slots=True)
class Claim:
    """An attempt of one's own: `attempt` fences every write, `attempt_id` is its row; it begins
    with staging, or with applying what an approved review left."""

    job: Job
    attempt: int
    attempt_id: int
    first_phase: Status = Status.STAGING


_SELECT_JOB = sql.SQL("""
SELECT j.id, j.status, j.attempt, j.retries, j.plan, j.object_version, j.records_read,
       j.review, j.review_approved_at IS NOT NULL
       AND coalesce(j.review_approved_at > CAST(j.review ->> 'at' AS timestamptz), true)
           AS approved,
       (SELECT count(*) FROM {attempt} a
         WHERE a.job_id = j.id AND a.outcome IN ('', {error})) AS deaths
  FROM {job} j WHERE j.id = %s""").format(
    job=sql.Identifier(JOB_TABLE),
    attempt=sql.Identifier(ATTEMPT_TABLE),
    error=sql.Literal(Outcome.ERROR.value),
)


def load(control: Control, job: UUID) -> Job:
    """The job's row; JobNotFound if it is not (yet) visible."""
    with control.cursor(row_factory=dict_row) as cursor:
        row = cursor.execute(_SELECT_JOB, (job,)).fetchone()
    if row is None:
        raise JobNotFound(f"no job {job}")
    found: dict[str, Any] = {**row, "status": Status(row["status"])}
    return Job(**found)


def may_start(job: Job, order: Order) -> bool:
    """Whether the order has anything to do on the job as it stands."""
    if order.command is Command.WATCHDOG:
        return job.status in RUNNING and job.attempt == order.attempt
    if job.status is Status.IN_REVIEW:
        # Else the order to check it again: of this review alone.
        return job.approved or (order.command is Command.RETRY and order.attempt == job.attempt)
    return job.status in RUNNING | {Status.AWAITING_UPLOAD, Status.QUEUED}


def has_died_too_often(job: Job) -> bool:
    """Whether the attempts that the job may lose are used up."""
    return job.status in RUNNING and job.deaths >= ATTEMPTS_A_TRY * (job.retries + 1)


def lock(connections: Connections, job: Job, order: Order) -> None:
    """Take the job's lock on the data connection; JobBusy while a live attempt holds it."""
    if try_lock(connections.data, job.id):
        return
    _end_abandoned_backends(connections.control, job.id)
    if not try_lock(connections.data, job.id):
        raise JobBusy(_when_to_look_again(connections.control, job, order))


def try_lock(data: Data, job: UUID) -> bool:
    """Take the job's lock if nobody has it."""
    return locks.try_lock(data, LOCK_NAMESPACE, str(job))


def unlock(data: Data, job: UUID) -> None:
    """Give the job's lock back."""
    locks.unlock(data, LOCK_NAMESPACE, str(job))


# Only backends that the attempts have recorded, known by pid and start: pids are used again.
# pg_terminate_backend waits until they are gone, for 5 s at most.
_TERMINATE = sql.SQL("""
SELECT pg_terminate_backend(s.pid, 5000)
  FROM {attempt} a
  JOIN pg_stat_activity s ON s.pid = a.backend_pid AND s.backend_start = a.backend_start
 WHERE a.job_id = %s
   AND (a.deadline_at < clock_timestamp()
        OR a.heartbeat_at < clock_timestamp() - make_interval(secs => {abandoned}))""").format(
    attempt=sql.Identifier(ATTEMPT_TABLE), abandoned=sql.Literal(ABANDONED_AFTER_SECONDS)
)


def _end_abandoned_backends(control: Control, job: UUID) -> None:
    """End what a dead worker left running: a backend inside a statement outlives its client."""
    control.execute(_TERMINATE, (job,))


_SILENT = sql.SQL("""
SELECT heartbeat_at < clock_timestamp() - make_interval(secs => {stalled})
  FROM {attempt}
 WHERE job_id = %s AND number = %s""").format(
    attempt=sql.Identifier(ATTEMPT_TABLE), stalled=sql.Literal(STALLED_AFTER_SECONDS)
)


def _when_to_look_again(control: Control, job: Job, order: Order) -> int | None:
    """In seconds; None where the attempt's own watchdog looks already."""
    if order.command is Command.WATCHDOG:
        row = control.execute(_SILENT, (job.id, job.attempt)).fetchone()
        return SILENT_RETRY_SECONDS if row and row[0] else WATCHDOG_SECONDS
    return None if job.status in RUNNING else BUSY_RETRY_SECONDS


_CLAIM = sql.SQL("""
UPDATE {job}
   SET attempt = attempt + 1, status = %(new)s,
       object_version = %(version)s, object_size = %(size)s,
       failure_code = '', failure_params = '{{}}', finished_at = NULL
 WHERE id = %(job)s AND attempt = %(attempt)s AND status = %(old)s
RETURNING attempt""").format(job=sql.Identifier(JOB_TABLE))

_NEW_ATTEMPT = sql.SQL("""
INSERT INTO {attempt} (
    job_id, number, request_id, worker_version, memory_mb, started_at, deadline_at,
    backend_pid, backend_start, heartbeat_at, phase, phase_started_at,
    done, total, records_read, outcome)
SELECT %(job)s, %(number)s, %(request_id)s, %(version)s, %(memory_mb)s, %(started)s,
       %(deadline)s, s.pid, s.backend_start, clock_timestamp(), %(phase)s, clock_timestamp(),
       0, 0, 0, ''
  FROM pg_stat_activity s
 WHERE s.pid = %(pid)s
RETURNING id""").format(attempt=sql.Identifier(ATTEMPT_TABLE))


def claim(
    connections: Connections,
    job: Job,
    invocation: Invocation,
    *,
    new: Status,
    version: str,
    size: int | None,
) -> Claim:
    """Begin an attempt on a job whose lock is held. Fenced if its row has moved since it was
    read."""
    control = connections.control
    with control.transaction():
        row = control.execute(
            _CLAIM,
            {
                "new": new.value,
                "version": version,
                "size": size,
                "job": job.id,
                "attempt": job.attempt,
                "old": job.status.value,
            },
        ).fetchone()
        if row is None:
            raise Fenced
        number = int(row[0])
        attempt = control.execute(
            _NEW_ATTEMPT,
            {
                "job": job.id,
                "number": number,
                "request_id": invocation.request_id,
                "version": __version__,
                "memory_mb": invocation.memory_mb,
                "started": invocation.started,
                "deadline": invocation.deadline,
                "phase": new.value,
                "pid": connections.data.info.backend_pid,
            },
        ).fetchone()
        if attempt is None:
            raise Fenced  # the data connection's backend is gone, and the lock with it
    return Claim(job, number, int(attempt[0]), new)


def is_over(job: Job) -> bool:
    """Whether the job has ended."""
    return job.status in TERMINAL


def now() -> datetime:
    """The current time, with its zone."""
    return datetime.now(UTC)
