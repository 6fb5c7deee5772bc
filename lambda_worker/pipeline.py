"""The worker's pipeline: claim, stage, check, apply, report."""

from __future__ import annotations

import contextlib
import time
from datetime import timedelta

import psycopg

from lambda_worker import claim as claims
from lambda_worker import notices, rejects, settle, staging
from lambda_worker.applying import Applied, apply
from lambda_worker.checking import Checked, check
from lambda_worker.claim import Claim, Invocation, Job, Order
from lambda_worker.contract import Command, CommandMessage, Status, reject_file_key, upload_key
from lambda_worker.database import Connections
from lambda_worker.faults import CancelRequested, JobFault, StagingLost
from lambda_worker.fingerprint import fingerprint, tables_of
from lambda_worker.objects import Source
from lambda_worker.plan import ImportPlan, OnReject, Review
from lambda_worker.pulse import Pulse
from lambda_worker.rejects import RejectReport
from lambda_worker.services import Services
from lambda_worker.settle import Ending
from lambda_worker.tables import StagingTables

NOTHING_TO_DO = "nothing_to_do"
"""The outcome of a message that found the job ended, or not ready."""


def run_job(
    connections: Connections, order: Order, invocation: Invocation, services: Services
) -> str:
    """Bring the ordered job as far as it goes now, tell the user, and return the job's status or
    NOTHING_TO_DO. Errors that are not the user's propagate, with the attempt closed."""
    outcome = _attempt(connections, order, invocation, services)
    notices.deliver(connections.control, order.job, services.mailer)
    return outcome


def _attempt(
    connections: Connections, order: Order, invocation: Invocation, services: Services
) -> str:
    found = claims.load(connections.control, order.job)
    if claims.is_over(found):
        staging.drop(connections.data, StagingTables.of(found.id))  # of a review that was cancelled
    if not claims.may_start(found, order):
        return NOTHING_TO_DO
    claims.lock(connections, order.job)
    job = claims.load(connections.control, order.job)
    if not claims.may_start(job, order):
        return NOTHING_TO_DO
    if claims.has_died_too_often(job):
        return _give_up(connections, job)
    known = job.object_version or order.version
    source = services.objects.open(upload_key(job.id), known)
    if source is None and not known and order.command is Command.START:
        return NOTHING_TO_DO  # the upload is not there yet; its own event will come
    claim = claims.claim(
        connections,
        job,
        invocation,
        new=_first_phase(connections, job),
        version=source.version if source else job.object_version,
        size=source.size if source else None,
    )
    _send_watchdog(services, claim, invocation)
    return _work(connections, claim, source, invocation, services)


def _first_phase(connections: Connections, job: Job) -> Status:
    """An approved review goes on where it paused, if its staged rows are still there."""
    if job.status is not Status.IN_REVIEW:
        return Status.STAGING
    try:
        complete = staging.count(connections.data, StagingTables.of(job.id)) == job.records_read
    except StagingLost:
        complete = False
    return Status.APPLYING if complete else Status.STAGING


def _send_watchdog(services: Services, claim: Claim, invocation: Invocation) -> None:
    """A message for a minute after this run must be over: SQS delays by 900 s at most."""
    left = (invocation.deadline - claims.now()) + timedelta(seconds=60)
    message = CommandMessage(Command.WATCHDOG, claim.job.id, claim.attempt)
    services.queue.send(message, min(900, max(0, int(left.total_seconds()))))


def _work(
    connections: Connections,
    claim: Claim,
    source: Source | None,
    invocation: Invocation,
    services: Services,
) -> str:
    """Run a claimed attempt to its end, and close its row whatever the end is."""
    outcome = "error"
    try:
        outcome = _to_an_end(connections, claim, source, invocation, services)
        return outcome
    finally:
        with contextlib.suppress(psycopg.Error):  # the first error is the one to be raised
            settle.close_attempt(connections.control, claim, invocation, outcome)


def _to_an_end(
    connections: Connections,
    claim: Claim,
    source: Source | None,
    invocation: Invocation,
    services: Services,
) -> str:
    plan: ImportPlan | None = None
    try:
        plan = _read_plan(claim.job)
        left = (invocation.deadline - claims.now()).total_seconds()
        with Pulse(connections, claim.attempt_id, time.monotonic() + left) as pulse:
            try:
                return _import(connections, claim, plan, source, pulse, services)
            except psycopg.errors.QueryCanceled as error:
                raise pulse.stop_reason or error from error
    except JobFault as fault:
        ending = Ending(Status.FAILED, fault=fault)
    except CancelRequested:
        ending = Ending(Status.CANCELLED)
    # Only after the pulse has ended: it cancels whatever the data connection runs.
    return _end_without_rows(connections, claim, plan, ending)


def _read_plan(job: Job) -> ImportPlan:
    try:
        return ImportPlan.from_json(job.plan)
    except ValueError as error:
        raise JobFault("plan_unreadable") from error


def _import(
    connections: Connections,
    claim: Claim,
    plan: ImportPlan,
    source: Source | None,
    pulse: Pulse,
    services: Services,
) -> str:
    """Stage, check, apply, report: the steps in order."""
    data, control = connections.data, connections.control
    tables = StagingTables.of(claim.job.id)
    if fingerprint(data, tables_of(plan)) != plan.target.fingerprint:
        raise JobFault("target_changed")
    data.execute("SELECT set_config('TimeZone', %s, false)", (plan.audience.time_zone,))
    if claim.first_phase is Status.STAGING:
        if source is None:
            raise JobFault("file_gone")
        pulse.enter(Status.STAGING, total=source.size)
        settle.staged(control, claim, staging.stage(data, plan, tables, source, pulse))
        pulse.enter(Status.CHECKING)
        checked = check(data, plan, tables, pulse)
        if _stops_here(plan, checked, approved=claim.job.approved):
            return _end_in_review_or_failed(connections, claim, plan, tables, services)
        settle.move(control, claim, Status.APPLYING)
    pulse.enter(Status.APPLYING)
    return _apply_and_end(connections, claim, plan, tables, pulse, services)


def _stops_here(plan: ImportPlan, checked: Checked, *, approved: bool) -> bool:
    """Whether a person, or the plan, keeps the good rows out for now."""
    if checked.rejected and plan.on_reject is OnReject.ABORT:
        return True
    if approved:
        return False  # looked at before; these are the same bytes, staged again
    if plan.review is Review.ON_REJECTS:
        return checked.rejected > 0
    return plan.review is Review.ALWAYS


def _end_in_review_or_failed(
    connections: Connections,
    claim: Claim,
    plan: ImportPlan,
    tables: StagingTables,
    services: Services,
) -> str:
    data = connections.data
    with data.transaction():
        records = staging.count(data, tables)
        report, key = _report(connections, claim, plan, tables, services)
        if report.records and plan.on_reject is OnReject.ABORT:
            fault = JobFault("rejected_rows", rejected=report.records, read=records)
            ending = Ending(Status.FAILED, rejects=report, reject_key=key, fault=fault)
            staging.drop(data, tables)
        else:
            ending = Ending(Status.IN_REVIEW, rejects=report, reject_key=key)
        settle.end(data, claim, plan, ending)
    return ending.status.value


def _apply_and_end(
    connections: Connections,
    claim: Claim,
    plan: ImportPlan,
    tables: StagingTables,
    pulse: Pulse,
    services: Services,
) -> str:
    """The one transaction: the rows, the counts and the job's success, or none of them."""
    try:
        return _commit(connections, claim, plan, tables, pulse, services)
    except LateRejects:
        # The table has changed since the check; nothing was written. Look again, to say what is
        # wrong.
        if not check(connections.data, plan, tables, pulse).rejected:
            raise
        return _end_in_review_or_failed(connections, claim, plan, tables, services)


class LateRejects(Exception):
    """Rows turned out to be rejects while they were written, and the plan says all or nothing."""


def _commit(
    connections: Connections,
    claim: Claim,
    plan: ImportPlan,
    tables: StagingTables,
    pulse: Pulse,
    services: Services,
) -> str:
    data = connections.data
    with data.transaction():
        records = staging.count(data, tables)
        applied = apply(data, plan, tables, pulse)
        report, key = _report(connections, claim, plan, tables, services)
        if report.records and plan.on_reject is OnReject.ABORT:
            raise LateRejects
        _reconcile(records, applied, report)
        staging.drop(data, tables)
        pulse.check()
        settle.end(
            data,
            claim,
            plan,
            Ending(
                Status.SUCCEEDED, records=records, applied=applied, rejects=report, reject_key=key
            ),
        )
    return Status.SUCCEEDED.value


class CountsDisagree(Exception):
    """The rows written and the records read do not add up: nothing may be committed."""


def _reconcile(records: int, applied: Applied, report: RejectReport) -> None:
    accounted = (
        applied.inserted + applied.updated + applied.unchanged + applied.skipped + report.records
    )
    if accounted != records:
        raise CountsDisagree(f"{records} records read, but {accounted} accounted for: {applied}")


def _report(
    connections: Connections,
    claim: Claim,
    plan: ImportPlan,
    tables: StagingTables,
    services: Services,
) -> tuple[RejectReport, str]:
    """Write the rejects: to the database in the open transaction, to the bucket at once."""
    with rejects.new_reject_stream() as stream:
        report = rejects.write_rejects(
            connections.data, claim.job.id, plan, tables, plan.file.headers, stream
        )
        if not report.records:
            return report, ""
        key = reject_file_key(claim.job.id, claim.attempt)
        stream.seek(0)
        services.objects.put(key, stream, "text/csv; charset=utf-8")
    return report, key


def _end_without_rows(
    connections: Connections, claim: Claim, plan: ImportPlan | None, ending: Ending
) -> str:
    """End the job with nothing written, and leave no staging table."""
    with connections.control.transaction():
        settle.end(connections.control, claim, plan, ending)
    staging.drop(connections.data, StagingTables.of(claim.job.id))
    return ending.status.value


def _give_up(connections: Connections, job: Job) -> str:
    fault = JobFault("worker_died", times=claims.ATTEMPTS_A_TRY, job=str(job.id))
    try:
        plan = ImportPlan.from_json(job.plan)
    except ValueError:
        plan = None
    claim = Claim(job, job.attempt, 0)
    return _end_without_rows(connections, claim, plan, Ending(Status.FAILED, fault=fault))
