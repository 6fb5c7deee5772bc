"""What ran for a job: when each step was, every attempt, and what they cost together."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from imports import cost, wording
from imports.cost import Prices, Usage
from imports.models import ImportAttempt, ImportJob
from imports.templatetags.imports_format import UNKNOWN, duration, grouped
from imports.upshots import RECORDED, upshot_of
from lambda_worker.contract import RUNNING, Outcome, Status


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened to the job; `tone` as in wording.tone_of."""

    when: datetime
    words: str
    tone: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """An attempt, ready to be read."""

    number: int
    started_at: datetime
    took: str
    memory: str
    version: str
    billed: str
    cost: str
    outcome: str
    request_id: str


def runs(job: ImportJob) -> dict[str, Any]:
    """Three queries: of the attempts, of the mails and of a wish to cancel."""
    attempts = list(job.attempts.order_by("number"))
    prices = cost.prices()
    return {
        "events": sorted(_events(job, attempts), key=lambda event: event.when),
        "runs": [_run(job, attempt, prices) for attempt in attempts],
        "receipt": _receipt(cost.usage_of(attempts), prices),
    }


# -- Steps ----------------------------------------------------------------------------------------


def _events(job: ImportJob, attempts: list[ImportAttempt]) -> Iterator[Event]:
    yield Event(job.created_at, _by(_("Asked for"), job.owner))
    for attempt in attempts:
        yield from _of_attempt(job, attempt)
    if job.review_approved_at:
        yield Event(job.review_approved_at, _by(_("Review approved"), job.reviewer))
    if wish := getattr(job, "cancel_request", None):
        yield Event(wish.requested_at, _by(_("Asked to stop"), wish.requested_by))
    if job.finished_at:
        yield Event(job.finished_at, wording.state_of(job), wording.tone_of(job))
    for notice in job.notices.filter(sent_at__isnull=False):
        if notice.sent_at:
            yield Event(notice.sent_at, _("Mail sent to %(to)s") % {"to": notice.recipient})


def _by(what: str, user: Any) -> str:
    return _("%(what)s by %(who)s") % {"what": what, "who": user} if user else what


def _of_attempt(job: ImportJob, attempt: ImportAttempt) -> Iterator[Event]:
    number = {"number": attempt.number}
    yield Event(attempt.started_at, _("Attempt %(number)d began") % number)
    if attempt.phase != Status.STAGING and attempt.phase_started_at > attempt.started_at:
        named = {**number, "phase": wording.state(attempt.phase)}
        yield Event(attempt.phase_started_at, _("Attempt %(number)d: %(phase)s") % named)
    if attempt.finished_at:
        named = {**number, "how": _outcome(job, attempt)}
        yield Event(attempt.finished_at, _("Attempt %(number)d ended: %(how)s") % named)


# -- Attempts -------------------------------------------------------------------------------------

OUTCOMES: Final[dict[str, str]] = {
    Outcome.ERROR: gettext_noop("an error, not of the file; it is tried again"),
    Outcome.WAITED: gettext_noop("an older import into the same table came first"),
    Outcome.FENCED: gettext_noop("a later attempt had taken its place; it wrote nothing"),
    Status.SUCCEEDED: gettext_noop("the rows are written"),
    Status.IN_REVIEW: gettext_noop("checked, waiting for a review"),
    Status.FAILED: gettext_noop("the import failed"),
    Status.CANCELLED: gettext_noop("cancelled"),
    Status.EXPIRED: gettext_noop("expired"),
}


def _outcome(job: ImportJob, attempt: ImportAttempt) -> str:
    """How it ended, or that it has not; one that said nothing died."""
    if attempt.outcome:
        words = _in_words(job, attempt.outcome)
        return f"{words} ({attempt.error})" if attempt.error else words
    is_at_it = attempt.number == job.attempt and job.status in RUNNING
    return _("under way") if is_at_it else _("died before it could say how it ended")


def _in_words(job: ImportJob, outcome: str) -> str:
    upshot = upshot_of(job) if outcome == Status.SUCCEEDED else None
    if upshot in RECORDED:
        return str(RECORDED[upshot])
    return _(OUTCOMES[outcome]) if outcome in OUTCOMES else outcome


def _run(job: ImportJob, attempt: ImportAttempt, prices: Prices) -> Run:
    usage = cost.usage_of([attempt])
    ms = _("%(ms)s ms") % {"ms": grouped(cost.least_ms(attempt))}
    end = attempt.finished_at or attempt.heartbeat_at
    took = duration((end - attempt.started_at).total_seconds())
    return Run(
        number=attempt.number,
        started_at=attempt.started_at,
        took=_at_least(took, known=attempt.finished_at is not None),
        memory=_memory(attempt),
        version=attempt.worker_version or UNKNOWN,
        billed=_at_least(ms, known=attempt.billed_ms is not None),
        cost=cost.in_words(usage, prices),
        outcome=_outcome(job, attempt),
        request_id=attempt.request_id,
    )


def _memory(attempt: ImportAttempt) -> str:
    """The most that was in use, of what Lambda gave it."""
    peak = None if attempt.peak_memory_kb is None else attempt.peak_memory_kb // 1024
    given = {"peak": grouped(peak), "memory": grouped(attempt.memory_mb or None)}
    return _("%(peak)s of %(memory)s MB") % given


def _at_least(words: str, *, known: bool) -> str:
    return words if known else _("at least %(amount)s") % {"amount": words}


# -- Cost -----------------------------------------------------------------------------------------


def _receipt(usage: Usage, at: Prices) -> dict[str, Any]:
    """The amount, and how it comes about."""
    if not usage.requests:
        return {}
    time = {
        "gb_seconds": number_format(usage.gb_seconds, decimal_pos=3, force_grouping=True),
        "price": cost.price(at.per_gb_second, at.currency),
    }
    requests = {
        "count": grouped(usage.requests),
        "price": cost.price(at.per_request, at.currency),
    }
    return {
        "sentence": cost.compared(usage, at),
        "whole": usage.whole,
        "time": _("%(gb_seconds)s GB-seconds at %(price)s") % time,
        "requests": _("%(count)s at %(price)s") % requests,
    }
