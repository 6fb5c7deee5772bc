"""The upshots of imports, in words."""

from __future__ import annotations

from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from imports.models import ImportJob
from lambda_worker.contract import Status
from lambda_worker.upshots import Upshot, upshot

STATES: Final[dict[Upshot, Promise]] = {
    Upshot.CLEAN: _("Done"),
    Upshot.WITH_REJECTS: _("Done, with rejects"),
    Upshot.ALL_REJECTED: _("All rejected"),
    Upshot.NO_ROWS: _("No rows"),
}
"""In two or three words, for lists."""

TONES: Final = {
    Upshot.CLEAN: "good",
    Upshot.WITH_REJECTS: "warn",
    Upshot.ALL_REJECTED: "bad",
    Upshot.NO_ROWS: "warn",
}

SENTENCES: Final[dict[Upshot, Promise]] = {
    Upshot.WITH_REJECTS: _("Done, but some rows were rejected."),
    Upshot.ALL_REJECTED: _("Nothing was written: every row was rejected."),
    Upshot.NO_ROWS: _("The file had no rows; nothing was written."),
}
"""What a page says, where "Done" alone would not be the whole truth."""

RECORDED: Final[dict[Upshot, Promise]] = {
    Upshot.ALL_REJECTED: _("every row was rejected"),
    Upshot.NO_ROWS: _("the file had no rows"),
}
"""How the attempt ended, where no row is in."""


def upshot_of(job: ImportJob) -> Upshot | None:
    """None where the job has not succeeded."""
    if job.status != Status.SUCCEEDED:
        return None
    return upshot(job.records_read, job.rows_rejected)
