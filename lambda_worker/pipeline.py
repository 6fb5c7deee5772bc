"""The worker's pipeline: claim, stage, check, take turns, apply, report."""

from __future__ import annotations

import contextlib
import time
from dataclasses import dataclass, replace
from typing import Final
from uuid import UUID

import psycopg

from lambda_worker import claim as claims
from lambda_worker import notices, orders, repeats, reporting, reviewing, settle, staging, turns
from lambda_worker.applying import Applied, apply
from lambda_worker.checking import Checked, check
from lambda_worker.claim import Claim, Invocation, Job, Order
from lambda_worker.contract import Command, CommandMessage, Outcome, Status, reject_file_key
from lambda_worker.database import Connections
from lambda_worker.faults import (
    CancelRequested,
    DatabaseMoved,
    Fenced,
    JobBusy,
    JobFault,
    OtherJobFailed,
    OtherThanReviewed,
    ParentVanished,
    StagingLost,
    TableChanged,
    TurnNotCome,
)
from lambda_worker.fingerprint import fingerprint, tables_of
from lambda_worker.objects import Source
from lambda_worker.orders import DiedTooOften, Taken
from lambda_worker.plan import ImportPlan, OnReject, Review
from lambda_worker.pulse import Pulse
from lambda_worker.rejects import RejectReport
from lambda_worker.reviewing import Counts, Reviewed
from lambda_worker.services import Services
from lambda_worker.settle import Ending
from lambda_worker.tables import StagingTables

NOTHING_TO_DO = "nothing_to_do"
"""The outcome of a message that found the job ended, or not ready."""

TURN_RETRY_SECONDS: Final = 30
"""When a job begins again whose turn has not come: the imports before it take minutes."""

APPLY_TRIES: Final = 3
"""A deadlock with the app's own writes ends one of the two; to try again is the remedy that
Postgres' manual names."""


@dataclass(frozen=True, slots=True)
class Run:
    """What the steps of one attempt share."""

    connections: Connections
    claim: Claim
    plan: ImportPlan
    tables: StagingTables
    pulse: Pulse
    services: Services


def run_job(
    connections: Connections, order: Order, invocation: Invocation, services: Services
) -> str:
    """Bring the ordered job (or an older one that goes first) as far as it goes now, tell the user,
    and return its status, an Outcome or NOTHING_TO_DO. Errors that are not the user's propagate,
    with the attempt closed."""
    taken = None
    try:
        taken = orders.take(connections, order, invocation, services)
        outcome = NOTHING_TO_DO
        if taken is not None:
            outcome = _work(connections, taken, invocation, services)
        _tell(connections, taken.claim.job.id if taken else order.job, services)
    except DiedTooOften as died:
        fault = JobFault("worker_died", times=died.job.deaths, job=str(died.job.id))
        outcome = _give_up(connections, died.job, fault)
        _tell(connections, died.job.id, services)
    except Exception as error:
        if taken is not None and taken.claim.job.id != order.job:
            raise OtherJobFailed(f"{taken.claim.job.id}: {type(error).__name__}") from error
        raise
    return outcome


def _tell(connections: Connections, job: UUID, services: Services) -> None:
    """Send the mails owed; no lock is held meanwhile, because a mail service may take its time."""
    with contextlib.suppress(psycopg.OperationalError):  # a lost connection holds none
        connections.data.execute("SELECT pg_advisory_unlock_all()")
    notices.deliver(connections.control, job, services.mailer)
    if notices.is_being_sent(connections.control, job):
        # Somebody sends it, or has died at it: then nobody else would look again.
        services.queue.send(CommandMessage(Command.START, job), notices.SENDING_SECONDS + 10)


def abandon(connections: Connections, order: Order, services: Services, error: Exception) -> None:
    """The order will not come again: fail its job and tell the user, unless somebody else is at
    it."""
    job = claims.load(connections.control, order.job)
    if not claims.is_over(job) and claims.may_start(job, order):
        try:
            claims.lock(connections, job, order)
        except JobBusy:
            # Perhaps only the backend of the delivery that has just failed: look again later.
            services.queue.send(CommandMessage(Command.START, job.id), claims.BUSY_RETRY_SECONDS)
        else:
            job = claims.load(connections.control, order.job)  # it may have moved meanwhile
            if not claims.is_over(job) and claims.may_start(job, order):
                fault = JobFault("worker_failed", error=type(error).__name__, job=str(job.id))
                _give_up(connections, job, fault)
    _tell(connections, order.job, services)


def _give_up(connections: Connections, job: Job, fault: JobFault) -> str:
    """Fail a job whose lock is held, without an attempt of one's own."""
    try:
        plan = ImportPlan.from_json(job.plan)
    except ValueError:
        plan = None
    claim = Claim(job, job.attempt, 0)
    return _end_without_rows(connections, claim, plan, Ending(Status.FAILED, fault=fault))


def _work(
    connections: Connections, taken: Taken, invocation: Invocation, services: Services
) -> str:
    """Run a claimed attempt to its end, and close its row whatever the end is."""
    outcome, error = Outcome.ERROR.value, ""
    try:
        outcome = _to_an_end(connections, taken, invocation, services)
    except TurnNotCome:
        message = CommandMessage(Command.START, taken.claim.job.id)
        services.queue.send(message, TURN_RETRY_SECONDS)
        outcome = Outcome.WAITED.value
    except Fenced:
        outcome = Outcome.FENCED.value
    except BaseException as exc:
        error = type(exc).__name__
        raise
    finally:
        with contextlib.suppress(psycopg.Error):  # the first error is the one to be raised
            settle.close_attempt(connections.control, taken.claim, invocation, outcome, error)
    return outcome


def _to_an_end(
    connections: Connections, taken: Taken, invocation: Invocation, services: Services
) -> str:
    claim = taken.claim
    plan: ImportPlan | None = None
    try:
        plan = _read_plan(claim.job)
        left = (invocation.deadline - claims.now()).total_seconds()
        with Pulse(connections, claim.attempt_id, time.monotonic() + left) as pulse:
            tables = StagingTables.of(claim.job.id)
            run = Run(connections, claim, plan, tables, pulse, services)
            try:
                return _import(run, taken.source)
            except psycopg.OperationalError as error:
                # A statement that was cancelled, or whose backend was ended, from the pulse.
                raise pulse.stop_reason or error from error
    except JobFault as fault:
        ending = Ending(Status.FAILED, fault=fault)
    except CancelRequested:
        ending = Ending(Status.CANCELLED)
    except psycopg.Error as error:
        if not _is_no_space(error):
            raise
        ending = Ending(Status.FAILED, fault=JobFault("no_space"))
    # Only after the pulse has ended: it cancels whatever the data connection runs.
    return _end_without_rows(connections, claim, plan, ending)


def _read_plan(job: Job) -> ImportPlan:
    try:
        return ImportPlan.from_json(job.plan)
    except ValueError as error:
        raise JobFault("plan_unreadable") from error


def _is_no_space(error: psycopg.Error) -> bool:
    """A full disk; where a quota or a limit stops a file's growth, Postgres has no code for it."""
    words = error.diag.message_primary or ""
    return isinstance(error, psycopg.errors.DiskFull) or "could not extend file" in words


def _import(run: Run, source: Source | None) -> str:
    """Stage, check, take turns, apply: the steps in order."""
    data, control = run.connections.data, run.connections.control
    job, plan = run.claim.job, run.plan
    _require_known_tables(run)
    data.execute("SELECT set_config('TimeZone', %s, false)", (plan.audience.time_zone,))
    records = job.records_read or 0
    if run.claim.first_phase is Status.STAGING:
        records = _stage(run, source)
        done = turns.imports_done(control, job.id)
        if stopped := _check(run):
            return stopped
        turns.take_turn(run.connections, job.id, plan.target, run.pulse)
        if turns.imports_done(control, job.id) != done and (stopped := _check(run)):
            return stopped
        settle.move(control, run.claim, Status.APPLYING)
    else:
        turns.take_turn(run.connections, job.id, plan.target, run.pulse)
    run.pulse.enter(Status.APPLYING)
    return _apply_and_end(run, records)


def _require_known_tables(run: Run) -> None:
    """The tables are still those that the plan was made for."""
    if fingerprint(run.connections.data, tables_of(run.plan)) != run.plan.target.fingerprint:
        raise JobFault("target_changed")


def _stage(run: Run, source: Source | None) -> int:
    """Read the file into staging; the number of its records."""
    if source is None:
        raise JobFault("file_gone")
    run.pulse.enter(Status.STAGING, total=source.size)
    staged = staging.stage(run.connections.data, run.plan, run.tables, source, run.pulse)
    settle.staged(run.connections.control, run.claim, staged)
    return staged.records


def _check(run: Run) -> str | None:
    """Check every row; the job's status where it stops here."""
    run.pulse.enter(Status.CHECKING)
    checked = check(run.connections.data, run.plan, run.tables, run.pulse)
    if checked.dates:
        settle.dates_proved(run.connections.control, run.claim, checked.dates)
    asks_again = not run.claim.job.approved and not run.plan.again
    earlier = repeats.earlier_import(run.connections.control, run.claim.job.id)
    if asks_again and earlier is not None:
        return _end_in_review_or_failed(run, Ending(Status.IN_REVIEW, repeats=earlier))
    if _stops_here(run.plan, checked, run.claim.job):
        return _end_in_review_or_failed(run, Ending(Status.IN_REVIEW))
    return None


def _stops_here(plan: ImportPlan, checked: Checked, job: Job) -> bool:
    """Whether a person, or the plan, keeps the good rows out for now."""
    if checked.rejected and plan.on_reject is OnReject.ABORT:
        return True
    if job.approved:
        return False  # looked at before; these are the same bytes, staged again
    if job.review:
        return True  # a person was asked, and has not answered
    if plan.review is Review.ON_REJECTS:
        return checked.rejected > 0
    return plan.review is Review.ALWAYS


def _end_in_review_or_failed(run: Run, review: Ending) -> str:
    data = run.connections.data
    with data.transaction():
        records = staging.count(data, run.tables)
        report, key = _report(run)
        if report.records and run.plan.on_reject is OnReject.ABORT:
            fault = JobFault("rejected_rows", rejected=report.records, read=records)
            ending = Ending(Status.FAILED, rejects=report, reject_key=key, fault=fault)
            staging.drop(data, run.tables)
        else:
            foreseen = reviewing.review(data, run.plan, run.tables, report.records)
            shown = foreseen.after(Reviewed.from_json(run.claim.job.review))
            ending = replace(review, rejects=report, reject_key=key, review=shown)
        _last_look(run)
        settle.end(data, run.claim, run.plan, ending)
    return ending.status.value


def _apply_and_end(run: Run, records: int) -> str:
    """The one transaction: the rows, the counts and the job's success, or none of them."""
    careful = False
    for _ in range(APPLY_TRIES - 1):
        try:
            return _apply_once(run, records, careful=careful)
        except _TRY_AGAIN:
            continue
        except ParentVanished:
            careful = True
        except TableChanged:
            careful = True
            check(run.connections.data, run.plan, run.tables, run.pulse)
    return _apply_once(run, records, careful=True)


_TRY_AGAIN: Final = (psycopg.errors.DeadlockDetected, psycopg.errors.SerializationFailure)


def _apply_once(run: Run, records: int, *, careful: bool) -> str:
    try:
        return _commit(run, records, careful=careful)
    except LateRejects:
        # The table has changed since the check; nothing was written. Look again, to say what is
        # wrong.
        if not check(run.connections.data, run.plan, run.tables, run.pulse).rejected:
            raise
        return _end_in_review_or_failed(run, Ending(Status.IN_REVIEW))
    except OtherThanReviewed:
        check(run.connections.data, run.plan, run.tables, run.pulse)
        return _end_in_review_or_failed(run, Ending(Status.IN_REVIEW))


class LateRejects(Exception):
    """Rows turned out to be rejects while they were written, and the plan says all or nothing."""


def _commit(run: Run, records: int, *, careful: bool) -> str:
    data = run.connections.data
    with data.transaction():
        if (staged := staging.count(data, run.tables)) != records:
            raise StagingLost(f"{records} records were read, {staged} are staged")
        _require_known_tables(run)
        reviewed = _approved(run.claim.job)
        applied = apply(
            data,
            run.plan,
            run.tables,
            run.claim.job.id,
            run.pulse,
            careful=careful,
            reviewed=reviewed,
        )
        report, key = _report(run)
        if report.records and run.plan.on_reject is OnReject.ABORT:
            raise LateRejects
        _require_reviewed(run.plan, reviewed, applied.counts(report.records))
        _reconcile(records, applied, report)
        staging.drop(data, run.tables)
        _last_look(run)
        ending = Ending(
            Status.SUCCEEDED, records=records, applied=applied, rejects=report, reject_key=key
        )
        settle.end(data, run.claim, run.plan, ending)
    return Status.SUCCEEDED.value


def _approved(job: Job) -> Reviewed | None:
    """What a person has let pass, where one was asked."""
    return Reviewed.from_json(job.review) if job.approved else None


def _require_reviewed(plan: ImportPlan, reviewed: Reviewed | None, counts: Counts) -> None:
    """OtherThanReviewed where a person would see something else now, or is to be asked now."""
    unasked = reviewed is None and plan.review is Review.ON_REJECTS and counts.rejected
    if unasked or (reviewed is not None and counts != reviewed.counts):
        raise OtherThanReviewed


def _last_look(run: Run) -> None:
    """Right before the end is written: is it still wanted, and here?"""
    if not run.services.is_current_database():
        raise DatabaseMoved
    run.pulse.check()
    # The pulse hears once a second: a wish of the last moment would be forgotten.
    if settle.is_cancelled(run.connections.data, run.claim):
        raise CancelRequested


class CountsDisagree(Exception):
    """The rows written and the records read do not add up: nothing may be committed."""


def _reconcile(records: int, applied: Applied, report: RejectReport) -> None:
    written = applied.inserted + applied.updated
    left = applied.unchanged + applied.superseded + applied.skipped
    accounted = written + left + report.records
    if accounted != records:
        raise CountsDisagree(f"{records} records read, but {accounted} accounted for: {applied}")


def _report(run: Run) -> tuple[RejectReport, str]:
    """Write the rejects: to the database in the open transaction, to the bucket at once."""
    key = reject_file_key(run.claim.job.id, run.claim.attempt)
    report = reporting.report(
        run.connections.data, run.claim.job.id, run.plan, run.tables, run.services.objects, key
    )
    return report, key if report.records else ""


def _end_without_rows(
    connections: Connections, claim: Claim, plan: ImportPlan | None, ending: Ending
) -> str:
    """End the job with nothing written, and leave no staging table. The status it really has: it
    may have committed before its connection was lost."""
    try:
        with connections.control.transaction():
            settle.end(connections.control, claim, plan, ending)
    except Fenced:
        job = claims.load(connections.control, claim.job.id)
        if job.attempt != claim.attempt or not claims.is_over(job):
            raise
        return job.status.value
    _drop_staging(connections, claim)
    return ending.status.value


def _drop_staging(connections: Connections, claim: Claim) -> None:
    tables = StagingTables.of(claim.job.id)
    try:
        staging.drop(connections.data, tables)
    except psycopg.OperationalError:
        # The data connection was lost, and the job's lock with it.
        if claims.try_lock(connections.control, claim.job.id):
            staging.drop(connections.control, tables)
