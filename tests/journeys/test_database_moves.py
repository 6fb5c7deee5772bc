"""DATABASE_URL changes: another password, or another database, while jobs wait and one runs."""

from __future__ import annotations

import contextlib
import dataclasses
import secrets
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict

from devstack.aws_side import publish
from devstack.stack import Stack
from lambda_worker.contract import ATTEMPT_TABLE, JOB_TABLE, Command
from tests.generated import icao, write_airports
from tests.journeys import support

ROWS = 300
LAST = icao(ROWS - 1)
COPY = "sluice_promoted"

REDELIVERED = 90.0
"""Seconds: a message whose worker raised comes again after thirty."""

_END_BACKENDS = "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE usename = %s"
_PASSWORD = sql.SQL("ALTER ROLE {role} PASSWORD {password}")

pytestmark = pytest.mark.usefixtures("countries")


@pytest.fixture
def content(tmp_path: Path) -> bytes:
    return write_airports(tmp_path / "airports.csv", ROWS).read_bytes()


@pytest.fixture
def parameter(stack: Stack, empty_tables: None) -> Iterator[str]:
    """The parameter that names the database; at the end it is as it was."""
    name = stack.outputs["DatabaseParameter"]
    yield name
    publish(stack.aws, name, stack.database_url)


def countries_file(code: str) -> bytes:
    return f"code,name\n{code},Somewhere\n".encode()


def end_backends(stack: Stack) -> None:
    """As Heroku does when it has changed something."""
    support.rows(stack, _END_BACKENDS, conninfo_to_dict(stack.database_url)["user"])


# -- Credentials ----------------------------------------------------------------------------------


@contextlib.contextmanager
def rotated(stack: Stack, parameter: str) -> Iterator[None]:
    """A new password, published; whoever is connected is thrown out."""
    now = conninfo_to_dict(stack.database_url)
    new = secrets.token_urlsafe(16)

    def set_to(password: str) -> None:
        role = sql.Identifier(str(now["user"]))
        support.rows(stack, _PASSWORD.format(role=role, password=sql.Literal(password)))

    set_to(new)
    try:
        publish(stack.aws, parameter, stack.database_url.replace(str(now["password"]), new))
        end_backends(stack)
        yield
    finally:
        set_to(str(now["password"]))


def test_a_rotation_of_credentials_costs_a_running_import_one_attempt(
    stack: Stack, content: bytes, parameter: str
) -> None:
    contents = [content, *map(countries_file, ("AA", "BB", "CC"))]
    targets = ["airports.airport", *["airports.country"] * 3]
    forms = support.all_waiting(stack, list(map(support.asked, targets, contents)))
    running, before, *queued = (form.job for form in forms)
    with contextlib.ExitStack() as world:
        with support.held(stack, running, "applying", LAST):
            support.started(forms[0], content)
            support.reached(stack, running, "applying")
            # So that a process of the function is there, and idle, that knows the old password.
            support.started(forms[1], contents[1])
            support.ended(stack, before)
            with support.deliveries_paused(stack):
                for form, each in zip(forms[2:], contents[2:], strict=True):
                    support.started(form, each)
                world.enter_context(rotated(stack, parameter))
                with pytest.raises(psycopg.OperationalError, match="password"):
                    psycopg.connect(stack.database_url)
                log = support.Log(stack)
            for job in queued:
                ended = support.ended(stack, job)
                assert (ended["status"], ended["attempt"]) == ("succeeded", 1)
            assert support.job(stack, running)["status"] == "applying"
            assert support.count(stack, "airports_airport") == 0
        ended = support.ended(stack, running, REDELIVERED)
    assert (ended["status"], ended["attempt"]) == ("succeeded", 2)
    assert support.counts(ended) == {"read": ROWS, "inserted": ROWS}
    support.worked_off(stack)
    assert support.staging_tables(stack) == []
    assert {len(support.mails_about(stack, job)) for job in (running, *queued)} == {1}
    assert log.found(["password authentication failed"]) == []  # nobody remembers the old one


# -- Promotion ------------------------------------------------------------------------------------

_CREATE = sql.SQL("CREATE DATABASE {copy} TEMPLATE {old} OWNER {owner}")
_DROP = sql.SQL("DROP DATABASE IF EXISTS {copy} WITH (FORCE)").format(copy=sql.Identifier(COPY))
_REPLICA = "SET session_replication_role = replica"
_OUT = sql.SQL("COPY {table} TO STDOUT")
_IN = sql.SQL("COPY {table} FROM STDIN")
_EMPTY = sql.SQL("DELETE FROM {table}")
_NEXT_ID = "SELECT setval(pg_get_serial_sequence(%s, 'id'), 1000)"


@contextlib.contextmanager
def follower(stack: Stack) -> Iterator[Stack]:
    """A copy of the database as it is now, and the stack that one sees through it."""
    old = conninfo_to_dict(stack.database_url)
    names = {"copy": COPY, "old": str(old["dbname"]), "owner": str(old["user"])}
    with support.connect(stack, "postgres") as connection:
        connection.autocommit = True
        end_backends(stack)  # nobody may be in a database that is being copied
        connection.execute(_CREATE.format(**{k: sql.Identifier(v) for k, v in names.items()}))
        try:
            path = f"/{old['dbname']}?"
            yield dataclasses.replace(
                stack, database_url=stack.database_url.replace(path, f"/{COPY}?")
            )
        finally:
            connection.execute(_DROP)


def replicate(stack: Stack, copy: Stack) -> None:
    """What the old database has committed of the jobs since, as streaming replication brings it."""
    with support.connect(stack) as old, support.connect(copy) as new:
        new.execute(_REPLICA)
        for table in (ATTEMPT_TABLE, JOB_TABLE):
            new.execute(_EMPTY.format(table=sql.Identifier(table)))
        for table in (JOB_TABLE, ATTEMPT_TABLE):
            name = sql.Identifier(table)
            with (
                old.cursor().copy(_OUT.format(table=name)) as out,
                new.cursor().copy(_IN.format(table=name)) as into,
            ):
                for part in out:
                    into.write(part)
        new.execute(_NEXT_ID, (ATTEMPT_TABLE,))


def test_nothing_is_committed_in_a_database_that_was_left(
    stack: Stack, content: bytes, parameter: str
) -> None:
    other = countries_file("AA")
    wishes = [("airports.airport", content), ("airports.country", other)]
    forms = support.all_waiting(stack, [support.asked(*wish) for wish in wishes])
    running, queued = (form.job for form in forms)
    with follower(stack) as copy:
        with support.held(stack, running, "applying", LAST):
            support.started(forms[0], content)
            support.reached(stack, running, "applying")
            replicate(stack, copy)
            with support.deliveries_paused(stack):
                support.started(forms[1], other)
                publish(stack.aws, parameter, copy.database_url)
        support.until(
            lambda: support.attempts(stack, running)[0]["finished_at"], "the end of the attempt"
        )
        (left,) = support.attempts(stack, running)
        assert (left["outcome"], left["error"]) == ("error", "DatabaseMoved")
        assert support.job(stack, running)["status"] == "applying"
        assert support.count(stack, "airports_airport") == 0
        assert support.ended(copy, queued)["status"] == "succeeded"
        # Its own message comes again after half a minute; another does the same at once.
        support.purge(stack, "UploadsQueueUrl")
        support.send(stack, Command.START, running)
        ended = support.ended(copy, running)
        assert (ended["status"], ended["attempt"]) == ("succeeded", 2)
        assert support.counts(ended) == {"read": ROWS, "inserted": ROWS}
        assert support.count(copy, "airports_airport") == ROWS
        support.worked_off(stack)
        assert support.staging_tables(copy) == []
        assert support.count(stack, "airports_airport") == 0
        assert "AA" not in {row["code"] for row in support.table(stack, "airports_country")}
        assert {len(support.mails_about(stack, job)) for job in (running, queued)} == {1}
