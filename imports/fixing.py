"""Rejects that are put right: what can be done about a job's, and which imports did it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.translation import gettext as _

from imports import dialects, jobs
from imports.models import ImportJob
from imports.registry import targets_for
from imports.upshots import upshot_of
from lambda_worker.contract import TERMINAL, Status
from lambda_worker.files.dialect import Dialect, Format
from lambda_worker.files.encodings.names import encoding_name
from lambda_worker.strict_json import from_json
from lambda_worker.upshots import Upshot

MOST_FIXES: Final = 5
"""Imports that put a job's rejects right: usually one."""


@dataclass(frozen=True, slots=True)
class AsSent:
    """The file of the rejects as they were sent: how it is written, why not as the user's own file
    ("" where it is), and how many records are `left_out` of it."""

    summary: str
    why_other: str
    left_out: int


def as_sent(job: ImportJob) -> AsSent | None:
    """None where there is no such file: of a worker that wrote none yet."""
    told = job.reading.get("as_sent")
    dialect = dialect_as_sent(job)
    if told is None or dialect is None:
        return None
    return AsSent(dialects.summary(dialect), _why_other(job, dialect), told["left_out"])


def dialect_as_sent(job: ImportJob) -> Dialect | None:
    """How the rejects are written as they were sent."""
    return _dialect(job.reading.get("as_sent", {}).get("dialect"))


def _dialect(found: Any) -> Dialect | None:
    try:
        return from_json(Dialect, found)
    except ValueError:
        return None


def _why_other(job: ImportJob, written: Dialect) -> str:
    own = _dialect(job.reading.get("dialect"))
    if own is None or own == written:
        return ""
    if own.delimiter != written.delimiter or own.quote != written.quote:
        return _("Written as your file, its values could be taken for others: so it is plain CSV.")
    if own.encoding != written.encoding:
        names = {"own": encoding_name(own.encoding), "encoding": encoding_name(written.encoding)}
        return (
            _(
                "Not all of its letters can be written in %(own)s, as your file is: so it is in"
                " %(encoding)s."
            )
            % names
        )
    return ""


def extension(job: ImportJob) -> str:
    """What the name of that file ends in, where the sender's own name does not say."""
    dialect = dialect_as_sent(job)
    if dialect is None or dialect.format is Format.CSV:
        return ".csv"
    return ".json" if dialect.format is Format.JSON else ".ndjson"


# -- What to do -----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Advice:
    """How a job's rejects come in after all; `url` starts that import ("" where it cannot be), and
    `sentence` is empty for those who could not follow it. `of_these_alone`: all other rows are in,
    or there are none."""

    sentence: str
    url: str
    of_these_alone: bool


def remedies(job: ImportJob, user: Any) -> dict[str, Any]:
    """What a page says of putting a job's rejects right."""
    is_able = may_import(job, user) if _is_over(job) else jobs.may_act_on(job, user)
    return {
        "as_sent": as_sent(job),
        "advice": Advice(
            sentence=_sentence(job) if is_able else "",
            url=_url(job) if is_able and _is_over(job) else "",
            of_these_alone=job.status == Status.SUCCEEDED,
        ),
        "fixes": fixes_of(job, user),
    }


def may_import(job: ImportJob, user: Any) -> bool:
    """Whether the user may import into the job's target, as things are now."""
    return any(target.label == job.target for target in targets_for(user))


def _is_over(job: ImportJob) -> bool:
    return Status(job.status) in TERMINAL


def _sentence(job: ImportJob) -> str:
    if upshot_of(job) is Upshot.ALL_REJECTED:
        return _(
            "No row is in. Download them as you sent them, put them right in your own program, and"
            " upload that file: columns and choices are as they were."
        )
    if job.status == Status.SUCCEEDED:
        return _(
            "All other rows are in. Download these as you sent them, put them right in your own"
            " program, and upload that file: columns and choices are as they were."
        )
    if _is_over(job):
        return _(
            "Nothing was written, the good rows neither. Put these right in your own file, and"
            " upload the whole file again: columns and choices are as they were."
        )
    if job.status == Status.IN_REVIEW:
        return _sentence_of_review(job)
    return _("This import is at work again; wait for what comes of it now.")


def _sentence_of_review(job: ImportJob) -> str:
    if job.repeats_id or job.rows_rejected == job.records_read:
        return _("Decide first; these can be put right and uploaded afterwards.")
    return _("Apply the good rows first; these can be put right and uploaded afterwards.")


def _url(job: ImportJob) -> str:
    return f"{reverse('imports:start')}?{urlencode({'target': job.target, 'fixes': job.pk})}"


def fixes_of(job: ImportJob, user: Any) -> list[ImportJob]:
    """The imports that put its rejects right, as far as the user may see them; the newest first."""
    # The moment is there for the index: what fixes a job comes after it.
    later = jobs.visible_to(user).filter(created_at__gt=job.created_at)
    found = later.filter(fixes_id=job.pk, status=Status.SUCCEEDED.value)
    columns = ("file_name", "finished_at", "rows_inserted", "rows_updated", "rows_rejected")
    return list(found.only("pk", *columns).order_by("-created_at")[:MOST_FIXES])
