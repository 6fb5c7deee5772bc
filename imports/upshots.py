"""What an import that ran to its end has come to: not all of them have written something."""

from __future__ import annotations

from enum import StrEnum
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from imports.models import ImportJob
from lambda_worker.contract import Status


class Upshot(StrEnum):
    """The ways to succeed, from all to nothing."""

    CLEAN = "clean"
    WITH_REJECTS = "with_rejects"
    ALL_REJECTED = "all_rejected"
    NO_ROWS = "no_rows"


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
    if not job.records_read:
        return Upshot.NO_ROWS
    if not job.rows_rejected:
        return Upshot.CLEAN
    is_all = job.rows_rejected == job.records_read
    return Upshot.ALL_REJECTED if is_all else Upshot.WITH_REJECTS
