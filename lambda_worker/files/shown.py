"""Texts of a file as people, JSON and the database can have them."""

from __future__ import annotations

import re
from typing import Any, Final, cast

_NONE: Final = re.compile("[\ud800-\udfff\0]")
"""What bytes become that fit no encoding, half of a character, and NUL, which no table takes."""


def shown(text: str) -> str:
    """The text with U+FFFD for each of its parts that is no character."""
    return _NONE.sub("\ufffd", text)


def all_shown(value: Any) -> Any:
    """Parameters of a sentence, in lists and dicts too, with all texts shown."""
    if isinstance(value, str):
        return shown(value)
    if isinstance(value, list | tuple):
        return [all_shown(item) for item in cast("list[Any]", value)]
    if isinstance(value, dict):
        items = cast("dict[str, Any]", value).items()
        return {shown(key): all_shown(item) for key, item in items}
    return value
