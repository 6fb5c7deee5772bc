"""A job and what stands around it at one moment, in one query by indexes: what a poll reads."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cache
from typing import Any, Final, NamedTuple, TypeVar
from uuid import UUID

from django.contrib.auth import get_user_model
from django.db import connection
from django.db.models import Model

from imports.liveness import Life, has_session, life_of
from imports.models import ImportAttempt, ImportJob
from imports.rights import Rights, RightsInSql
from lambda_worker import contract
from lambda_worker.contract import Status

M = TypeVar("M", bound=Model)

LEFT_OUT: Final = frozenset({"plan", "reject_summary"})
"""JSON that is most of a row, and that nothing which moves needs."""


class Earlier(NamedTuple):
    """The job that imported the very same file before; all unknown where it is deleted, or not for
    the reader's eyes."""

    finished_at: datetime | None
    who: str | None
    owner_id: Any


UNTOLD: Final = Earlier(None, None, None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot:
    """The job's row, and the attempt that it names: an older one says nothing about now.

    `at` is the database's time, by which all that is in the rows was written. `has_session` is
    whether the data connection stands: asked only of an attempt that is silent.
    """

    at: datetime
    job: ImportJob
    attempt: ImportAttempt | None
    cancel_requested: bool
    has_session: bool | None
    earlier: Earlier
    rights: Rights | None = None

    def for_reader(self, user_id: Any, *, sees_all: bool) -> Snapshot:
        """As far as they may know it: of the earlier import nothing where it is somebody else's."""
        own = user_id is not None and self.earlier.owner_id == user_id
        return self if own or sees_all else replace(self, earlier=UNTOLD)

    def life(self, now: datetime) -> Life | None:
        """Of the attempt, where the job should run; None where it should not, or has none."""
        attempt = self.attempt
        if attempt is None or Status(self.job.status) not in contract.RUNNING:
            return None
        known = self.has_session
        # It was not silent yet at this snapshot's time, but may be at another.
        return life_of(attempt, now, lambda: has_session(attempt) if known is None else known)


_JOB: Final = [f for f in ImportJob._meta.concrete_fields if f.attname not in LEFT_OUT]
_ATTEMPT: Final = list(ImportAttempt._meta.concrete_fields)
_NO_RIGHTS: Final = RightsInSql("NULL", "NULL", ())


def snapshot(pk: UUID, rights: RightsInSql | None = None) -> Snapshot | None:
    """The job as it stands, with the rights that were asked for; None where there is none."""
    asked = rights or _NO_RIGHTS
    users, user_pk, user_name = _users()
    statement = _STATEMENT.format(
        looks=asked.looks, acts=asked.acts, users=users, user_pk=user_pk, user_name=user_name
    )
    with connection.cursor() as cursor:
        cursor.execute(statement, [*asked.parameters, pk])
        row = cursor.fetchone()
    return _snapshot_of(row, asked=rights is not None) if row else None


def _snapshot_of(row: tuple[Any, ...], *, asked: bool) -> Snapshot:
    jobs, attempts = len(_JOB), len(_ATTEMPT)
    job, attempt, around = row[:jobs], row[jobs : jobs + attempts], row[jobs + attempts :]
    at, cancel_requested, has_session, *earlier, looks, acts = around
    return Snapshot(
        at=at,
        job=_made(ImportJob, _JOB, job),
        attempt=_made(ImportAttempt, _ATTEMPT, attempt) if attempt[0] is not None else None,
        cancel_requested=cancel_requested,
        has_session=has_session,
        earlier=Earlier(*earlier),
        rights=Rights(looks, acts) if asked else None,
    )


def _made(model: type[M], fields: Sequence[Any], values: Sequence[Any]) -> M:
    """As QuerySet.raw does it, which takes longer than the query: it looks up each column again."""
    read = [
        field.from_db_value(value, None, connection) if hasattr(field, "from_db_value") else value
        for field, value in zip(fields, values, strict=True)
    ]
    return model.from_db(connection.alias, [field.attname for field in fields], read)


@cache
def _users() -> tuple[str, str, str]:
    """The table of users, its key, and the column that says what they are called."""
    model: Any = get_user_model()
    meta = model._meta
    columns = (meta.pk.column, meta.get_field(model.USERNAME_FIELD).column)
    table, pk, name = (f'"{part}"'.replace("%", "%%") for part in (meta.db_table, *columns))
    return table, pk, name


# An attempt that beats, or has ended, needs no look at the sessions: CASE makes none. What is put
# in are the contract's names, the model's, and SQL that Django has made; values are parameters.
_STATEMENT: Final = f"""
SELECT {", ".join(f"j.{field.column}" for field in _JOB)},
       {", ".join(f"a.{field.column}" for field in _ATTEMPT)},
       clock_timestamp() AS at,
       EXISTS (SELECT FROM {contract.CANCEL_TABLE} c WHERE c.job_id = j.id) AS cancel_requested,
       CASE WHEN a.finished_at IS NULL
             AND a.heartbeat_at
                 < clock_timestamp() - interval '{contract.STALLED_AFTER_SECONDS} seconds'
            THEN EXISTS (SELECT FROM pg_stat_activity s
                          WHERE s.pid = a.backend_pid AND s.backend_start = a.backend_start)
       END AS has_session,
       e.finished_at AS earlier_finished_at, u.{{user_name}} AS earlier_who,
       e.owner_id AS earlier_owner_id,
       {{looks}} AS looks, {{acts}} AS acts
  FROM {contract.JOB_TABLE} j
  LEFT JOIN {contract.ATTEMPT_TABLE} a ON a.job_id = j.id AND a.number = j.attempt
  LEFT JOIN {contract.JOB_TABLE} e ON e.id = j.repeats_id
  LEFT JOIN {{users}} u ON u.{{user_pk}} = e.owner_id
 WHERE j.id = %s"""  # noqa: S608
