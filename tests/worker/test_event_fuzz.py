"""Whatever the order of messages, moves and deaths, jobs go as the model says; and of two workers
at one job one goes on."""

from __future__ import annotations

import json
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta
from functools import partial
from typing import Any, ClassVar, Final
from uuid import UUID, uuid4

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from lambda_worker import claim as claims
from lambda_worker import handler as worker
from lambda_worker import services, settle
from lambda_worker.claim import Invocation, Job, Order, now
from lambda_worker.contract import (
    RUNNING,
    TERMINAL,
    Command,
    CommandMessage,
    Status,
    job_of_upload_key,
    upload_key,
)
from lambda_worker.database import Connections
from lambda_worker.faults import Fenced, JobBusy, MailNotSent
from lambda_worker.mail import Mail
from lambda_worker.objects import Source
from lambda_worker.plan import ImportPlan, OnReject, Review
from lambda_worker.services import Services
from tests.worker.job_model import AT_THE_END, Content, JobModel, Message, Model, Trouble
from tests.worker.workbench import MemorySource, Workbench, World, workbench

CONTENTS: Final = (
    Content((("AA", "one"), ("AB", "one"))),
    Content((("AA", "two"), ("AC", "two"))),
    Content((("AD", "three"),), bad=1),
)
"""The second writes over a row of the first, so that their order shows; the third has a reject."""

GARBAGE: Final[tuple[Any, ...]] = (
    {"hello": "world"},
    {"sluice": 2, "command": "start"},
    {"sluice": 1, "command": "dance", "job": str(uuid4())},
    {"sluice": 1, "command": "start", "job": "no-uuid"},
    {"Records": [{"eventSource": "aws:sns"}]},
    [],
    "",
)
TEST_EVENT: Final = {"Service": "Amazon S3", "Event": "s3:TestEvent", "Bucket": "sluice"}

LAST_RECEIVE: Final = 4

SUBJECTS: Final = {
    "is in": Status.SUCCEEDED,
    "was not imported": Status.FAILED,
    "waits for your review": Status.IN_REVIEW,
}


class Killed(BaseException):
    """Ends the worker as a death would: nothing catches it."""


# -- The outside world, where one thing goes wrong at a time ---------------------------------


@dataclass
class BreakingSource(MemorySource):
    """Gives one chunk and then the error."""

    error: BaseException = field(default_factory=Killed)

    def chunks(self) -> Iterator[bytes]:
        yield next(super().chunks())
        raise self.error


@dataclass
class TroubledWorld(World):
    """A bucket with versions, and the trouble of the next message."""

    versions: dict[str, dict[str, bytes]] = field(default_factory=dict)
    trouble: Trouble = Trouble.NONE
    urls_read: int = 0

    def open(self, key: str, version: str) -> Source | None:
        versions = self.versions.get(key, {})
        named = version or next(reversed(versions), "")
        if named not in versions:
            return None
        data = versions[named]
        if self.trouble in (Trouble.DIES_READING, Trouble.DIES_READING_UNSEEN):
            return BreakingSource(data, named)
        if self.trouble is Trouble.ERROR_READING:
            self.trouble = Trouble.NONE
            return BreakingSource(data, named, error=ConnectionError("reset"))
        return MemorySource(data, named)

    def services(self) -> Services:
        return Services(objects=self, queue=_Queue(self), mailer=_Mailer(self))


@dataclass
class _Queue:
    world: TroubledWorld

    def send(self, message: CommandMessage, delay_seconds: int) -> None:
        watchdog, at_once = message.command is Command.WATCHDOG, delay_seconds == 0
        if watchdog and self.world.trouble is Trouble.DIES_BEFORE_CLAIM:
            raise Killed
        if not watchdog and at_once and self.world.trouble is Trouble.DIES_BEFORE_HANDING_ON:
            raise Killed
        self.world.messages.append((message, delay_seconds))


@dataclass
class _Mailer:
    world: TroubledWorld

    def send(self, mail: Mail) -> str:
        world = self.world
        trouble = world.trouble
        if trouble is Trouble.DIES_BEFORE_MAIL:
            raise Killed
        if trouble is Trouble.MAIL_REFUSED:
            world.trouble = Trouble.NONE
            raise MailNotSent("sending is paused")
        world.mails.append(mail)
        if trouble is Trouble.DIES_AFTER_MAIL:
            raise Killed
        if trouble is Trouble.MAIL_ANSWER_LOST:
            world.trouble = Trouble.NONE
            raise TimeoutError("no answer")
        return "mail"


UNSEEN: Final = (Trouble.DIES_READING_UNSEEN, Trouble.DIES_BEFORE_COMMIT_UNSEEN)


class Context:
    """Lambda's context."""

    aws_request_id = "request-1"

    def get_remaining_time_in_millis(self) -> int:
        return 900_000


# -- What people do, as the web side writes it -------------------------------------------------

MARK_UPLOADED = (
    "UPDATE imports_importjob SET status = 'queued' WHERE id = %s AND status = 'awaiting_upload'"
)
CANCEL_WAITING = (
    "UPDATE imports_importjob SET status = 'cancelled', finished_at = now() WHERE id = %s"
    " AND status IN ('awaiting_upload', 'awaiting_mapping', 'queued', 'in_review')"
)
REQUEST_CANCEL = (
    "INSERT INTO imports_importcancelrequest (job_id) SELECT id FROM imports_importjob"
    " WHERE id = %s AND status IN ('staging', 'checking', 'applying') ON CONFLICT DO NOTHING"
)
RETRY = (
    "UPDATE imports_importjob SET status = 'queued', retries = retries + 1, finished_at = NULL"
    " WHERE id = %s AND status = 'failed'"
)
APPROVE = (
    "UPDATE imports_importjob SET review_approved_at = now()"
    " WHERE id = %s AND status = 'in_review' AND (review_approved_at IS NULL"
    "   OR review_approved_at < (review ->> 'at')::timestamptz)"
)
EXPIRE = (
    "UPDATE imports_importjob SET status = 'expired', finished_at = now()"
    " WHERE id = %s AND status IN ('awaiting_upload', 'queued', 'in_review')"
)

FORGET_CANCEL = "DELETE FROM imports_importcancelrequest WHERE job_id = %s"
FORM_RUNS_OUT = "UPDATE imports_importjob SET upload_expires_at = now() WHERE id = %s"
FIVE_MINUTES_PASS = "UPDATE imports_importnotice SET sending_at = sending_at - interval '6 minutes'"

SENSIBLE: Final = {
    Status.FAILED: ("retry",),
    Status.IN_REVIEW: ("approve", "cancel", "expire"),
    Status.STAGING: ("cancel",),
    Status.APPLYING: ("cancel",),
}

JOBS = st.sampled_from((0, 1))
VERSIONS = st.sampled_from(("v1", "v2"))
TROUBLES = st.sampled_from([Trouble.NONE] * 8 + list(Trouble)[1:])
RARELY = st.sampled_from((False, False, True))
COMMANDS = st.sampled_from([c for c in Command if c is not Command.PING])
FLAGS = st.booleans()


class Events(RuleBasedStateMachine):
    """Two jobs of one target in a database of their own, beside their model."""

    url: ClassVar[str]
    plan: ClassVar[ImportPlan]

    def __init__(self) -> None:
        super().__init__()
        self.stack = ExitStack()
        self.bench: Workbench = self.stack.enter_context(workbench(self.url))
        self.world = TroubledWorld()
        patch = self.stack.enter_context(pytest.MonkeyPatch.context())
        patch.setenv("SLUICE_MAX_RECEIVES", str(LAST_RECEIVE))
        patch.setattr(services, "database_url", self._database_url)
        patch.setattr(services, "aws", self.world.services)
        patch.setattr(services, "retry_later", lambda record, seconds: None)
        patch.setattr(settle, "close_attempt", self._close_attempt)
        self.ids = [uuid4(), uuid4()]
        self.model = Model([JobModel("a"), JobModel("b")])
        self.inbox: list[dict[str, Any]] = []
        """Messages that nobody has worked off yet: a queue delivers until somebody has."""
        self.past: list[dict[str, Any]] = []
        self.seen = 0
        self.claimed: dict[UUID, str] = {}
        self.agrees = True

    def _database_url(self) -> str:
        self.world.urls_read += 1
        again = self.world.urls_read > 1 and sys.exception() is None
        if again and self.world.trouble in AT_THE_END:
            raise Killed  # asked for between the rows and their commit
        return self.url

    def _close_attempt(self, *arguments: Any, close: Any = settle.close_attempt) -> None:
        if self.world.trouble is Trouble.DIES_BEFORE_CLOSING:
            raise Killed
        if self.world.trouble not in UNSEEN or not isinstance(sys.exception(), Killed):
            close(*arguments)

    # -- Delivering ---------------------------------------------------------------------------

    def deliver(self, body: dict[str, Any], trouble: Trouble, *, last: bool = False) -> bool:
        """Whether the message is done with."""
        self.agrees = False
        world = self.world
        world.trouble, world.urls_read = trouble, 0
        self._wait_for_locks()
        outcome = handle(body, LAST_RECEIVE if last else 1)
        world.trouble = Trouble.NONE
        self._take_what_was_sent()
        job, message = self._read(body)
        expected = self.model.deliver(job, message, trouble, last=last)
        assert outcome == expected
        if outcome == "Killed":
            self._let_it_be_noticed()
        self.agrees = True
        return outcome not in {"Killed", "JobNotFound"} and (last or outcome in OUTCOMES)

    def _read(self, body: dict[str, Any]) -> tuple[JobModel, Message]:
        if "sluice" in body:
            command = CommandMessage.from_json(body)
            assert command.job is not None
            job = self.ids.index(command.job)
            return self.model.jobs[job], Message(command.command, "", command.attempt)
        thing = body["Records"][0]["s3"]["object"]
        found = job_of_upload_key(thing["key"])
        assert found is not None
        return self.model.jobs[self.ids.index(found)], Message(version=thing["versionId"])

    def _wait_for_locks(self) -> None:
        """A backend outlives its connection by a moment; nothing holds a lock for longer."""
        until = time.monotonic() + 10
        while self.bench.all(LOCKS):
            assert time.monotonic() < until, "a lock is left behind"
            time.sleep(0.002)

    def _let_it_be_noticed(self) -> None:
        """Without a heartbeat for so long, a dead worker holds nobody up any more."""
        self.bench.sql.execute(
            "UPDATE imports_importattempt SET heartbeat_at = now() - interval '20 s'"
            " WHERE finished_at IS NULL"
        )

    def _take_what_was_sent(self) -> None:
        sent = self.world.messages[self.seen :]
        self.seen += len(sent)
        self.inbox += [message.to_json() for message, _ in sent]

    def _command(self, command: Command | None, number: int) -> None:
        if command is not None:
            self.inbox.append(CommandMessage(command, self.ids[number]).to_json())

    # -- Rules: what arrives ------------------------------------------------------------------

    @initialize(
        plans=st.tuples(FLAGS, RARELY, FLAGS, RARELY),
        first=st.sampled_from(CONTENTS),
        second=st.sampled_from((*CONTENTS, None)),
    )
    def uploads(self, plans: tuple[bool, ...], first: Content, second: Content | None) -> None:
        self._create(0, aborts=plans[0], reviews=plans[1])
        self._upload(0, "v1", first)
        if second is not None:
            self._create(1, aborts=plans[2], reviews=plans[3])
            self._upload(1, "v1", second)

    @precondition(lambda self: not self.model.jobs[1].visible)
    @rule(aborts=FLAGS, reviews=RARELY)
    def a_second_job(self, aborts: bool, reviews: bool) -> None:
        self._create(1, aborts=aborts, reviews=reviews)

    def _create(self, number: int, *, aborts: bool, reviews: bool) -> None:
        job = self.model.jobs[number]
        job.visible, job.aborts, job.reviews = True, aborts, reviews
        plan = replace(
            self.plan,
            on_reject=OnReject.ABORT if aborts else OnReject.SKIP,
            review=Review.ALWAYS if reviews else Review.NEVER,
            file=replace(self.plan.file, name=job.name),
        )
        self.bench.sql.execute(
            "INSERT INTO imports_importjob (id, target, file_name, declared_size, plan,"
            " plan_version, upload_expires_at)"
            " VALUES (%s, %s, %s, 1, %s, %s, now() + interval '1 hour')",
            (self.ids[number], plan.target.label, job.name, json.dumps(plan.to_json()), 2),
        )

    @rule(number=JOBS, version=VERSIONS, content=st.sampled_from(CONTENTS))
    def an_upload(self, number: int, version: str, content: Content) -> None:
        if version not in self.model.jobs[number].versions:
            self._upload(number, version, content)

    @precondition(lambda self: any("v2" not in job.versions for job in self.model.jobs))
    @rule(content=st.sampled_from(CONTENTS), trouble=TROUBLES)
    def a_second_upload_whose_event_is_first(self, content: Content, trouble: Trouble) -> None:
        """A replayed form."""
        jobs = self.model.jobs
        number = next(n for n, job in enumerate(jobs) if "v2" not in job.versions)
        self._upload(number, "v2", content)
        self._deliver_waiting(len(self.inbox) - 1, trouble)

    def _upload(self, number: int, version: str, content: Content) -> None:
        key = upload_key(self.ids[number])
        self.world.versions.setdefault(key, {})[version] = content.csv()
        self.model.jobs[number].versions[version] = content
        self.inbox.append(created(self.ids[number], version))

    @precondition(lambda self: self.inbox)
    @rule(which=st.sampled_from((0, -1, -1, 1, 2, 3, 4)), trouble=TROUBLES, last=RARELY)
    def a_message(self, which: int, trouble: Trouble, last: bool) -> None:
        self._deliver_waiting(which % len(self.inbox), trouble, last=last)

    @precondition(lambda self: self.inbox)
    @rule(trouble=TROUBLES, last=RARELY)
    def the_newest_message(self, trouble: Trouble, last: bool) -> None:
        self._deliver_waiting(len(self.inbox) - 1, trouble, last=last)

    @precondition(lambda self: self.inbox)
    @rule(troubles=st.lists(TROUBLES, min_size=2, max_size=4))
    def some_messages(self, troubles: list[Trouble]) -> None:
        for trouble in troubles:
            if self.inbox:
                self._deliver_waiting(0, trouble)

    def _deliver_waiting(self, which: int, trouble: Trouble, *, last: bool = False) -> None:
        body = self.inbox[which]
        if self.deliver(body, trouble, last=last):
            self.inbox.remove(body)
            self.past.append(body)

    @precondition(lambda self: self.past)
    @rule(which=st.integers(0, 20), trouble=TROUBLES)
    def a_message_again(self, which: int, trouble: Trouble) -> None:
        self.deliver(self.past[which % len(self.past)], trouble)

    @rule(number=JOBS, command=COMMANDS, attempt=st.integers(0, 5), trouble=TROUBLES)
    def any_command(self, number: int, command: Command, attempt: int, trouble: Trouble) -> None:
        self.deliver(CommandMessage(command, self.ids[number], attempt).to_json(), trouble)

    @rule(number=JOBS, version=VERSIONS, trouble=TROUBLES)
    def any_s3_event(self, number: int, version: str, trouble: Trouble) -> None:
        self.deliver(created(self.ids[number], version), trouble)

    @rule(garbage=st.sampled_from((TEST_EVENT, *GARBAGE)))
    def garbage(self, garbage: Any) -> None:
        outcome = handle(garbage, LAST_RECEIVE)
        assert outcome == ("nothing" if garbage is TEST_EVENT else "UnreadableMessage")

    # -- Rules: what people and time do ---------------------------------------------------------

    def _write(self, statement: str, number: int) -> None:
        self.bench.sql.execute(statement.encode(), (self.ids[number],))

    @rule(number=JOBS, move=st.sampled_from(("uploaded", "cancel", "retry", "approve", "expire")))
    def somebody_acts(self, number: int, move: str) -> None:
        self._act(number, move)

    @precondition(lambda self: any(job.status in SENSIBLE for job in self.model.jobs))
    @rule(which=st.integers(0, 5), nth=st.sampled_from((0, 0, 0, 1)))
    def somebody_acts_sensibly(self, which: int, nth: int) -> None:
        """As the page offers it where the job stands."""
        numbers = [n for n, job in enumerate(self.model.jobs) if job.status in SENSIBLE]
        number = numbers[which % len(numbers)]
        moves = SENSIBLE[self.model.jobs[number].status]
        self._act(number, moves[nth % len(moves)])

    def _act(self, number: int, move: str) -> None:
        job = self.model.jobs[number]
        if not job.visible:
            return
        match move:
            case "uploaded":
                self._write(MARK_UPLOADED, number)
                self.model.mark_uploaded(job)
            case "cancel":
                self._write(CANCEL_WAITING, number)
                self._write(REQUEST_CANCEL, number)
                self._command(self.model.cancel(job), number)
            case "approve":
                self._write(APPROVE, number)
                self._command(self.model.approve(job), number)
            case "retry":
                self._retry(number)
            case _:
                self._write(EXPIRE, number)
                self.model.expire(job)

    def _retry(self, number: int) -> None:
        self._write(RETRY, number)
        command = self.model.retry(self.model.jobs[number])
        if command is not None:
            self._write(FORGET_CANCEL, number)
        self._command(command, number)

    @rule(number=JOBS, what=st.sampled_from(("mails", "form", "bucket", "postgres")))
    def time_passes(self, number: int, what: str) -> None:
        job = self.model.jobs[number]
        match what:
            case "mails":
                self.bench.sql.execute(FIVE_MINUTES_PASS)
                self.model.time_passes()
            case "form":
                self._write(FORM_RUNS_OUT, number)
                job.form_is_live = not job.visible
            case "bucket":  # its lifecycle rule
                self.world.versions.pop(upload_key(self.ids[number]), None)
                job.versions.clear()
            case _:
                self._restart_postgres()

    def _restart_postgres(self) -> None:
        """At once, so that unlogged tables come back empty."""
        for name in self.bench.staging_tables():
            self.bench.sql.execute(f'TRUNCATE sluice_staging."{name}"'.encode())
        for job in self.model.jobs:
            job.complete = False

    # -- What must hold after every step ----------------------------------------------------------

    @invariant()
    def all_is_well(self) -> None:
        self.agrees = False
        self.the_jobs_stand_as_the_model_says()
        self.the_table_holds_what_succeeded()
        self.a_version_once_claimed_stays()
        self.one_mail_went_out_for_each_ending()
        self.staged_rows_are_kept_as_long_as_they_are_needed()
        self.every_attempt_has_its_watchdog()
        self.agrees = True

    def the_jobs_stand_as_the_model_says(self) -> None:
        rows = {row["id"]: row for row in self.bench.all(STANDING)}
        assert len(rows) == sum(job.visible for job in self.model.jobs)
        for job, row in self._beside(rows):
            real = (row["status"], row["attempt"], row["begun"], row["deaths"], row["retries"])
            assert real == (job.status, job.attempt, job.attempt, job.deaths, job.retries)
            assert row["object_version"] == job.claimed
            if job.status is Status.SUCCEEDED:
                assert job.counts == tuple(
                    row[f"rows_{name}"] for name in ("inserted", "updated", "unchanged", "rejected")
                )
                assert row["records_read"] == sum(job.counts)

    def _beside(self, rows: dict[UUID, dict[str, Any]]) -> Iterator[tuple[JobModel, Any]]:
        for number, job in zip(self.ids, self.model.jobs, strict=True):
            if job.visible:
                yield job, rows[number]

    def the_table_holds_what_succeeded(self) -> None:
        rows = self.bench.all("SELECT code, name FROM airports_country")
        assert {row["code"]: row["name"] for row in rows} == self.model.table
        written = [job.keys_written() for job in self.model.jobs]
        assert set(self.model.table) == {code for codes in written for code in codes}

    def a_version_once_claimed_stays(self) -> None:
        for row in self.bench.all("SELECT id, object_version FROM imports_importjob"):
            before = self.claimed.setdefault(row["id"], row["object_version"])
            assert before in ("", row["object_version"])
            self.claimed[row["id"]] = row["object_version"]

    def one_mail_went_out_for_each_ending(self) -> None:
        mails = Counter(standing(mail) for mail in self.world.mails)
        assert mails == Counter(self.model.mails)
        endings = Counter((job.name, status) for job in self.model.jobs for status in job.endings)
        assert (mails - endings).total() <= self.model.doubtful_mails

    def staged_rows_are_kept_as_long_as_they_are_needed(self) -> None:
        names = set(self.bench.staging_tables())
        real = [f"raw_{job.hex}" in names for job in self.ids]
        assert real == [job.staged for job in self.model.jobs]
        for job, model in zip(self.ids, self.model.jobs, strict=True):
            assert model.staged or not any(job.hex in name for name in names)

    def every_attempt_has_its_watchdog(self) -> None:
        sent = {
            (message.job, message.attempt)
            for message, _ in self.world.messages
            if message.command is Command.WATCHDOG
        }
        begun = self.bench.all("SELECT job_id, number FROM imports_importattempt")
        assert {(row["job_id"], row["number"]) for row in begun} <= sent

    # -- The end ------------------------------------------------------------------------------

    def teardown(self) -> None:
        """Once everything is delivered nothing is left half done."""
        with self.stack:
            if self.agrees:
                self._deliver_the_rest()

    def _deliver_the_rest(self) -> None:
        if not self.model.jobs[1].visible:
            self._create(1, aborts=False, reviews=False)
        for _ in range(MOST_MESSAGES):
            if not self.inbox:
                break
            self.bench.sql.execute(FIVE_MINUTES_PASS)
            self.model.time_passes()
            self._deliver_waiting(0, Trouble.NONE)
        assert not self.inbox, "messages beget messages without an end"
        self.all_is_well()
        for job in self.model.jobs:
            assert job.status not in RUNNING
            assert job.status is not Status.QUEUED or not job.versions
            assert job.status not in TERMINAL or not job.notice_due()
            assert not job.has_a_mail_on_its_way()


MOST_MESSAGES: Final = 60
"""Fifteen events beget fewer."""

OUTCOMES: Final = {status.value for status in Status} | {"nothing_to_do"}

LOCKS: Final = (
    "SELECT 1 FROM pg_locks l JOIN pg_database d ON d.oid = l.database"
    " WHERE d.datname = current_database() AND locktype = 'advisory'"
)

STANDING: Final = (
    "SELECT j.*, count(a.id) AS begun,"
    "       count(a.id) FILTER (WHERE outcome IN ('', 'error')) AS deaths"
    "  FROM imports_importjob j LEFT JOIN imports_importattempt a ON a.job_id = j.id GROUP BY j.id"
)


def standing(mail: Mail) -> tuple[str, Status]:
    """The job that a mail is about, and what it says of it."""
    name = mail.subject.split()[0]
    return name, next(status for words, status in SUBJECTS.items() if words in mail.subject)


def created(job: UUID, version: str) -> dict[str, Any]:
    """S3's event for an upload."""
    thing = {"key": upload_key(job), "versionId": version}
    record = {"eventSource": "aws:s3", "eventName": "ObjectCreated:Post", "s3": {"object": thing}}
    return {"Records": [record]}


def handle(body: Any, receives: int) -> str:
    """What the handler makes of an SQS message: its outcome, or the exception's name."""
    record = {
        "eventSource": "aws:sqs",
        "eventSourceARN": "arn:aws:sqs:eu-west-1:1:uploads",
        "receiptHandle": "r",
        "body": body if isinstance(body, str) else json.dumps(body),
        "attributes": {"ApproximateReceiveCount": str(receives)},
    }
    try:
        answer = worker.handler({"Records": [record]}, Context())
    except (Exception, Killed) as error:  # noqa: BLE001 - its name is the outcome
        return type(error).__name__
    outcomes = [outcome["outcome"] for outcome in answer["outcomes"]]
    return str(outcomes[0]) if outcomes else "nothing"


def machine(url: str) -> type[Events]:
    """The machine on a database."""
    with workbench(url) as bench:
        plan = bench.plan("country")
    return type("EventsHere", (Events,), {"url": url, "plan": plan})


@pytest.mark.parametrize("sequences", [45, pytest.param(450, marks=pytest.mark.slow)])
def test_jobs_go_as_the_model_says(database_url: str, sequences: int) -> None:
    run_state_machine_as_test(
        machine(database_url),
        settings=settings(
            max_examples=sequences,
            stateful_step_count=15,
            derandomize=True,  # the same sequences every time
            deadline=None,
            report_multiple_bugs=False,
            suppress_health_check=list(HealthCheck),
        ),
    )


@contextmanager
def by_hand(url: str) -> Iterator[Events]:
    """The machine, to be driven by hand; at the end all is delivered."""
    events = machine(url)()
    try:
        yield events
        events.all_is_well()
    finally:
        events.teardown()


@pytest.mark.parametrize("trouble", [Trouble.DIES_READING, Trouble.DIES_BEFORE_COMMIT_UNSEEN])
def test_the_version_claimed_is_the_one_imported(database_url: str, trouble: Trouble) -> None:
    with by_hand(database_url) as events:
        events.uploads((False, False, False, False), CONTENTS[0], None)
        events.the_newest_message(trouble, last=False)
        events.a_second_upload_whose_event_is_first(CONTENTS[1], Trouble.NONE)
        assert events.model.table == dict(CONTENTS[0].rows)


def test_a_mail_that_was_overtaken_begets_no_messages(database_url: str) -> None:
    """Its sender died, and the job has gone on since."""
    with by_hand(database_url) as events:
        events.uploads((False, True, False, False), CONTENTS[0], None)
        events.the_newest_message(Trouble.DIES_BEFORE_MAIL, last=False)
        events.somebody_acts(0, "approve")
        events.the_newest_message(Trouble.NONE, last=False)


def test_the_last_delivery_of_a_message_spent_on_an_older_job_fails_neither(
    database_url: str,
) -> None:
    with by_hand(database_url) as events:
        events.uploads((False, False, False, False), CONTENTS[0], CONTENTS[1])
        events.the_newest_message(Trouble.ERROR_READING, last=True)
        assert [job.status for job in events.model.jobs] == ["staging", "awaiting_upload"]


def test_a_review_outlasts_a_restart_of_the_database(database_url: str) -> None:
    with by_hand(database_url) as events:
        events.uploads((False, True, False, False), CONTENTS[0], None)
        events.the_newest_message(Trouble.NONE, last=False)
        events.time_passes(0, "postgres")
        events.somebody_acts(0, "approve")
        events.the_newest_message(Trouble.NONE, last=False)
        assert events.model.table == dict(CONTENTS[0].rows)


def test_a_mail_at_which_senders_die_goes_out_twice_at_most(database_url: str) -> None:
    with by_hand(database_url) as events:
        events.uploads((False, False, False, False), CONTENTS[0], None)
        for _ in range(3):
            events.any_s3_event(0, "v1", Trouble.DIES_AFTER_MAIL)
            events.time_passes(0, "mails")
        assert len(events.world.mails) == 2


# -- Two at one job -----------------------------------------------------------------------------

ROUNDS: Final = 20


def at_once(*tasks: Callable[[], str]) -> list[str]:
    """What the tasks return, begun at the same moment in a thread each."""
    gate = threading.Barrier(len(tasks))
    results: list[str] = []

    def begin(task: Callable[[], str]) -> None:
        gate.wait(20)
        results.append(task())

    threads = [threading.Thread(target=begin, args=(task,)) for task in tasks]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    return sorted(results)


def test_of_two_workers_at_the_same_moment_one_goes_on(bench: Workbench) -> None:
    for _ in range(ROUNDS):
        job = bench.job(bench.plan("country", again=True), CONTENTS[0].csv())
        bench.sql.execute("TRUNCATE airports_country CASCADE")

        def work(order: Order) -> str:
            try:
                return bench.order(order)
            except JobBusy:
                return "busy"

        orders = (Order(job, version="v1"), Order(job))
        one, other = at_once(*(partial(work, order) for order in orders))
        assert (one in {"busy", "nothing_to_do"}, other) == (True, "succeeded")
        row = bench.row(job)
        assert (row["status"], row["attempt"], row["rows_inserted"]) == ("succeeded", 1, 2)
    assert len(bench.world.mails) == ROUNDS
    assert len(bench.all("SELECT * FROM airports_country")) == 2


def test_of_two_that_have_read_the_same_row_one_claims(bench: Workbench) -> None:
    """Without the lock, as where a connection was lost, the attempt's number decides: also between
    two that follow the same dead attempt, for whom the status is the same."""
    invocation = Invocation("r", 512, now() + timedelta(seconds=900), now())
    for _ in range(ROUNDS):
        job = bench.job(bench.plan("country"), None)
        with bench.connections() as one, bench.connections() as other:

            def claim(mine: Connections, found: Job) -> str:
                try:
                    claims.claim(mine, found, invocation, new=Status.STAGING, version="v1", size=1)
                except Fenced:
                    return "fenced"
                return "claimed"

            for attempt in (1, 2):
                found = claims.load(one.control, job)
                tasks = (partial(claim, mine, found) for mine in (one, other))
                assert at_once(*tasks) == ["claimed", "fenced"]
                assert bench.row(job)["attempt"] == attempt
