"""DATABASE_URL reaches the worker's parameter, and nothing else."""

from __future__ import annotations

import io
import logging
from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from django.core.management import CommandError, call_command
from moto import mock_aws

from webapp import publish_database_url
from webapp.publish_database_url import publish, publish_at_boot, published_url

NAME = "/sluice/test/database-url"
URL = "postgres://u:secret@db.example.com/d"


@pytest.fixture(autouse=True)
def ssm(settings: Any) -> Iterator[Any]:
    settings.DATABASE_URL = URL
    with mock_aws():
        yield boto3.client("ssm", region_name="eu-west-1")


def stored(ssm: Any) -> tuple[str, str]:
    parameter = ssm.get_parameter(Name=NAME, WithDecryption=True)["Parameter"]
    return parameter["Type"], parameter["Value"]


def test_it_is_written_as_a_secure_string(ssm: Any) -> None:
    assert publish()
    assert stored(ssm) == ("SecureString", URL)


def test_it_is_written_only_when_it_changed(ssm: Any) -> None:
    publish()
    assert not publish()
    assert ssm.get_parameter(Name=NAME)["Parameter"]["Version"] == 1


def test_a_rotated_url_replaces_the_old_one(ssm: Any, settings: Any) -> None:
    publish()
    settings.DATABASE_URL = "postgres://u:other@db.example.com/d"
    assert publish()
    assert stored(ssm)[1] == settings.DATABASE_URL


@pytest.mark.parametrize("dyno", ["release.1234", "run.1", "worker.1", "webby.1", ""])
def test_only_web_dynos_publish_at_boot(ssm: Any, dyno: str) -> None:
    publish_at_boot(dyno, logging.getLogger("test"))
    with pytest.raises(ssm.exceptions.ParameterNotFound):
        stored(ssm)


def test_a_web_dyno_publishes_at_boot(ssm: Any) -> None:
    publish_at_boot("web.1", logging.getLogger("test"))
    assert stored(ssm)[1] == URL


def test_the_site_starts_although_aws_cannot_be_reached(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def unreachable() -> bool:
        raise ConnectionError(URL)

    monkeypatch.setattr(publish_database_url, "publish", unreachable)
    publish_at_boot("web.1", logging.getLogger("test"))
    assert "ConnectionError" in caplog.text


def test_the_secret_is_never_logged(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG):
        publish_at_boot("web.1", logging.getLogger("test"))
    said = [r.getMessage() for r in caplog.records if not r.name.startswith("boto")]
    assert said
    assert not any("secret" in line for line in said)


def test_on_a_dyno_the_worker_is_told_to_use_tls(settings: Any) -> None:
    settings.DYNO = "web.1"
    assert published_url() == f"{URL}?sslmode=require"
    settings.DATABASE_URL = f"{URL}?application_name=x"
    assert published_url().endswith("?application_name=x&sslmode=require")


def test_an_operator_can_publish_by_hand(ssm: Any) -> None:
    said = io.StringIO()
    call_command("publish_database_url", stdout=said)
    assert stored(ssm)[1] == URL
    assert said.getvalue() == "Published.\n"


def test_with_nothing_to_publish_the_command_says_what_is_missing(settings: Any) -> None:
    settings.DATABASE_URL = ""
    with pytest.raises(CommandError, match="DATABASE_URL"):
        call_command("publish_database_url")
