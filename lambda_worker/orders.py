"""From an order to a claim: which job it is really about, whether there is anything to do, and
whose attempt begins."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from lambda_worker import claim as claims
from lambda_worker import staging, turns
from lambda_worker.claim import Claim, Invocation, Job, Order
from lambda_worker.contract import (
    WATCHDOG_SECONDS,
    Command,
    CommandMessage,
    Status,
    upload_key,
)
from lambda_worker.database import Connections
from lambda_worker.faults import Fenced, JobBusy, StagingLost
from lambda_worker.objects import Source
from lambda_worker.services import Services
from lambda_worker.tables import StagingTables

CLAIM_TRIES: Final = 3
"""The web side may move a job between our reading it and our claiming it: once, by its nature."""


@dataclass(frozen=True, slots=True)
class Taken:
    """A claimed job and its file; `source` is None where the file is gone."""

    claim: Claim
    source: Source | None


class DiedTooOften(Exception):
    """The job has lost all the attempts that it may lose; its lock is held."""

    def __init__(self, job: Job) -> None:
        super().__init__(f"{job.deaths} attempts died")
        self.job = job


def take(
    connections: Connections, order: Order, invocation: Invocation, services: Services
) -> Taken | None:
    """Claim the ordered job, or an older one that waits for the same table; None if there is
    nothing to do. JobBusy where somebody else is at it, DiedTooOften where it must not go on."""
    found = claims.load(connections.control, order.job)
    if claims.is_over(found):
        clear_up(connections, found)
    if not claims.may_start(found, order):
        return None
    if found.status in (Status.AWAITING_UPLOAD, Status.QUEUED):
        older = _take_older(connections, order, invocation, services)
        if older is not None:
            return older
    claims.lock(connections, found, order)
    for _ in range(CLAIM_TRIES):
        try:
            return _take_locked(connections, order, invocation, services)
        except Fenced:
            continue  # it has moved: look again
    raise JobBusy(claims.BUSY_RETRY_SECONDS)


def clear_up(connections: Connections, job: Job) -> None:
    """Drop what an ended job has left in staging, if nobody is at it: of a review that was
    cancelled, or of a worker that died before it could."""
    if claims.try_lock(connections.data, job.id):
        staging.drop(connections.data, StagingTables.of(job.id))
        claims.unlock(connections.data, job.id)


def _take_older(
    connections: Connections, order: Order, invocation: Invocation, services: Services
) -> Taken | None:
    """Imports into one table go in the order of their creation, whatever the order of messages."""
    for job in turns.older_waiting(connections.control, order.job):
        if not claims.try_lock(connections.data, job):
            continue
        try:
            taken = _take_locked(connections, Order(job), invocation, services)
        except Fenced:
            taken = None
        if taken is not None:
            # This message is spent on the older job, so ours gets another.
            services.queue.send(CommandMessage(order.command, order.job, order.attempt), 0)
            return taken
        claims.unlock(connections.data, job)
    return None


def _take_locked(
    connections: Connections, order: Order, invocation: Invocation, services: Services
) -> Taken | None:
    """Claim a job whose lock is held."""
    job = claims.load(connections.control, order.job)  # it may have moved before it was locked
    if not claims.may_start(job, order):
        return None
    if claims.has_died_too_often(job):
        raise DiedTooOften(job)
    known = job.object_version or order.version
    source = services.objects.open(upload_key(job.id), known)
    if source is None and not known and order.command is Command.START:
        return None  # the upload is not there yet; its own event will come
    # Before the claim: an attempt without a watchdog could die unseen.
    _send_watchdog(services, job, invocation)
    claim = claims.claim(
        connections,
        job,
        invocation,
        new=_first_phase(connections, job),
        version=source.version if source else job.object_version,
        size=source.size if source else None,
    )
    return Taken(claim, source)


def _first_phase(connections: Connections, job: Job) -> Status:
    """An approved review goes on where it paused, if its staged rows are still there."""
    if job.status is not Status.IN_REVIEW or not job.approved:
        return Status.STAGING
    try:
        complete = staging.count(connections.data, StagingTables.of(job.id)) == job.records_read
    except StagingLost:
        complete = False
    return Status.APPLYING if complete else Status.STAGING


def _send_watchdog(services: Services, job: Job, invocation: Invocation) -> None:
    """For the attempt that is about to begin; it comes again for as long as the attempt lives."""
    left = invocation.deadline - claims.now() + timedelta(seconds=1)
    delay = max(0, min(WATCHDOG_SECONDS, int(left.total_seconds())))
    services.queue.send(CommandMessage(Command.WATCHDOG, job.id, job.attempt + 1), delay)
