"""What the deployed policies allow and refuse, asked of an AWS that enforces them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

from devstack.stack import Stack


def web_client(stack: Stack, service: str) -> Any:
    """A client with the web app's own access key."""
    config = Config(s3={"addressing_style": "path"}) if service == "s3" else None
    return boto3.client(
        service,
        endpoint_url=stack.env["AWS_ENDPOINT_URL"],
        region_name=stack.env["AWS_REGION"],
        aws_access_key_id=stack.env["AWS_ACCESS_KEY_ID"],
        aws_secret_access_key=stack.env["AWS_SECRET_ACCESS_KEY"],
        config=config,
    )


def refused(call: Callable[..., Any], **arguments: Any) -> bool:
    with pytest.raises(ClientError) as caught:
        call(**arguments)
    return str(caught.value.response["Error"]["Code"]).startswith("AccessDenied")


def test_the_web_app_cannot_read_what_was_uploaded(stack: Stack) -> None:
    s3 = web_client(stack, "s3")
    assert refused(s3.get_object, Bucket=stack.outputs["BucketName"], Key="uploads/x")


@pytest.mark.parametrize("key", ["results/x", "elsewhere", "uploads"])
def test_the_web_app_writes_nowhere_but_to_uploads(stack: Stack, key: str) -> None:
    s3 = web_client(stack, "s3")
    assert refused(s3.put_object, Bucket=stack.outputs["BucketName"], Key=key, Body=b"")


def test_the_web_app_cannot_pretend_to_be_the_bucket(stack: Stack) -> None:
    sqs = web_client(stack, "sqs")
    url = stack.outputs["UploadsQueueUrl"]
    assert refused(sqs.send_message, QueueUrl=url, MessageBody="{}")


def test_the_web_app_publishes_its_own_parameter_and_no_other(stack: Stack) -> None:
    ssm = web_client(stack, "ssm")
    name = stack.outputs["DatabaseParameter"]
    assert ssm.get_parameter(Name=name, WithDecryption=True)["Parameter"]["Value"]
    assert refused(ssm.put_parameter, Name="/sluice/other/x", Value="x", Type="SecureString")


def test_the_web_app_cannot_call_the_function(stack: Stack) -> None:
    lambda_ = web_client(stack, "lambda")
    assert refused(lambda_.invoke, FunctionName=stack.outputs["FunctionName"])
