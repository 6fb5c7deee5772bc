"""The migrated tables are those of the contract."""

from __future__ import annotations

import pytest
from django.core.management import call_command
from django.db import connection

from imports import models
from lambda_worker import contract

pytestmark = pytest.mark.django_db

COLUMNS = """
    SELECT attname, format_type(atttypid, atttypmod), NOT attnotnull
      FROM pg_attribute
     WHERE attrelid = %s::regclass AND attnum > 0 AND NOT attisdropped
"""


@pytest.mark.parametrize("table", contract.TABLES)
def test_a_table_has_the_columns_of_the_contract(table: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(COLUMNS, [table])
        found = set(cursor.fetchall())
    declared = {(c.name, c.sql_type, c.null) for c in contract.TABLES[table]}
    assert found == declared, (
        "imports/models.py and lambda_worker/contract.py differ: change the one that is wrong, "
        "then run makemigrations"
    )


def test_the_migrations_make_what_the_models_say() -> None:
    call_command("makemigrations", check=True, dry_run=True, verbosity=0)


def test_the_models_have_the_tables_of_the_contract() -> None:
    own = [m for m in vars(models).values() if isinstance(m, type) and hasattr(m, "_meta")]
    webs_own = {models.MailChoice, models.RememberedMapping}  # the worker knows nothing of these
    assert {m._meta.db_table for m in set(own) - webs_own} == set(contract.TABLES)


def test_the_staging_schema_is_there_and_empty() -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(c.oid) FROM pg_namespace n LEFT JOIN pg_class c ON c.relnamespace = n.oid"
            " WHERE nspname = %s GROUP BY n.oid",
            [contract.STAGING_SCHEMA],
        )
        assert cursor.fetchall() == [(0,)]
