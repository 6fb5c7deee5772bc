"""How far a job is: computed from its row and its last attempt when asked, never stored."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from django.utils import timezone
from django.utils.translation import get_language, gettext_noop
from django.utils.translation import gettext as _

from imports import repeats, wording
from imports.liveness import LOST, Life, life_now
from imports.models import ImportAttempt, ImportCancelRequest, ImportJob
from lambda_worker import contract
from lambda_worker.contract import Status
from lambda_worker.language import translated

SHARES: Final = {Status.STAGING: (0, 35), Status.CHECKING: (35, 60), Status.APPLYING: (60, 99)}
"""From and to which percent of the whole each phase goes: a million rows took some 5 s to read, 4 s
to check and 6 s to write. 100 is for what is committed."""

STEPS: Final = (
    (gettext_noop("Upload"), frozenset({Status.AWAITING_UPLOAD})),
    (gettext_noop("Queue"), frozenset({Status.QUEUED})),
    (gettext_noop("Read"), frozenset({Status.STAGING, Status.AWAITING_MAPPING})),
    (gettext_noop("Check"), frozenset({Status.CHECKING, Status.IN_REVIEW})),
    (gettext_noop("Write"), frozenset({Status.APPLYING})),
    (gettext_noop("Done"), frozenset({Status.SUCCEEDED})),
)

STEADY_AFTER: Final = 2.0
"""Seconds of a phase before its speed says anything about the time left."""


@dataclass(frozen=True, slots=True)
class Step:
    """One step of the chain: `state` is done, current, failed or ahead."""

    label: str
    state: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """A job at one moment. Counts are None while unknown; `rate` is records/s; times in seconds."""

    status: Status
    sentence: str
    detail: str
    steps: tuple[Step, ...]
    percent: int | None
    read: int | None
    inserted: int | None
    updated: int | None
    unchanged: int | None
    superseded: int | None
    skipped: int | None
    rejected: int | None
    rate: float | None
    time_left: float | None
    elapsed: float
    stalled: bool
    life: Life | None
    cancelling: bool

    @property
    def terminal(self) -> bool:
        """Nothing moves any more: a page need not ask again."""
        return self.status in contract.TERMINAL


def progress_of(job: ImportJob, now: datetime | None = None) -> Progress:
    """The job as it stands `now`."""
    now = now or timezone.now()
    status = Status(job.status)
    attempt = _current_attempt(job)
    running = attempt if status in contract.RUNNING else None
    life = life_now(running, now) if running else None
    stalled = life in LOST
    cancelling = running is not None and ImportCancelRequest.objects.filter(job=job).exists()
    return Progress(
        status=status,
        sentence=_sentence(job, status, life, cancelling=cancelling),
        detail=_detail(job, attempt, life, now),
        steps=_steps(status, attempt),
        percent=_percent(status, running),
        read=running.records_read or None
        if status is Status.STAGING and running
        else job.records_read,
        inserted=job.rows_inserted,
        updated=job.rows_updated,
        unchanged=job.rows_unchanged,
        superseded=job.rows_superseded,
        skipped=job.rows_skipped,
        rejected=job.rows_rejected,
        rate=_rate(job, running, now),
        time_left=None if stalled else _time_left(running, now),
        elapsed=((job.finished_at or now) - job.created_at).total_seconds(),
        stalled=stalled,
        life=life,
        cancelling=cancelling,
    )


def _current_attempt(job: ImportJob) -> ImportAttempt | None:
    """The attempt that the job's row names; an older one says nothing about now."""
    return ImportAttempt.objects.filter(job=job, number=job.attempt).first()


LIVES: Final = {
    Life.WAITING: gettext_noop("Waiting for an older import into the same table."),
    Life.ERROR: gettext_noop("The worker met an error. Nothing was written; it will try again."),
    Life.SILENT: gettext_noop("Nothing is heard of the worker. Nothing is written so far."),
    Life.DEAD: gettext_noop("The worker died. Nothing was written; another one will take over."),
}
"""What is said of an attempt that is not alive."""


def _sentence(job: ImportJob, status: Status, life: Life | None, *, cancelling: bool) -> str:
    if status is Status.FAILED and job.failure_code:
        return wording.reason(job.failure_code, job.failure_params)
    if life in LIVES:
        return _(LIVES[life])
    if cancelling:
        return _("Cancelling: the worker stops at its next step.")
    if status is Status.SUCCEEDED and job.rows_rejected:
        return _("Done, but some rows were rejected.")
    if status is Status.IN_REVIEW and job.repeats_id:
        return repeats.question(job)
    return translated(status.sentence, get_language() or "en")


def _detail(job: ImportJob, attempt: ImportAttempt | None, life: Life | None, now: datetime) -> str:
    if attempt is None:
        return ""
    seconds = int((now - attempt.heartbeat_at).total_seconds())
    if life in (Life.SILENT, Life.DEAD):
        return _("Nothing was heard of it for %(seconds)d seconds.") % {"seconds": seconds}
    if life is Life.ERROR and attempt.error:
        return _("The error was %(name)s.") % {"name": attempt.error}
    if _died_after_commit(job, attempt, seconds):
        return _("The worker died after it had written everything; nothing is missing.")
    if life is not None and attempt.number > 1:
        return _("This is attempt %(number)d.") % {"number": attempt.number}
    return ""


def _died_after_commit(job: ImportJob, attempt: ImportAttempt, seconds: int) -> bool:
    """The rows and the success are committed together; the attempt's own row is closed after."""
    unclosed = attempt.finished_at is None and seconds > contract.STALLED_AFTER_SECONDS
    return job.status == Status.SUCCEEDED and unclosed


def _steps(status: Status, attempt: ImportAttempt | None) -> tuple[Step, ...]:
    """Where the job is; of one that ended badly, how far it had come."""
    over_badly = status in contract.TERMINAL and status is not Status.SUCCEEDED
    seen = Status(attempt.phase) if over_badly and attempt else status
    here = next((n for n, (_name, statuses) in enumerate(STEPS) if seen in statuses), 0)
    return tuple(
        Step(_(name), _state(n, here, status, over_badly=over_badly))
        for n, (name, _statuses) in enumerate(STEPS)
    )


def _state(number: int, here: int, status: Status, *, over_badly: bool) -> str:
    if number < here or status is Status.SUCCEEDED:
        return "done"
    if number > here:
        return "ahead"
    return "failed" if over_badly else "current"


def _percent(status: Status, running: ImportAttempt | None) -> int | None:
    """Of the whole; None where nothing can be said."""
    if status is Status.SUCCEEDED:
        return 100
    if status is Status.IN_REVIEW:
        return SHARES[Status.CHECKING][1]
    if running is None:
        return 0 if status is Status.QUEUED else None
    phase = _furthest(status, running)
    low, high = SHARES[phase]
    return low + int((high - low) * _share(running, phase))


def _furthest(status: Status, running: ImportAttempt) -> Status:
    """The phase that the job or its attempt has reached: the worker may have gone on between the
    two queries that read them, or not yet have told of a new phase."""
    phase = Status(running.phase)
    return max(status, phase, key=lambda s: SHARES[s][0]) if phase in SHARES else status


def _share(running: ImportAttempt, status: Status) -> float:
    """How much of its phase is done; 0 where the attempt has not told of this phase yet."""
    if running.phase != status or running.total <= 0:
        return 0.0
    return min(1.0, running.done / running.total)


def _rate(job: ImportJob, running: ImportAttempt | None, now: datetime) -> float | None:
    """While reading, records a second of the reading; afterwards of the whole attempt."""
    if running is not None:
        if running.phase != Status.STAGING or not running.records_read:
            return None
        return _per_second(running.records_read, now - running.phase_started_at)
    last = _current_attempt(job) if job.status == Status.SUCCEEDED else None
    if last is None or last.finished_at is None or not job.records_read:
        return None
    return _per_second(job.records_read, last.finished_at - last.started_at)


def _per_second(count: int, time: timedelta) -> float | None:
    seconds = time.total_seconds()
    return count / seconds if seconds > 0 else None


def _time_left(running: ImportAttempt | None, now: datetime) -> float | None:
    """By the speed of this phase, the later ones taken to need their shares of the whole."""
    if running is None or running.phase not in SHARES:
        return None
    phase = Status(running.phase)
    share = _share(running, phase)
    spent = (now - running.phase_started_at).total_seconds()
    if not share or spent < STEADY_AFTER:
        return None
    low, high = SHARES[phase]
    seconds_a_percent = spent / (share * (high - low))
    return seconds_a_percent * (SHARES[Status.APPLYING][1] - low - share * (high - low))
