"""The job rows, object keys and messages that the web side and the worker agree on: stated here,
once."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, NamedTuple
from uuid import UUID

# -- Statuses ---------------------------------------------------------------------------------


class Status(StrEnum):
    """Where an import job stands. The sentence behind each is what a status page shows."""

    sentence: str

    def __new__(cls, value: str, sentence: str = "") -> Status:
        member = str.__new__(cls, value)
        member._value_ = value
        member.sentence = sentence
        return member

    AWAITING_UPLOAD = "awaiting_upload", "Waiting for the file to be uploaded."
    AWAITING_MAPPING = "awaiting_mapping", "Waiting for you to say which column is which field."
    QUEUED = "queued", "The file has arrived; waiting for a worker."
    STAGING = "staging", "Reading the file."
    CHECKING = "checking", "Checking every row."
    IN_REVIEW = "in_review", "Checked. Waiting for you to apply or cancel."
    APPLYING = "applying", "Writing the good rows."
    SUCCEEDED = "succeeded", "Done."
    FAILED = "failed", "The import failed; nothing was written."
    CANCELLED = "cancelled", "Cancelled; nothing was written."
    EXPIRED = "expired", "Expired: the file never came, or nobody decided in time."


TERMINAL: Final = frozenset(
    {Status.SUCCEEDED, Status.FAILED, Status.CANCELLED, Status.EXPIRED},
)
"""Nothing runs in these, and only `failed` can be left again (by a retry)."""

RUNNING: Final = frozenset({Status.STAGING, Status.CHECKING, Status.APPLYING})
"""A worker is at it, or died at it."""

WAITING: Final = frozenset(
    {Status.AWAITING_UPLOAD, Status.AWAITING_MAPPING, Status.QUEUED, Status.IN_REVIEW},
)
"""No worker holds the job, so the web side may cancel it by itself."""

ACTIVE: Final = RUNNING | WAITING


class Owner(StrEnum):
    """Who may write a column or draw an arrow; the session says so in the setting
    `sluice.owner`."""

    WEB = "web"
    WORKER = "worker"


OWNER_SETTING: Final = "sluice.owner"
"""The session setting that the trigger reads; a session that sets nothing is the web side."""


class Transition(NamedTuple):
    """One allowed arrow, who may draw it, and why it exists."""

    old: Status
    new: Status
    owners: frozenset[Owner]
    reason: str


_WEB = frozenset({Owner.WEB})
_WORKER = frozenset({Owner.WORKER})
_BOTH = _WEB | _WORKER
_S = Status

TRANSITIONS: Final[tuple[Transition, ...]] = (
    Transition(_S.AWAITING_UPLOAD, _S.QUEUED, _WEB, "the browser says that the upload is done"),
    Transition(_S.AWAITING_UPLOAD, _S.STAGING, _WORKER, "the S3 event came first"),
    Transition(_S.AWAITING_UPLOAD, _S.FAILED, _WORKER, "the job cannot be run as asked"),
    Transition(_S.AWAITING_UPLOAD, _S.CANCELLED, _WEB, "the user changed their mind"),
    Transition(_S.AWAITING_UPLOAD, _S.EXPIRED, _BOTH, "the upload form ran out"),
    Transition(_S.QUEUED, _S.STAGING, _WORKER, "claimed"),
    Transition(_S.QUEUED, _S.FAILED, _WORKER, "the job cannot be run as asked"),
    Transition(_S.QUEUED, _S.CANCELLED, _BOTH, "cancelled before a worker came"),
    Transition(_S.QUEUED, _S.EXPIRED, _BOTH, "the file never came"),
    Transition(_S.STAGING, _S.AWAITING_MAPPING, _WORKER, "a container had to be opened first"),
    Transition(_S.STAGING, _S.CHECKING, _WORKER, "every record is staged"),
    Transition(_S.STAGING, _S.FAILED, _WORKER, "the file cannot be read"),
    Transition(_S.STAGING, _S.CANCELLED, _WORKER, "a cancel request was heard"),
    Transition(_S.AWAITING_MAPPING, _S.QUEUED, _WEB, "the columns are mapped"),
    Transition(_S.AWAITING_MAPPING, _S.CANCELLED, _WEB, "the user changed their mind"),
    Transition(_S.AWAITING_MAPPING, _S.EXPIRED, _BOTH, "nobody mapped the columns"),
    Transition(_S.CHECKING, _S.STAGING, _WORKER, "the attempt died; the next one stages anew"),
    Transition(_S.CHECKING, _S.IN_REVIEW, _WORKER, "the plan asks for a review"),
    Transition(_S.CHECKING, _S.APPLYING, _WORKER, "every row is checked"),
    Transition(_S.CHECKING, _S.FAILED, _WORKER, "rejects, and the plan says abort"),
    Transition(_S.CHECKING, _S.CANCELLED, _WORKER, "a cancel request was heard"),
    Transition(_S.IN_REVIEW, _S.APPLYING, _WORKER, "the review was approved"),
    Transition(_S.IN_REVIEW, _S.STAGING, _WORKER, "approved, but the staged rows were lost"),
    Transition(_S.IN_REVIEW, _S.FAILED, _WORKER, "approved, but the target has changed"),
    Transition(_S.IN_REVIEW, _S.CANCELLED, _WEB, "the reviewer said no"),
    Transition(_S.IN_REVIEW, _S.EXPIRED, _BOTH, "nobody reviewed it"),
    Transition(_S.APPLYING, _S.STAGING, _WORKER, "the attempt died; its writes are rolled back"),
    Transition(_S.APPLYING, _S.IN_REVIEW, _WORKER, "the table changed since the review: ask again"),
    Transition(_S.APPLYING, _S.SUCCEEDED, _WORKER, "committed together with the rows"),
    Transition(_S.APPLYING, _S.FAILED, _WORKER, "the rows could not be written"),
    Transition(_S.APPLYING, _S.CANCELLED, _WORKER, "a cancel request was heard"),
    Transition(_S.FAILED, _S.QUEUED, _WEB, "somebody pressed retry"),
)


def is_allowed(old: Status, new: Status, owner: Owner) -> bool:
    """Whether `owner` may move a job from `old` to `new`; staying where it is always is."""
    return old == new or any(
        t.old == old and t.new == new and owner in t.owners for t in TRANSITIONS
    )


# -- Tables and columns -------------------------------------------------------------------------


class Column(NamedTuple):
    """A column of a job table, who writes it after the row exists, and whether it may be null.

    `sql_type` is PostgreSQL's own name as `format_type` prints it.
    """

    name: str
    sql_type: str
    owners: frozenset[Owner]
    null: bool = False


JOB_TABLE: Final = "imports_importjob"
ATTEMPT_TABLE: Final = "imports_importattempt"
CANCEL_TABLE: Final = "imports_importcancelrequest"
REJECT_TABLE: Final = "imports_importreject"
NOTICE_TABLE: Final = "imports_importnotice"

_NOBODY: frozenset[Owner] = frozenset()

JOB_COLUMNS: Final[tuple[Column, ...]] = (
    Column("id", "uuid", _NOBODY),
    Column("owner_id", "integer", _NOBODY, null=True),
    Column("target", "character varying(200)", _NOBODY),
    Column("file_name", "text", _NOBODY),
    Column("declared_size", "bigint", _NOBODY),
    Column("created_at", "timestamp with time zone", _NOBODY),
    Column("fixes_id", "uuid", _NOBODY, null=True),
    Column("plan", "jsonb", _WEB),
    Column("plan_version", "smallint", _WEB),
    Column("upload_expires_at", "timestamp with time zone", _WEB),
    Column("upload_id", "text", _WEB),
    Column("review_approved_at", "timestamp with time zone", _WEB, null=True),
    Column("reviewer_id", "integer", _WEB, null=True),
    Column("retries", "integer", _WEB),
    Column("nudged_at", "timestamp with time zone", _WEB, null=True),
    Column("announced_at", "timestamp with time zone", _WEB, null=True),
    Column("status", "character varying(20)", _BOTH),
    Column("attempt", "integer", _WORKER),
    Column("object_version", "text", _WORKER),
    Column("object_size", "bigint", _WORKER, null=True),
    Column("content_sha256", "character varying(64)", _WORKER),
    Column("repeats_id", "uuid", _WORKER, null=True),
    Column("reading", "jsonb", _WORKER),
    Column("review", "jsonb", _WORKER),
    Column("records_read", "bigint", _WORKER, null=True),
    Column("rows_inserted", "bigint", _WORKER, null=True),
    Column("rows_updated", "bigint", _WORKER, null=True),
    Column("rows_unchanged", "bigint", _WORKER, null=True),
    Column("rows_superseded", "bigint", _WORKER, null=True),
    Column("rows_skipped", "bigint", _WORKER, null=True),
    Column("rows_rejected", "bigint", _WORKER, null=True),
    Column("reject_summary", "jsonb", _WORKER),
    Column("reject_key", "text", _WORKER),
    Column("failure_code", "character varying(60)", _WORKER),
    Column("failure_params", "jsonb", _WORKER),
    Column("finished_at", "timestamp with time zone", _BOTH, null=True),
)
"""`reading` is what was understood of the file (see staging.reading_of), and how its rejects were
written as they were sent. `review` is what a review
shows would happen (see reviewing.Reviewed), empty where there was none. `fixes_id` is the job whose
rejects, put right, are this file. `upload_id` is S3's, of an upload in parts.
`announced_at` is when the web side told its own code that the job has ended.
`repeats_id` is an earlier job that imported the very same bytes into the same target; `nudged_at`
is when the web side last had the worker told: by the upload, by a retry, or because nothing moved.
Empty string, not null, stands for "not yet" in the text columns."""

ATTEMPT_COLUMNS: Final[tuple[Column, ...]] = (
    Column("id", "bigint", _NOBODY),
    Column("job_id", "uuid", _NOBODY),
    Column("number", "integer", _NOBODY),
    Column("request_id", "character varying(100)", _NOBODY),
    Column("worker_version", "character varying(40)", _NOBODY),
    Column("memory_mb", "integer", _NOBODY),
    Column("started_at", "timestamp with time zone", _NOBODY),
    Column("deadline_at", "timestamp with time zone", _NOBODY),
    Column("backend_pid", "integer", _NOBODY),
    Column("backend_start", "timestamp with time zone", _NOBODY),
    Column("heartbeat_at", "timestamp with time zone", _WORKER),
    Column("phase", "character varying(20)", _WORKER),
    Column("phase_started_at", "timestamp with time zone", _WORKER),
    Column("done", "bigint", _WORKER),
    Column("total", "bigint", _WORKER),
    Column("records_read", "bigint", _WORKER),
    Column("outcome", "character varying(60)", _WORKER),
    Column("error", "character varying(100)", _WORKER),
    Column("finished_at", "timestamp with time zone", _WORKER, null=True),
    Column("billed_ms", "bigint", _WORKER, null=True),
    Column("peak_memory_kb", "bigint", _WORKER, null=True),
)
"""One row a worker run. `done` of `total` is the phase's own measure: bytes while staging, rows
later. `outcome` is empty while it runs, and stays so where it died; else the job's status, or one
of the Outcomes below. `error` names the exception of an attempt that ended in one: no more, because
texts may hold secrets."""


class Outcome(StrEnum):
    """How an attempt ended that did not bring its job to a pause or an end."""

    ERROR = "error"
    """Something that is not the user's fault: it is tried again."""
    WAITED = "waited"
    """An older import into the same table was still at it; this one begins again after it."""
    FENCED = "fenced"
    """A later attempt had taken its place when it woke up; it wrote nothing."""


CANCEL_COLUMNS: Final[tuple[Column, ...]] = (
    Column("id", "bigint", _NOBODY),
    Column("job_id", "uuid", _NOBODY),
    Column("requested_by_id", "integer", _NOBODY, null=True),
    Column("requested_at", "timestamp with time zone", _NOBODY),
)

REJECT_COLUMNS: Final[tuple[Column, ...]] = (
    Column("id", "bigint", _NOBODY),
    Column("job_id", "uuid", _NOBODY),
    Column("line", "bigint", _NOBODY),
    Column("field", "character varying(200)", _NOBODY),
    Column("header", "text", _NOBODY),
    Column("value", "text", _NOBODY),
    Column("code", "character varying(60)", _NOBODY),
    Column("params", "jsonb", _NOBODY),
)
"""One row a fault, of the first REJECTS_KEPT faults; the reject file has them all."""

NOTICE_COLUMNS: Final[tuple[Column, ...]] = (
    Column("id", "bigint", _NOBODY),
    Column("job_id", "uuid", _NOBODY),
    Column("status", "character varying(20)", _NOBODY),
    Column("attempt", "integer", _NOBODY),
    Column("recipient", "text", _NOBODY),
    Column("created_at", "timestamp with time zone", _NOBODY),
    Column("sending_at", "timestamp with time zone", _WORKER, null=True),
    Column("sent_at", "timestamp with time zone", _WORKER, null=True),
    Column("doubts", "smallint", _WORKER),
    Column("message_id", "text", _WORKER),
)
"""Mails owed: written in the transaction that ends the job, so that a mail is never lost with its
worker. `doubts` counts the sendings of which nobody knows whether the mail went out."""

TABLES: Final[dict[str, tuple[Column, ...]]] = {
    JOB_TABLE: JOB_COLUMNS,
    ATTEMPT_TABLE: ATTEMPT_COLUMNS,
    CANCEL_TABLE: CANCEL_COLUMNS,
    REJECT_TABLE: REJECT_COLUMNS,
    NOTICE_TABLE: NOTICE_COLUMNS,
}

COUNT_COLUMNS: Final = (
    "rows_inserted",
    "rows_updated",
    "rows_unchanged",
    "rows_superseded",
    "rows_skipped",
    "rows_rejected",
)
"""These always add up to `records_read` on a job that succeeded; a check constraint holds it."""

REJECTS_KEPT: Final = 1_000
"""Faults kept in the database for the page; a page shows no more, the reject file has the rest."""

STAGING_SCHEMA: Final = "sluice_staging"
"""Where staging tables live, made by a migration; nothing of the app's own is in it."""

# -- Liveness -----------------------------------------------------------------------------------

HEARTBEAT_SECONDS: Final = 1.0
"""A worker writes its attempt at most this often: one small UPDATE a second is no load."""

STALLED_AFTER_SECONDS: Final = 15.0
"""No heartbeat for this long and the page says that the worker is gone: fifteen missed beats,
longer than a reconnect or a checkpoint's hiccup, shorter than a person's patience."""

ABANDONED_AFTER_SECONDS: Final = 60.0
"""No heartbeat for this long, or its deadline past, and a claimer may end the attempt's backend.
A worker that cannot beat stops itself earlier (pulse.SILENCE_SECONDS)."""

WATCHDOG_SECONDS: Final = 120
"""A message that looks whether an attempt lives comes this long after its claim, and again until it
has ended: a death that nobody sees is noticed within three minutes, for a fraction of a cent."""

LOCK_NAMESPACE: Final = 0x51C1CE
"""First key of pg_advisory_lock(int, int) for jobs; the second is a hash of the job's id."""

TARGET_LOCK_NAMESPACE: Final = 0x51C1CF
"""The same for the turn that applies into one target take."""

# -- Object keys ----------------------------------------------------------------------------------

UPLOAD_PREFIX: Final = "uploads/"
RESULT_PREFIX: Final = "results/"

_UPLOAD_KEY: Final = re.compile(
    r"uploads/([0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})"
)


def upload_key(job: UUID) -> str:
    """The one key a job's file is uploaded to; the file's own name is never part of it."""
    return f"{UPLOAD_PREFIX}{job}"


def job_of_upload_key(key: str) -> UUID | None:
    """The job that an upload key belongs to, or None if the key is not of our making."""
    match = _UPLOAD_KEY.fullmatch(key)
    return UUID(match.group(1)) if match else None


def reject_file_key(job: UUID, attempt: int) -> str:
    """Where an attempt puts its reject file: one key an attempt, so that a zombie overwrites
    nothing."""
    return f"{RESULT_PREFIX}{job}/{attempt}/rejects.csv"


def rejects_as_sent_key(reject_key: str) -> str:
    """Beside a reject file, the same records in the shape of the file that they came from."""
    folder, _, _ = reject_key.rpartition("/")
    return f"{folder}/as-sent"


# -- Messages on the commands queue ---------------------------------------------------------------

MESSAGE_VERSION: Final = 1


class Command(StrEnum):
    """What a message on the commands queue asks of the worker."""

    START = "start"
    """Claim the job if its file is there (the web side saw the upload end, or mapped the
    columns)."""
    APPLY = "apply"
    """The review was approved."""
    RETRY = "retry"
    """A failed job was queued again; the file is still in the bucket."""
    WATCHDOG = "watchdog"
    """Look whether the attempt named is still alive; take over, or fail the job, if not."""
    PING = "ping"
    """Answer with version and reachability; touches no job."""


@dataclass(frozen=True, slots=True)
class CommandMessage:
    """A message on the commands queue, as JSON: {"sluice": 1, "command": ..., "job": ...,
    "attempt": ...}."""

    command: Command
    job: UUID | None = None
    attempt: int | None = None

    def to_json(self) -> dict[str, object]:
        """The message's body, ready for json.dumps."""
        return {
            "sluice": MESSAGE_VERSION,
            "command": self.command.value,
            "job": str(self.job) if self.job else None,
            "attempt": self.attempt,
        }

    @classmethod
    def from_json(cls, body: dict[str, object]) -> CommandMessage:
        """Read a body; ValueError names what is wrong with it."""
        if body.get("sluice") != MESSAGE_VERSION:
            raise ValueError(f"message version {body.get('sluice')!r}, not {MESSAGE_VERSION}")
        job, attempt = body.get("job"), body.get("attempt")
        if attempt is not None and not isinstance(attempt, int):
            raise ValueError(f"attempt {attempt!r} is not a number")
        command = Command(str(body.get("command")))
        if job is None and command is not Command.PING:
            raise ValueError(f"command {command} names no job")
        return cls(command, UUID(str(job)) if job else None, attempt)
