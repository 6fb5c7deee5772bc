"""A job and what stands around it at one moment, in one query by indexes: what a poll reads."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any, Final, NamedTuple, TypeVar
from uuid import UUID

from django.contrib.auth import get_user_model
from django.db import connection
from django.db.models import Model
from psycopg import sql

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
    whether the data connection stands: asked only of an attempt that is silent. `before` is how
    long the older attempts took together.
    """

    at: datetime
    job: ImportJob
    attempt: ImportAttempt | None
    cancel_requested: bool
    has_session: bool | None
    before: timedelta
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
    with connection.cursor() as cursor:
        cursor.execute(_statement(asked.looks, asked.acts), [*asked.parameters, pk])
        row = cursor.fetchone()
    return _snapshot_of(row, asked=rights is not None) if row else None


def _snapshot_of(row: tuple[Any, ...], *, asked: bool) -> Snapshot:
    jobs, attempts = len(_JOB), len(_ATTEMPT)
    job, attempt, around = row[:jobs], row[jobs : jobs + attempts], row[jobs + attempts :]
    at, cancel_requested, has_session, before, *earlier, looks, acts = around
    return Snapshot(
        at=at,
        job=_made(ImportJob, _JOB, job),
        attempt=_made(ImportAttempt, _ATTEMPT, attempt) if attempt[0] is not None else None,
        cancel_requested=cancel_requested,
        has_session=has_session,
        before=before,
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


# An attempt that beats, or has ended, needs no look at the sessions: CASE makes none.
_STATEMENT: Final = sql.SQL("""
SELECT {job_columns}, {attempt_columns},
       clock_timestamp() AS at,
       EXISTS (SELECT FROM {cancels} c WHERE c.job_id = j.id) AS cancel_requested,
       CASE WHEN a.finished_at IS NULL
             AND a.heartbeat_at < clock_timestamp() - make_interval(secs => {stalled})
            THEN EXISTS (SELECT FROM pg_stat_activity s
                          WHERE s.pid = a.backend_pid AND s.backend_start = a.backend_start)
       END AS has_session,
       coalesce((SELECT sum(coalesce(b.finished_at, b.heartbeat_at) - b.started_at)
                   FROM {attempts} b
                  WHERE b.job_id = j.id AND b.number < j.attempt), interval '0') AS before,
       e.finished_at AS earlier_finished_at, u.{user_name} AS earlier_who,
       e.owner_id AS earlier_owner_id,
       {looks} AS looks, {acts} AS acts
  FROM {jobs} j
  LEFT JOIN {attempts} a ON a.job_id = j.id AND a.number = j.attempt
  LEFT JOIN {jobs} e ON e.id = j.repeats_id
  LEFT JOIN {users} u ON u.{user_pk} = e.owner_id
 WHERE j.id = %s""")


@lru_cache(maxsize=100)  # composing it takes longer than running it
def _statement(looks: str, acts: str) -> str:
    """With two expressions that Django has made, whose values are parameters."""
    model: Any = get_user_model()
    meta = model._meta
    return _STATEMENT.format(
        job_columns=_columns("j", _JOB),
        attempt_columns=_columns("a", _ATTEMPT),
        jobs=sql.Identifier(contract.JOB_TABLE),
        attempts=sql.Identifier(contract.ATTEMPT_TABLE),
        cancels=sql.Identifier(contract.CANCEL_TABLE),
        stalled=sql.Literal(contract.STALLED_AFTER_SECONDS),
        users=_named(meta.db_table),
        user_pk=_named(meta.pk.column),
        user_name=_named(meta.get_field(model.USERNAME_FIELD).column),
        looks=sql.SQL(looks),
        acts=sql.SQL(acts),
    ).as_string()


def _columns(alias: str, fields: Sequence[Any]) -> sql.Composed:
    return sql.SQL(", ").join(sql.Identifier(alias, field.column) for field in fields)


def _named(name: str) -> sql.Identifier:
    """A project's own name, which may have a character that begins a placeholder."""
    return sql.Identifier(name.replace("%", "%%"))
