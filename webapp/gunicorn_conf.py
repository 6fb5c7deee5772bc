"""How gunicorn serves: few threads, because every one holds a database connection."""

from __future__ import annotations

import os
from typing import Any

from webapp import settings
from webapp.publish_database_url import publish_at_boot

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "webapp.settings")

# Heroku's router comes from outside the dyno; elsewhere we serve this machine alone.
bind = f"0.0.0.0:{settings.PORT}" if settings.PORT else "127.0.0.1:8000"

# Heroku sets WEB_CONCURRENCY to 2 on the small dynos, and gunicorn takes it as the number of
# workers. Three threads then make 6 connections; with 2 x (3 + 2) of the workers in Lambda and 4
# for release, psql and the like that is 20, the limit of the smallest database plan
# (docs/deploying.md).
worker_class = "gthread"
threads = 3

# Heroku's router gives up after 30 s; a worker that is busy longer answers nobody any more.
timeout = 30
# Heartbeat files on disk may block a worker (gunicorn's FAQ); this one is memory.
worker_tmp_dir = "/dev/shm"  # noqa: S108
# The router appends to this header, and nothing else can reach a dyno.
forwarded_allow_ips = "*" if settings.DYNO else "127.0.0.1"
# Nobody steers gunicorn on a dyno, so there is no socket to do it by.
control_socket_disable = True
accesslog = None if settings.DYNO else "-"


def on_starting(server: Any) -> None:
    """Once in the master, before the workers fork."""
    publish_at_boot(settings.DYNO, server.log.error_log)
