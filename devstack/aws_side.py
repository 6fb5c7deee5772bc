"""Deploys the real template and zip to the local AWS, and what an operator adds by hand."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from devstack.local_aws import LocalAws
from infra.deploy import function, stack
from infra.deploy.build_zip import build
from infra.deploy.platforms import host

APP: Final = "devstack"
MAIL_FROM: Final = "imports@example.com"
WEB_USER: Final = "devstack-web"

PARAMETERS: Final = {
    "AppName": APP,
    "MailFrom": MAIL_FROM,
    "AllowPlainHttp": "true",  # the local AWS has no certificate
    "Architecture": "x86_64",  # not looked at: the host's Python runs the zip made for it
}

CONCURRENCY: Final = {"uploads": 3, "commands": 2}
"""Of each queue's mapping: the template's defaults."""

Say = Callable[[str], None]


@dataclass(frozen=True)
class AwsSide:
    """What the deploy made: the stack's outputs, and an access key for the web app."""

    outputs: Mapping[str, str]
    key_id: str
    secret: str


def deploy(aws: LocalAws, web_origin: str, database_url: str, say: Say) -> AwsSide:
    """Everything on AWS that the web app needs."""
    given = PARAMETERS | {"WebOrigin": web_origin}
    outputs = stack.deploy_stack(aws.client("cloudformation"), APP, given, lambda _: None, 0.1)
    allow_what_the_emulator_cannot_judge(aws, outputs["FunctionName"])
    publish(aws, outputs["DatabaseParameter"], database_url)
    aws.client("ses").verify_email_identity(EmailAddress=MAIL_FROM)
    built = build(host())
    function.deploy_code(aws.client("lambda"), outputs["FunctionName"], built, "x86_64")
    make_concurrency_a_number(aws)
    say(f"worker: {len(built.content):,} bytes, {built.sha256}")
    key_id, secret = web_user(aws, outputs["WebPolicyArn"])
    return AwsSide(outputs, key_id, secret)


def allow_what_the_emulator_cannot_judge(aws: LocalAws, function_name: str) -> None:
    """ministack 1.5 knows neither ses:FromAddress nor the identity as ses:SendEmail's resource.

    So it refuses what the template allows on AWS; all else is judged by the template.
    """
    configuration = aws.client("lambda").get_function_configuration(FunctionName=function_name)
    statement = {"Effect": "Allow", "Action": "ses:SendEmail", "Resource": "*"}
    aws.client("iam").put_role_policy(
        RoleName=configuration["Role"].rsplit("/", 1)[-1],
        PolicyName="local-mail",
        PolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [statement]}),
    )


def make_concurrency_a_number(aws: LocalAws) -> None:
    """ministack 1.5 keeps the template parameter's text, which its poller cannot compare."""
    lambda_ = aws.client("lambda")
    for mapping in lambda_.list_event_source_mappings()["EventSourceMappings"]:
        queue = mapping["EventSourceArn"].rpartition("-")[2]
        lambda_.update_event_source_mapping(
            UUID=mapping["UUID"], ScalingConfig={"MaximumConcurrency": CONCURRENCY[queue]}
        )


def publish(aws: LocalAws, parameter: str, database_url: str) -> None:
    """What a web dyno does at boot."""
    aws.client("ssm").put_parameter(
        Name=parameter, Value=database_url, Type="SecureString", Overwrite=True
    )


def web_user(aws: LocalAws, policy: str) -> tuple[str, str]:
    """The web app's own user, with the template's policy and nothing else; its access key."""
    iam = aws.client("iam")
    iam.create_user(UserName=WEB_USER)
    iam.attach_user_policy(UserName=WEB_USER, PolicyArn=policy)
    key = iam.create_access_key(UserName=WEB_USER)["AccessKey"]
    return key["AccessKeyId"], key["SecretAccessKey"]
