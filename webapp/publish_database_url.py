"""Tells the worker where the database is: DATABASE_URL goes to an SSM SecureString."""

from __future__ import annotations

import logging
import re
from typing import Any, Final
from urllib.parse import parse_qs, urlsplit

from django.conf import settings

WEB_DYNO: Final = re.compile(r"web\.\d+")
"""Release and one-off dynos may run with an older URL while Heroku rotates credentials."""


class NothingToPublish(Exception):
    """DATABASE_URL, SLUICE_DATABASE_PARAMETER or AWS_REGION is not set."""


def publish() -> bool:
    """Write the URL if the parameter holds another; whether it was written."""
    url, name = published_url(), settings.SLUICE_DATABASE_PARAMETER
    if not (url and name and settings.SLUICE_AWS_REGION):
        raise NothingToPublish(NothingToPublish.__doc__)
    ssm = _client()
    if _stored(ssm, name) == url:
        return False
    ssm.put_parameter(Name=name, Value=url, Type="SecureString", Overwrite=True)
    return True


def publish_at_boot(dyno: str, log: logging.Logger) -> None:
    """At a web dyno's boot: publish, and serve on if AWS cannot be reached.

    Heroku runs no release phase when an add-on rotates its credentials, but restarts the dynos.
    """
    if not WEB_DYNO.fullmatch(dyno):
        return
    try:
        changed = publish()
    except Exception as exc:  # noqa: BLE001  (a site without imports is better than no site)
        # The type alone: a message could hold the URL.
        log.warning("DATABASE_URL could not be published: %s", type(exc).__name__)
    else:
        log.info("DATABASE_URL %s", "published" if changed else "is published already")


def published_url() -> str:
    """DATABASE_URL as the worker takes it: with TLS demanded where the web side demands it."""
    url: str = settings.DATABASE_URL
    parts = urlsplit(url)
    if not url or not settings.DYNO or "sslmode" in parse_qs(parts.query):
        return url
    return parts._replace(query="&".join(filter(None, [parts.query, "sslmode=require"]))).geturl()


def _stored(ssm: Any, name: str) -> str | None:
    try:
        return str(ssm.get_parameter(Name=name, WithDecryption=True)["Parameter"]["Value"])
    except ssm.exceptions.ParameterNotFound:
        return None


def _client() -> Any:
    import boto3  # late: 49 MB and a quarter of a second that only this needs
    from botocore.config import Config

    return boto3.client(
        "ssm",
        region_name=settings.SLUICE_AWS_REGION,
        endpoint_url=settings.SLUICE_AWS_ENDPOINT_URL,
        # Two calls of at most 16 s: Heroku kills a web dyno that does not listen within 60 s (R10).
        config=Config(connect_timeout=3, read_timeout=5, retries={"total_max_attempts": 2}),
    )
