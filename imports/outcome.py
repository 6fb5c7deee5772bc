"""What came of a job, as plain data for scripts."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet

from imports import results, wording
from imports.jobs import job_url
from imports.models import ImportJob, ImportNotice
from lambda_worker import contract


def outcome(job: ImportJob) -> dict[str, Any]:
    """One flat object: how the job stands, all counts, the last attempt, rejects and mails."""
    attempt = job.attempts.order_by("-number").first()
    end = job.finished_at
    return {
        "job": str(job.pk),
        "target": job.target,
        "file": job.file_name,
        "status": job.status,
        **{name: getattr(job, name) for name in ("records_read", *contract.COUNT_COLUMNS)},
        "seconds": round((end - job.created_at).total_seconds(), 2) if end else None,
        "failure_code": job.failure_code,
        "failure": wording.reason(job.failure_code, job.failure_params) if job.failure_code else "",
        "attempt": job.attempt,
        "request_id": attempt.request_id if attempt else "",
        "peak_memory_kb": attempt.peak_memory_kb if attempt else None,
        "reject_key": job.reject_key,
        "rejects_url": results.reject_file_url(job) if job.reject_key else "",
        "mails": [_mail(notice) for notice in job.notices.all()],
        "url": job_url(job.pk),
    }


def _mail(notice: ImportNotice) -> dict[str, Any]:
    return {
        "to": notice.recipient,
        "about": notice.status,
        "sent": notice.sent_at is not None,
        "message_id": notice.message_id,
    }


def owed_mails(job: ImportJob) -> QuerySet[ImportNotice]:
    """Mails that are still to be sent."""
    return job.notices.filter(sent_at__isnull=True)
