"""Names of uploads: kept as they are for people to see, and never part of a key or a command."""

from __future__ import annotations

from pathlib import PurePath
from typing import Final

LONGEST: Final = 1_000
"""Characters: longer than any file system's names (POSIX NAME_MAX is 255 bytes), and short enough
to show."""

_STEM: Final = 100
"""Characters of a name that goes into a header of HTTP."""

_REFUSED: Final = frozenset('\\/:*?"<>|')
"""By Windows in names of files (Microsoft, Naming Files, Paths, and Namespaces)."""


def shown_name(name: str) -> str:
    """The name as it stands on the job and on pages: cut where it is too long, without what no
    database takes."""
    return name.encode("utf-8", "replace").decode().replace("\0", "")[:LONGEST]


def rejects_name(name: str) -> str:
    """`airports.csv` becomes `airports-rejects.csv`, without what a file system may refuse."""
    return f"{_plain(PurePath(name).stem)}-rejects.csv"


_PACKED: Final = frozenset({".gz", ".bz2", ".xz", ".zst"})
_TABLES: Final = frozenset({".csv", ".tsv", ".tab", ".txt", ".json", ".jsonl", ".ndjson"})


def to_fix_name(name: str, extension: str) -> str:
    """`airports.tsv.gz` becomes `airports-to-fix.tsv`, likewise: its own extension is what the
    sender's program knows it by; else the one given."""
    path = PurePath(name)
    if path.suffix.lower() in _PACKED:
        path = PurePath(path.stem)
    own = path.suffix if path.suffix.lower() in _TABLES else extension
    return f"{_plain(path.stem)}-to-fix{own}"


def _plain(stem: str) -> str:
    plain = "".join(c for c in stem if c.isprintable() and c not in _REFUSED)
    return plain[:_STEM].strip(" .") or "import"
