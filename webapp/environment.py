"""Reading environment variables: each error names the variable and what it accepts."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable
from decimal import Decimal
from typing import Final

from django.core.exceptions import ImproperlyConfigured

_FLAGS: Final = {
    "true": True,
    "1": True,
    "yes": True,
    "false": False,
    "0": False,
    "no": False,
    "": False,
}


def text(name: str, default: str = "") -> str:
    """The variable's value; an empty one counts as not set."""
    return os.environ.get(name, "").strip() or default


def flag(name: str) -> bool:
    """A variable that is on or off; off where it is not set."""
    value = text(name).lower()
    if value not in _FLAGS:
        raise ImproperlyConfigured(f"{name}={value!r}; it accepts true, 1, yes, false, 0 or no")
    return _FLAGS[value]


def number(name: str, default: int) -> int:
    """A variable that is a whole number above nought."""
    value = text(name, str(default))
    if not value.isdecimal() or int(value) == 0:
        raise ImproperlyConfigured(f"{name}={value!r}; it accepts a whole number above 0")
    return int(value)


def amount(name: str, default: Decimal) -> Decimal:
    """A variable that is a sum of money: digits, perhaps with a point."""
    value = text(name)
    if not value:
        return default
    if not re.fullmatch(r"[0-9]+(\.[0-9]+)?", value):
        raise ImproperlyConfigured(f"{name}={value!r}; it accepts a number such as 0.25")
    return Decimal(value)


def names(name: str) -> list[str]:
    """A variable that lists names, with commas between them."""
    return [part.strip() for part in text(name).split(",") if part.strip()]


def require(wanted: Iterable[str]) -> None:
    """Refuse to start without these variables, naming all that are missing in one message."""
    missing = [name for name in wanted if not text(name)]
    if missing:
        raise ImproperlyConfigured(
            f"This dyno cannot start without these config vars: {', '.join(missing)}. "
            "Set them with `heroku config:set NAME=value`; docs/configuration.md explains each."
        )
