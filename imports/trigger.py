"""The trigger by which the database refuses an illegal move of a job, made from the contract."""

from __future__ import annotations

import hashlib
from typing import Final

from psycopg import sql

from lambda_worker import contract
from lambda_worker.contract import Owner, Status

FUNCTION: Final = "imports_importjob_guard"
TRIGGER: Final = "imports_importjob_guard"

_FUNCTION = sql.SQL("""\
CREATE OR REPLACE FUNCTION {function}() RETURNS trigger LANGUAGE plpgsql AS $guard$
DECLARE
    who text := coalesce(nullif(current_setting({setting}, true), ''), {web});
BEGIN
    IF who NOT IN ({owners}) THEN
        RAISE EXCEPTION '{setting_name} is %, which is no owner', who
              USING ERRCODE = 'check_violation';
    END IF;

    IF NEW.status IS DISTINCT FROM OLD.status
       AND (OLD.status, NEW.status, who) NOT IN (
{arrows}
       )
    THEN
        RAISE EXCEPTION 'import job %: % may not move it from % to %',
              OLD.id, who, OLD.status, NEW.status
              USING ERRCODE = 'check_violation';
    END IF;

    IF {immutable} THEN
        RAISE EXCEPTION 'import job %: what was asked for cannot be changed', OLD.id
              USING ERRCODE = 'check_violation';
    END IF;

    IF who <> {web} AND ({web_columns}) THEN
        RAISE EXCEPTION 'import job %: % wrote a column that belongs to the web side', OLD.id, who
              USING ERRCODE = 'check_violation';
    END IF;

    IF who <> {worker} AND ({worker_columns}) THEN
        RAISE EXCEPTION 'import job %: % wrote a column that belongs to the worker', OLD.id, who
              USING ERRCODE = 'check_violation';
    END IF;

    IF NEW.attempt < OLD.attempt THEN
        RAISE EXCEPTION 'import job %: attempt % may not follow attempt %',
              OLD.id, NEW.attempt, OLD.attempt
              USING ERRCODE = 'check_violation';
    END IF;

    IF OLD.attempt > 0 AND OLD.status <> {awaiting_mapping}
       AND (NEW.plan, NEW.plan_version) IS DISTINCT FROM (OLD.plan, OLD.plan_version)
    THEN
        RAISE EXCEPTION 'import job %: its plan is frozen since a worker took it', OLD.id
              USING ERRCODE = 'check_violation';
    END IF;

    RETURN NEW;
END
$guard$;
""")

_TRIGGER = sql.SQL("""\
CREATE TRIGGER {trigger} BEFORE UPDATE ON {table} FOR EACH ROW EXECUTE FUNCTION {function}();
""")

_DROP = sql.SQL("""\
DROP TRIGGER IF EXISTS {trigger} ON {table};
DROP FUNCTION IF EXISTS {function}();
""")

_ARROW = sql.SQL("            ({old}, {new}, {owner})")

_CHANGED = sql.SQL("NEW.{column} IS DISTINCT FROM OLD.{column}")

# Deleting a user empties the reference to them, whoever owns the column.
_CHANGED_BUT_NOT_EMPTIED = sql.SQL("({changed} AND NEW.{column} IS NOT NULL)")


MIGRATED: Final = "d90c3e7c20113e86"
"""Digest of the function that the last migration made; a test says what to do when it differs."""


def digest() -> str:
    """Of the function as the contract has it now."""
    return hashlib.sha256(function_sql().encode()).hexdigest()[:16]


def function_sql() -> str:
    """CREATE OR REPLACE FUNCTION, as the contract has it now."""
    return _FUNCTION.format(
        function=sql.Identifier(FUNCTION),
        setting=sql.Literal(contract.OWNER_SETTING),
        setting_name=sql.SQL(contract.OWNER_SETTING),
        web=sql.Literal(Owner.WEB.value),
        worker=sql.Literal(Owner.WORKER.value),
        owners=sql.SQL(", ").join(sql.Literal(owner.value) for owner in Owner),
        arrows=_arrows(),
        immutable=_any_changed(frozenset()),
        web_columns=_any_changed(frozenset({Owner.WEB})),
        worker_columns=_any_changed(frozenset({Owner.WORKER})),
        awaiting_mapping=sql.Literal(Status.AWAITING_MAPPING.value),
    ).as_string()


def trigger_sql() -> str:
    """The function, and the trigger that calls it."""
    return function_sql() + _TRIGGER.format(**_names()).as_string()


def drop_sql() -> str:
    """Take both away again."""
    return _DROP.format(**_names()).as_string()


def _names() -> dict[str, sql.Identifier]:
    return {
        "trigger": sql.Identifier(TRIGGER),
        "table": sql.Identifier(contract.JOB_TABLE),
        "function": sql.Identifier(FUNCTION),
    }


def _arrows() -> sql.Composed:
    return sql.SQL(",\n").join(
        _ARROW.format(
            old=sql.Literal(arrow.old.value),
            new=sql.Literal(arrow.new.value),
            owner=sql.Literal(owner.value),
        )
        for arrow in contract.TRANSITIONS
        for owner in sorted(arrow.owners)
    )


def _any_changed(owners: frozenset[Owner]) -> sql.Composed:
    """Whether a column that exactly these owners may write differs."""
    return sql.SQL("\n       OR ").join(
        _changed(column) for column in contract.JOB_COLUMNS if column.owners == owners
    )


def _changed(column: contract.Column) -> sql.Composed:
    name = sql.Identifier(column.name)
    changed = _CHANGED.format(column=name)
    if column.name in USER_COLUMNS:
        return _CHANGED_BUT_NOT_EMPTIED.format(changed=changed, column=name)
    return changed


USER_COLUMNS: Final = frozenset({"owner_id", "reviewer_id"})
"""References to users, which outlive no user."""
