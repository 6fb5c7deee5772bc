"""What the template must say, whoever edits it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from cfnlint.api import lint_file
from cfnlint.decode.cfn_yaml import load

from devstack.aws_side import CONCURRENCY
from infra.deploy.platforms import RUNTIME
from infra.deploy.stack import TEMPLATE
from lambda_worker import contract
from webapp import gunicorn_conf

QUEUES = ("Uploads", "Commands")

SMALLEST_PLAN = 20
"""Connections that Heroku Postgres's essential-0 allows."""

CONNECTIONS_OF_A_WORKER = 2
HEROKUS_WEB_CONCURRENCY = 2  # on the small dynos
RELEASE_AND_PSQL = 4

template: dict[str, Any] = load(str(TEMPLATE))
resources: dict[str, Any] = template["Resources"]


def properties(name: str) -> Any:
    return resources[name]["Properties"]


def defaults() -> dict[str, Any]:
    return {name: each.get("Default") for name, each in template["Parameters"].items()}


def statements(document: Any) -> list[Any]:
    return list(document["Statement"])


def allowed() -> Iterator[tuple[str, Any]]:
    """Every statement that allows something, with the name of its policy."""
    for policy in properties("Role")["Policies"]:
        for statement in statements(policy["PolicyDocument"]):
            yield "Role", statement
    for statement in statements(properties("WebPolicy")["PolicyDocument"]):
        yield "WebPolicy", statement


def actions(policy: str) -> set[str]:
    found: set[str] = set()
    for name, statement in allowed():
        if name == policy:
            action = statement["Action"]
            found |= {action} if isinstance(action, str) else set(action)
    return found


def test_cfn_lint_finds_nothing() -> None:
    assert [str(match) for match in lint_file(TEMPLATE)] == []


def test_the_bucket_is_closed_to_the_public() -> None:
    assert set(properties("Bucket")["PublicAccessBlockConfiguration"].values()) == {True}
    assert len(properties("Bucket")["PublicAccessBlockConfiguration"]) == 4


def test_the_bucket_keeps_versions() -> None:
    assert properties("Bucket")["VersioningConfiguration"] == {"Status": "Enabled"}


def test_the_bucket_refuses_plain_http() -> None:
    (statement,) = statements(properties("BucketPolicy")["PolicyDocument"])
    assert (statement["Effect"], statement["Principal"]) == ("Deny", "*")
    assert statement["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}
    assert len(statement["Resource"]) == 2


def test_plain_http_has_to_be_asked_for() -> None:
    assert resources["BucketPolicy"]["Condition"] == "RequireTls"
    assert template["Parameters"]["AllowPlainHttp"]["Default"] == "false"


def test_only_the_web_origin_may_upload_from_a_browser() -> None:
    (rule,) = properties("Bucket")["CorsConfiguration"]["CorsRules"]
    assert rule["AllowedOrigins"] == [{"Ref": "WebOrigin"}]
    assert rule["AllowedMethods"] == ["POST", "PUT"]
    assert rule["ExposedHeaders"] == ["ETag"]


def test_everything_in_the_bucket_ends_some_day() -> None:
    rules = {rule["Id"]: rule for rule in properties("Bucket")["LifecycleConfiguration"]["Rules"]}
    assert rules["uploads"]["Prefix"] == contract.UPLOAD_PREFIX
    assert rules["results"]["Prefix"] == contract.RESULT_PREFIX
    assert {"old-versions", "delete-markers"} <= rules.keys()
    unfinished = rules["unfinished-uploads"]["AbortIncompleteMultipartUpload"]
    assert unfinished == {"DaysAfterInitiation": {"Ref": "UploadRetentionDays"}}


def test_the_bucket_tells_the_queue_of_every_upload_and_nothing_else() -> None:
    (told,) = properties("Bucket")["NotificationConfiguration"]["QueueConfigurations"]
    assert told["Event"] == "s3:ObjectCreated:*"
    assert told["Queue"] == {"Fn::GetAtt": ["UploadsQueue", "Arn"]}
    assert told["Filter"]["S3Key"]["Rules"] == [{"Name": "prefix", "Value": contract.UPLOAD_PREFIX}]


def test_only_this_bucket_may_send_to_the_uploads_queue() -> None:
    (statement,) = statements(properties("UploadsQueuePolicy")["PolicyDocument"])
    assert statement["Principal"] == {"Service": "s3.amazonaws.com"}
    assert statement["Action"] == "sqs:SendMessage"
    assert {"ArnEquals", "StringEquals"} == statement["Condition"].keys()


@pytest.mark.parametrize("queue", QUEUES)
def test_each_queue_has_a_dead_letter_queue_and_two_alarms(queue: str) -> None:
    redrive = properties(f"{queue}Queue")["RedrivePolicy"]
    assert redrive["deadLetterTargetArn"] == {"Fn::GetAtt": [f"{queue}DeadLetters", "Arn"]}
    assert properties(f"{queue}DeadLettersAlarm")["Threshold"] == 0
    assert properties(f"{queue}OldestAlarm")["MetricName"] == "ApproximateAgeOfOldestMessage"


@pytest.mark.parametrize("queue", QUEUES)
def test_each_queue_feeds_the_function_one_message_at_a_time(queue: str) -> None:
    mapping = properties(f"{queue}Mapping")
    assert mapping["EventSourceArn"] == {"Fn::GetAtt": [f"{queue}Queue", "Arn"]}
    assert mapping["BatchSize"] == 1
    assert mapping["ScalingConfig"] == {"MaximumConcurrency": {"Ref": f"{queue}Concurrency"}}


def test_all_connections_fit_the_smallest_database_plan() -> None:
    """Also the emulator, which must be told the numbers once more, runs by these."""
    workers = [defaults()[f"{queue}Concurrency"] for queue in QUEUES]
    assert workers == [CONCURRENCY[queue.lower()] for queue in QUEUES]
    web = gunicorn_conf.threads * HEROKUS_WEB_CONCURRENCY
    connections = CONNECTIONS_OF_A_WORKER * sum(workers) + web + RELEASE_AND_PSQL
    assert connections <= SMALLEST_PLAN
    assert all(template["Parameters"][f"{q}Concurrency"]["MinValue"] == 2 for q in QUEUES)


def test_the_worker_knows_which_delivery_is_the_last() -> None:
    assert properties("Function")["Environment"]["Variables"]["SLUICE_MAX_RECEIVES"] == {
        "Ref": "MaxReceives"
    }
    for queue in QUEUES:
        assert properties(f"{queue}Queue")["RedrivePolicy"]["maxReceiveCount"] == {
            "Ref": "MaxReceives"
        }


def test_messages_stay_hidden_at_least_as_long_as_the_function_may_run() -> None:
    assert defaults()["QueueVisibilitySeconds"] >= defaults()["TimeoutSeconds"]


def test_no_policy_allows_a_whole_service() -> None:
    for name in ("Role", "WebPolicy"):
        assert not {action for action in actions(name) if "*" in action}


def test_no_policy_reaches_every_resource() -> None:
    assert [statement["Sid"] for _, statement in allowed() if statement["Resource"] == "*"] == []


def test_the_web_app_can_neither_read_uploads_nor_write_results() -> None:
    for name, statement in allowed():
        where = str(statement["Resource"])
        if name == "WebPolicy" and "s3:GetObject" in statement["Action"]:
            assert "/results/*" in where
        if name == "WebPolicy" and "s3:PutObject" in statement["Action"]:
            assert "/uploads/*" in where


def test_the_worker_mails_from_its_own_address_only() -> None:
    (statement,) = [each for _, each in allowed() if each["Action"] == "ses:SendEmail"]
    assert statement["Condition"] == {"StringEquals": {"ses:FromAddress": {"Ref": "MailFrom"}}}


def test_the_function_is_outside_any_vpc_and_reserves_nothing() -> None:
    function = properties("Function")
    assert "VpcConfig" not in function
    assert "ReservedConcurrentExecutions" not in function


def test_the_function_runs_the_python_that_the_zip_is_built_for() -> None:
    assert properties("Function")["Runtime"] == f"python{RUNTIME}"


def test_logs_are_not_kept_for_ever() -> None:
    assert properties("LogGroup")["RetentionInDays"] == {"Ref": "LogRetentionDays"}
