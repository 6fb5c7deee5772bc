"""The guard in the database is the one that the contract makes today."""

from __future__ import annotations

import pytest
from django.db import connection

from imports import trigger


@pytest.mark.django_db
def test_the_migrated_guard_is_the_one_of_the_contract() -> None:
    body = trigger.function_sql().split("$guard$")[1]
    with connection.cursor() as cursor:
        cursor.execute("SELECT prosrc FROM pg_proc WHERE proname = %s", [trigger.FUNCTION])
        assert cursor.fetchone() == (body,)


def test_the_last_guard_migration_has_the_contract_of_today() -> None:
    """A deployed database has run its migrations already: a changed contract needs a new one."""
    assert trigger.digest() == trigger.MIGRATED, (
        "the arrows or owners in lambda_worker/contract.py changed: add a migration with "
        "migrations.RunSQL(trigger.function_sql(), migrations.RunSQL.noop), "
        f"then set imports.trigger.MIGRATED to {trigger.digest()!r}"
    )
