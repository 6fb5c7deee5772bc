"""Commands reach the queue as the worker reads them, and only after the commit."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import boto3
import pytest
from django.db import transaction
from moto import mock_aws

from imports import aws, queues
from lambda_worker.contract import Command, CommandMessage


@pytest.fixture
def queue(settings: Any) -> Iterator[Any]:
    aws.client.cache_clear()
    with mock_aws():
        sqs = boto3.resource("sqs", region_name="eu-west-1")
        made = sqs.create_queue(QueueName="test-commands")
        settings.SLUICE_COMMANDS_QUEUE_URL = made.url
        yield made
    aws.client.cache_clear()


def received(queue: Any) -> list[CommandMessage]:
    messages = queue.receive_messages(MaxNumberOfMessages=10)
    return [CommandMessage.from_json(json.loads(message.body)) for message in messages]


def test_a_command_arrives_as_it_was_sent(queue: Any) -> None:
    message = CommandMessage(Command.RETRY, uuid4())
    queues.send(message)
    assert received(queue) == [message]


@pytest.mark.django_db(transaction=True)
def test_a_command_leaves_with_the_commit(queue: Any) -> None:
    message = CommandMessage(Command.APPLY, uuid4())
    with transaction.atomic():
        queues.send_on_commit(message)
        assert received(queue) == []
    assert received(queue) == [message]


@pytest.mark.django_db(transaction=True)
def test_a_command_of_a_rolled_back_transaction_is_never_sent(queue: Any) -> None:
    with transaction.atomic():
        queues.send_on_commit(CommandMessage(Command.APPLY, uuid4()))
        transaction.set_rollback(True)
    assert received(queue) == []
