"""The worker's environment variables, read when called; docs/configuration.md documents each."""

from __future__ import annotations

import os


class MissingSetting(Exception):
    """An environment variable that the worker needs is not set; deploying the template sets them
    all."""


def _required(name: str) -> str:
    value = os.environ.get(name, "")
    if not value:
        raise MissingSetting(
            f"{name} is not set; the CloudFormation template sets it on the function"
        )
    return value


def bucket() -> str:
    """The bucket with uploads and results."""
    return _required("SLUICE_BUCKET")


def commands_queue_url() -> str:
    """The queue that the worker sends its watchdog messages to."""
    return _required("SLUICE_COMMANDS_QUEUE_URL")


def database_parameter() -> str:
    """The SSM SecureString that holds DATABASE_URL; the web dynos write it."""
    return _required("SLUICE_DATABASE_PARAMETER")


def mail_from() -> str:
    """The sender's address, verified in SES."""
    return _required("SLUICE_MAIL_FROM")


def memory_mb() -> int:
    """What Lambda gave the function; 0 where it does not run in Lambda."""
    return int(os.environ.get("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "0"))


def max_receives() -> int:
    """Deliveries before a message is a dead letter, as the queues have it; 0 where none is."""
    return int(os.environ.get("SLUICE_MAX_RECEIVES", "0"))
