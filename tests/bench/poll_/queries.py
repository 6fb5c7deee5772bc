"""Child: how many queries one poll takes, by the app's own count."""

from __future__ import annotations

import os
import sys

import django


def main() -> None:
    """Print the number for the job whose id is the argument, as the admin polls it."""
    django.setup()
    from django.contrib.auth.models import User
    from django.db import connection
    from django.test import Client
    from django.test.utils import CaptureQueriesContext

    client = Client(headers={"host": "localhost"})
    client.force_login(User.objects.get(username="admin"))
    with CaptureQueriesContext(connection) as queries:
        client.get(f"/imports/{sys.argv[1]}/progress/")
    print(len(queries))


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "webapp.settings")
    main()
