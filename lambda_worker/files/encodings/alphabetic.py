"""How plausible a text is in an alphabet: its words, their capitals, its signs."""

# ruff: noqa: RUF001  (signs that look alike)

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import lru_cache
from itertools import pairwise
from typing import Final

from lambda_worker.files.encodings.languages import word_cost

BAD_BYTE: Final = 14.0
_BAD_AGAIN: Final = 4.0
"""A byte that is no character, in nats: a damaged one in a million; another one behind it."""

_CONTROL: Final = 14.0
_RARE_SIGN: Final = 12.5
_BETWEEN_LETTERS: Final = 8.0
_BESIDE_LETTER: Final = 7.0
"""What a sign costs more where it stands as it seldom does."""

_OTHER_LANGUAGE: Final = 3.5
"""A word of another language than most: names are from everywhere."""

_ALPHABETS_MIXED: Final = 3.0
_NOT_LATIN: Final = frozenset({"ru", "el", "he", "ar", "th"})
"""One language of each alphabet that is not Latin."""

# What a sign costs, and where it may stand: before (b) or after (a) a letter, between (m) two, by
# a digit (d) rather than anywhere else. Estimates; only great differences matter.
_SIGNS: Final[dict[str, tuple[float, str]]] = {
    sign: (cost, places)
    for signs, cost, places in (
        ("’", 5.0, "abm"),
        ("‘“„", 6.5, "b"),
        ("”…", 6.5, "a"),
        ("«‹", 7.5, "b"),
        ("»›", 7.5, "a"),
        ("–—", 6.0, "ab"),
        ("\xa0", 6.0, "abm"),
        ("€£", 6.5, "d"),
        ("¥¢", 8.0, "d"),
        ("°", 6.0, "abd"),
        ("º", 6.5, "ad"),
        ("ª", 7.5, "ad"),
        ("½¼¾×±", 8.0, "d"),
        ("²³", 7.5, "a"),
        ("®™", 7.0, "a"),
        ("©§•¿¡№", 7.5, "b"),
        ("µ", 6.5, "bd"),
        ("‚", 8.0, "b"),
        ("·´׳״\u200c\u200d\u200e\u200f", 8.0, "abm"),
        ("\xadـ", 8.0, "abm"),
        ("،؛؟", 7.0, "a"),
        ("฿๏๐๑๒๓๔๕๖๗๘๙ฯ", 8.0, "a"),
        ("‰¨¤¦¬¯¹÷ˆ˜˚˝˛ˇ˘˙΅΄", 10.5, "d"),
        ("†‡¶¸", 12.0, "a"),
    )
    for sign in signs
}
_OPENING: Final = "“„«‹"
_CLOSING: Final = "”»›"

_MARKS: Final = "\u0300-\u036f\u0e31-\u0e4e\u05b0-\u05c7\u064b-\u0652"
"""Accents, vowels and tones that combine with the letter before."""

_NONE: Final = r"\W\d_ªºµ²³¹¼½¾"
"""What is no letter, though regular expressions may take it for part of a word."""

_REST: Final = r"|[^\x00-\x7f]|[\x00-\x7f]"
_WORDS: Final = re.compile(rf"[^{_NONE}](?:[^{_NONE}]|[{_MARKS}])*{_REST}")
_WORDS_APART: Final = re.compile(
    rf"[A-Za-z]+|[^{_NONE}A-Za-z](?:[^{_NONE}A-Za-z]|[{_MARKS}])*{_REST}"
)
"""The same for alphabets other than Latin: Latin words beside them are words of their own."""


def cost_of(texts: Sequence[str], languages: Mapping[str, float]) -> float:
    """The cost of texts in the one of the languages that fits best; each has a cost of its own."""
    is_latin = _NOT_LATIN.isdisjoint(languages)
    signs = _imbalance(texts)
    totals = list(languages.values())
    for text in texts:
        cost, words = _parts(text, is_latin)
        signs += cost
        for word in words:
            costs = [word_cost(language, word) for language in languages]
            most = min(costs) + _OTHER_LANGUAGE
            totals = [total + min(cost, most) for total, cost in zip(totals, costs, strict=True)]
    return signs + min(totals)


def _imbalance(texts: Sequence[str]) -> float:
    """Quotes that open and do not close, or the other way round."""
    text = "".join(texts)
    opened = sum(map(text.count, _OPENING)) - sum(map(text.count, _CLOSING))
    return 3.0 * min(3, abs(opened))


@lru_cache(maxsize=1 << 12)
def _parts(text: str, is_latin: bool) -> tuple[float, tuple[str, ...]]:
    """What the signs and capitals of a text cost, and its words in small letters."""
    cost = 0.0
    words: list[str] = []
    parts = (_WORDS if is_latin else _WORDS_APART).findall(text)
    for n, part in enumerate(parts):
        if _is_word(part):
            words.append(_small(part))
            cost += _capitals(part)
            cost += _ALPHABETS_MIXED if n and _is_word(parts[n - 1]) else 0.0
        elif part > "\x7f":
            cost += _sign(part, parts[max(0, n - 2) : n], parts[n + 1 : n + 3])
    return cost, tuple(words)


def _small(word: str) -> str:
    """Unicode takes the Turkish capital I with a dot for two letters when it is made small."""
    return word.replace("İ", "i").lower()


def _is_word(part: str) -> bool:
    return part[0].isalpha() and part[0] not in "ªºµ"


def _capitals(word: str) -> float:
    """Words are small, capitalized or in capitals; others have one after a small letter."""
    if len(word) == 1 or word.islower() or word.istitle() or word.lower() == word.upper():
        return 0.5
    if word.isupper():
        return 1.2
    rises = sum(a.islower() and b.isupper() for a, b in pairwise(word))
    return 1.0 + 4.0 * rises + 3.0 * (word[1].isupper() and word[-1].islower())


def _sign(sign: str, before: list[str], after: list[str]) -> float:
    if _is_bad(sign):
        return _BAD_AGAIN if before and _is_bad(before[-1]) else BAD_BYTE
    if "\x80" <= sign <= "\x9f":
        return _CONTROL
    cost, places = _SIGNS.get(sign, (_RARE_SIGN, ""))
    follows = bool(before) and _is_word(before[-1])
    precedes = bool(after) and _is_word(after[0])
    if follows and precedes:
        return cost + _BETWEEN_LETTERS * ("m" not in places)
    if (follows and "a" not in places) or (precedes and "b" not in places):
        return cost + _BESIDE_LETTER
    return cost - 1.5 * ("d" in places and _by_digit(before, after))


def _is_bad(sign: str) -> bool:
    return "\udc80" <= sign <= "\udcff"


def _by_digit(before: list[str], after: list[str]) -> bool:
    """Whether a digit is next to a sign, perhaps with a blank between."""
    left = "".join(before).rstrip(" ")[-1:]
    right = "".join(after).lstrip(" ")[:1]
    return left.isdecimal() or right.isdecimal()
