"""What holds where a project's settings say nothing. Without models: settings are made of it."""

from __future__ import annotations

from decimal import Decimal
from typing import Final

PARTS_ABOVE_BYTES: Final = 64 * 2**20
"""A POST that breaks begins anew: up to here that costs a minute on a line of 10 Mbit/s."""

UPLOAD_FORM_SECONDS: Final = 15 * 60
"""S3 looks at it when a request begins, and pages ask for another form by themselves."""

UPLOAD_GRACE_HOURS: Final = 24
"""A form takes an upload for minutes, but gigabytes over a slow line take the day."""

REVIEW_DAYS: Final = 7
"""As long as the bucket keeps uploads (UploadRetentionDays): later nothing could be staged anew."""

# AWS Lambda, arm64, us-east-1, first tier: https://aws.amazon.com/lambda/pricing/, November 2026.
PRICE_PER_GB_SECOND: Final = Decimal("0.0000133334")
PRICE_PER_REQUEST: Final = Decimal("0.0000002")
# Heroku, a Standard-1X dyno: https://www.heroku.com/pricing/, November 2026.
DYNO_PRICE_PER_MONTH: Final = Decimal(25)
PRICE_CURRENCY: Final = "USD"
