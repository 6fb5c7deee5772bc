"""Whether a running job's worker lives: judged when asked, never stored."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from django.db import connection

from imports.models import ImportAttempt
from lambda_worker import contract
from lambda_worker.contract import Outcome


class Life(StrEnum):
    """How it is with the attempt that a running job names."""

    ALIVE = "alive"
    WAITING = "waiting"
    """It ended because its turn had not come; a message that begins another is on its way."""
    ERROR = "error"
    """It ended in an error; its message comes again."""
    SILENT = "silent"
    """Nothing is heard of it, but its database session is still open, so it may yet commit."""
    DEAD = "dead"
    """Its session is gone, or Lambda has ended it: what was not committed never will be."""


LOST: Final = frozenset({Life.ERROR, Life.SILENT, Life.DEAD})
"""Nobody works on the job: a person may ask for another attempt now."""


def life_of(attempt: ImportAttempt, now: datetime, has_session: Callable[[], bool]) -> Life:
    """The attempt's life; `has_session` is asked only where nothing else tells."""
    if attempt.finished_at is not None:
        return Life.WAITING if attempt.outcome == Outcome.WAITED else Life.ERROR
    if now - attempt.heartbeat_at <= timedelta(seconds=contract.STALLED_AFTER_SECONDS):
        return Life.ALIVE
    if now > attempt.deadline_at or not has_session():
        return Life.DEAD
    return Life.SILENT


# Known by pid and start: pids are used again.
_SESSION = "SELECT EXISTS (SELECT FROM pg_stat_activity WHERE pid = %s AND backend_start = %s)"


def has_session(attempt: ImportAttempt) -> bool:
    """Whether the attempt's data connection still stands."""
    with connection.cursor() as cursor:
        cursor.execute(_SESSION, [attempt.backend_pid, attempt.backend_start])
        row = cursor.fetchone()
    return bool(row and row[0])


def life_now(attempt: ImportAttempt, now: datetime) -> Life:
    """The attempt's life, with a look into the database where it is needed."""
    return life_of(attempt, now, lambda: has_session(attempt))
