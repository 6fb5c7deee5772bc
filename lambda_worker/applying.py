"""Apply: the ready rows into the target, in the transaction that also ends the job."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Final, Protocol
from uuid import UUID

import psycopg
from psycopg import sql

from lambda_worker import exclusive
from lambda_worker.candidates import unique_faults
from lambda_worker.catalog import foreign_keys, read_catalog
from lambda_worker.database import Data
from lambda_worker.faults import JobFault, ParentVanished, TableChanged
from lambda_worker.keys import already_there, drop_faulty
from lambda_worker.links import changed_links, set_links
from lambda_worker.plan import ImportPlan, Mode
from lambda_worker.reviewing import Counts, Reviewed, require_same, superseded
from lambda_worker.tables import StagingTables, table
from lambda_worker.tree import assign_ids, reject_children, self_references
from lambda_worker.vanishing import vanished_parents
from lambda_worker.writing import (
    as_imported,
    compared,
    conflicts,
    count_untouched,
    insert_new,
    row_match,
    untouched,
    update_changed,
)

BATCHES: Final = 16
"""Ten batches cost a few per cent of an import, a hundred a quarter (measured); sixteen give a
progress and an ear for cancel requests every second or so of a long load, and bound the triggers'
memory."""

SMALLEST_BATCH_PAGES: Final = 256
"""2 MiB of ready rows: below that a batch takes well under a second."""


class Watch(Protocol):
    """What applying tells, and asks, while it runs."""

    def progress(self, done: int, *, total: int | None = None) -> None:
        """`done` of `total` rows are written; raises where a stop was asked for."""
        ...


class Witness(Protocol):
    """Sees each batch in the import's own transaction: the place from which the rows as they were,
    and which ones are new, could be kept. `batch` is a condition on the ready rows `r`."""

    def before(self, data: Data, batch: sql.Composed) -> None:
        """No row of the batch is written yet."""
        ...

    def after(self, data: Data, batch: sql.Composed) -> None:
        """All rows of the batch are written; new ones have this transaction's xmin."""
        ...


class Nobody:
    """A witness that looks away."""

    def before(self, data: Data, batch: sql.Composed) -> None:
        """Look away."""

    def after(self, data: Data, batch: sql.Composed) -> None:
        """Look away."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Applied:
    """Rows by what became of them. With the rejects they add up to the records read."""

    inserted: int = 0
    updated: int = 0
    unchanged: int = 0
    superseded: int = 0
    skipped: int = 0
    conflicting: int = 0
    """Rows that somebody else's write got in the way of; they have become faults."""

    def counts(self, rejected: int) -> Counts:
        """As a review would have foreseen it."""
        return Counts(
            new=self.inserted,
            changed=self.updated,
            unchanged=self.unchanged,
            skipped=self.skipped,
            superseded=self.superseded,
            rejected=rejected,
        )


def apply(  # noqa: PLR0913  (how it is written, and who watches, each has a default)
    data: Data,
    plan: ImportPlan,
    tables: StagingTables,
    job: UUID,
    watch: Watch,
    witness: Witness | None = None,
    *,
    careful: bool = True,
    reviewed: Reviewed | None = None,
) -> Applied:
    """Write the ready rows, in the caller's transaction and turn. JobFault where the table refuses
    them all; TableChanged where only another check helps; OtherThanReviewed where they are not the
    rows that a person has `reviewed`.

    Not `careful`: whoever writes the same keys at the same moment makes all of it fail, with
    TableChanged, and whoever deletes a related row, with ParentVanished; that saves the fifth of an
    INSERT that ON CONFLICT costs, and half a second of a million rows' (measured). Else such rows
    become faults.
    """
    # Django's foreign keys are deferred: checked at once, a batch's memory is bounded and COMMIT is
    # instant. A parent that stands later in the file needs them deferred.
    data.execute(_DEFERRED if self_references(plan) else _IMMEDIATE)
    if plan.exclusive:
        _lock(data, plan, tables)
    watched = frozenset[str]() if careful else foreign_keys(data, plan)
    for statement in vanished_parents(plan, tables, watched):
        data.execute(statement)
    reject_children(data, plan, tables)
    data.execute(drop_faulty(tables))
    for statement in assign_ids(plan, tables):
        data.execute(statement)
    if reviewed is not None:
        require_same(data, plan, tables, reviewed)
    try:
        applied = _load(data, plan, tables, watch, witness or Nobody(), careful=careful)
        if self_references(plan):
            if applied.conflicting:
                raise TableChanged
            data.execute(_IMMEDIATE)
    except psycopg.Error as error:
        if not _is_refusal(error):
            raise
        if isinstance(error, _SAME_KEY) and not careful:
            raise TableChanged from error
        if isinstance(error, psycopg.errors.ForeignKeyViolation) and watched:
            raise ParentVanished from error
        raise JobFault("refused_by_table", rule=_rule(error)) from error
    _call_hook(data, plan, job)
    return replace(applied, superseded=superseded(data, tables))


_REFUSALS: Final = (
    psycopg.errors.IntegrityError,
    psycopg.errors.DataError,
    psycopg.errors.ProgramLimitExceeded,  # an index takes values of some 2,700 bytes at most
)

_RAISE: Final = "exec_stmt_raise"
"""Where PL/pgSQL's RAISE tells of itself, whichever class its author gave the error (pl_exec.c)."""

_SAME_KEY: Final = (psycopg.errors.UniqueViolation, psycopg.errors.ExclusionViolation)


def _is_refusal(error: psycopg.Error) -> bool:
    """Whether the table, or a trigger of the app's own, does not take the rows; other errors may
    pass when it is tried again."""
    is_raised = error.diag.source_function == _RAISE
    return isinstance(error, _REFUSALS) or (
        is_raised and not isinstance(error, psycopg.OperationalError)
    )


def _rule(error: psycopg.Error) -> str:
    """What to name to the user: a rule's name, or the words that a trigger's author chose."""
    if error.diag.source_function == _RAISE:
        return error.diag.message_primary or "a trigger"
    return error.diag.constraint_name or error.diag.column_name or "its columns' types and indexes"


_DEFERRED = "SET CONSTRAINTS ALL DEFERRED"
_IMMEDIATE = "SET CONSTRAINTS ALL IMMEDIATE"
_COUNT = sql.SQL("SELECT count(*) FROM {ready}")


def _count(data: Data, statement: sql.Composed) -> int:
    row = data.execute(statement).fetchone()
    assert row is not None
    return int(row[0])


# -- The lock --------------------------------------------------------------------------------------


def _lock(data: Data, plan: ImportPlan, tables: StagingTables) -> None:
    """Take the whole table, and look once more at what others may have written until then: without
    its indexes it could not object."""
    exclusive.lock(data, plan)
    catalog = read_catalog(data, plan)
    for rule in unique_faults(plan, tables, catalog):
        rule.run(data)
    if plan.mode is Mode.INSERT and plan.target.natural_key:
        data.execute(already_there(plan, tables))


def _load(
    data: Data,
    plan: ImportPlan,
    tables: StagingTables,
    watch: Watch,
    witness: Witness,
    *,
    careful: bool,
) -> Applied:
    """All batches; in an exclusive load between the dropping and the making of the indexes."""
    dropped = exclusive.to_rebuild(data, plan) if plan.exclusive else []
    exclusive.drop(data, dropped)
    applied = _apply_batches(data, plan, tables, watch, witness, careful=careful)
    total = applied.inserted + applied.updated + applied.unchanged + applied.skipped
    for _ in exclusive.rebuild(data, dropped):
        watch.progress(total, total=total)
    return applied


# -- The batches -----------------------------------------------------------------------------------


def _apply_batches(
    data: Data,
    plan: ImportPlan,
    tables: StagingTables,
    watch: Watch,
    witness: Witness,
    *,
    careful: bool,
) -> Applied:
    rows, new, changed = _count_rows(data, plan, tables)
    inserted = updated = relinked = done = 0
    for batch in _batches(data, tables) if new or changed or plan.links else ():
        watch.progress(done, total=rows)
        witness.before(data, batch)
        if changed:
            updated += data.execute(update_changed(plan, tables, batch)).rowcount
        if new:
            inserted += data.execute(insert_new(plan, tables, batch, careful=careful)).rowcount
        relinked += _apply_links(data, plan, tables, batch)
        witness.after(data, batch)
        done += _count(data, _BATCH_COUNT.format(ready=tables.ready, batch=batch))
    watch.progress(rows, total=rows)
    conflicting, found = 0, rows - updated - inserted
    if (updated, inserted) != (changed, new):  # another session has written meanwhile
        conflicting = data.execute(conflicts(plan, tables)).rowcount
        found = _count(data, count_untouched(plan, tables))
    upsert = plan.mode is Mode.UPSERT
    return Applied(
        inserted=inserted,
        updated=updated + relinked,
        unchanged=found - relinked if upsert else 0,
        skipped=0 if upsert else found,
        conflicting=conflicting,
    )


def _count_rows(data: Data, plan: ImportPlan, tables: StagingTables) -> tuple[int, int, int]:
    """Ready rows: all, new ones, changed ones. In mode insert the check has left new ones alone."""
    if plan.mode is Mode.INSERT:
        rows = _count(data, _COUNT.format(ready=tables.ready))
        return rows, rows, 0
    row = data.execute(compared(plan, tables)).fetchone()
    assert row is not None
    return row[0], row[1], row[2]


def _apply_links(data: Data, plan: ImportPlan, tables: StagingTables, batch: sql.Composed) -> int:
    """Bring a batch's links to the file; how many rows that alone has changed."""
    if not plan.links:
        return 0
    match = row_match(plan)
    relinked = 0
    if plan.mode is Mode.UPSERT:
        relinked = _count(data, changed_links(plan, tables, batch, match, untouched(plan)))
    for statement in set_links(plan, tables, batch, match, as_imported(plan)):
        data.execute(statement)
    return relinked


_PAGES = sql.SQL("SELECT pg_relation_size({name}) / current_setting('block_size')::int")
_BATCH = sql.SQL("r.ctid >= {first} AND r.ctid < {end}")
_BATCH_COUNT = sql.SQL("SELECT count(*) FROM {ready} r WHERE {batch}")


def _batches(data: Data, tables: StagingTables) -> Iterator[sql.Composed]:
    """Conditions on `r` that take the ready table apart by its pages, which follow the key's
    order."""
    name = sql.Literal(tables.ready.as_string(data))
    pages = _count(data, _PAGES.format(name=name))
    size = max(SMALLEST_BATCH_PAGES, -(-pages // BATCHES))
    for first in range(0, pages, size):
        yield _BATCH.format(first=_tid(first), end=_tid(first + size))


_TID = sql.SQL("CAST({tid} AS tid)")


def _tid(page: int) -> sql.Composed:
    return _TID.format(tid=sql.Literal(f"({page},0)"))


# -- The adopter's function ------------------------------------------------------------------------

_CALL = sql.SQL("SELECT {function}({job})")


def _call_hook(data: Data, plan: ImportPlan, job: UUID) -> None:
    """Run the function that the target names; what it refuses ends the job."""
    function = plan.target.after_import
    if function is None:
        return
    try:
        data.execute(
            _CALL.format(function=table(function.schema, function.name), job=sql.Literal(job))
        )
    except psycopg.Error as error:
        if not (_is_refusal(error) or isinstance(error, psycopg.errors.ProgrammingError)):
            raise
        words = _rule(error) if _is_refusal(error) else type(error).__name__
        raise JobFault("after_import_failed", function=function.name, reason=words) from error
