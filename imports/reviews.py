"""A review as its page shows it: what would happen, what differs from the last look, and whether
somebody has decided."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.db.models import DateTimeField, F, Q, QuerySet
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Cast, Coalesce
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop, ngettext

from imports.differences import KINDS, NEW
from imports.models import ImportJob
from imports.registry import UnknownTarget, get_target
from imports.rights import may_see
from imports.templatetags.imports_format import grouped
from lambda_worker.contract import Status
from lambda_worker.plan import Mode
from lambda_worker.reviewing import Counts, Reviewed

# -- Who has decided ------------------------------------------------------------------------------


_WRITTEN: Final = Cast(KeyTextTransform("at", "review"), DateTimeField())


def waiting() -> QuerySet[ImportJob]:
    """Jobs in review that nobody has approved since what it shows was written."""
    undecided = Q(review_approved_at__isnull=True) | Q(review_approved_at__lt=F("written"))
    reviewed = ImportJob.objects.filter(status=Status.IN_REVIEW.value)
    return reviewed.alias(written=_WRITTEN).filter(undecided)


def waiting_since(moment: datetime) -> QuerySet[ImportJob]:
    """Those of them whose review was written before that moment."""
    # A review of an older worker has no time.
    shown_at = Coalesce(_WRITTEN, F("created_at"))
    return waiting().alias(shown_at=shown_at).filter(shown_at__lt=moment)


def waits(job: ImportJob) -> bool:
    """The same of a job at hand."""
    if job.status != Status.IN_REVIEW or job.review_approved_at is None:
        return job.status == Status.IN_REVIEW
    written = job.review.get("at")
    return bool(written) and job.review_approved_at < datetime.fromisoformat(written)


def reviewed(job: ImportJob) -> Reviewed | None:
    """What the job's review shows; None where there was none, or none that we can read."""
    try:
        return Reviewed.from_json(job.review)
    except ValueError:
        return None


# -- Who may see the rows --------------------------------------------------------------------------


def kinds_for(job: ImportJob, user: Any) -> tuple[str, ...]:
    """The kinds of rows that the user may see. What stands in the table is for those who may look
    at it or change it; the new rows are the file's own."""
    try:
        target = get_target(job.target)
    except UnknownTarget:
        return ()
    if target.permits(user, Mode.UPSERT) or may_see(user, target.model):
        return KINDS
    return (NEW,) if target.permits(user) else ()


# -- The panel ------------------------------------------------------------------------------------

LABELS: Final = {
    "new": gettext_noop("New"),
    "changed": gettext_noop("Changed"),
    "unchanged": gettext_noop("Unchanged"),
    "skipped": gettext_noop("Skipped"),
    "superseded": gettext_noop("Superseded"),
    "rejected": gettext_noop("Rejected"),
}
HINTS: Final = {
    "new": gettext_noop("would be added"),
    "changed": gettext_noop("would be overwritten"),
    "unchanged": gettext_noop("are so already"),
    "skipped": gettext_noop("are there already"),
    "superseded": gettext_noop("a later line counts"),
    "rejected": gettext_noop("stay out"),
}
ALWAYS: Final = ("new", "changed", "unchanged", "rejected")
"""Counts that are shown even where they are 0."""

KIND_OF: Final = {"new": "new", "changed": "changed", "unchanged": "unchanged"} | {
    "skipped": "unchanged"
}
"""Counts whose rows have a page, and by which kind it is found."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """How many rows something would happen to; `before` is what was shown earlier, where that was
    another number. `kind` names its page, "" where it has none."""

    name: str
    label: str
    hint: str
    count: int
    before: int | None
    kind: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Panel:
    """What stands in a review's panel. `number` is that of the review: an approval names it."""

    number: int
    waits: bool
    may_decide: bool
    apply: str
    consequence: str
    has_changed: bool
    same_numbers: bool
    sees_rows: bool
    tallies: list[Tally]


def panel(job: ImportJob, user: Any, *, may_decide: bool) -> Panel | None:
    """None where the job is not in review."""
    if job.status != Status.IN_REVIEW:
        return None
    found, kinds = reviewed(job), kinds_for(job, user)
    return Panel(
        number=job.attempt,
        waits=waits(job),
        may_decide=may_decide,
        apply=_("Import it again") if job.repeats_id else _("Apply"),
        consequence=_consequence(found.counts) if found else "",
        has_changed=found is not None and found.before is not None,
        same_numbers=found is not None and found.before == found.counts,
        sees_rows=bool(kinds),
        tallies=_tallies(found, kinds) if found else [],
    )


def _tallies(found: Reviewed, kinds: tuple[str, ...]) -> list[Tally]:
    """The counts, but for those that say nothing. Rows of other `kinds` have no page."""
    shown = []
    for name, label in LABELS.items():
        count: int = getattr(found.counts, name)
        before = getattr(found.before, name) if found.before else count
        kind = KIND_OF.get(name, "")
        if count or before or (name in ALWAYS and not _is_skipping(name, found.counts)):
            shown.append(
                Tally(
                    name=name,
                    label=_(label),
                    hint=_(HINTS[name]),
                    count=count,
                    before=before if before != count else None,
                    kind=kind if count and kind in kinds else "",
                )
            )
    return shown


def _is_skipping(name: str, counts: Counts) -> bool:
    """Where rows that are there are skipped, none is compared."""
    return bool(counts.skipped) and name in ("changed", "unchanged")


def _consequence(counts: Counts) -> str:
    """What pressing the button does."""
    written = counts.new + counts.changed
    if counts.rejected and counts == Counts(rejected=counts.rejected):
        return _("There is nothing to write: every row was rejected.")
    if not written:
        return _("There is nothing to write: no row is new, and none differs.")
    sentence = ngettext("Apply writes %(count)s row.", "Apply writes %(count)s rows.", written) % {
        "count": grouped(written)
    }
    if not counts.rejected:
        return sentence
    left_out = ngettext(
        "The rejected one stays out.", "The %(count)s rejected ones stay out.", counts.rejected
    ) % {"count": grouped(counts.rejected)}
    return f"{sentence} {left_out}"
