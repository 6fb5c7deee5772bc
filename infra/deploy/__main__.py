"""`bin/deploy-worker`: the stack, the worker's code and one test call, in one command."""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path
from typing import Any

import boto3
from botocore.exceptions import BotoCoreError, ClientError

from infra.deploy import function, stack
from infra.deploy.build_zip import Built, build
from infra.deploy.platforms import by_name
from infra.deploy.wheels import WrongWheel

EXAMPLE = """\
for instance:
  bin/deploy-worker my-app --web-origin https://my-app.herokuapp.com --mail-from imports@example.com
  bin/deploy-worker my-app                               # later: what is not named stays as it is
  bin/deploy-worker my-app --parameter MemoryMB=1024     # any parameter of infra/template.yaml
  bin/deploy-worker --zip-only worker.zip                # no AWS at all

Credentials and region are boto3's: AWS_PROFILE, AWS_REGION and so on.
"""


def say(line: str) -> None:
    """Progress goes to stderr, so that stdout holds the outputs alone."""
    print(line, file=sys.stderr, flush=True)


def arguments(argv: list[str]) -> argparse.Namespace:
    """Read and check the command line."""
    parser = argparse.ArgumentParser(
        prog="bin/deploy-worker",
        description="Deploy the AWS side: stack, worker code, one test call.",
        epilog=EXAMPLE,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("app_name", nargs="?", help="AppName of the stack, and the stack's name")
    parser.add_argument("--web-origin", help="the web app's scheme and host")
    parser.add_argument("--mail-from", help="sender of the result mails, verified in SES")
    parser.add_argument("--parameter", action="append", default=[], metavar="NAME=VALUE")
    parser.add_argument("--architecture", choices=["arm64", "x86_64"], default="arm64")
    parser.add_argument("--platform", choices=["lambda", "host"], default="lambda")
    parser.add_argument("--endpoint", default=os.environ.get("AWS_ENDPOINT_URL"))
    parser.add_argument("--region", default=None)
    parser.add_argument(
        "--zip-only", type=Path, metavar="FILE", help="write the zip, deploy nothing"
    )
    parser.add_argument("--no-ping", action="store_true", help="leave out the test call")
    options = parser.parse_args(argv)
    if options.zip_only is None and options.app_name is None:
        parser.error("name the app, or give --zip-only FILE")
    for pair in options.parameter:
        if "=" not in pair:
            parser.error(f"--parameter {pair}: expected NAME=VALUE")
    return options


def parameters(options: argparse.Namespace) -> dict[str, str]:
    """The template's parameters that were named."""
    named = {
        "AppName": options.app_name,
        "WebOrigin": options.web_origin,
        "MailFrom": options.mail_from,
        "Architecture": options.architecture,
    }
    given = {name: value for name, value in named.items() if value is not None}
    return given | dict(pair.split("=", 1) for pair in options.parameter)


def deploy(
    session: boto3.Session, endpoint: str | None, built: Built, given: dict[str, str]
) -> Any:
    """Stack and code; the stack's outputs."""
    cloudformation = session.client("cloudformation", endpoint_url=endpoint)
    # A local AWS is done at once; the real one counts requests.
    delay = 0.2 if endpoint else 5
    outputs = stack.deploy_stack(cloudformation, given["AppName"], given, say, delay)
    lambda_ = session.client("lambda", endpoint_url=endpoint)
    function.deploy_code(lambda_, outputs["FunctionName"], built, given["Architecture"])
    say(f"{outputs['FunctionName']}: code {built.sha256} ({len(built.content):,} bytes)")
    return outputs


def test_call(session: boto3.Session, endpoint: str | None, name: str) -> int:
    """Invoke once, show the log's tail; the exit status."""
    answer = function.ping(session.client("lambda", endpoint_url=endpoint), name)
    say(f"{name}: the test call answered {answer.payload}")
    say(answer.log_tail.rstrip())
    return 1 if answer.failed else 0


def main(argv: list[str]) -> int:
    """Build, deploy, try."""
    options = arguments(argv)
    try:
        built = build(by_name("host" if options.platform == "host" else options.architecture))
        if options.zip_only is not None:
            options.zip_only.write_bytes(built.content)
            say(f"{options.zip_only}: {built.sha256} ({len(built.content):,} bytes)")
            return 0
        session = boto3.Session(region_name=options.region)
        outputs = deploy(session, options.endpoint, built, parameters(options))
        for name, value in outputs.items():
            print(f"{name}={value}")
        if options.no_ping:
            return 0
        return test_call(session, options.endpoint, outputs["FunctionName"])
    except (stack.DeployFailed, WrongWheel, BotoCoreError, ClientError) as exc:
        say(f"bin/deploy-worker: {exc}")
        return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
