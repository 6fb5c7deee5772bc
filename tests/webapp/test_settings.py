"""The settings, read by a fresh process in an environment of its own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any, Final

import pytest

from imports import defaults
from webapp.settings import NEEDED_ON_A_DYNO

ROOT: Final = Path(__file__).parents[2]

DYNO: Final = {
    **dict.fromkeys(NEEDED_ON_A_DYNO, "x"),
    "DYNO": "web.1",
    "SECRET_KEY": "0123456789abcdef" * 4,
    "DATABASE_URL": "postgres://u:p@db.example.com:5432/d",
    "SLUICE_BASE_URL": "https://app.example.com",
}


def python(*arguments: str, env: dict[str, str]) -> subprocess.CompletedProcess[str]:
    kept = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    return subprocess.run(
        [sys.executable, *arguments],
        check=False,
        capture_output=True,
        text=True,
        cwd=ROOT,
        env={**kept, "DJANGO_SETTINGS_MODULE": "webapp.settings", **env},
    )


def setting(expression: str, **env: str) -> Any:
    code = f"import json; from webapp import settings as s; print(json.dumps({expression}))"
    done = python("-c", code, env=env)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def refusal(**env: str) -> str:
    done = python("-c", "from webapp import settings", env=env)
    assert done.returncode != 0
    return done.stderr.strip().splitlines()[-1]


def test_they_import_without_any_variable() -> None:
    assert setting("s.DEBUG") is False


@pytest.mark.parametrize("env", [{}, DYNO], ids=["bare", "dyno"])
def test_check_deploy_is_clean(env: dict[str, str]) -> None:
    done = python("manage.py", "check", "--deploy", "--fail-level", "DEBUG", env=env)
    assert done.returncode == 0, done.stderr


def test_static_files_are_collected_without_any_variable() -> None:
    done = python("manage.py", "collectstatic", "--noinput", "--dry-run", env={"DYNO": "build.1"})
    assert done.returncode == 0, done.stderr


def test_a_dyno_names_all_that_it_lacks_in_one_message() -> None:
    message = refusal(DYNO="web.1")
    assert all(name in message for name in NEEDED_ON_A_DYNO)


@pytest.mark.parametrize("name", NEEDED_ON_A_DYNO)
def test_a_dyno_lacking_one_names_just_that(name: str) -> None:
    message = refusal(**{**DYNO, name: ""})
    assert [n for n in NEEDED_ON_A_DYNO if n in message] == [name]


def test_a_dyno_with_all_of_them_starts() -> None:
    assert setting("s.ALLOWED_HOSTS", **DYNO) == ["app.example.com"]


def test_on_a_dyno_the_database_is_reached_by_tls_alone() -> None:
    assert setting("s.DATABASES['default']['OPTIONS']", **DYNO) == {"sslmode": "require"}


def test_elsewhere_the_url_decides() -> None:
    url = "postgres://u:p@127.0.0.1/d?sslmode=disable"
    options = setting("s.DATABASES['default']['OPTIONS']", DATABASE_URL=url)
    assert options == {"sslmode": "disable"}


def test_plain_http_is_for_local_stacks_that_say_so() -> None:
    flags = "[s.SECURE_SSL_REDIRECT, s.SESSION_COOKIE_SECURE, s.CSRF_COOKIE_SECURE]"
    assert setting(flags) == [True, True, True]
    assert setting(flags, SLUICE_BASE_URL="http://127.0.0.1:8000") == [False, False, False]


def test_a_dyno_refuses_plain_http() -> None:
    assert "must be https" in refusal(**{**DYNO, "SLUICE_BASE_URL": "http://app.example.com"})


@pytest.mark.parametrize(
    ("name", "value", "accepted"),
    [
        ("DEBUG", "maybe", "true, 1, yes"),
        ("SLUICE_MAX_UPLOAD_BYTES", "5 GB", "whole number"),
        ("SLUICE_PRICE_PER_REQUEST", "2e-7", "a number such as 0.25"),
        ("SLUICE_BASE_URL", "app.example.com", "https://app.example.com"),
    ],
)
def test_nonsense_is_refused_with_what_is_accepted(name: str, value: str, accepted: str) -> None:
    message = refusal(**{name: value})
    assert name in message
    assert accepted in message


def test_s3_is_addressed_by_host_and_a_local_one_by_path() -> None:
    style = "s.STORAGES['import_results']['OPTIONS']['addressing_style']"
    assert setting(style) == "virtual"
    assert setting(style, AWS_ENDPOINT_URL="http://127.0.0.1:4566") == "path"


def test_two_bare_processes_share_no_secret() -> None:
    assert setting("s.SECRET_KEY") != setting("s.SECRET_KEY")


def test_prices_keep_every_digit() -> None:
    price = setting("str(s.SLUICE_PRICE_PER_GB_SECOND)", SLUICE_PRICE_PER_GB_SECOND="0.00001333340")
    assert price == "0.00001333340"


@pytest.mark.parametrize(
    ("name", "default"),
    [
        ("SLUICE_PARTS_ABOVE_BYTES", defaults.PARTS_ABOVE_BYTES),
        ("SLUICE_UPLOAD_FORM_SECONDS", defaults.UPLOAD_FORM_SECONDS),
        ("SLUICE_UPLOAD_GRACE_HOURS", defaults.UPLOAD_GRACE_HOURS),
        ("SLUICE_REVIEW_DAYS", defaults.REVIEW_DAYS),
    ],
)
def test_spans_and_sizes_are_those_of_the_environment_or_of_the_app(
    name: str, default: int
) -> None:
    assert setting(f"s.{name}") == default
    assert setting(f"s.{name}", **{name: "3"}) == 3
