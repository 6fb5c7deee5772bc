"""The job rows as Django sees them; names, statuses and owners stand in lambda_worker.contract."""

from __future__ import annotations

import uuid
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import F, Q, Value
from django.db.models.functions import Now
from django.db.models.lookups import Exact
from django.utils.translation import gettext_lazy as _

from lambda_worker import contract
from lambda_worker.contract import Status
from lambda_worker.plan import MailWhen

STATUS_CHOICES = [(status.value, status.value.replace("_", " ")) for status in Status]


def _counts_add_up() -> Q:
    """A job that succeeded accounts for every record that was read."""
    total: Any = Value(0)
    for column in contract.COUNT_COLUMNS:
        total = total + F(column)
    known = {f"{column}__isnull": False for column in ("records_read", *contract.COUNT_COLUMNS)}
    return ~Q(status=Status.SUCCEEDED.value) | (Q(**known) & Q(Exact(F("records_read"), total)))


class ImportJob(models.Model):
    """What was asked for, and how it ended."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        on_delete=models.SET_NULL,
        related_name="import_jobs",
        db_index=False,  # the index on owner and created_at serves
    )
    target = models.CharField(max_length=200)
    file_name = models.TextField()
    declared_size = models.BigIntegerField()
    created_at = models.DateTimeField(db_default=Now())
    fixes_id = models.UUIDField(null=True)
    plan = models.JSONField()
    plan_version = models.SmallIntegerField()
    upload_expires_at = models.DateTimeField()
    upload_id = models.TextField(default="", db_default="")
    review_approved_at = models.DateTimeField(null=True)
    reviewer = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        on_delete=models.SET_NULL,
        related_name="reviewed_import_jobs",
    )
    retries = models.IntegerField(default=0, db_default=0)
    nudged_at = models.DateTimeField(null=True)
    announced_at = models.DateTimeField(null=True)
    status = models.CharField(
        max_length=20,
        choices=STATUS_CHOICES,
        default=Status.AWAITING_UPLOAD.value,
        db_default=Status.AWAITING_UPLOAD.value,
    )
    attempt = models.IntegerField(default=0, db_default=0)
    object_version = models.TextField(default="", db_default="")
    object_size = models.BigIntegerField(null=True)
    content_sha256 = models.CharField(max_length=64, default="", db_default="")
    repeats_id = models.UUIDField(null=True)
    reading = models.JSONField(default=dict, db_default=Value({}, models.JSONField()))
    review = models.JSONField(default=dict, db_default=Value({}, models.JSONField()))
    records_read = models.BigIntegerField(null=True)
    rows_inserted = models.BigIntegerField(null=True)
    rows_updated = models.BigIntegerField(null=True)
    rows_unchanged = models.BigIntegerField(null=True)
    rows_superseded = models.BigIntegerField(null=True)
    rows_skipped = models.BigIntegerField(null=True)
    rows_rejected = models.BigIntegerField(null=True)
    reject_summary = models.JSONField(default=list, db_default=Value([], models.JSONField()))
    reject_key = models.TextField(default="", db_default="")
    failure_code = models.CharField(max_length=60, default="", db_default="")
    failure_params = models.JSONField(default=dict, db_default=Value({}, models.JSONField()))
    finished_at = models.DateTimeField(null=True)

    class Meta:
        db_table = contract.JOB_TABLE
        ordering = ["-created_at"]
        verbose_name = _("import")
        verbose_name_plural = _("imports")
        permissions = [
            ("view_all_imports", "Can see everybody's imports"),
            ("load_exclusively", "Can lock a table against all others for a faster import"),
        ]
        indexes = [
            models.Index(F("owner"), F("created_at").desc(), name="imports_job_of_owner"),
            models.Index(F("created_at").desc(), name="imports_job_newest"),
            models.Index(
                fields=["target", "created_at"],
                name="imports_job_active",
                condition=Q(status__in=sorted(status.value for status in contract.ACTIVE)),
            ),
            models.Index(
                fields=["finished_at"],
                name="imports_job_unannounced",
                condition=Q(announced_at__isnull=True),
            ),
            models.Index(
                fields=["target", "content_sha256"],
                name="imports_job_content",
                condition=Q(status=Status.SUCCEEDED.value),
            ),
        ]
        constraints = [
            models.CheckConstraint(
                name="imports_job_status_known",
                condition=Q(status__in=[status.value for status in Status]),
            ),
            models.CheckConstraint(name="imports_job_counts_add_up", condition=_counts_add_up()),
        ]

    def __str__(self) -> str:
        return f"{self.file_name} into {self.target}"


class ImportAttempt(models.Model):
    """One worker run; its heartbeat and progress, which no transaction of the data ever touches."""

    job = models.ForeignKey(
        ImportJob, on_delete=models.CASCADE, related_name="attempts", db_index=False
    )
    number = models.IntegerField()
    request_id = models.CharField(max_length=100, default="", db_default="")
    worker_version = models.CharField(max_length=40, default="", db_default="")
    memory_mb = models.IntegerField(default=0, db_default=0)
    started_at = models.DateTimeField(db_default=Now())
    deadline_at = models.DateTimeField()
    backend_pid = models.IntegerField()
    backend_start = models.DateTimeField()
    heartbeat_at = models.DateTimeField(db_default=Now())
    phase = models.CharField(
        max_length=20,
        choices=STATUS_CHOICES,
        default=Status.STAGING.value,
        db_default=Status.STAGING.value,
    )
    phase_started_at = models.DateTimeField(db_default=Now())
    done = models.BigIntegerField(default=0, db_default=0)
    total = models.BigIntegerField(default=0, db_default=0)
    records_read = models.BigIntegerField(default=0, db_default=0)
    outcome = models.CharField(max_length=60, default="", db_default="")
    error = models.CharField(max_length=100, default="", db_default="")
    finished_at = models.DateTimeField(null=True)
    billed_ms = models.BigIntegerField(null=True)
    peak_memory_kb = models.BigIntegerField(null=True)

    class Meta:
        db_table = contract.ATTEMPT_TABLE
        ordering = ["job", "number"]
        verbose_name = _("attempt")
        verbose_name_plural = _("attempts")
        constraints = [
            models.UniqueConstraint(fields=["job", "number"], name="imports_attempt_number_once")
        ]

    def __str__(self) -> str:
        return f"attempt {self.number}"


class ImportCancelRequest(models.Model):
    """Somebody's wish that a running job stop; the worker looks for it at every heartbeat."""

    job = models.OneToOneField(ImportJob, on_delete=models.CASCADE, related_name="cancel_request")
    requested_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        on_delete=models.SET_NULL,
        related_name="+",
    )
    requested_at = models.DateTimeField(db_default=Now())

    class Meta:
        db_table = contract.CANCEL_TABLE
        verbose_name = _("cancel request")
        verbose_name_plural = _("cancel requests")

    def __str__(self) -> str:
        return f"cancel {self.job_id}"


class ImportReject(models.Model):
    """One fault of one record, for the page; the reject file has those that are not kept here."""

    job = models.ForeignKey(
        ImportJob, on_delete=models.CASCADE, related_name="rejects", db_index=False
    )
    line = models.BigIntegerField()
    field = models.CharField(max_length=200, default="", db_default="")
    header = models.TextField(default="", db_default="")
    value = models.TextField(default="", db_default="")
    code = models.CharField(max_length=60)
    params = models.JSONField(default=dict, db_default=Value({}, models.JSONField()))

    class Meta:
        db_table = contract.REJECT_TABLE
        ordering = ["job", "line", "id"]
        verbose_name = _("reject")
        verbose_name_plural = _("rejects")
        indexes = [models.Index(fields=["job", "line", "id"], name="imports_reject_in_order")]

    def __str__(self) -> str:
        return f"line {self.line}: {self.code}"


class ImportNotice(models.Model):
    """A mail owed or sent: at most one for each way that an attempt ended."""

    job = models.ForeignKey(
        ImportJob, on_delete=models.CASCADE, related_name="notices", db_index=False
    )
    status = models.CharField(max_length=20, choices=STATUS_CHOICES)
    attempt = models.IntegerField()
    recipient = models.TextField()
    created_at = models.DateTimeField(db_default=Now())
    sending_at = models.DateTimeField(null=True)
    sent_at = models.DateTimeField(null=True)
    doubts = models.SmallIntegerField(default=0, db_default=0)
    message_id = models.TextField(default="", db_default="")

    class Meta:
        db_table = contract.NOTICE_TABLE
        ordering = ["job", "created_at"]
        verbose_name = _("notice")
        verbose_name_plural = _("notices")
        constraints = [
            models.UniqueConstraint(
                fields=["job", "attempt", "status"], name="imports_notice_once_per_outcome"
            )
        ]
        indexes = [
            models.Index(
                fields=["created_at"], name="imports_notice_owed", condition=Q(sent_at__isnull=True)
            )
        ]

    def __str__(self) -> str:
        return f"{self.status} to {self.recipient}"


class RememberedMapping(models.Model):
    """How a user mapped files with the same header into the same target the last time."""

    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    target = models.CharField(max_length=200)
    header_hash = models.CharField(max_length=64)
    """SHA-256, in hex, of the file's columns in their order."""
    chosen = models.JSONField()
    """`mapping` (input to header), `mode`, `on_reject`, `review`, as the page posts them."""
    used_at = models.DateTimeField(db_default=Now())

    class Meta:
        verbose_name = _("remembered mapping")
        verbose_name_plural = _("remembered mappings")
        constraints = [
            models.UniqueConstraint(
                fields=["owner", "target", "header_hash"], name="imports_mapping_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.target} by {self.owner_id}"


class MailChoice(models.Model):
    """When a user wants to be mailed about imports; those without a row always."""

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="import_mail_choice"
    )
    when = models.CharField(max_length=20, choices=[(w.value, w.value) for w in MailWhen])

    class Meta:
        verbose_name = _("mail choice")
        verbose_name_plural = _("mail choices")
        constraints = [
            models.CheckConstraint(
                name="imports_mail_when_known",
                condition=Q(when__in=[when.value for when in MailWhen]),
            )
        ]

    def __str__(self) -> str:
        return f"{self.user_id}: {self.when}"
