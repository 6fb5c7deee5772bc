"""The web side's AWS clients."""

from __future__ import annotations

from functools import cache
from typing import Any

from django.conf import settings


@cache
def client(service: str) -> Any:
    """A client of the app's region; made once, since each costs a tenth of a second."""
    import boto3  # late: the pages that show a job need none of it
    from botocore.config import Config

    # Left alone, boto3 signs forms with SigV2 for the global host name, which redirects the browser
    # to the bucket's region: a redirect that CORS forbids. Local stacks know no host a bucket.
    style = "path" if settings.SLUICE_AWS_ENDPOINT_URL else "virtual"
    return boto3.client(
        service,
        region_name=settings.SLUICE_AWS_REGION or None,
        endpoint_url=settings.SLUICE_AWS_ENDPOINT_URL,
        config=Config(
            signature_version="s3v4" if service == "s3" else None,
            s3={"addressing_style": style},
            # A click waits for these: better an error in seconds than a page that hangs.
            connect_timeout=5,
            read_timeout=10,
        ),
    )
