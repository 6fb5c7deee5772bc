"""One JSON line an event of note, with the job's id: what a person greps, and CloudWatch reads."""

from __future__ import annotations

import json
import sys
import traceback
from typing import Any


def log(event: str, **facts: Any) -> None:
    """Write one line to standard output, where Lambda collects it."""
    print(json.dumps({"event": event, **facts}, default=str), file=sys.stdout, flush=True)


def log_error(event: str, error: BaseException, **facts: Any) -> None:
    """An error with its traceback. Errors that would quote a connection string are replaced where
    they arise (database.BadDatabaseUrl)."""
    trace = "".join(traceback.format_exception(error))
    log(event, error=type(error).__name__, message=str(error), traceback=trace, **facts)
