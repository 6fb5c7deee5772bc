"""The zip in an empty folder, started as Lambda starts it, beside Lambda's own packages alone."""

from __future__ import annotations

import importlib.util
import io
import json
import os
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from devstack.local_aws import ADMIN, REGION
from devstack.stack import Stack
from infra.deploy.build_zip import Built, build
from infra.deploy.platforms import host
from tests.infra.runtime_api import RuntimeApi
from tests.journeys.support import deliveries_paused

LAMBDA_HAS = (
    "awslambdaric", "boto3", "botocore", "dateutil", "jmespath", "runtime_client", "s3transfer",
    "simplejson", "six", "snapshot_restore_py", "urllib3",
)  # fmt: skip
"""What Lambda's Python brings along, and nothing of ours: no psycopg, no Django."""

JOB_FILE = "code,name\nZZ,Nowhere\n"


@pytest.fixture(scope="module")
def built() -> Built:
    return build(host())


@pytest.fixture
def unpacked(tmp_path: Path, built: Built) -> Path:
    task = tmp_path / "task"
    with zipfile.ZipFile(io.BytesIO(built.content)) as opened:
        opened.extractall(task)
    return task


@pytest.fixture
def runtime(tmp_path: Path) -> Path:
    """A folder with Lambda's own packages only."""
    folder = tmp_path / "runtime"
    folder.mkdir()
    for name in LAMBDA_HAS:
        found = importlib.util.find_spec(name)
        assert found is not None
        assert found.origin is not None
        origin = Path(found.origin)
        source = origin.parent if origin.name == "__init__.py" else origin
        (folder / source.name).symlink_to(source)
    return folder


def invoke(stack: Stack, unpacked: Path, runtime: Path, event: dict[str, Any]) -> RuntimeApi:
    """Start the zip's handler by awslambdaric, let it take one event, end it."""
    configuration = stack.aws.client("lambda").get_function_configuration(
        FunctionName=stack.outputs["FunctionName"]
    )
    env = configuration["Environment"]["Variables"] | {
        "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": "512",
        "AWS_ENDPOINT_URL": stack.aws.endpoint,
        "AWS_REGION": REGION,
        "AWS_DEFAULT_REGION": REGION,
        "AWS_ACCESS_KEY_ID": ADMIN["aws_access_key_id"],
        "AWS_SECRET_ACCESS_KEY": ADMIN["aws_secret_access_key"],
        "LAMBDA_TASK_ROOT": str(unpacked),
        "PYTHONPATH": os.pathsep.join([str(unpacked), str(runtime)]),
    }
    with RuntimeApi(event) as api:
        env["AWS_LAMBDA_RUNTIME_API"] = api.address
        command = [sys.executable, "-S", "-m", "awslambdaric", "lambda_worker.handler.handler"]
        with api.serving(), subprocess.Popen(command, cwd=unpacked, env=env) as process:
            try:
                while not api.answered.wait(0.1):
                    assert process.poll() is None, "the process ended without an answer"
            finally:
                process.kill()
    return api


def test_it_starts_alone_and_answers_a_ping(
    stack: Stack, built: Built, unpacked: Path, runtime: Path, figure: Callable[[str], None]
) -> None:
    api = invoke(stack, unpacked, runtime, {"sluice": 1, "command": "ping"})
    figure(f"zip: {len(built.content):,} bytes; imported after {api.ready_after:.2f} s")
    assert api.kind == "response"
    assert api.answer["ok"] is True


def as_lambda_gets_it(message: dict[str, Any], queue_arn: str) -> dict[str, Any]:
    """An SQS message as the event source mapping hands it over."""
    record = {
        "messageId": message["MessageId"],
        "receiptHandle": message["ReceiptHandle"],
        "body": message["Body"],
        "attributes": {"ApproximateReceiveCount": "1"},
        "eventSource": "aws:sqs",
        "eventSourceARN": queue_arn,
        "awsRegion": REGION,
    }
    return {"Records": [record]}


def test_it_imports_a_file_from_the_very_message_that_s3_sent(
    stack: Stack, unpacked: Path, runtime: Path, tmp_path: Path
) -> None:
    sqs = stack.aws.client("sqs")
    queue = stack.outputs["UploadsQueueUrl"]
    file = tmp_path / "countries.csv"
    file.write_text(JOB_FILE)
    with deliveries_paused(stack):
        done = stack.manage("import_file", "airports.country", str(file), "--json")
        assert done.returncode == 0, done.stderr
        job = json.loads(done.stdout.strip().splitlines()[-1])
        (message,) = sqs.receive_message(QueueUrl=queue, WaitTimeSeconds=10)["Messages"]
        arn = sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=["QueueArn"])
        event = as_lambda_gets_it(message, arn["Attributes"]["QueueArn"])
        api = invoke(stack, unpacked, runtime, event)
        sqs.delete_message(QueueUrl=queue, ReceiptHandle=message["ReceiptHandle"])
    assert api.kind == "response", api.answer
    assert api.answer["outcomes"] == [{"job": job["job"], "outcome": "succeeded"}]
