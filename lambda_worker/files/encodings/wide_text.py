"""UTF-16 and UTF-32 without a byte order mark: told by which of the readings is a text."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final

from lambda_worker.files.encodings.letters import IDEOGRAMS

_ENCODINGS: Final = ("utf-32-le", "utf-32-be", "utf-16-le", "utf-16-be")

_SEEN: Final = 4_000
"""Characters that are looked at; a multiple of all encodings' units when taken as bytes."""

_USUAL_SHARE: Final = 0.9
"""Texts have hardly any unusual characters. Read in the wrong order of bytes, or from bytes that
are ASCII, three in four ideograms are rare ones."""

_USUAL: Final = re.compile(
    "[\t\n\r\x1c-\x7e\xa0-\u017f\u0192\u01a0-\u01b4\u0218-\u021b\u02c6-\u02dd\u0300-\u0331"  # Latin
    "\u0386-\u03ce\u0401-\u0491\u05d0-\u05f4\u060c-\u06d2\u0e01-\u0e5b"
    "\u1e00-\u1ef9\u2010-\u203b\u20a0-\u20bf\u2103-\u2193\u2460-\u2473\u25a0-\u2606"
    "\u3000-\u3011\u3041-\u30fe\uac00-\ud7a3\uff01-\uff9f\ufeff]"
)


def wide_encoding(sample: bytes) -> str | None:
    """The encoding of a sample with NUL bytes that is UTF-16 or UTF-32; else None."""
    shares = [(_share_of_usual(sample[: 4 * _SEEN], encoding), encoding) for encoding in _ENCODINGS]
    share, encoding = max(shares, key=lambda found: found[0])
    return encoding if share >= _USUAL_SHARE else None


def _share_of_usual(sample: bytes, encoding: str) -> float:
    """The share of the characters that texts are made of."""
    text = sample.decode(encoding, "replace")
    rest = _USUAL.sub("", text)
    usual = len(text) - len(rest) + sum(map(rest.count, _frequent() & set(rest)))
    return usual / len(text)


@lru_cache(maxsize=1)
def _frequent() -> frozenset[str]:
    return frozenset("".join("".join(found.values()) for found in IDEOGRAMS.values()))
