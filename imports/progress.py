"""How far a job is: computed from its row and its last attempt when asked, never stored."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.template.defaultfilters import filesizeformat
from django.utils.translation import get_language, gettext_noop
from django.utils.translation import gettext as _

from imports import repeats, reviews, wording
from imports.liveness import LOST, Life
from imports.models import ImportAttempt, ImportJob
from imports.pace import SHARES, Pace, pace_of, share_of
from imports.snapshot import Snapshot, snapshot
from imports.templatetags.imports_format import duration, grouped
from imports.upshots import SENTENCES, upshot_of
from lambda_worker import contract
from lambda_worker.contract import Status
from lambda_worker.language import translated
from lambda_worker.upshots import Upshot

STEPS: Final = (
    (gettext_noop("Upload"), frozenset({Status.AWAITING_UPLOAD})),
    (gettext_noop("Queue"), frozenset({Status.QUEUED})),
    (gettext_noop("Read"), frozenset({Status.STAGING, Status.AWAITING_MAPPING})),
    (gettext_noop("Check"), frozenset({Status.CHECKING, Status.IN_REVIEW})),
    (gettext_noop("Write"), frozenset({Status.APPLYING})),
    (gettext_noop("Done"), frozenset({Status.SUCCEEDED})),
)

NOTES: Final = {"done": gettext_noop("done"), "failed": gettext_noop("ended here")}
"""What a screen reader says of a step beside its name; of the current one it says so itself."""


@dataclass(frozen=True, slots=True)
class Step:
    """One step of the chain: `state` is done, current, failed or ahead; `note` says so to those
    who do not see its sign."""

    label: str
    state: str
    note: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """A job at one moment. Counts are None while unknown; `rate` is records/s; times in seconds."""

    status: Status
    sentence: str
    detail: str
    tone: str
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
    elapsed: float | None
    stalled: bool
    life: Life | None
    cancelling: bool

    @property
    def terminal(self) -> bool:
        """Nothing moves any more: a page need not ask again."""
        return self.status in contract.TERMINAL

    @property
    def moves(self) -> bool:
        """Figures change without a new state."""
        return self.status in contract.RUNNING or self.status is Status.QUEUED


def progress_of(job: ImportJob, now: datetime | None = None) -> Progress:
    """The job as it stands `now`, as its owner may know it."""
    around = snapshot(job.pk)
    if around is None:
        raise ImportJob.DoesNotExist
    return progress_in(around.for_reader(job.owner_id, sees_all=False), now)


def progress_in(seen: Snapshot, now: datetime | None = None) -> Progress:
    """What a snapshot shows."""
    now = now or seen.at
    job, attempt = seen.job, seen.attempt
    status = Status(job.status)
    running = attempt if status in contract.RUNNING else None
    life = seen.life(now)
    stalled = life in LOST
    cancelling = running is not None and seen.cancel_requested
    pace = _pace(job, attempt, running)
    return Progress(
        status=status,
        sentence=_sentence(seen, status, life, cancelling=cancelling),
        detail=_detail(job, attempt, life, now),
        tone=wording.tone_of(job, needs_help=stalled),
        steps=_steps(job, status, attempt),
        percent=_percent(job, status, attempt),
        read=running.records_read or None
        if status is Status.STAGING and running
        else job.records_read,
        inserted=job.rows_inserted,
        updated=job.rows_updated,
        unchanged=job.rows_unchanged,
        superseded=job.rows_superseded,
        skipped=job.rows_skipped,
        rejected=job.rows_rejected,
        rate=None if stalled else pace.rate,
        time_left=None if stalled or cancelling else pace.left,
        elapsed=_elapsed(seen, now),
        stalled=stalled,
        life=life,
        cancelling=cancelling,
    )


def _elapsed(seen: Snapshot, now: datetime) -> float | None:
    """What workers have spent on it, all attempts together: what people took to upload and to
    decide is none of it."""
    attempt = seen.attempt
    if attempt is None:
        return None
    is_at_it = Status(seen.job.status) in contract.RUNNING
    until = attempt.finished_at or (now if is_at_it else attempt.heartbeat_at)
    return (seen.before + until - attempt.started_at).total_seconds()


def _pace(job: ImportJob, attempt: ImportAttempt | None, running: ImportAttempt | None) -> Pace:
    """While it runs, of the phase; afterwards of the attempt that brought it to its end."""
    if running is not None:
        return pace_of(running, job.records_read)
    if job.status != Status.SUCCEEDED or attempt is None or attempt.finished_at is None:
        return Pace()
    seconds = (attempt.finished_at - attempt.started_at).total_seconds()
    return Pace(rate=job.records_read / seconds) if job.records_read and seconds > 0 else Pace()


# -- In words -----------------------------------------------------------------------------------

LIVES: Final = {
    Life.WAITING: gettext_noop("Waiting for an older import into the same table."),
    Life.ERROR: gettext_noop("The worker met an error. Nothing was written; it will try again."),
    Life.SILENT: gettext_noop("Nothing is heard of the worker. Nothing is written so far."),
    Life.DEAD: gettext_noop("The worker died. Nothing was written; another one will take over."),
}
"""What is said of an attempt that is not alive."""


def _sentence(seen: Snapshot, status: Status, life: Life | None, *, cancelling: bool) -> str:
    job = seen.job
    if status is Status.FAILED and job.failure_code:
        return wording.reason(job.failure_code, job.failure_params)
    if life in LIVES:
        return _(LIVES[life])
    if cancelling:
        return _("Cancelling: the worker stops at its next step.")
    upshot = upshot_of(job)
    if upshot in SENTENCES:
        return str(SENTENCES[upshot])
    if status is Status.IN_REVIEW:
        return _sentence_of_review(seen)
    return translated(status.sentence, get_language() or "en")


def _sentence_of_review(seen: Snapshot) -> str:
    if not reviews.waits(seen.job):
        return _("Approved. A worker is about to write it.")
    if seen.job.repeats_id:
        return repeats.question(seen.job, seen.earlier)
    if seen.rights is not None and not seen.rights.act:
        return _("Checked. Waiting for somebody who may apply or cancel it.")
    return translated(Status.IN_REVIEW.sentence, get_language() or "en")


def _detail(job: ImportJob, attempt: ImportAttempt | None, life: Life | None, now: datetime) -> str:
    """What else is to be said, in a line or less."""
    if attempt is None:
        return ""
    seconds = int((now - attempt.heartbeat_at).total_seconds())
    if life in (Life.SILENT, Life.DEAD):
        return _("Nothing was heard of it for %(time)s.") % {"time": duration(seconds)}
    if life is Life.ERROR and attempt.error:
        return _("The error was %(name)s.") % {"name": attempt.error}
    if _died_after_commit(job, attempt, seconds):
        return _("The worker died after it had written everything; nothing is missing.")
    if life is Life.ALIVE:
        parts = (_how_far(attempt, Status(job.status)), _which_attempt(attempt))
        return " ".join(filter(None, parts))
    return _which_attempt(attempt) if life else ""


def _which_attempt(attempt: ImportAttempt) -> str:
    if attempt.number == 1:
        return ""
    return _("This is attempt %(number)d.") % {"number": attempt.number}


def _how_far(attempt: ImportAttempt, status: Status) -> str:
    """The phase's own measure, once the attempt has told of it."""
    if attempt.phase != status or attempt.total <= 0:
        return ""
    done, total = min(attempt.done, attempt.total), attempt.total
    match status:
        case Status.STAGING:
            sizes = {"done": filesizeformat(done), "total": filesizeformat(total)}
            return _("%(done)s of %(total)s.") % sizes
        case Status.CHECKING:
            counts = {"done": min(done + 1, total), "total": total}
            return _("Check %(done)d of %(total)d.") % counts
        case _:
            rows = {"done": grouped(done), "total": grouped(total)}
            return _("%(done)s of %(total)s rows; they become visible all at once.") % rows


def _died_after_commit(job: ImportJob, attempt: ImportAttempt, seconds: int) -> bool:
    """The rows and the success are committed together; the attempt's own row is closed after."""
    unclosed = attempt.finished_at is None and seconds > contract.STALLED_AFTER_SECONDS
    return job.status == Status.SUCCEEDED and unclosed


# -- Steps and bar ------------------------------------------------------------------------------


def _steps(job: ImportJob, status: Status, attempt: ImportAttempt | None) -> tuple[Step, ...]:
    """Where the job is; of one that has written nothing, how far it had come."""
    stopped = _stopped_at(job, status, attempt)
    here = next(
        (n for n, (_name, statuses) in enumerate(STEPS) if (stopped or status) in statuses), 0
    )
    states = (_state(n, here, status, is_stopped=stopped is not None) for n in range(len(STEPS)))
    return tuple(
        Step(_(name), state, _(NOTES[state]) if state in NOTES else "")
        for (name, _statuses), state in zip(STEPS, states, strict=True)
    )


def _stopped_at(job: ImportJob, status: Status, attempt: ImportAttempt | None) -> Status | None:
    """Where it ended with nothing written; None where it has not ended, or not so."""
    if upshot_of(job) is Upshot.ALL_REJECTED:
        return Status.CHECKING
    if not _is_over_badly(status):
        return None
    return _reached(attempt) if attempt else status


def _reached(attempt: ImportAttempt) -> Status:
    """Its phase; who came as far as a review has checked all."""
    return Status.CHECKING if _has_checked(attempt) else Status(attempt.phase)


def _has_checked(attempt: ImportAttempt) -> bool:
    return attempt.outcome == Status.IN_REVIEW


def _is_over_badly(status: Status) -> bool:
    return status in contract.TERMINAL and status is not Status.SUCCEEDED


def _state(number: int, here: int, status: Status, *, is_stopped: bool) -> str:
    if number < here or (status is Status.SUCCEEDED and not is_stopped):
        return "done"
    if number > here:
        return "ahead"
    return "failed" if is_stopped else "current"


def _percent(job: ImportJob, status: Status, attempt: ImportAttempt | None) -> int | None:
    """Of the whole; None where nothing can be said."""
    if _is_checked_and_no_more(job, status, attempt):
        return SHARES[Status.CHECKING][1]
    if status is Status.SUCCEEDED:
        return 100
    if attempt is None or not (status in contract.RUNNING or _is_over_badly(status)):
        return None if status is Status.AWAITING_UPLOAD else 0
    phase = _furthest(status, attempt)
    low, high = SHARES[phase]
    return low + int((high - low) * share_of(attempt, phase))


def _is_checked_and_no_more(job: ImportJob, status: Status, attempt: ImportAttempt | None) -> bool:
    if status is Status.IN_REVIEW or upshot_of(job) is Upshot.ALL_REJECTED:
        return True
    return _is_over_badly(status) and attempt is not None and _has_checked(attempt)


def _furthest(status: Status, attempt: ImportAttempt) -> Status:
    """The phase that the job or its attempt has reached: the worker may have gone on between the
    two writes, or not yet have told of a new phase."""
    known = [phase for phase in (status, Status(attempt.phase)) if phase in SHARES]
    return max(known, key=lambda phase: SHARES[phase][0], default=Status.STAGING)
