"""A job as its page shows it: figures, actions, rejects, and the record of what was asked."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from imports import choices, dialects, jobs, wording
from imports.models import ImportJob
from imports.progress import Progress
from imports.registry import targets_for
from imports.templatetags.imports_format import duration, grouped
from lambda_worker import contract
from lambda_worker.contract import Status
from lambda_worker.plan import ImportPlan

REJECTS_SHOWN: Final = 100
"""As many as a person reads; the reject file has them all."""

REASONS_SHOWN: Final = 10
"""The commonest reasons, usually all of them."""


POLL_SECONDS: Final = 1
"""A worker tells its progress once a second."""

POLL_SECONDS_IN_REVIEW: Final = 5
"""A page that waits for a person may stand open all day."""


@dataclass(frozen=True)
class Figure:
    """A number with its name."""

    label: str
    value: str
    tone: str = ""


@dataclass(frozen=True)
class Action:
    """A button that posts."""

    url: str
    label: str
    style: str


def living(job: ImportJob, progress: Progress, user: Any) -> dict[str, Any]:
    """What a poll renews."""
    actions = _actions(job, progress, user)
    in_review = progress.status is Status.IN_REVIEW and jobs.may_approve(job)
    return {
        "job": job,
        "progress": progress,
        "tone": wording.tone(job.status),
        "figures": _figures(progress),
        "timing": _timing(progress),
        "notes": _notes(job),
        "actions": actions,
        "may_import": progress.terminal and _may_import(job, user),
        "rejects": _rejects(job) if _has_rejects(progress) else None,
        "seen": _seen(progress, actions),
        "poll_seconds": POLL_SECONDS_IN_REVIEW if in_review else POLL_SECONDS,
    }


def record(job: ImportJob) -> dict[str, Any]:
    """What was asked, as the plan says; little where its version cannot be read any more."""
    context: dict[str, Any] = {"target_name": wording.target_name(job.target)}
    try:
        plan = ImportPlan.from_json(job.plan)
    except ValueError:
        return context
    labels = {header: column.label for column in plan.columns for header in column.headers}
    labels |= {link.header: link.label for link in plan.links}
    return context | {
        "facts": [
            Figure(_("Read as"), dialects.summary(plan.file.dialect)),
            Figure(_("Rows that exist already"), choices.title(plan.mode)),
            Figure(_("Rows with faults"), choices.title(plan.on_reject)),
            Figure(_("Before writing"), choices.title(plan.review)),
            *([Figure(_("The table"), _("Locked against all others."))] if plan.exclusive else []),
        ],
        "columns": [
            {"header": header, "label": labels.get(header, "")} for header in plan.file.headers
        ],
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


def _seen(progress: Progress, actions: list[Action]) -> str:
    """Stands for what is sent only when it changes: the sentence to read out, and the buttons."""
    words = [progress.status.value, *(action.style for action in actions)]
    if progress.stalled:
        words.append(str(progress.life))
    if progress.cancelling:
        words.append("cancelling")
    return "-".join(words)


def _figures(progress: Progress) -> list[Figure]:
    """The counts: read always; what may never come, once it has."""
    succeeded = progress.status is Status.SUCCEEDED
    rejected = progress.rejected
    figures = [
        Figure(_("Read"), grouped(progress.read)),
        Figure(_("Inserted"), grouped(progress.inserted), "good" if progress.inserted else ""),
        Figure(_("Updated"), grouped(progress.updated)),
        Figure(_("Unchanged"), grouped(progress.unchanged)),
        Figure(_("Rejected"), grouped(rejected), "bad" if rejected else ""),
    ]
    if succeeded and progress.skipped:
        figures.append(Figure(_("Skipped"), grouped(progress.skipped)))
    if succeeded and progress.superseded:
        figures.append(Figure(_("Superseded"), grouped(progress.superseded)))
    return figures


def _timing(progress: Progress) -> list[Figure]:
    figures = [
        Figure(_("Rows per second"), grouped(progress.rate)),
        Figure(_("Elapsed"), duration(progress.elapsed)),
    ]
    if not progress.terminal:
        figures.append(Figure(_("Time left"), duration(progress.time_left)))
    return figures


def _actions(job: ImportJob, progress: Progress, user: Any) -> list[Action]:
    if not jobs.may_act_on(job, user):
        return []
    actions = []
    if progress.stalled or jobs.waits_too_long(job):
        actions.append(_action(job, "retry", _("Try again now"), "default"))
    elif progress.status is Status.FAILED and jobs.may_retry(job):
        actions.append(_action(job, "retry", _("Try again"), "default"))
    if progress.status is Status.IN_REVIEW and jobs.may_approve(job):
        label = _("Import it again") if job.repeats_id else _("Apply")
        actions.append(_action(job, "approve", label, "default"))
    if progress.status in contract.ACTIVE and not progress.cancelling:
        actions.append(_action(job, "cancel", _("Cancel the import"), "danger"))
    return actions


def _may_import(job: ImportJob, user: Any) -> bool:
    return any(target.label == job.target for target in targets_for(user))


def _action(job: ImportJob, name: str, label: str, style: str) -> Action:
    return Action(reverse(f"imports:{name}", args=[job.pk]), label, style)


def _has_rejects(progress: Progress) -> bool:
    """Faults are known, and the page is still enough to read them."""
    return bool(progress.rejected) and (progress.terminal or progress.status is Status.IN_REVIEW)


def _rejects(job: ImportJob) -> dict[str, Any]:
    first = list(job.rejects.all()[: REJECTS_SHOWN + 1])
    return {
        "summary": [
            {**group, "sentence": wording.fault(group["code"], group["params"], group["value"])}
            for group in (job.reject_summary or [])[:REASONS_SHOWN]
            if group["rows"] > 1  # what happened once stands in the table
        ],
        "first": [
            {
                "line": reject.line,
                "header": reject.header,
                "value": reject.value,
                "sentence": wording.fault(reject.code, reject.params, reject.value),
            }
            for reject in first[:REJECTS_SHOWN]
        ],
        "more": len(first) > REJECTS_SHOWN,
    }
