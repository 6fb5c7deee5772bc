"""The list of imports: what is looked for, in pages that cost the same however far down, and the
totals of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Final
from uuid import UUID

from django.contrib.auth import get_user_model
from django.db.models import BigIntegerField, Count, Exists, F, OuterRef, Q, QuerySet, Sum
from django.db.models.functions import Cast, Coalesce, Extract
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from imports import upshots
from imports.cost import Usage
from imports.models import ImportAttempt, ImportJob
from imports.wording import STATES
from lambda_worker.contract import RUNNING, Status
from lambda_worker.upshots import Upshot

PAGE_SIZE: Final = 25
"""What fits a screen or two; the newest are what people look for."""

COUNTED: Final = 10_000
"""Imports that totals are made of, the newest: more than a year of most apps. Among 200,000 they
are added up in 0.15 s."""

NAMES_OFFERED: Final = 100
"""People to choose from; whoever is not among them is typed."""

NEWEST_FIRST: Final = ("-created_at", "-pk")

PERIODS: Final[dict[str, Promise]] = {
    "": _("Any time"),
    "today": _("Today"),
    "week": _("The last 7 days"),
    "month": _("The last 30 days"),
    "year": _("This year"),
    "days": _("From … to …"),
}

_ALL_REJECTED: Final = Q(records_read__gt=0, rows_rejected=F("records_read"))

STATE_FILTERS: Final[dict[str, tuple[Promise, Q]]] = {
    "yours": (
        STATES[Status.IN_REVIEW],
        Q(status__in=(Status.AWAITING_MAPPING.value, Status.IN_REVIEW.value)),
    ),
    "busy": (
        _("Under way"),
        Q(status__in=sorted({*RUNNING, Status.AWAITING_UPLOAD, Status.QUEUED})),
    ),
    **{
        key: (upshots.STATES[upshot], Q(status=Status.SUCCEEDED.value) & condition)
        for key, upshot, condition in (
            ("done", Upshot.CLEAN, Q(records_read__gt=0, rows_rejected=0)),
            ("rejects", Upshot.WITH_REJECTS, Q(rows_rejected__gt=0) & ~_ALL_REJECTED),
            ("none", Upshot.ALL_REJECTED, _ALL_REJECTED),
            ("empty", Upshot.NO_ROWS, Q(records_read=0)),
        )
    },
    **{
        status.value: (STATES[status], Q(status=status.value))
        for status in (Status.FAILED, Status.CANCELLED, Status.EXPIRED)
    },
}
"""What a list tells apart, in the words that it shows."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sought:
    """What is looked for; nothing of it, and everything is. `who` is a user's name, or part of it;
    `first` and `last` are days."""

    text: str = ""
    target: str = ""
    who: str = ""
    state: str = ""
    period: str = ""
    first: date | None = None
    last: date | None = None


def matching(found: QuerySet[ImportJob], sought: Sought) -> QuerySet[ImportJob]:
    """Those that agree in all that is asked."""
    if sought.target:
        found = found.filter(target=sought.target)
    if sought.who:
        found = found.filter(owner__in=_users_called(sought.who))
    if sought.state:
        found = found.filter(STATE_FILTERS[sought.state][1])
    first, last = _days(sought)
    if first:
        found = found.filter(created_at__gte=_midnight(first))
    if last:
        found = found.filter(created_at__lt=_midnight(last + timedelta(days=1)))
    return found.filter(_with_text(sought.text)) if sought.text else found


def _days(sought: Sought) -> tuple[date | None, date | None]:
    today = timezone.localdate()
    match sought.period:
        case "today":
            return today, None
        case "week":
            return today - timedelta(days=6), None
        case "month":
            return today - timedelta(days=29), None
        case "year":
            return today.replace(month=1, day=1), None
        case "days":
            return sought.first, sought.last
        case _:
            return None, None


def _midnight(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time.min))


# -- People ---------------------------------------------------------------------------------------


def owners() -> list[str]:
    """The names of people who have imports."""
    model: Any = get_user_model()
    has_imports = Exists(ImportJob.objects.filter(owner=OuterRef("pk")))
    names = model._default_manager.filter(has_imports).order_by(model.USERNAME_FIELD)
    return list(names.values_list(model.USERNAME_FIELD, flat=True)[:NAMES_OFFERED])


def _users_called(name: str) -> QuerySet[Any]:
    """The one of that very name; else all who have it in theirs."""
    model: Any = get_user_model()
    users = model._default_manager.all()
    exact: QuerySet[Any] = users.filter(**{model.USERNAME_FIELD: name})
    part: QuerySet[Any] = users.filter(**{f"{model.USERNAME_FIELD}__icontains": name})
    return exact if exact.exists() else part


# -- Text -----------------------------------------------------------------------------------------

LEAST_OF_ID: Final = 4
"""Hexadecimal digits that may be the beginning of an id: fewer begin one in every 4,096."""

_HEX: Final = frozenset("0123456789abcdef")


def _with_text(text: str) -> Q:
    """The text in the file's name, or as the beginning of the id that stands in the address."""
    in_name = Q(file_name__icontains=text)
    span = _ids_from(text)
    return in_name | Q(pk__range=span) if span else in_name


def _ids_from(text: str) -> tuple[UUID, UUID] | None:
    """The least and the greatest id with this beginning; None where it is none."""
    digits = text.lower().replace("-", "")
    if not LEAST_OF_ID <= len(digits) <= 32 or not _HEX.issuperset(digits):
        return None
    return UUID(digits.ljust(32, "0")), UUID(digits.ljust(32, "f"))


# -- Pages ----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Page:
    """Some of the list, newest first, and where it goes on in both directions ("" where not)."""

    jobs: list[ImportJob]
    newer: str
    older: str


def page_of(found: QuerySet[ImportJob], *, before: str = "", after: str = "") -> Page:
    """The page below a place, or above it; the newest where it is none, or too near the top."""
    if (below := _place(before)) is not None:
        return _older_than(found, below)
    if (above := _place(after)) is not None:
        page = _newer_than(found, above)
        if page.newer:
            return page
    return _older_than(found, None)


def _older_than(found: QuerySet[ImportJob], place: tuple[datetime, UUID] | None) -> Page:
    if place is not None:
        # The first condition is what the index finds; the second is for jobs of one moment.
        created, pk = place
        found = found.filter(created_at__lte=created).exclude(created_at=created, pk__gte=pk)
    jobs = list(found.order_by(*NEWEST_FIRST)[: PAGE_SIZE + 1])
    shown = jobs[:PAGE_SIZE]
    newer = _at(shown[0]) if place and shown else ""
    return Page(shown, newer, _at(shown[-1]) if len(jobs) > PAGE_SIZE else "")


def _newer_than(found: QuerySet[ImportJob], place: tuple[datetime, UUID]) -> Page:
    created, pk = place
    above = found.filter(created_at__gte=created).exclude(created_at=created, pk__lte=pk)
    jobs = list(above.order_by("created_at", "pk")[: PAGE_SIZE + 1])
    shown = jobs[:PAGE_SIZE][::-1]
    newer = _at(shown[0]) if len(jobs) > PAGE_SIZE else ""
    return Page(shown, newer, _at(shown[-1]) if shown else "")


def _at(job: ImportJob) -> str:
    """A place in the list, as it stands in an address."""
    return f"{job.created_at.astimezone(UTC).replace(tzinfo=None).isoformat()}~{job.pk.hex}"


def _place(text: str) -> tuple[datetime, UUID] | None:
    """The place that an address names; None where it is none."""
    moment, _tilde, pk = text.partition("~")
    try:
        return datetime.fromisoformat(moment).replace(tzinfo=UTC), UUID(pk)
    except ValueError:
        return None


# -- Totals ---------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Totals:
    """Of what was found, or, where `bounded`, of its newest COUNTED."""

    imports: int
    bounded: bool
    written: int
    rejected: int
    usage: Usage


def totals_of(found: QuerySet[ImportJob]) -> Totals:
    """Two queries, and a third where there are as many as are added up."""
    newest = found.order_by(*NEWEST_FIRST)
    sums = newest.only("pk", "rows_inserted", "rows_updated", "rows_rejected")[:COUNTED].aggregate(
        imports=Count("pk"),
        inserted=Coalesce(Sum("rows_inserted"), 0, output_field=BigIntegerField()),
        updated=Coalesce(Sum("rows_updated"), 0, output_field=BigIntegerField()),
        rejected=Coalesce(Sum("rows_rejected"), 0, output_field=BigIntegerField()),
    )
    return Totals(
        imports=sums["imports"],
        bounded=sums["imports"] == COUNTED and newest[COUNTED : COUNTED + 1].exists(),
        written=sums["inserted"] + sums["updated"],
        rejected=sums["rejected"],
        usage=_usage(newest.values("pk")[:COUNTED]),
    )


def _usage(jobs: QuerySet[ImportJob, Any]) -> Usage:
    """As cost.usage_of adds up, in the database."""
    heard = Extract(F("heartbeat_at") - F("started_at"), "epoch", output_field=BigIntegerField())
    ms = Coalesce("billed_ms", Cast(heard * 1000, BigIntegerField()))
    sums = ImportAttempt.objects.filter(job__in=jobs).aggregate(
        requests=Count("pk"),
        mb_ms=Coalesce(Sum(ms * F("memory_mb")), 0, output_field=BigIntegerField()),
        open=Count("pk", filter=Q(billed_ms__isnull=True) | Q(memory_mb=0)),
    )
    return Usage(requests=sums["requests"], mb_ms=sums["mb_ms"], whole=not sums["open"])
