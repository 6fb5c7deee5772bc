"""Creates or updates the CloudFormation stack by a change set, and says why when that fails."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final

from botocore.exceptions import ClientError, WaiterError

TEMPLATE: Final = Path(__file__).resolve().parents[1] / "template.yaml"

CAPABILITIES: Final = ["CAPABILITY_IAM"]
"""The template makes a role and a policy; CloudFormation wants to hear that this is meant."""

NOT_YET: Final = {"REVIEW_IN_PROGRESS", "DELETE_COMPLETE", None}
"""Statuses of a stack that still has to be created."""

NOTHING_CHANGED: Final = ("didn't contain changes", "No updates are to be performed")
"""CloudFormation calls an empty change set a failure; these are its words for it."""

Say = Callable[[str], None]


class DeployFailed(Exception):
    """CloudFormation did not carry out the change."""


def deploy_stack(
    cloudformation: Any, name: str, parameters: Mapping[str, str], say: Say, delay: float = 5
) -> dict[str, str]:
    """Bring the stack to the template; its outputs. Parameters not named keep their values."""
    status = stack_status(cloudformation, name)
    if status == "ROLLBACK_COMPLETE":
        say(f"{name}: removing what a first try left behind (it holds nothing)")
        cloudformation.delete_stack(StackName=name)
        wait(cloudformation, "stack_delete_complete", name, delay)
        status = None
    kind = "CREATE" if status in NOT_YET else "UPDATE"
    change_set = create_change_set(cloudformation, name, kind, parameters)
    if settled(cloudformation, name, change_set, delay, say):
        cloudformation.execute_change_set(StackName=name, ChangeSetName=change_set)
        wait(cloudformation, f"stack_{kind.lower()}_complete", name, delay)
    return outputs(cloudformation, name)


def stack_status(cloudformation: Any, name: str) -> str | None:
    """The stack's status, None if there is no such stack."""
    try:
        return str(cloudformation.describe_stacks(StackName=name)["Stacks"][0]["StackStatus"])
    except ClientError as exc:
        if "does not exist" in str(exc):
            return None
        raise


def create_change_set(
    cloudformation: Any, name: str, kind: str, parameters: Mapping[str, str]
) -> str:
    """Ask for a change set; its id. Values of parameters that the template has no more are let
    go."""
    body = TEMPLATE.read_text()
    values: list[dict[str, Any]] = [
        {"ParameterKey": key, "ParameterValue": value} for key, value in parameters.items()
    ]
    if kind == "UPDATE":
        current = cloudformation.describe_stacks(StackName=name)["Stacks"][0].get("Parameters", [])
        template = cloudformation.validate_template(TemplateBody=body)["Parameters"]
        known = {each["ParameterKey"] for each in template}
        values += [
            {"ParameterKey": old["ParameterKey"], "UsePreviousValue": True}
            for old in current
            if old["ParameterKey"] in known - parameters.keys()
        ]
    answer = cloudformation.create_change_set(
        StackName=name,
        ChangeSetName=f"deploy-worker-{uuid.uuid4()}",
        ChangeSetType=kind,
        TemplateBody=body,
        Parameters=values,
        Capabilities=CAPABILITIES,
    )
    return str(answer["Id"])


def settled(cloudformation: Any, name: str, change_set: str, delay: float, say: Say) -> bool:
    """Wait for the change set and show it; False when it is empty (and then it is removed)."""
    try:
        cloudformation.get_waiter("change_set_create_complete").wait(
            StackName=name, ChangeSetName=change_set, WaiterConfig={"Delay": delay}
        )
    except WaiterError as exc:
        found = cloudformation.describe_change_set(StackName=name, ChangeSetName=change_set)
        reason = str(found.get("StatusReason", ""))
        cloudformation.delete_change_set(StackName=name, ChangeSetName=change_set)
        if any(words in reason for words in NOTHING_CHANGED):
            say(f"{name}: nothing to change")
            return False
        raise DeployFailed(f"{name}: {reason}") from exc
    found = cloudformation.describe_change_set(StackName=name, ChangeSetName=change_set)
    for change in found.get("Changes", []):
        resource = change["ResourceChange"]
        say(f"{name}: {resource['Action'].lower()} {resource['LogicalResourceId']}")
    return True


def wait(cloudformation: Any, waiter: str, name: str, delay: float) -> None:
    """Wait for the stack; on failure, the reasons of all that failed, the first cause first."""
    try:
        cloudformation.get_waiter(waiter).wait(StackName=name, WaiterConfig={"Delay": delay})
    except WaiterError as exc:
        raise DeployFailed("\n".join([f"{name}: {exc}", *reasons(cloudformation, name)])) from exc


def reasons(cloudformation: Any, name: str) -> list[str]:
    """What CloudFormation says of the resources that failed."""
    events = cloudformation.describe_stack_events(StackName=name)["StackEvents"]
    return [
        f"  {event['LogicalResourceId']}: {event.get('ResourceStatusReason', 'no reason given')}"
        for event in reversed(events)
        if event["ResourceStatus"].endswith("_FAILED")
    ]


def outputs(cloudformation: Any, name: str) -> dict[str, str]:
    """The stack's outputs by name."""
    stack = cloudformation.describe_stacks(StackName=name)["Stacks"][0]
    return {output["OutputKey"]: output["OutputValue"] for output in stack.get("Outputs", [])}
