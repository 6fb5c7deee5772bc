"""A model of jobs that share one table: what each message, each move of a person and each death
must lead to."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum, auto

from lambda_worker.contract import RUNNING, TERMINAL, WAITING, Command, Status

DEATHS_A_TRY = 3
"""As the design says; not taken from the worker, which is what is tested."""

MOST_DOUBTS = 2
"""A mail of which nobody knows whether it went out is sent this often."""


class Trouble(Enum):
    """What goes wrong while one message is worked on, once."""

    NONE = auto()
    DIES_BEFORE_CLAIM = auto()
    DIES_BEFORE_HANDING_ON = auto()
    DIES_READING = auto()
    DIES_READING_UNSEEN = auto()
    DIES_BEFORE_COMMIT = auto()
    DIES_BEFORE_COMMIT_UNSEEN = auto()
    DIES_BEFORE_CLOSING = auto()
    DIES_BEFORE_MAIL = auto()
    DIES_AFTER_MAIL = auto()
    ERROR_READING = auto()
    MAIL_REFUSED = auto()
    MAIL_ANSWER_LOST = auto()


AT_THE_END = (Trouble.DIES_BEFORE_COMMIT, Trouble.DIES_BEFORE_COMMIT_UNSEEN)


class Sending(Enum):
    """Whether somebody has taken a mail to send it."""

    NOBODY = auto()
    JUST_NOW = auto()
    LONG_AGO = auto()


@dataclass(frozen=True)
class Content:
    """A file: its good rows by key, and how many are bad."""

    rows: tuple[tuple[str, str], ...]
    bad: int = 0

    def csv(self) -> bytes:
        """The file itself."""
        lines = ["code,name", *(f"{code},{name}" for code, name in self.rows)]
        return "\n".join([*lines, *["x1,bad"] * self.bad, ""]).encode()


@dataclass(frozen=True)
class Message:
    """What a message orders."""

    command: Command = Command.START
    version: str = ""
    attempt: int | None = None


@dataclass
class Notice:
    """A mail owed."""

    sent: bool = False
    sending: Sending = Sending.NOBODY
    doubts: int = 0

    def is_due(self) -> bool:
        """Whether the next who comes sends it."""
        doubts = self.doubts + (self.sending is Sending.LONG_AGO)
        return not self.sent and self.sending is not Sending.JUST_NOW and doubts < MOST_DOUBTS


Foreseen = tuple[tuple[str, bool, str | None], ...]


@dataclass
class JobModel:
    """A job as it must stand; `versions` are in the bucket, `claimed` is the one to be imported."""

    name: str
    aborts: bool = False
    reviews: bool = False
    visible: bool = False
    status: Status = Status.AWAITING_UPLOAD
    attempt: int = 0
    deaths: int = 0
    retries: int = 0
    approved: bool = False
    foreseen: Foreseen | None = None
    cancel_wanted: bool = False
    form_is_live: bool = True
    versions: dict[str, Content] = field(default_factory=dict)
    claimed: str = ""
    content: Content | None = None
    staged: bool = False
    complete: bool = False
    counts: tuple[int, int, int, int] | None = None
    notices: dict[tuple[Status, int], Notice] = field(default_factory=dict)
    endings: list[Status] = field(default_factory=list)

    def may_start(self, message: Message) -> bool:
        """Whether the message has anything to do."""
        if message.command is Command.WATCHDOG:
            return self.status in RUNNING and message.attempt == self.attempt
        if self.status is Status.IN_REVIEW:
            again = message.command is Command.RETRY and message.attempt == self.attempt
            return self.approved or again
        return self.status in RUNNING | {Status.AWAITING_UPLOAD, Status.QUEUED}

    def is_waiting_for_a_worker(self) -> bool:
        """As far as a younger one's worker can tell."""
        if not self.visible:
            return False
        awaited = self.status is Status.AWAITING_UPLOAD and self.form_is_live
        return awaited or self.status is Status.QUEUED

    def notice_due(self) -> Notice | None:
        """The mail that the next who comes sends: it tells how the job stands now."""
        notice = self.notices.get((self.status, self.attempt))
        return notice if notice and notice.is_due() else None

    def has_a_mail_on_its_way(self) -> bool:
        """Whether somebody has taken it, who may have died at it."""
        notice = self.notices.get((self.status, self.attempt))
        if notice is None or notice.sent or notice.sending is Sending.NOBODY:
            return False
        return notice.doubts + 1 < MOST_DOUBTS

    def keys_written(self) -> set[str]:
        """The keys that the job has brought into the table."""
        if self.status is not Status.SUCCEEDED or self.content is None:
            return set()
        return {code for code, _ in self.content.rows}

    def end(self, status: Status, counts: tuple[int, int, int, int] | None = None) -> str:
        """The job ends, or pauses in review, and owes a mail for it."""
        self.status, self.counts = status, counts
        if status is not Status.IN_REVIEW:
            self.staged = False
        if status is not Status.CANCELLED:
            self.notices[status, self.attempt] = Notice()
            self.endings.append(status)
        return status.value


class Stopped(Exception):
    """The worker has died or failed at it."""


KILLED = "Killed"


@dataclass
class Claimed:
    """A job that a worker has taken, and the file that it found."""

    job: JobModel
    content: Content | None
    applies_at_once: bool
    was_approved: bool


@dataclass
class Model:
    """The jobs in the order of their creation, the table they are imported into, and the mails."""

    jobs: list[JobModel]
    table: dict[str, str] = field(default_factory=dict)
    mails: list[tuple[str, Status]] = field(default_factory=list)
    doubtful_mails: int = 0

    # -- Messages ---------------------------------------------------------------------------

    def deliver(
        self,
        job: JobModel,
        message: Message,
        trouble: Trouble,
        *,
        last: bool = False,
    ) -> str:
        """The outcome of one message, or the name of the exception that it ends in. `last`: it
        will not come again."""
        if not job.visible:
            return "JobNotFound"
        worked = job
        try:
            outcome = "nothing_to_do"
            if job.status in TERMINAL:
                job.staged = False
            elif self._has_died_too_often(job, message):
                outcome = job.end(Status.FAILED)
            elif (claimed := self._take(job, message, trouble)) is not None:
                worked = claimed.job
                outcome = self._work(claimed, trouble)
            self._mail(worked, trouble)
        except Stopped as stopped:
            outcome = str(stopped)
            if outcome != KILLED and worked is not job:
                return "OtherJobFailed"  # the job that was ordered has another message
            if outcome != KILLED and last:
                self._abandon(job, message)
        return outcome

    @staticmethod
    def _has_died_too_often(job: JobModel, message: Message) -> bool:
        lost = job.deaths >= DEATHS_A_TRY * (job.retries + 1)
        return job.may_start(message) and job.status in RUNNING and lost

    def _abandon(self, job: JobModel, message: Message) -> None:
        if job.may_start(message):
            job.end(Status.FAILED)
        self._mail(job, Trouble.NONE)

    def _take(self, job: JobModel, message: Message, trouble: Trouble) -> Claimed | None:
        if not job.may_start(message):
            return None
        if job.status in (Status.AWAITING_UPLOAD, Status.QUEUED):
            for older in self.jobs[: self.jobs.index(job)]:
                waits = older.is_waiting_for_a_worker()
                if waits and (claimed := self._claim(older, Message(), trouble)):
                    if trouble is Trouble.DIES_BEFORE_HANDING_ON:
                        older.deaths += 1
                        raise Stopped(KILLED)
                    return claimed
        return self._claim(job, message, trouble)

    def _claim(self, job: JobModel, message: Message, trouble: Trouble) -> Claimed | None:
        known = job.claimed or message.version or next(reversed(job.versions), "")
        named = bool(job.claimed or message.version)
        if known not in job.versions and not named and message.command is Command.START:
            return None
        if trouble is Trouble.DIES_BEFORE_CLAIM:
            raise Stopped(KILLED)
        content = job.versions.get(known)
        reviewed = job.status is Status.IN_REVIEW and job.approved
        at_once = reviewed and job.staged and job.complete
        job.status = Status.APPLYING if at_once else Status.STAGING
        job.attempt += 1
        if content is not None:
            job.claimed = known
        return Claimed(job, content, at_once, job.approved)

    # -- One attempt ------------------------------------------------------------------------

    def _work(self, claimed: Claimed, trouble: Trouble) -> str:
        try:
            outcome = self._import(claimed, trouble)
        except Stopped:
            claimed.job.deaths += 1
            raise
        if trouble is Trouble.DIES_BEFORE_CLOSING:
            claimed.job.deaths += 1
            raise Stopped(KILLED)
        return outcome

    def _import(self, claimed: Claimed, trouble: Trouble) -> str:
        job = claimed.job
        if not claimed.applies_at_once and (stopped := self._stage_and_check(claimed, trouble)):
            return stopped
        job.status = Status.APPLYING
        if job.cancel_wanted:
            return job.end(Status.CANCELLED)
        if trouble in AT_THE_END:
            raise Stopped(KILLED)
        assert job.content is not None
        if claimed.was_approved and job.foreseen != self._foresee(job.content):
            return self._ask(job, job.content)
        return job.end(Status.SUCCEEDED, self._apply(job.content))

    def _stage_and_check(self, claimed: Claimed, trouble: Trouble) -> str | None:
        job, content = claimed.job, claimed.content
        if content is None:
            return job.end(Status.FAILED)
        if job.cancel_wanted:
            return job.end(Status.CANCELLED)
        if trouble in (Trouble.DIES_READING, Trouble.DIES_READING_UNSEEN):
            raise Stopped(KILLED)
        if trouble is Trouble.ERROR_READING:
            raise Stopped("ConnectionError")
        job.status, job.content, job.staged, job.complete = Status.CHECKING, content, True, True
        came_before = any(
            other.status is Status.SUCCEEDED and other.content == content
            for other in self.jobs
            if other is not job
        )
        aborted = bool(content.bad) and job.aborts
        if aborted or ((came_before or job.reviews) and not claimed.was_approved):
            if trouble in AT_THE_END:
                raise Stopped(KILLED)
            return job.end(Status.FAILED) if aborted else self._ask(job, content)
        return None

    def _foresee(self, content: Content) -> Foreseen:
        """What the file would overwrite, key by key; None where a row is new, or is right
        already."""
        old = {code: self.table.get(code) for code, _ in content.rows}
        return tuple(
            (code, code in self.table, None if old[code] == name else old[code])
            for code, name in content.rows
        )

    def _ask(self, job: JobModel, content: Content) -> str:
        """A person is to look; what was approved before counts no more."""
        job.foreseen, job.approved = self._foresee(content), False
        return job.end(Status.IN_REVIEW)

    def _apply(self, content: Content) -> tuple[int, int, int, int]:
        """Inserted, updated, unchanged, rejected."""
        old = [self.table.get(code) for code, _ in content.rows]
        same = sum(self.table.get(code) == name for code, name in content.rows)
        new = old.count(None)
        self.table.update(content.rows)
        return new, len(content.rows) - new - same, same, content.bad

    def _mail(self, job: JobModel, trouble: Trouble) -> None:
        notice = job.notice_due()
        if notice is not None:
            notice.doubts += notice.sending is Sending.LONG_AGO
            notice.sending = Sending.JUST_NOW
            self._send(job, notice, trouble)

    def _send(self, job: JobModel, notice: Notice, trouble: Trouble) -> None:
        if trouble is Trouble.DIES_BEFORE_MAIL:
            raise Stopped(KILLED)
        if trouble is Trouble.MAIL_REFUSED:
            notice.sending = Sending.NOBODY
            raise Stopped("MailNotSent")
        self.mails.append((job.name, job.status))
        if trouble is Trouble.DIES_AFTER_MAIL:
            self.doubtful_mails += 1
            raise Stopped(KILLED)
        if trouble is Trouble.MAIL_ANSWER_LOST:
            self.doubtful_mails += 1
            notice.sending = Sending.NOBODY
            notice.doubts += 1
            raise Stopped("TimeoutError")
        notice.sent = True

    # -- People, and time -------------------------------------------------------------------

    def mark_uploaded(self, job: JobModel) -> None:
        """The browser says that the upload is done."""
        if job.status is Status.AWAITING_UPLOAD:
            job.status = Status.QUEUED

    def cancel(self, job: JobModel) -> Command | None:
        """End a waiting one, ask the worker of a running one; the command sent for that."""
        reviewed = job.status is Status.IN_REVIEW
        if job.status in WAITING:
            job.status = Status.CANCELLED
        elif job.status in RUNNING:
            job.cancel_wanted = True
        return Command.START if reviewed else None

    def retry(self, job: JobModel) -> Command | None:
        """Queue a failed one again."""
        if job.status is not Status.FAILED:
            return None
        job.status = Status.QUEUED
        job.retries += 1
        job.cancel_wanted = False
        return Command.RETRY

    def approve(self, job: JobModel) -> Command | None:
        """Let the reviewed rows be written."""
        if job.status is not Status.IN_REVIEW or job.approved:
            return None
        job.approved = True
        return Command.APPLY

    def expire(self, job: JobModel) -> None:
        """Nobody came."""
        if job.status in (Status.AWAITING_UPLOAD, Status.QUEUED, Status.IN_REVIEW):
            job.status = Status.EXPIRED

    def time_passes(self) -> None:
        """More than five minutes: whoever was sending is gone."""
        for notice in (notice for job in self.jobs for notice in job.notices.values()):
            if notice.sending is Sending.JUST_NOW:
                notice.sending = Sending.LONG_AGO
