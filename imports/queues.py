"""Sends commands to the worker."""

from __future__ import annotations

import json

from django.conf import settings
from django.db import transaction

from imports import aws
from lambda_worker.contract import CommandMessage


def send(message: CommandMessage) -> None:
    """Send now."""
    aws.client("sqs").send_message(
        QueueUrl=settings.SLUICE_COMMANDS_QUEUE_URL, MessageBody=json.dumps(message.to_json())
    )


def send_on_commit(message: CommandMessage) -> None:
    """Send when what it speaks of can be seen: the worker may read the job at once."""
    transaction.on_commit(lambda: send(message))
