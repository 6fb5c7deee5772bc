"""A line with letters as other encodings read it: people see at once which one is right."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from lambda_worker.files.encodings.decoding import bad_bytes, decoded
from lambda_worker.files.encodings.names import NAMES, encoding_name

MOST: Final = 6
"""Readings that are shown: whoever finds none of them right has the list of all encodings."""

ODD: Final = 3
"""What a second script in a word weighs against a sign that is no letter, or a capital inside."""

_WORDS: Final = re.compile(r"[^\W\d_]+")


@dataclass(frozen=True, slots=True)
class Reading:
    """A line as it is in an encoding."""

    encoding: str
    name: str
    line: str
    is_chosen: bool


def readings(line: str, encoding: str) -> list[Reading]:
    """The line, which was read in `encoding`, in that and in the likeliest others that read it
    differently; empty where its bytes cannot be told."""
    try:
        data = line.encode(encoding)
    except (LookupError, UnicodeError):
        return []
    texts = {line: encoding}
    for other, text in _others(data):
        texts.setdefault(text, other)
    likely = sorted(texts, key=lambda text: (_oddness(text), _place(texts[text])))[:MOST]
    shown = likely if line in likely else [line, *likely[: MOST - 1]]
    return [
        Reading(texts[text], encoding_name(texts[text]), text, texts[text] == encoding)
        for text in shown
    ]


def _others(data: bytes) -> Iterator[tuple[str, str]]:
    for encoding in NAMES:
        if encoding.startswith(("utf-16", "utf-32", "ascii", "iso2022")):
            continue  # told by their own marks
        text = decoded(data, encoding)
        if not bad_bytes(text) and "\n" not in text and text.isprintable():
            yield encoding, text


def _oddness(text: str) -> int:
    """How much a text looks like one that was read wrongly."""
    signs = sum(unicodedata.category(c)[0] not in "LMP" for c in text if not c.isascii())
    return signs + sum(map(_oddness_of_word, _WORDS.findall(text)))


def _oddness_of_word(word: str) -> int:
    """More than one script, a capital behind a small letter, or nothing but accents."""
    scripts = {unicodedata.name(letter, "?").split()[0] for letter in word}
    capitals = sum(a.islower() and b.isupper() for a, b in pairwise(word))
    accents = len(word) > 1 and scripts == {"LATIN"} and not any(map(str.isascii, word))
    return ODD * (len(scripts) - 1 + accents) + capitals


def _place(encoding: str) -> int:
    """In the order of the list, where the commonest come first."""
    names = list(NAMES)
    return names.index(encoding) if encoding in names else len(names)
