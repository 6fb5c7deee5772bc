"""bin/deploy-worker against the local AWS."""

from __future__ import annotations

import subprocess
import sys
from unittest import mock

import pytest

from devstack.aws_side import APP
from devstack.local_aws import ADMIN, REGION
from devstack.stack import Stack
from infra.deploy.stack import DeployFailed, create_change_set, deploy_stack


def deploy(stack: Stack, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run the command as an operator would, with an administrator's keys."""
    return subprocess.run(
        [sys.executable, "-m", "infra.deploy", *arguments],
        env={
            "AWS_ENDPOINT_URL": stack.aws.endpoint,
            "AWS_ACCESS_KEY_ID": ADMIN["aws_access_key_id"],
            "AWS_SECRET_ACCESS_KEY": ADMIN["aws_secret_access_key"],
            "AWS_REGION": REGION,
            "AWS_DEFAULT_REGION": REGION,
        },
        capture_output=True,
        text=True,
        check=False,
    )


def test_one_command_deploys_calls_once_and_shows_the_log(stack: Stack) -> None:
    done = deploy(stack, APP, "--platform=host", "--architecture=x86_64")
    assert done.returncode == 0, done.stderr
    assert f"BucketName={stack.outputs['BucketName']}" in done.stdout.splitlines()
    assert '"database": "reachable"' in done.stderr


def test_deploying_the_same_again_changes_nothing(stack: Stack) -> None:
    said: list[str] = []
    outputs = deploy_stack(
        stack.aws.client("cloudformation"), APP, {"AppName": APP}, said.append, 0.1
    )
    assert said == [f"{APP}: nothing to change"]
    assert outputs == stack.outputs


def test_a_parameter_that_the_template_has_no_more_is_let_go() -> None:
    """A stack of an older template can be brought up to date."""
    cloudformation = mock.MagicMock()
    stacks = [{"Parameters": [{"ParameterKey": key} for key in ("MailFrom", "Gone", "AppName")]}]
    cloudformation.describe_stacks.return_value = {"Stacks": stacks}
    known = [{"ParameterKey": key} for key in ("AppName", "MailFrom", "New")]
    cloudformation.validate_template.return_value = {"Parameters": known}
    create_change_set(cloudformation, APP, "UPDATE", {"AppName": APP})
    (call,) = cloudformation.create_change_set.call_args_list
    assert call.kwargs["Parameters"] == [
        {"ParameterKey": "AppName", "ParameterValue": APP},
        {"ParameterKey": "MailFrom", "UsePreviousValue": True},
    ]


def test_a_missing_parameter_is_named(stack: Stack) -> None:
    done = deploy(stack, "another", "--platform=host")
    assert done.returncode == 1
    assert "WebOrigin" in done.stderr


def test_a_failed_creation_says_why(stack: Stack) -> None:
    """The bucket's name is taken, by the stack that runs already."""
    given = {"AppName": APP, "WebOrigin": "https://example.com", "MailFrom": "a@example.com"}
    with pytest.raises(DeployFailed, match="Validation failed"):
        deploy_stack(stack.aws.client("cloudformation"), "copy", given, lambda _: None, 0.1)
