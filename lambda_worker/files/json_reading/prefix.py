"""What some write before JSON: the beginning of a script, a guard against scripts, comments."""

from __future__ import annotations

import re
from typing import Final

LONGEST: Final = 4 * 1024
"""Characters of what is passed by before a document: a licence, at most."""

_BLANK: Final = r"(?:[ \t\r\n]|//[^\r\n]*|/\*(?:[^*]|\*(?!/))*\*/)*"
_GUARD: Final = r"(?:\)\]\}'?,?|while\s*\(1\);|for\s*\(;;\);|\{\}\s*&&)"
"""What services put before JSON, so that no page can load it as a script."""
_PART: Final = r"[A-Za-z_$][\w$]*"
_NAME: Final = rf"{_PART}(?:\.{_PART}|\[(?:[0-9]+|'[^'\r\n]*'|\"[^\"\r\n]*\")\])*"
_ASSIGNED: Final = rf"(?:(?:export\s+)?(?:var|let|const)\s+)?{_NAME}\s*=|export\s+default\s"
_TESTED: Final = rf"typeof\s+{_NAME}\s*===?\s*['\"]function['\"]\s*&&\s*"
_CALLED: Final = rf"(?:{_TESTED})?{_NAME}\s*\("
"""JSONP: JSON as the argument of a function."""

_PREFIX: Final = re.compile(
    rf"{_BLANK}(?:{_GUARD}{_BLANK})?(?:(?:{_ASSIGNED}|{_CALLED}){_BLANK})?(?=[\[{{])"
)


def prefix_end(text: str, at: int = 0) -> int:
    """Where a JSON array or object begins of which `text` has at most a usual prefix from `at` on;
    `at` where there is no such thing."""
    match = _PREFIX.match(text, at, at + LONGEST)
    return match.end() if match else at
