"""Turns: imports into one table are written one after the other, in the order of their creation."""

from __future__ import annotations

import time
from typing import Final, Protocol
from uuid import UUID

from psycopg import sql

from lambda_worker.contract import (
    ATTEMPT_TABLE,
    JOB_TABLE,
    RUNNING,
    STALLED_AFTER_SECONDS,
    TARGET_LOCK_NAMESPACE,
    Outcome,
    Status,
)
from lambda_worker.database import Connections, Control
from lambda_worker.faults import TurnNotCome
from lambda_worker.locks import try_lock, unlock
from lambda_worker.plan import TargetPlan

LOOK_SECONDS: Final = 0.2
"""Between two looks: little beside the seconds that an apply takes, two cheap queries each."""

PATIENCE: Final = 0.5
"""The share of an attempt's time that it may wait: the rest must suffice to write what it has."""

BACK_SECONDS: Final = 60
"""An attempt that waited in vain keeps its place for so long; it begins again after half of it."""


class Watch(Protocol):
    """What waiting asks while it lasts."""

    def check(self) -> None:
        """Raises where a stop was asked for."""
        ...

    @property
    def share_left(self) -> float:
        """How much of the attempt's time is left, from 1 down to 0."""
        ...


def take_turn(connections: Connections, job: UUID, target: TargetPlan, watch: Watch) -> None:
    """Return when nobody else may write; the turn lasts as long as the data connection.

    TurnNotCome where that takes too long.
    """
    lock = (connections.data, TARGET_LOCK_NAMESPACE, f"{target.schema or ''}.{target.table}")
    while True:
        if not _somebody_is_ahead(connections.control, job) and try_lock(*lock):
            if not _somebody_is_ahead(connections.control, job):
                return
            unlock(*lock)
        watch.check()
        if watch.share_left < PATIENCE:
            raise TurnNotCome
        time.sleep(LOOK_SECONDS)


# An attempt that has gone silent loses its turn, or a dead worker would hold up everybody; one that
# waits to begin again keeps it.
_AHEAD = sql.SQL("""
SELECT EXISTS (
    SELECT FROM {job} j
      JOIN {job} o ON o.target = j.target AND (o.created_at, o.id) < (j.created_at, j.id)
                  AND o.status IN ({running})
      JOIN {attempt} a ON a.job_id = o.id AND a.number = o.attempt
     WHERE j.id = %s
       AND CASE WHEN a.finished_at IS NULL
                THEN a.heartbeat_at > clock_timestamp() - make_interval(secs => {stalled})
                ELSE a.outcome = {waited}
                     AND a.finished_at > clock_timestamp() - make_interval(secs => {back})
           END)""").format(
    job=sql.Identifier(JOB_TABLE),
    attempt=sql.Identifier(ATTEMPT_TABLE),
    running=sql.SQL(", ").join(sql.Literal(status.value) for status in sorted(RUNNING)),
    stalled=sql.Literal(STALLED_AFTER_SECONDS),
    waited=sql.Literal(Outcome.WAITED.value),
    back=sql.Literal(BACK_SECONDS),
)


def _somebody_is_ahead(control: Control, job: UUID) -> bool:
    row = control.execute(_AHEAD, (job,)).fetchone()
    return bool(row and row[0])


# Older ones that wait for a worker: told of as uploaded, or perhaps uploaded (their form is valid).
_OLDER_WAITING = sql.SQL("""
SELECT o.id
  FROM {job} j
  JOIN {job} o ON o.target = j.target AND (o.created_at, o.id) < (j.created_at, j.id)
              AND (o.status = {queued}
                   OR o.status = {awaiting} AND o.upload_expires_at > clock_timestamp())
 WHERE j.id = %s
 ORDER BY o.created_at, o.id
 LIMIT {limit}""")

OLDER_LOOKED_AT: Final = 5
"""Each costs a request to the bucket; more than that wait only where their uploads stand still."""


def older_waiting(control: Control, job: UUID) -> list[UUID]:
    """Jobs of the same target that came before and that nobody works on yet, oldest first."""
    statement = _OLDER_WAITING.format(
        job=sql.Identifier(JOB_TABLE),
        queued=sql.Literal(Status.QUEUED.value),
        awaiting=sql.Literal(Status.AWAITING_UPLOAD.value),
        limit=sql.Literal(OLDER_LOOKED_AT),
    )
    return [row[0] for row in control.execute(statement, (job,)).fetchall()]


_DONE = sql.SQL("""
SELECT count(*)
  FROM {job} j
  JOIN {job} o ON o.target = j.target AND o.status = {succeeded}
 WHERE j.id = %s""").format(
    job=sql.Identifier(JOB_TABLE), succeeded=sql.Literal(Status.SUCCEEDED.value)
)


def imports_done(control: Control, job: UUID) -> int:
    """How many imports into the job's target have succeeded: it grows when one commits, which no
    clock tells."""
    row = control.execute(_DONE, (job,)).fetchone()
    assert row is not None
    return int(row[0])
