"""Review: what an import would do to the table, row by row, and whether it still would."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from psycopg import sql

from lambda_worker import strict_json
from lambda_worker.database import Data
from lambda_worker.faults import OtherThanReviewed
from lambda_worker.links import current_links, links_differ
from lambda_worker.plan import ImportPlan, Mode
from lambda_worker.related_keys import digest_of_keys
from lambda_worker.tables import StagingTables, asked_column, ready_column, table
from lambda_worker.tree import self_references
from lambda_worker.updating import differs, updatable
from lambda_worker.writing import row_match


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """Records by what would become of them, or has become. They add up to the records read."""

    new: int = 0
    changed: int = 0
    unchanged: int = 0
    skipped: int = 0
    superseded: int = 0
    rejected: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Reviewed:
    """What a review shows, as it stands on the job.

    `digest` stands for the rows behind the counts: which of them are new or changed, what the
    changed ones hold so far, and what the related rows are called. `before` is what an earlier
    review of the job had shown, where this one is different. `at` is when it was written, by the
    database's clock: an approval counts if it is younger.
    """

    counts: Counts
    digest: str
    before: Counts | None = None
    at: str = ""

    def to_json(self) -> dict[str, Any]:
        """As it stands on the job."""
        return strict_json.to_json(self)

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Reviewed | None:
        """Read it from a job; None where there was no review."""
        return strict_json.from_json(cls, data) if data else None

    def after(self, earlier: Reviewed | None) -> Reviewed:
        """The same, with what the earlier one had shown if that was something else."""
        if earlier is None or (earlier.counts, earlier.digest) == (self.counts, self.digest):
            return self
        return replace(self, before=earlier.counts)


# -- The rows --------------------------------------------------------------------------------------

# Self references have no ids yet at a review: whose parent is a new row of the file, that changes.
_ROWS = sql.SQL("""
SELECT r.record, r.ctid AS place, k.kind,
       hashtextextended(
           CASE k.kind WHEN 'changed' THEN CAST(ROW({old}) AS text) ELSE k.kind END, r.record
       ) AS mark
  FROM {ready} r
  LEFT JOIN {target} t ON {match}
 CROSS JOIN LATERAL (
       SELECT CASE WHEN t.{pk} IS NULL THEN 'new' WHEN {changed} THEN 'changed' ELSE 'unchanged' END
              AS kind) k""")
_ALL_NEW = sql.SQL("""
SELECT r.record, r.ctid AS place, 'new' AS kind, hashtextextended('new', r.record) AS mark
  FROM {ready} r""")
_OLD = sql.SQL("t.{column}")
_OR = sql.SQL(" OR ")
_NEW_PARENT = sql.SQL("r.{parent} IS NULL AND r.{asked} IS NOT NULL")


def rows(plan: ImportPlan, tables: StagingTables) -> sql.Composed:
    """The ready rows by what apply would make of them: `record`, its `place` in `ready`, `kind`
    (new, changed, unchanged), and a hash, `mark`, of that and of what would be overwritten."""
    if plan.mode is Mode.INSERT:  # the check has left new ones alone
        return _ALL_NEW.format(ready=tables.ready)
    return _ROWS.format(
        old=sql.SQL(", ").join(_overwritten(plan)),
        ready=tables.ready,
        target=table(plan.target.schema, plan.target.table),
        match=row_match(plan),
        pk=sql.Identifier(plan.target.pk_column),
        changed=_changed(plan),
    )


def _overwritten(plan: ImportPlan) -> list[sql.Composed]:
    columns = [plan.target.pk_column, *(plan.columns[n].column for n in updatable(plan))]
    old = [_OLD.format(column=sql.Identifier(column)) for column in columns]
    return [*old, *(current_links(plan, link) for link in plan.links)]


def _changed(plan: ImportPlan) -> sql.Composable:
    conditions: list[sql.Composable] = []
    if plan.mode is Mode.UPSERT:
        conditions += links_differ(plan)
        if updatable(plan):
            conditions.append(differs(plan))
            conditions += [
                _NEW_PARENT.format(parent=ready_column(n), asked=asked_column(n))
                for n, _ in self_references(plan)
                if n in updatable(plan)
            ]
    return _OR.join(conditions) if conditions else sql.SQL("false")


# -- What a review keeps ---------------------------------------------------------------------------

_DROP = sql.SQL("DROP TABLE IF EXISTS {review}")
_CREATE = sql.SQL("CREATE UNLOGGED TABLE {review} AS{rows}")
_INDEX = sql.SQL("CREATE INDEX ON {review} (kind, record)")
_ANALYZE = sql.SQL("ANALYZE {review}")


def create(plan: ImportPlan, tables: StagingTables) -> list[sql.Composed]:
    """The table `review`, by whose index pages find the rows of a kind in the file's order."""
    return [
        _DROP.format(review=tables.review),
        _CREATE.format(review=tables.review, rows=rows(plan, tables)),
        _INDEX.format(review=tables.review),
        _ANALYZE.format(review=tables.review),
    ]


def review(data: Data, plan: ImportPlan, tables: StagingTables, rejected: int) -> Reviewed:
    """What an apply would do now, beside the `rejected`; its rows are kept for the pages."""
    for statement in create(plan, tables):
        data.execute(statement)
    counts, digest = _summed_up(data, plan, tables, tables.review)
    return Reviewed(counts=replace(counts, rejected=rejected), digest=digest)


_SUM = sql.SQL("""
SELECT count(*) FILTER (WHERE x.kind = 'new'), count(*) FILTER (WHERE x.kind = 'changed'),
       count(*) FILTER (WHERE x.kind = 'unchanged'), CAST(coalesce(sum(x.mark), 0) AS text)
  FROM {rows} x""")
_QUERY = sql.SQL("({rows})")


def sums(rows_of_it: sql.Composable) -> sql.Composed:
    """The rows by kind, and the digest of all."""
    return _SUM.format(rows=rows_of_it)


def _summed_up(
    data: Data, plan: ImportPlan, tables: StagingTables, rows_of_it: sql.Composable
) -> tuple[Counts, str]:
    """The counts but for the rejected ones, and the digest."""
    row = data.execute(sums(rows_of_it)).fetchone()
    assert row is not None
    new, changed, untouched, marks = row
    upsert = plan.mode is Mode.UPSERT
    counts = Counts(
        new=new,
        changed=changed,
        unchanged=untouched if upsert else 0,
        skipped=0 if upsert else untouched,
        superseded=superseded(data, tables),
    )
    return counts, " ".join([marks, *digest_of_keys(data, plan, tables)])


_SUPERSEDED = sql.SQL("""
SELECT count(*)
  FROM (SELECT FROM {fault} GROUP BY record HAVING bool_and(code = 'superseded')) s""")


def superseded(data: Data, tables: StagingTables) -> int:
    """Records that a later line stands in for, and that have no fault besides."""
    row = data.execute(_SUPERSEDED.format(fault=tables.fault)).fetchone()
    assert row is not None
    return int(row[0])


# -- Is it still so? -------------------------------------------------------------------------------

# What is looked at stays so until it is written: an UPDATE would lock the same rows a moment later.
_HOLD = sql.SQL("""
SELECT count(*)
  FROM (SELECT FROM {target} t
          JOIN {ready} r ON {match}
         WHERE {differs}
           FOR NO KEY UPDATE OF t) held""")


def hold(plan: ImportPlan, tables: StagingTables) -> sql.Composed:
    """Lock the table's rows that are about to be changed."""
    return _HOLD.format(
        target=table(plan.target.schema, plan.target.table),
        ready=tables.ready,
        match=row_match(plan),
        differs=differs(plan),
    )


def require_same(data: Data, plan: ImportPlan, tables: StagingTables, reviewed: Reviewed) -> None:
    """OtherThanReviewed where the rows about to be written are not those that were reviewed."""
    if plan.mode is Mode.UPSERT and updatable(plan) and not plan.exclusive:
        data.execute(hold(plan, tables))
    counts, digest = _summed_up(data, plan, tables, _QUERY.format(rows=rows(plan, tables)))
    expected = replace(reviewed.counts, rejected=0)
    if (counts, digest) != (expected, reviewed.digest):
        raise OtherThanReviewed
