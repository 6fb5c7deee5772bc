"""What ends a job: faults of the user's making, and the ways a worker stops on request."""

from __future__ import annotations

from typing import Any


class JobFault(Exception):
    """The job cannot succeed as asked: a stable `code` with `params`, put into words by
    lambda_worker.words.

    Everything else that goes wrong propagates, so that it is retried, dead-lettered and logged.
    """

    def __init__(self, code: str, **params: Any) -> None:
        super().__init__(code, params)
        self.code = code
        self.params = params


class CancelRequested(Exception):
    """A cancel request for the job was heard."""


class Fenced(Exception):
    """A later attempt has taken the job over; this one may write nothing more."""


class JobBusy(Exception):
    """Another worker is alive on the job. `retry_after`: look again in so many seconds; None: the
    attempt's own watchdog does."""

    def __init__(self, retry_after: int | None) -> None:
        super().__init__("another worker is at it")
        self.retry_after = retry_after


class TurnNotCome(Exception):
    """Older imports into the same table take so long that this attempt could not finish any more:
    another begins later, with all its time before it."""


class OtherJobFailed(Exception):
    """An older job that went first met an error: its own message tries it again, and the ordered
    job has another message already."""


class DatabaseMoved(Exception):
    """DATABASE_URL names another database by now: nothing may be committed in this one."""


class MailNotSent(Exception):
    """The mail service has surely not sent the mail; it can be tried again without a duplicate."""


class JobNotFound(Exception):
    """No row has this job's id (yet): the message is retried, then dead-lettered."""


class StagingLost(Exception):
    """The staged rows are not what the reader counted: UNLOGGED tables are empty after a crash."""


class ParentVanished(Exception):
    """The database found a foreign key without its row: to be applied again, with a look for such
    rows first."""


class OtherThanReviewed(Exception):
    """What is about to be written is not what was reviewed: nothing is, and a person is asked
    again."""


class TableChanged(Exception):
    """Somebody else wrote rows with the same keys since the check, in a way that only another check
    can sort out. Nothing was written; check and apply again."""
