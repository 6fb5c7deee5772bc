"""The question that is asked where the very same file was imported before."""

from __future__ import annotations

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from imports import wording
from imports.models import ImportJob
from imports.snapshot import Earlier


def question(job: ImportJob, earlier: Earlier) -> str:
    """When and by whom it was, in the reader's language and form, as far as that is known."""
    names = {"target": wording.target_name(job.target)}
    if earlier.finished_at is None:
        return _("This very file was imported into %(target)s before. Import it again?") % names
    names["when"] = date_format(timezone.localtime(earlier.finished_at), "DATETIME_FORMAT")
    names["who"] = earlier.who or _("somebody")
    return (
        _("This very file was imported into %(target)s on %(when)s by %(who)s. Import it again?")
        % names
    )
