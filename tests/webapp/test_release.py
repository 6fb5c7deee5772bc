"""The release phase waits for locks in words, and not for ever."""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import Any

import psycopg
import pytest
from django.core.management import CommandError, call_command
from django.db import OperationalError, connection

from imports.testing import connection_info
from lambda_worker.contract import Status
from tests.imports.factories import make_job
from webapp.management.commands import release

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _impatient(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(release, "TRIES", 2)
    monkeypatch.setattr(release, "PAUSE_SECONDS", 0)
    monkeypatch.setattr(release, "LOCK_SECONDS", 0.05)
    yield
    with connection.cursor() as cursor:
        cursor.execute("RESET lock_timeout")


@pytest.fixture
def migration_that_locks(monkeypatch: pytest.MonkeyPatch) -> None:
    def migrate(*args: Any, **options: Any) -> None:
        with connection.cursor() as cursor:
            cursor.execute("ALTER TABLE airports_country ALTER COLUMN name SET NOT NULL")

    monkeypatch.setattr(release, "call_command", migrate)


@pytest.fixture
def busy_table() -> Iterator[None]:
    with psycopg.connect(connection_info()) as other:
        other.execute("LOCK TABLE airports_country IN ROW EXCLUSIVE MODE")
        yield


def released() -> str:
    said = io.StringIO()
    call_command("release", stdout=said)
    return said.getvalue()


def test_it_migrates() -> None:
    assert "No migrations to apply" in released()


@pytest.mark.usefixtures("migration_that_locks", "busy_table")
def test_it_says_which_import_it_waits_for_and_gives_up() -> None:
    job = make_job(Status.APPLYING)
    said = io.StringIO()
    with pytest.raises(CommandError, match="got no lock in 2 tries"):
        call_command("release", stdout=said)
    assert f"{job.pk} (airports.country, applying)" in said.getvalue()


@pytest.mark.usefixtures("migration_that_locks", "busy_table")
def test_it_says_so_where_no_import_holds_the_lock() -> None:
    with pytest.raises(CommandError, match="No import is running"):
        released()


@pytest.mark.usefixtures("migration_that_locks")
def test_a_free_table_is_migrated_at_once() -> None:
    assert "Waiting" not in released()


def test_any_other_error_comes_up(monkeypatch: pytest.MonkeyPatch) -> None:
    def migrate(*args: Any, **options: Any) -> None:
        raise OperationalError("gone")

    monkeypatch.setattr(release, "call_command", migrate)
    with pytest.raises(OperationalError, match="gone"):
        released()
