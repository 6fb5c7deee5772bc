"""The lines that are drawn around a table."""

from __future__ import annotations

import re
from typing import Final

_DRAWN: Final = re.compile("[\u2500-\u257f+=| -]*")
"""Box-drawing characters, and what stands for them in ASCII."""


def is_drawn(line: str) -> bool:
    """Whether a line is a piece of a frame, or blank."""
    return _DRAWN.fullmatch(line.strip()) is not None
