"""What the worker needs of the outside world besides Postgres: the bucket, the queues, the mail."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final, Protocol, cast

from lambda_worker.contract import CommandMessage
from lambda_worker.faults import MailNotSent
from lambda_worker.mail import Mail
from lambda_worker.objects import Objects, S3Objects


class Queue(Protocol):
    """The commands queue, as the worker uses it."""

    def send(self, message: CommandMessage, delay_seconds: int) -> None:
        """Send a message that becomes visible after the delay, 900 s at most (SQS's own limit)."""
        ...


class Mailer(Protocol):
    """Sends a mail and returns the service's id for it."""

    def send(self, mail: Mail) -> str:
        """MailNotSent where that is sure; after any other error the mail may have gone out."""
        ...


def _always() -> bool:
    return True


@dataclass(frozen=True, slots=True)
class Services:
    """The outside world, as one value that tests can replace part by part."""

    objects: Objects
    queue: Queue
    mailer: Mailer
    is_current_database: Callable[[], bool] = _always
    """Whether the app's database is still the one that this run is connected to."""


def client(service: str, **options: Any) -> Any:
    """A boto3 client; imported late, because an import costs a quarter of a second. `options` are
    botocore's Config."""
    import boto3  # pyright: ignore[reportMissingTypeStubs]
    from botocore.config import Config  # pyright: ignore[reportMissingTypeStubs]

    module: Any = boto3  # boto3 makes its clients at run time, so there is nothing to type
    return module.client(service, config=Config(**options))


class SqsQueue:
    """The real commands queue."""

    def __init__(self, url: str) -> None:
        self._url = url

    def send(self, message: CommandMessage, delay_seconds: int) -> None:
        client("sqs").send_message(
            QueueUrl=self._url,
            MessageBody=json.dumps(message.to_json()),
            DelaySeconds=delay_seconds,
        )


SERVER_FAULT: Final = 500
"""From this HTTP status on a service says that it failed, not that it refused."""


class SesMailer:
    """Amazon SES. It is asked once: botocore's own retries could send a mail several times."""

    def __init__(self, sender: str) -> None:
        self._sender = sender

    def send(self, mail: Mail) -> str:
        def utf8(text: str) -> dict[str, str]:
            return {"Data": text, "Charset": "UTF-8"}

        from botocore.exceptions import (  # pyright: ignore[reportMissingTypeStubs]
            ClientError,
            ConnectTimeoutError,
            EndpointConnectionError,
        )

        ses = client(
            "sesv2", retries={"total_max_attempts": 1}, connect_timeout=10, read_timeout=10
        )
        try:
            answer: dict[str, Any] = ses.send_email(
                FromEmailAddress=self._sender,
                Destination={"ToAddresses": [mail.recipient]},
                Content={
                    "Simple": {
                        "Subject": utf8(mail.subject),
                        "Body": {"Text": utf8(mail.text), "Html": utf8(mail.html)},
                    }
                },
            )
        except ClientError as error:
            status = cast("Any", error).response["ResponseMetadata"]["HTTPStatusCode"]
            if status < SERVER_FAULT:
                raise MailNotSent(str(error)) from error
            raise
        except (ConnectTimeoutError, EndpointConnectionError) as error:
            raise MailNotSent(str(error)) from error
        return str(answer["MessageId"])


def aws() -> Services:
    """The services that the function's environment names."""
    from lambda_worker import config

    return Services(
        objects=S3Objects(config.bucket()),
        queue=SqsQueue(config.commands_queue_url()),
        mailer=SesMailer(config.mail_from()),
    )


def database_url() -> str:
    """DATABASE_URL as the web dynos last published it; read at every invocation, because it
    rotates."""
    from lambda_worker import config

    answer: dict[str, Any] = client("ssm").get_parameter(
        Name=config.database_parameter(), WithDecryption=True
    )
    return str(answer["Parameter"]["Value"]).strip()


def retry_later(record: dict[str, Any], seconds: int) -> None:
    """Let the SQS record of a Lambda event be seen again after `seconds`, not after the whole
    timeout."""
    sqs = client("sqs")
    name = str(record["eventSourceARN"]).rsplit(":", 1)[-1]
    url: str = sqs.get_queue_url(QueueName=name)["QueueUrl"]
    sqs.change_message_visibility(
        QueueUrl=url, ReceiptHandle=record["receiptHandle"], VisibilityTimeout=seconds
    )
