"""Names of uploads: kept as they are for people to see, and never part of a key or a command."""

from __future__ import annotations

from pathlib import PurePath
from typing import Final

LONGEST: Final = 1_000
"""Characters: longer than any file system's names (POSIX NAME_MAX is 255 bytes), and short enough
to show."""

_PLAIN: Final = 100
"""Characters of a name that goes into a header of HTTP."""


def shown_name(name: str) -> str:
    """The name as it stands on the job and on pages: cut where it is too long, without what no
    database takes."""
    return name.encode("utf-8", "replace").decode().replace("\0", "")[:LONGEST]


def rejects_name(name: str) -> str:
    """`airports.csv` becomes `airports-rejects.csv`, in what letters a header can carry."""
    stem = PurePath(name).stem
    plain = "".join(c for c in stem if c.isascii() and (c.isalnum() or c in "-_. "))
    return f"{plain[:_PLAIN].strip() or 'import'}-rejects.csv"
