"""The settings' variables for tests, set before Django reads them (pytest loads this with -p)."""

from __future__ import annotations

import os

NOT_YET = "postgres://not:started@127.0.0.1:1/yet?sslmode=disable"
"""Postgres is started only when a test asks for it; conftest.py then puts in its address."""

os.environ.update(
    DATABASE_URL=NOT_YET,
    SECRET_KEY="only-for-tests-" + "x" * 40,
    ALLOWED_HOSTS="testserver,127.0.0.1,localhost",
    SLUICE_BASE_URL="https://sluice.example.com",
    SLUICE_BUCKET="sluice-test",
    SLUICE_COMMANDS_QUEUE_URL="https://sqs.eu-west-1.amazonaws.com/123456789012/test-commands",
    SLUICE_DATABASE_PARAMETER="/sluice/test/database-url",
    SLUICE_MAX_UPLOAD_BYTES=str(1024**3),
    # Never a real account, whatever is in the shell's environment or in ~/.aws.
    AWS_ACCESS_KEY_ID="testing",
    AWS_SECRET_ACCESS_KEY="testing",
    AWS_REGION="eu-west-1",
    AWS_DEFAULT_REGION="eu-west-1",
    AWS_EC2_METADATA_DISABLED="true",
    # Playwright's event loop stays in the thread, and Django would see asynchronous code in it.
    DJANGO_ALLOW_ASYNC_UNSAFE="true",
)
for name in ("AWS_ENDPOINT_URL", "AWS_PROFILE", "AWS_SESSION_TOKEN", "DYNO", "DEBUG"):
    os.environ.pop(name, None)
