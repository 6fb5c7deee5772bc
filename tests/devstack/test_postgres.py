"""The embedded server, as the app meets it."""

from __future__ import annotations

import psycopg
import pytest

from devstack.postgres import Postgres

ROLE = "SELECT rolsuper, rolcreaterole, rolcreatedb FROM pg_roles WHERE rolname = current_user"
OWNER = """SELECT pg_get_userbyid(datdba) = current_user FROM pg_database
WHERE datname = current_database()"""


@pytest.fixture(scope="module")
def app_url(postgres: Postgres) -> str:
    return postgres.create_database("app")


def test_the_app_connects_as_an_ordinary_role(app_url: str) -> None:
    with psycopg.connect(app_url) as connection:
        assert connection.execute(ROLE).fetchone() == (False, False, False)


def test_the_role_owns_its_database(app_url: str) -> None:
    with psycopg.connect(app_url) as connection:
        assert connection.execute(OWNER).fetchone() == (True,)


def test_a_password_is_needed(app_url: str, postgres: Postgres) -> None:
    wrong = postgres.url("app", "wrong", "app")
    with pytest.raises(psycopg.OperationalError, match="password"):
        psycopg.connect(wrong)


def test_upper_knows_more_than_ascii(app_url: str) -> None:
    with psycopg.connect(app_url) as connection:
        assert connection.execute("SELECT upper('é')").fetchone() == ("É",)
