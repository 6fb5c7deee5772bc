"""Text of a file among a page's own words: whichever way it is written, it turns nothing around
that stands beside it, and the signs that would are seen."""

from __future__ import annotations

import unicodedata
from typing import Any, Final

_NAMES: Final = {
    0x061C: "ALM",
    0x200E: "LRM",
    0x200F: "RLM",
    0x202A: "LRE",
    0x202B: "RLE",
    0x202C: "PDF",
    0x202D: "LRO",
    0x202E: "RLO",
    0x2066: "LRI",
    0x2067: "RLI",
    0x2068: "FSI",
    0x2069: "PDI",
}
"""The signs that direct text (Unicode Standard Annex 9, Directional Formatting Characters)."""

_MARKS: Final = {code: f"⟨{name}⟩" for code, name in _NAMES.items()}

_RIGHT_TO_LEFT: Final = frozenset({"R", "AL", "AN"})

BORDERS: Final = "\u2068\u2069"
"""Around what directs itself: FSI and PDI."""


def marked(text: str) -> str:
    """With its directing signs to be seen, and without what they do."""
    return text.translate(_MARKS)


def isolated(text: str) -> str:
    """Ready to stand in a sentence."""
    shown = marked(text)
    if shown.isascii() or _RIGHT_TO_LEFT.isdisjoint(map(unicodedata.bidirectional, shown)):
        return shown
    begin, end = BORDERS
    return f"{begin}{shown}{end}"


def isolated_all(value: Any) -> Any:
    """What a sentence is filled with: a text, a list of texts, or a number, which stays as it
    is."""
    match value:
        case str():
            return isolated(value)
        case list() | tuple():
            return [isolated_all(item) for item in value]
        case _:
            return value
