"""Links to reject files, through the storage that the settings name."""

from __future__ import annotations

from typing import Any, Final

from django.core.files.storage import storages

from imports.file_names import rejects_name
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
    disposition = {
        "ResponseContentDisposition": f'attachment; filename="{rejects_name(job.file_name)}"'
    }
    return str(storage.url(job.reject_key, parameters=disposition))
