"""The question that is asked where the very same file was imported before."""

from __future__ import annotations

from datetime import datetime

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from imports import wording
from imports.models import ImportJob


def question(job: ImportJob, finished_at: datetime | None, who: str | None) -> str:
    """When and by whom it was, in the reader's language and form; both are unknown where the
    earlier job is deleted by now."""
    names = {"target": wording.target_name(job.target)}
    if finished_at is None:
        return _("This very file was imported into %(target)s before. Import it again?") % names
    names["when"] = date_format(timezone.localtime(finished_at), "DATETIME_FORMAT")
    names["who"] = who or _("somebody")
    return (
        _("This very file was imported into %(target)s on %(when)s by %(who)s. Import it again?")
        % names
    )
