"""Links to reject files, through the storage that the settings name."""

from __future__ import annotations

from typing import Any, Final

from django.core.files.storage import storages
from django.utils.http import content_disposition_header

from imports import fixing
from imports.file_names import rejects_name, to_fix_name
from imports.models import ImportJob
from lambda_worker.contract import rejects_as_sent_key

STORAGE: Final = "import_results"
"""The alias in STORAGES."""


class NoRejects(Exception):
    """The job has no reject file."""


def reject_file_url(job: ImportJob) -> str:
    """A short-lived link under which the browser saves the reject file by a telling name."""
    return _url(job, job.reject_key, rejects_name(job.file_name))


def as_sent_url(job: ImportJob) -> str:
    """The same for the rejects as they were sent."""
    name = to_fix_name(job.file_name, fixing.extension(job))
    return _url(job, rejects_as_sent_key(job.reject_key), name)


def _url(job: ImportJob, key: str, name: str) -> str:
    if not job.reject_key:
        raise NoRejects(NoRejects.__doc__)
    storage: Any = storages[STORAGE]
    disposition = content_disposition_header(as_attachment=True, filename=name)
    return str(storage.url(key, parameters={"ResponseContentDisposition": disposition}))
