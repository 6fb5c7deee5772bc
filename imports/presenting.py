"""A job as its page shows it: what a poll renews, and what comes with a new state alone."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from imports import fixing, jobs, reviews, wording
from imports.changelists import changelist_of
from imports.models import ImportJob
from imports.pace import rounded_rate, shown_left
from imports.progress import Progress
from imports.reject_lists import groups_of
from imports.snapshot import Snapshot
from imports.templatetags.imports_format import about, duration, grouped
from lambda_worker import contract
from lambda_worker.contract import Status

GROUPS_SHOWN: Final = 8
"""The commonest faults, usually all of them; their own page has the others."""

POLL_SECONDS: Final = 1
"""A worker tells its progress once a second."""

POLL_SECONDS_AT_REST: Final = 5
"""A page that waits for a person may stand open all day."""

RELOAD_SECONDS: Final = 5
"""Without JavaScript; a whole page is long to read anew."""

RELOAD_SECONDS_AT_REST: Final = 30


@dataclass(frozen=True)
class Figure:
    """A number with its name; `tone` is the class of its colour."""

    label: str
    value: str
    tone: str = ""


@dataclass(frozen=True)
class Action:
    """A button that posts; its name is that of its address. `asks` whether it is meant, first."""

    name: str
    url: str
    label: str
    style: str
    asks: bool = False


def living(seen: Snapshot, progress: Progress, left: int | None = None) -> dict[str, Any]:
    """What a poll renews. `left` is the time left that the page shows so far, in seconds."""
    actions = _actions(seen, progress)
    left = shown_left(progress.time_left, left)
    is_approved = progress.status is Status.IN_REVIEW and not reviews.waits(seen.job)
    is_soon = progress.moves or is_approved
    return {
        "job": seen.job,
        "progress": progress,
        "heading": _heading(seen, progress),
        "tone": progress.tone,
        "figures": _figures(progress),
        "timing": _timing(seen.job, progress, left),
        "left": left,
        "actions": actions,
        "seen": token(seen.job, progress, actions),
        "poll_seconds": POLL_SECONDS if is_soon else POLL_SECONDS_AT_REST,
        "reload_seconds": RELOAD_SECONDS if is_soon else RELOAD_SECONDS_AT_REST,
    }


def token(job: ImportJob, progress: Progress, actions: list[Action]) -> str:
    """Stands for a state of the page: while it is the same, only figures move."""
    words = [progress.status.value, *(action.name for action in actions)]
    if progress.status is Status.IN_REVIEW:  # an approval names it
        words.append(str(job.attempt))
    if progress.life is not None:
        words.append(progress.life.value)
    if progress.cancelling:
        words.append("cancelling")
    return "-".join(words)


def _heading(seen: Snapshot, progress: Progress) -> str:
    """What the window's title begins with, for those who have it in another tab."""
    if progress.moves:
        return f"{progress.percent} %"
    return wording.state_of(seen.job, may_act=seen.rights is not None and seen.rights.act)


def settled(job: ImportJob, progress: Progress, user: Any) -> dict[str, Any]:
    """What came of it so far: new with a new state, and still enough to read."""
    return {
        "is_over": progress.terminal,
        "review": reviews.panel(job, user, may_decide=jobs.may_act_on(job, user)),
        "table_name": wording.target_name(job.target),
        "table_url": changelist_of(job, user) if progress.status is Status.SUCCEEDED else "",
        "may_import": progress.terminal and fixing.may_import(job, user),
        "notes": _notes(job) if _is_still(progress) else [],
        "rejects": _rejects(job, user) if progress.rejected and _is_still(progress) else None,
    }


DATE_ORDERS = {
    "day_first": gettext_noop("Dates in “%(field)s” were read day first: the file proves it."),
    "month_first": gettext_noop("Dates in “%(field)s” were read month first: the file proves it."),
}


def _notes(job: ImportJob) -> list[str]:
    """What was understood of the file that people could not know before."""
    dates = job.reading.get("dates", {})
    return [
        *(wording.reason(code, params) for code, params in job.reading.get("notes", [])),
        *(
            _(DATE_ORDERS[order]) % {"field": wording.field_label(job.target, field)}
            for field, order in dates.items()
        ),
    ]


def _figures(progress: Progress) -> list[Figure]:
    """The counts: always as many while it runs; what may never come, once it has."""
    succeeded = progress.status is Status.SUCCEEDED
    rejected = progress.rejected
    figures = [
        Figure(_("Read"), grouped(progress.read)),
        Figure(_("Inserted"), grouped(progress.inserted), "tone-good" if progress.inserted else ""),
        Figure(_("Updated"), grouped(progress.updated)),
        Figure(_("Unchanged"), grouped(progress.unchanged)),
        Figure(_("Rejected"), grouped(rejected), "tone-bad" if rejected else ""),
    ]
    if succeeded and progress.skipped:
        figures.append(Figure(_("Skipped"), grouped(progress.skipped)))
    if succeeded and progress.superseded:
        figures.append(Figure(_("Superseded"), grouped(progress.superseded)))
    return figures


def _timing(job: ImportJob, progress: Progress, left: int | None) -> list[Figure]:
    """Three in every state, so that nothing moves when it ends."""
    if job.finished_at is None:
        last = Figure(_("Time left"), about(left))
        rate = rounded_rate(progress.rate)
    else:
        when = date_format(timezone.localtime(job.finished_at), "SHORT_DATETIME_FORMAT")
        last = Figure(_("Ended"), when)
        rate = progress.rate
    return [
        Figure(_("Rows per second"), grouped(rate)),
        Figure(_("Elapsed"), duration(progress.elapsed)),
        last,
    ]


def _actions(seen: Snapshot, progress: Progress) -> list[Action]:
    if seen.rights is None or not seen.rights.act:
        return []
    job = seen.job
    if reviews.waits(job):
        return []  # they stand below what is reviewed
    actions = []
    if progress.stalled or jobs.waits_too_long(job):
        actions.append(_action(job, "retry", _("Try again now"), "default"))
    elif progress.status is Status.FAILED and jobs.may_retry(job):
        style = "" if job.failure_code == "rejected_rows" else "default"  # to fix them comes first
        actions.append(_action(job, "retry", _("Try again"), style))
    if progress.status in contract.ACTIVE and not progress.cancelling:
        asks = progress.status in contract.RUNNING
        actions.append(_action(job, "cancel", _("Cancel the import"), "danger", asks=asks))
    return actions


def _action(job: ImportJob, name: str, label: str, style: str, *, asks: bool = False) -> Action:
    return Action(name, reverse(f"imports:{name}", args=[job.pk]), label, style, asks)


def _is_still(progress: Progress) -> bool:
    """What is known stays, and nothing moves below it while it is read."""
    return progress.terminal or progress.status is Status.IN_REVIEW


def _rejects(job: ImportJob, user: Any) -> dict[str, Any]:
    """In short; imports.views.rejects has the page of them."""
    groups = groups_of(job)
    return {
        "groups": groups[:GROUPS_SHOWN],
        "more": max(len(groups) - GROUPS_SHOWN, 0),
        **fixing.remedies(job, user),
    }
