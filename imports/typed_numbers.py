"""Numbers that addresses and searches have, as far as the database can look for them."""

from __future__ import annotations

import re
from typing import Final

_BIGGEST: Final = 2**63 - 1
"""A line, a record and an id are bigints."""


def number_in(text: str) -> int | None:
    """The number that a text is; anything else is none."""
    is_number = re.fullmatch(r"[0-9]{1,19}", text) is not None and int(text) <= _BIGGEST
    return int(text) if is_number else None
