"""Python values as the text that a plan holds, which the worker casts to the kind's SQL type."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from django.utils.timezone import is_naive, make_aware

from lambda_worker.plan import Kind


def as_text(value: Any, kind: Kind) -> str:  # noqa: PLR0911  (one a kind)
    """The value as PostgreSQL reads it for this kind. TypeError for a callable or an expression."""
    match kind:
        case Kind.BOOLEAN:
            return "true" if value else "false"
        case Kind.JSON:
            return json.dumps(value, cls=DjangoJSONEncoder, ensure_ascii=False)
        case Kind.BASE64 | Kind.HEX if isinstance(value, bytes | bytearray | memoryview):
            return "\\x" + bytes(value).hex()
        case Kind.DATETIME if isinstance(value, datetime):
            return (make_aware(value) if is_naive(value) else value).isoformat()
        case Kind.DURATION if isinstance(value, timedelta):
            # ISO 8601 as Django writes it has its sign in front, which PostgreSQL does not read.
            return f"{value.days} days {value.seconds} seconds {value.microseconds} microseconds"
        case Kind.DATE | Kind.TIME | Kind.DATETIME if hasattr(value, "isoformat"):
            return str(value.isoformat())
        case _:
            if callable(value) or hasattr(value, "resolve_expression"):
                raise TypeError(f"{value!r} is no plain value")
            return str(value)


def as_array_text(values: Any, kind: Kind) -> str:
    """A list as PostgreSQL reads an array of the kind."""
    items = ("NULL" if value is None else _quoted(as_text(value, kind)) for value in values)
    return "{" + ",".join(items) + "}"


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
