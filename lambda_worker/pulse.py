"""The attempt's pulse: a thread that beats once a second, tells the progress and hears what must
stop it."""

from __future__ import annotations

import contextlib
import threading
import time
from typing import Any, Final

import psycopg
from psycopg import sql

from lambda_worker.contract import ATTEMPT_TABLE, CANCEL_TABLE, HEARTBEAT_SECONDS, JOB_TABLE, Status
from lambda_worker.database import Connections
from lambda_worker.faults import CancelRequested, Fenced, JobFault

RESERVE_SECONDS: Final = 30.0
"""A worker stops this long before its deadline: time to roll back, write the rejects and the
mail."""

SILENCE_SECONDS: Final = 40.0
"""An attempt that could not beat for so long stops itself: after ABANDONED_AFTER_SECONDS another
may take its place."""

HANGING_SECONDS: Final = 10.0
"""A statement that does not end for so long after its cancellation hangs at the network (a COPY
that waits for its client hears no cancel): its backend is ended, which it does hear."""

_BEAT = sql.SQL("""
UPDATE {attempt} a
   SET heartbeat_at = clock_timestamp(), phase = %(phase)s, done = %(done)s, total = %(total)s,
       records_read = %(records)s,
       phase_started_at = CASE
           WHEN a.phase = %(phase)s THEN a.phase_started_at
           ELSE clock_timestamp() - make_interval(secs => %(in_phase)s) END
  FROM {job} j
 WHERE a.id = %(attempt_id)s AND j.id = a.job_id AND j.attempt = a.number
RETURNING EXISTS (SELECT FROM {cancel} c WHERE c.job_id = a.job_id)""").format(
    attempt=sql.Identifier(ATTEMPT_TABLE),
    job=sql.Identifier(JOB_TABLE),
    cancel=sql.Identifier(CANCEL_TABLE),
)

_END_BACKEND = "SELECT pg_terminate_backend(%s)"


class Pulse:
    """Runs beside the data connection while an attempt works; `deadline` is on time.monotonic's
    clock."""

    def __init__(self, connections: Connections, attempt_id: int, deadline: float) -> None:
        self._connections = connections
        self._attempt_id = attempt_id
        self._started = time.monotonic()
        self._last_beat = self._started
        self._deadline = deadline
        self._phase = Status.STAGING
        self._entered = self._started
        self._done = 0
        self._total = 0
        self._records = 0
        self._stop_reason: Exception | None = None
        self._stopped_at = 0.0
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._run, name="pulse", daemon=True)

    def __enter__(self) -> Pulse:
        self._beat()
        self._thread.start()
        return self

    def __exit__(self, *exc: object) -> None:
        self._over.set()
        self._thread.join()
        with contextlib.suppress(psycopg.Error):  # what ended the attempt is more than its pulse
            self._beat()  # a phase that was shorter than a heartbeat was told to nobody yet

    def enter(self, phase: Status, *, total: int = 0) -> None:
        """A new phase begins, with `total` to be done in it."""
        self._phase, self._done, self._total = phase, 0, total
        self._entered = time.monotonic()

    def progress(self, done: int, *, total: int | None = None, records: int | None = None) -> None:
        """Note how far the phase is; raise the reason where the attempt has to stop."""
        self._done = done
        if total is not None:
            self._total = total
        if records is not None:
            self._records = records
        self.check()

    def check(self) -> None:
        """Raise CancelRequested, Fenced or JobFault if one was heard."""
        if self._stop_reason is not None:
            raise self._stop_reason

    @property
    def stop_reason(self) -> Exception | None:
        """Why the running statement was cancelled, if it was cancelled from here."""
        return self._stop_reason

    @property
    def share_left(self) -> float:
        """How much of the attempt's time is left, from 1 down to 0; the reserve is not counted."""
        whole = self._deadline - RESERVE_SECONDS - self._started
        left = self._deadline - RESERVE_SECONDS - time.monotonic()
        return max(0.0, left / whole) if whole > 0 else 0.0

    def _run(self) -> None:
        while not self._over.wait(HEARTBEAT_SECONDS):
            try:
                self._beat()
            except (psycopg.errors.LockNotAvailable, psycopg.errors.QueryCanceled) as error:
                # One missed beat is no harm: the next comes in a second.
                if time.monotonic() - self._last_beat > SILENCE_SECONDS:
                    self._stop(error)
            except psycopg.Error as error:
                # Without the control connection nobody can see or stop the attempt: it must not go
                # on.
                self._stop(error)
            if self._stop_reason is not None and not self._over.is_set():
                self._interrupt()

    def _beat(self) -> None:
        parameters: dict[str, Any] = {
            "attempt_id": self._attempt_id,
            "phase": self._phase.value,
            "in_phase": time.monotonic() - self._entered,
            "done": self._done,
            "total": self._total,
            "records": self._records,
        }
        row = self._connections.control.execute(_BEAT, parameters).fetchone()
        self._last_beat = time.monotonic()
        if row is None:
            self._stop(Fenced())
        elif row[0]:
            self._stop(CancelRequested())
        elif time.monotonic() > self._deadline - RESERVE_SECONDS:
            self._stop(self._out_of_time())

    def _stop(self, reason: Exception) -> None:
        if self._stop_reason is None:
            self._stop_reason = reason
            self._stopped_at = time.monotonic()

    def _interrupt(self) -> None:
        """Cancel the running statement; one that hangs loses its backend. The next beat tries
        again."""
        connections = self._connections
        with contextlib.suppress(psycopg.Error):
            if time.monotonic() - self._stopped_at > HANGING_SECONDS:
                connections.control.execute(_END_BACKEND, (connections.data.info.backend_pid,))
            else:
                connections.data.cancel_safe(timeout=5)

    def _out_of_time(self) -> JobFault:
        share = self._done / self._total if self._total else 0.0
        return JobFault(
            "out_of_time",
            phase=self._phase.value,
            seconds=round(time.monotonic() - self._started),
            percent=round(100 * share),
            parts=max(2, round(1 / share + 0.5)) if share else 4,
        )
