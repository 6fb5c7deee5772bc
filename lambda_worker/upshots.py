"""What an import that ran to its end has come to: not all of them have written something."""

from __future__ import annotations

from enum import StrEnum


class Upshot(StrEnum):
    """The ways to succeed, from all to nothing."""

    CLEAN = "clean"
    WITH_REJECTS = "with_rejects"
    ALL_REJECTED = "all_rejected"
    NO_ROWS = "no_rows"


def upshot(read: int | None, rejected: int | None) -> Upshot:
    """By the job's counts of records."""
    if not read:
        return Upshot.NO_ROWS
    if not rejected:
        return Upshot.CLEAN
    return Upshot.ALL_REJECTED if rejected == read else Upshot.WITH_REJECTS
