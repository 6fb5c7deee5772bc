"""Puts the zip into the function and tries it once."""

from __future__ import annotations

import base64
import json
from dataclasses import dataclass
from typing import Any, Final

from infra.deploy.build_zip import Built

PING: Final = {"sluice": 1, "command": "ping"}
"""A command that touches no job: the worker answers with its version and what it can reach."""


@dataclass(frozen=True)
class Answer:
    """What one invocation gave."""

    failed: bool
    payload: str
    log_tail: str


def deploy_code(lambda_: Any, function: str, built: Built, architecture: str) -> None:
    """Replace the function's code and wait until it is in place."""
    lambda_.update_function_code(
        FunctionName=function, ZipFile=built.content, Architectures=[architecture]
    )
    lambda_.get_waiter("function_updated_v2").wait(
        FunctionName=function, WaiterConfig={"Delay": 1, "MaxAttempts": 120}
    )


def ping(lambda_: Any, function: str) -> Answer:
    """Invoke once with the test event."""
    answer = lambda_.invoke(
        FunctionName=function, Payload=json.dumps(PING).encode(), LogType="Tail"
    )
    return Answer(
        failed="FunctionError" in answer,
        payload=answer["Payload"].read().decode(),
        log_tail=base64.b64decode(answer.get("LogResult", "")).decode(errors="replace"),
    )
