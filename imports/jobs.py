"""What people do with jobs: each move is one UPDATE whose WHERE settles races."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any, Final
from uuid import UUID, uuid4

from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import F, QuerySet
from django.db.models.functions import Now
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from imports import parts, queues, reviews
from imports.compiler import compile_plan
from imports.liveness import LOST, life_now
from imports.models import ImportAttempt, ImportCancelRequest, ImportJob, MailChoice
from imports.nudging import A_PRESS, nudge
from imports.registry import UnknownTarget, get_target
from imports.targets import ImportTarget, Request
from imports.templatetags.imports_format import grouped
from imports.time_zones import current_time_zone
from imports.uploads import form_lifetime
from lambda_worker import contract
from lambda_worker.contract import Command, CommandMessage, Status
from lambda_worker.plan import Audience, FilePlan, MailWhen, Mode, OnReject, Review
from lambda_worker.words import FAILURES


class NotAllowed(PermissionDenied):
    """This user may not do this with this target, or with somebody else's job."""


class FileRefused(Exception):
    """A file of this size cannot be uploaded; the sentence says what can."""


def create_job(  # noqa: PLR0913  (a plan has this many choices)
    target: ImportTarget,
    *,
    user: Any,
    file: FilePlan,
    size: int,
    mapping: Mapping[str, str],
    mode: Mode,
    on_reject: OnReject = OnReject.SKIP,
    review: Review = Review.NEVER,
    again: bool = False,
    exclusive: bool = False,
    fixes: UUID | None = None,
    request: Request | None = None,
) -> ImportJob:
    """A job that waits for its file, with the whole plan in it; `fixes` is the job whose rejects
    the file corrects.

    NotAllowed if the user may not, MappingFault if the columns do not suffice, FileRefused for
    its size.
    """
    if not target.permits(user, mode):
        raise NotAllowed(f"{user} may not import into {target.label} with mode {mode}")
    if exclusive and not target.permits_exclusive(user):
        raise NotAllowed(f"{user} may not lock {target.label} for an import")
    if not 0 < size <= settings.SLUICE_MAX_UPLOAD_BYTES:
        raise FileRefused(_size_words(size))
    job_id = uuid4()
    plan = compile_plan(
        target,
        user=user,
        file=file,
        mapping=mapping,
        mode=mode,
        on_reject=on_reject,
        review=review,
        again=again,
        exclusive=exclusive,
        audience=audience_of(user, job_url(job_id)),
        request=request,
    )
    return ImportJob.objects.create(
        id=job_id,
        owner=user,
        target=target.label,
        file_name=file.name,
        declared_size=size,
        fixes_id=fixes,
        plan=plan.to_json(),
        plan_version=plan.version,
        upload_expires_at=timezone.now() + form_lifetime(),
    )


def _size_words(size: int) -> str:
    sizes = {"size": grouped(size), "most": grouped(settings.SLUICE_MAX_UPLOAD_BYTES)}
    return _("The file has %(size)s bytes; from 1 to %(most)s can be uploaded.") % sizes


def job_url(job_id: Any) -> str:
    """The whole address of a job's page, for mails."""
    return f"{settings.SLUICE_BASE_URL}{reverse('imports:job', args=[job_id])}"


def audience_of(user: Any, url: str) -> Audience:
    """Who gets the mail: the user, in the language and time zone of now."""
    return Audience(
        recipient=address_of(user),
        language=get_language() or settings.LANGUAGE_CODE,
        time_zone=current_time_zone(),
        job_url=url,
        mail=mail_choice(user),
    )


def address_of(user: Any) -> str:
    """Where mails to the user go; empty where they have no address."""
    return str(getattr(user, user.get_email_field_name(), "") or "")


def mail_choice(user: Any) -> MailWhen:
    """When the user wants to be mailed."""
    chosen = MailChoice.objects.filter(user_id=user.pk).values_list("when", flat=True).first()
    return MailWhen(chosen) if chosen else MailWhen.ALWAYS


def visible_to(user: Any) -> QuerySet[ImportJob]:
    """One's own jobs; everybody's with the permission to see them."""
    if user.has_perm("imports.view_all_imports"):
        return ImportJob.objects.all()
    if not isinstance(user, AbstractBaseUser):
        return ImportJob.objects.none()
    return ImportJob.objects.filter(owner_id=user.pk)


def mark_uploaded(job: ImportJob) -> bool:
    """The browser says that the upload is done; False where the worker, or another, was first.

    No command is sent: the bucket's own event starts the worker.
    """
    waiting = ImportJob.objects.filter(pk=job.pk, status=Status.AWAITING_UPLOAD.value)
    moved = waiting.update(status=Status.QUEUED.value, nudged_at=timezone.now())
    job.refresh_from_db()
    return bool(moved)


def may_act_on(job: ImportJob, user: Any) -> bool:
    """Whether the user may cancel, retry or approve it: if it is theirs, or by permission."""
    return job.owner_id == user.pk or bool(user.has_perm("imports.change_importjob"))


def _require(job: ImportJob, user: Any) -> None:
    if not may_act_on(job, user):
        raise NotAllowed(f"{user} may look at import {job.pk}, but not act on it")


def require_import(job: ImportJob, user: Any) -> None:
    """NotAllowed unless the user may act on it, and they or its owner may import this at all: their
    rights may have been withdrawn since the job was made."""
    _require(job, user)
    if not any(_may_import(job, one) for one in (user, job.owner) if one is not None):
        raise NotAllowed(f"neither {user} nor {job.owner} may import into {job.target} (any more)")


def _may_import(job: ImportJob, user: Any) -> bool:
    try:
        target = get_target(job.target)
    except UnknownTarget:
        return False
    in_this_mode = target.permits(user, Mode(job.plan.get("mode", Mode.UPSERT)))
    return in_this_mode and (not job.plan.get("exclusive") or target.permits_exclusive(user))


def cancel(job: ImportJob, user: Any) -> bool:
    """End a waiting job, or ask the worker of a running one to stop; False where it is over.

    NotAllowed (as from retry and approve) where it is somebody else's.
    """
    _require(job, user)
    with transaction.atomic():
        heard = (
            _cancel_waiting(job)
            or _request_cancel(job, user)
            or _cancel_waiting(job)  # it came to wait just between the two
        )
    job.refresh_from_db()
    if heard and is_lost(job):
        nudge(job, A_PRESS)  # nobody is there to hear it
    if job.status == Status.CANCELLED and job.upload_id:
        transaction.on_commit(lambda: parts.give_up(job))
    return heard


def _cancel_waiting(job: ImportJob) -> bool:
    """End a job that no worker holds; of a review, a worker has the staged rows to drop."""
    cancelled = {"status": Status.CANCELLED.value, "finished_at": timezone.now()}
    waiting = ImportJob.objects.filter(pk=job.pk, status__in=_values(contract.WAITING))
    if waiting.filter(status=Status.IN_REVIEW.value).update(**cancelled):
        queues.send_on_commit(CommandMessage(Command.START, job.pk))
        return True
    return bool(waiting.update(**cancelled))


def is_lost(job: ImportJob) -> bool:
    """Whether the job should run, and nobody works on it."""
    if Status(job.status) not in contract.RUNNING:
        return False
    attempt = ImportAttempt.objects.filter(job=job, number=job.attempt).first()
    return attempt is None or life_now(attempt, timezone.now()) in LOST


def waits_too_long(job: ImportJob) -> bool:
    """Whether it is queued, and no worker has come."""
    since = max(job.created_at, job.nudged_at or job.created_at)
    return job.status == Status.QUEUED and timezone.now() - since > QUEUED_TOO_LONG


QUEUED_TOO_LONG: Final = timedelta(minutes=5)
"""Sixty uploads at once are worked off in less."""


def _request_cancel(job: ImportJob, user: Any) -> bool:
    """Once a job: pressing again changes nothing. A job that ended in the meantime gets none."""
    running = ImportJob.objects.filter(pk=job.pk, status__in=_values(contract.RUNNING))
    if not running.exists():
        return False
    ImportCancelRequest.objects.bulk_create(
        [ImportCancelRequest(job_id=job.pk, requested_by=user)], ignore_conflicts=True
    )
    return True


def may_retry(job: ImportJob) -> bool:
    """A job that failed although its file had come, for a cause that may pass while the file stays
    as it is; or one that nobody works on."""
    if job.status == Status.FAILED:
        if job.failure_code in FAILURES and job.failure_code not in MAY_PASS:
            return False
        return bool(job.object_version) or job.failure_code == "worker_failed"
    return is_lost(job) or waits_too_long(job)


MAY_PASS: Final = frozenset(
    [
        "after_import_failed",
        "has_dependents",
        "no_space",
        "out_of_time",
        "plan_unreadable",
        "refused_by_table",
        "rejected_rows",  # for want of related rows that have come since
        "table_in_use",
        "worker_died",
        "worker_failed",
    ]
)
"""Failures that are not the file's alone."""


def retry(job: ImportJob, user: Any) -> bool:
    """Queue a failed job again, or have a worker look now at one that nobody works on.

    False where there is nothing to retry (any more), or where it was pressed just now.
    """
    _require(job, user)
    if is_lost(job) or waits_too_long(job):
        return nudge(job, A_PRESS)
    require_import(job, user)
    failed = ImportJob.objects.filter(pk=job.pk, status=Status.FAILED.value)
    with transaction.atomic():
        moved = failed.update(
            status=Status.QUEUED.value,
            retries=F("retries") + 1,
            finished_at=None,
            nudged_at=timezone.now(),
        )
        if moved:
            # A wish to cancel was meant for the run that failed.
            ImportCancelRequest.objects.filter(job_id=job.pk).delete()
            queues.send_on_commit(CommandMessage(Command.RETRY, job.pk))
    job.refresh_from_db()
    return bool(moved)


def approve(job: ImportJob, user: Any, review: int | None = None) -> bool:
    """Let the rows be written that were reviewed; False where nobody waits for that (any more).

    `review` is the number of the review that the user has seen, the job's attempt then (None: as
    the job at hand has it): one that has been made since shows something else.
    """
    require_import(job, user)
    seen = job.attempt if review is None else review
    with transaction.atomic():
        # By the database's clock, which the worker's review has its time from.
        approved = (
            reviews.waiting()
            .filter(pk=job.pk, attempt=seen)
            .update(review_approved_at=Now(), reviewer=user)
        )
        if approved:
            # A wish to cancel that came too late for the check was not meant for this.
            ImportCancelRequest.objects.filter(job_id=job.pk).delete()
            queues.send_on_commit(CommandMessage(Command.APPLY, job.pk))
    job.refresh_from_db()
    return bool(approved)


def check_again(job: ImportJob, user: Any) -> bool:
    """Have a review made anew; False where none waits, or where that was asked for just now."""
    require_import(job, user)
    again = CommandMessage(Command.RETRY, job.pk, job.attempt)
    return reviews.waits(job) and nudge(job, A_PRESS, again)


def _values(statuses: frozenset[Status]) -> list[str]:
    return sorted(status.value for status in statuses)
