"""Links to reject files, through the storage that the settings name."""

from __future__ import annotations

from pathlib import PurePath
from typing import Any, Final

from django.core.files.storage import storages

from imports.models import ImportJob

STORAGE: Final = "import_results"
"""The alias in STORAGES."""


class NoRejects(Exception):
    """The job has no reject file."""


def reject_file_url(job: ImportJob) -> str:
    """A short-lived link under which the browser saves the reject file by a telling name."""
    if not job.reject_key:
        raise NoRejects(NoRejects.__doc__)
    storage: Any = storages[STORAGE]
    disposition = {"ResponseContentDisposition": f'attachment; filename="{rejects_name(job)}"'}
    return str(storage.url(job.reject_key, parameters=disposition))


def rejects_name(job: ImportJob) -> str:
    """`airports.csv` becomes `airports-rejects.csv`, in what letters a header can carry."""
    stem = PurePath(job.file_name).stem
    plain = "".join(c for c in stem if c.isascii() and (c.isalnum() or c in "-_. "))
    return f"{plain.strip() or 'import'}-rejects.csv"
