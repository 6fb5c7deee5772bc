"""The question that is asked where the very same file was imported before."""

from __future__ import annotations

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from imports import wording
from imports.models import ImportJob


def question(job: ImportJob) -> str:
    """When and by whom, in the reader's language and form; the earlier job may be deleted by
    now."""
    earlier = ImportJob.objects.filter(pk__in=[job.repeats_id]).select_related("owner").first()
    names = {"target": wording.target_name(job.target)}
    if earlier is None or earlier.finished_at is None:
        return _("This very file was imported into %(target)s before. Import it again?") % names
    names["when"] = date_format(timezone.localtime(earlier.finished_at), "DATETIME_FORMAT")
    names["who"] = str(earlier.owner or _("somebody"))
    return (
        _("This very file was imported into %(target)s on %(when)s by %(who)s. Import it again?")
        % names
    )
