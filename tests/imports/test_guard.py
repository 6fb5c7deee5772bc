"""The database itself refuses what the contract does not allow."""

from __future__ import annotations

from datetime import timedelta
from itertools import product
from typing import Any
from uuid import uuid4

import pytest
from django.db import IntegrityError, connection, transaction
from django.db.models import F
from django.utils import timezone
from psycopg import Connection, Error, sql

from imports.models import ImportAttempt, ImportCancelRequest, ImportJob
from lambda_worker import contract
from lambda_worker.contract import OWNER_SETTING, Owner, Status, is_allowed
from tests.imports.factories import as_owner, make_attempt, make_job, make_user, status_of

pytestmark = pytest.mark.django_db

MOVES = [(old, new, owner) for old, new, owner in product(Status, Status, Owner) if old != new]
LEGAL = [move for move in MOVES if is_allowed(*move)]
ILLEGAL = [move for move in MOVES if not is_allowed(*move)]


def move(job: ImportJob, new: Status, owner: Owner) -> None:
    as_owner(owner)
    counts = dict.fromkeys(("records_read", *contract.COUNT_COLUMNS), 0)
    succeeded = counts if new is Status.SUCCEEDED else {}
    ImportJob.objects.filter(pk=job.pk).update(status=new.value, **succeeded)


@pytest.mark.parametrize(("old", "new", "owner"), LEGAL)
def test_a_move_of_the_contract_is_taken(old: Status, new: Status, owner: Owner) -> None:
    job = make_job(old)
    move(job, new, owner)
    assert status_of(job.pk) is new


@pytest.mark.parametrize(("old", "new", "owner"), ILLEGAL)
def test_any_other_move_is_refused(old: Status, new: Status, owner: Owner) -> None:
    job = make_job(old)
    as_owner(owner)
    with pytest.raises(IntegrityError, match=f"{owner} may not move it"), transaction.atomic():
        ImportJob.objects.filter(pk=job.pk).update(status=new.value)
    assert status_of(job.pk) is old


WHO_ASKS = sql.SQL("SELECT set_config({}, %s, false)").format(sql.Literal(OWNER_SETTING))
MOVE = sql.SQL("""
UPDATE {job} SET status = %(new)s, records_read = %(records)s, {counts}
 WHERE id = %(job)s""").format(
    job=sql.Identifier(contract.JOB_TABLE),
    counts=sql.SQL(", ").join(
        sql.SQL("{} = %(records)s").format(sql.Identifier(name)) for name in contract.COUNT_COLUMNS
    ),
)
BARE_MOVE = sql.SQL("UPDATE {job} SET status = %(new)s WHERE id = %(job)s").format(
    job=sql.Identifier(contract.JOB_TABLE)
)


def moved(job: ImportJob, new: Status, owner: str) -> str:
    """The SQLSTATE of a bare UPDATE, as any session may write it; '' where it was taken. Rolled
    back in any case."""
    raw = connection.connection
    assert isinstance(raw, Connection)
    counts = new is Status.SUCCEEDED and Status(job.status) is not new
    statement = MOVE if counts else BARE_MOVE
    state = ""
    try:
        with raw.transaction(force_rollback=True):
            raw.execute(WHO_ASKS, (owner,))
            raw.execute(statement, {"new": new.value, "job": job.pk, "records": 0})
    except Error as error:
        state = str(error.sqlstate)
    return state


def test_the_database_takes_exactly_the_moves_of_the_contract() -> None:
    """All there are, also to where the job is, by everybody and by those who are nobody."""
    wrong = []
    for old in Status:
        job = make_job(old, attempt=1)
        for new, owner in product(Status, [*Owner, "", "postgres", "WEB"]):
            known = Owner(owner or "web") if owner in {*Owner, ""} else None
            allowed = known is not None and is_allowed(old, new, known)
            state = moved(job, new, str(owner))
            if state != ("" if allowed else CHECK_VIOLATION):
                wrong.append((old, new, owner, state))
    assert not wrong


CHECK_VIOLATION = "23514"


@pytest.mark.parametrize("status", Status)
def test_an_attempt_goes_back_in_no_status(status: Status) -> None:
    job = make_job(status, attempt=3)
    as_owner(Owner.WORKER)
    jobs = ImportJob.objects.filter(pk=job.pk)
    for attempt in (2, 0, -1):
        with pytest.raises(IntegrityError, match="may not follow attempt 3"), transaction.atomic():
            jobs.update(attempt=attempt)
    assert jobs.update(attempt=3) == jobs.update(attempt=4) == 1


def test_a_move_does_not_carry_what_is_not_the_movers() -> None:
    """A legal arrow opens no column of the other side's."""
    job = make_job(Status.QUEUED)
    jobs = ImportJob.objects.filter(pk=job.pk)
    as_owner(Owner.WORKER)
    with pytest.raises(IntegrityError, match="belongs to the web side"), transaction.atomic():
        jobs.update(status=Status.STAGING.value, retries=1)
    as_owner(Owner.WEB)
    with pytest.raises(IntegrityError, match="belongs to the worker"), transaction.atomic():
        jobs.update(status=Status.CANCELLED.value, attempt=1)
    assert status_of(job.pk) is Status.QUEUED


def test_one_illegal_move_among_many_refuses_them_all() -> None:
    queued, done = make_job(Status.QUEUED), make_job(Status.SUCCEEDED)
    as_owner(Owner.WEB)
    with pytest.raises(IntegrityError, match="from succeeded to cancelled"), transaction.atomic():
        ImportJob.objects.update(status=Status.CANCELLED.value)
    assert (status_of(queued.pk), status_of(done.pk)) == (Status.QUEUED, Status.SUCCEEDED)


def another(column: contract.Column) -> Any:
    """A value of the column's type that the job does not have."""
    if column.name == "status":
        return Status.CANCELLED.value
    match column.sql_type.split("(")[0]:
        case "uuid":
            return uuid4()
        case "text" | "character varying":
            return "other"
        case "jsonb":
            return {"other": 1}
        case "timestamp with time zone":
            return timezone.now() - timedelta(days=1)
        case _:
            return make_user().pk if column.name in {"owner_id", "reviewer_id"} else 77


WRITES = [(column, owner) for column, owner in product(contract.JOB_COLUMNS, Owner)]


@pytest.mark.parametrize(
    ("column", "owner"), [w for w in WRITES if w[1] not in w[0].owners], ids=str
)
def test_a_column_is_closed_to_those_who_do_not_own_it(
    column: contract.Column, owner: Owner
) -> None:
    job = make_job()
    value = another(column)
    as_owner(owner)
    with pytest.raises(IntegrityError), transaction.atomic():
        ImportJob.objects.filter(pk=job.pk).update(**{column.name: value})


@pytest.mark.parametrize(
    ("column", "owner"),
    [w for w in WRITES if w[1] in w[0].owners and w[0].name != "status"],
    ids=str,
)
def test_a_column_is_open_to_its_owner(column: contract.Column, owner: Owner) -> None:
    job = make_job()
    value = another(column)
    as_owner(owner)
    assert ImportJob.objects.filter(pk=job.pk).update(**{column.name: value}) == 1


def test_a_session_that_says_nothing_is_the_web_side() -> None:
    job = make_job(Status.QUEUED)
    as_owner("")
    with pytest.raises(IntegrityError, match="web may not"), transaction.atomic():
        ImportJob.objects.filter(pk=job.pk).update(status=Status.STAGING.value)


def test_an_unknown_owner_is_refused() -> None:
    job = make_job()
    as_owner("somebody")
    with pytest.raises(IntegrityError, match="somebody"), transaction.atomic():
        ImportJob.objects.filter(pk=job.pk).update(retries=1)


def test_an_attempt_never_goes_back() -> None:
    job = make_job(Status.QUEUED, attempt=2)
    as_owner(Owner.WORKER)
    with pytest.raises(IntegrityError, match="attempt 1 may not follow attempt 2"):
        ImportJob.objects.filter(pk=job.pk).update(attempt=F("attempt") - 1)


def test_a_plan_is_frozen_once_a_worker_took_the_job() -> None:
    job = make_job(Status.FAILED, attempt=1)
    with pytest.raises(IntegrityError, match="frozen"):
        ImportJob.objects.filter(pk=job.pk).update(plan={"version": 2})


def test_a_plan_can_still_be_mapped_after_the_worker_has_opened_the_file() -> None:
    job = make_job(Status.AWAITING_MAPPING, attempt=1)
    ImportJob.objects.filter(pk=job.pk).update(plan={"version": 2}, status=Status.QUEUED.value)
    assert status_of(job.pk) is Status.QUEUED


def test_a_user_can_be_deleted_and_their_imports_stay() -> None:
    user = make_user()
    job = make_job(Status.SUCCEEDED, owner=user, reviewer=user)
    user.delete()
    job.refresh_from_db()
    assert (job.owner, job.reviewer) == (None, None)


@pytest.mark.parametrize("counts", [{"rows_inserted": 2}, {"records_read": None}])
def test_a_success_whose_counts_do_not_add_up_is_refused(counts: dict[str, Any]) -> None:
    with pytest.raises(IntegrityError, match="imports_job_counts_add_up"):
        make_job(Status.SUCCEEDED, **counts)


def test_an_unknown_status_is_refused() -> None:
    with pytest.raises(IntegrityError, match="imports_job_status_known"):
        ImportJob.objects.create(
            **{**vars_of(make_job()), "id": uuid4(), "status": "resting"},
        )


def vars_of(job: ImportJob) -> dict[str, Any]:
    return {f.attname: getattr(job, f.attname) for f in job._meta.concrete_fields}


def test_an_attempt_has_its_number_once() -> None:
    job = make_job(Status.STAGING)
    make_attempt(job, number=1)
    with pytest.raises(IntegrityError, match="imports_attempt_number_once"):
        make_attempt(job, number=1)
    assert ImportAttempt._meta.db_table == contract.ATTEMPT_TABLE


def test_a_job_has_one_cancel_request() -> None:
    job = make_job(Status.STAGING)
    ImportCancelRequest.objects.create(job=job)
    with pytest.raises(IntegrityError):
        ImportCancelRequest.objects.create(job=job)
