"""Which encoding makes most sense of bytes that are not UTF-8.

Each candidate reads the same pieces; what it reads costs -ln of how likely it is in the language
that fits best, and the cheapest wins (naive Bayes). The candidate's own cost stands for how seldom
files are in it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import Final

from lambda_worker.files.encodings import alphabetic, ideographic
from lambda_worker.files.encodings.decoding import bad_bytes, decoded

MOST_BYTES: Final = 5_000
"""So much of a sample is read: more than tells apart any two, and some 100 ms of work."""

FIRST_LOOK: Final = 600
FAR_BEHIND: Final = 45.0
"""After so many bytes a candidate that costs so much more than the best is out."""

FAR_BETTER: Final = 15.0
"""Lines that cost so much less in UTF-8, its own cost counted, are not in it by chance."""

_BY_CHANCE: Final = 0.1
"""The share of short Chinese words that happen to be UTF-8, too."""

SURE: Final = 4.0
"""The second costs so much more than the best: it is fifty times less likely. Of 13,000 samples,
most of them a few lines long, one in twenty was not sure, and one in 700 of the others was wrong
(of those that DOS and old Macs wrote, one in 80)."""

POOR: Final = 5.0
"""Nats for each byte that is read. In a language that is known they are 2 to 4; more say that it is
none of the candidates."""

_MOST_OF_PIECE: Final = 200
"""Bytes of a piece without blanks: Chinese and Japanese sentences have none."""

_BAD_LATER: Final = (14.0, 3)
"""What a byte costs that is none of the encoding's outside of the pieces, and how many count: the
rest may be one damaged stretch."""

_PIECES: Final = re.compile(
    rb"(?:[0-9] )?[^\x00-\x2f\x3a-\x3f]*[\x80-\xff][^\x00-\x2f\x3a-\x3f]*(?: [0-9])?"
)
"""Bytes below 0x30 and from 0x3A to 0x3F are in none of the encodings part of a character."""

_WESTERN: Final = {
    "en": 0.0,
    "fr": 0.5,
    "de": 0.5,
    "es": 0.5,
    "pt": 1.0,
    "it": 1.0,
    "nl": 1.5,
    "sv": 1.5,
    "da": 2.0,
    "nb": 2.0,
    "fi": 2.0,
    "ca": 3.0,
    "is": 4.0,
}
_CENTRAL: Final = {
    "pl": 0.3,
    "cs": 0.8,
    "hu": 0.8,
    "ro": 1.2,
    "sk": 1.5,
    "hr": 1.5,
    "sl": 2.0,
    "de": 2.0,
    "en": 2.0,
    "fr": 4.0,
}
_BALTIC: Final = {"lt": 0.5, "lv": 0.5, "et": 0.5, "pl": 3.0, "de": 3.0, "en": 3.0}
_CYRILLIC: Final = {"ru": 0.0, "uk": 1.0, "bg": 1.5, "be": 3.0, "sr": 3.0, "mk": 4.0, "en": 6.0}
_GREEK: Final = {"el": 0.0, "en": 6.0}
_ARABIC: Final = {"ar": 0.0, "fa": 1.5, "en": 6.0}

_ALPHABETIC: Final = {
    "cp1252": (0.0, _WESTERN),
    "iso8859-15": (3.0, _WESTERN),
    "mac_roman": (4.5, _WESTERN),
    "cp850": (4.5, _WESTERN),
    "cp437": (5.0, _WESTERN),
    "cp1250": (2.0, _CENTRAL),
    "iso8859-2": (3.5, _CENTRAL),
    "cp852": (5.0, _CENTRAL),
    "mac_latin2": (6.5, _CENTRAL),
    "cp1251": (1.0, _CYRILLIC),
    "koi8-r": (3.5, _CYRILLIC),
    "koi8-u": (4.5, _CYRILLIC),
    "cp866": (3.5, _CYRILLIC),
    "iso8859-5": (5.5, _CYRILLIC),
    "mac_cyrillic": (6.0, _CYRILLIC),
    "cp855": (6.0, _CYRILLIC),
    "cp1253": (2.5, _GREEK),
    "iso8859-7": (4.0, _GREEK),
    "cp1254": (2.5, {"tr": 0.0, "en": 3.0, "de": 3.0, "fr": 3.0}),
    "cp1255": (3.0, {"he": 0.0, "en": 6.0}),
    "cp1256": (2.5, _ARABIC),
    "iso8859-6": (6.0, _ARABIC),
    "cp1257": (5.0, _BALTIC),
    "cp1258": (5.0, {"vi": 0.0, "en": 5.0}),
    "cp874": (3.0, {"th": 0.0, "en": 6.0}),
}
"""The candidates' costs, and those of the languages that files in them are in."""

_IDEOGRAPHIC: Final = {
    "cp932": (0.0, "ja"),
    "euc_jp": (2.0, "ja"),
    "gb18030": (0.5, "zh"),
    "cp950": (1.5, "tw"),
    "big5hkscs": (4.0, "tw"),
    "cp949": (1.0, "ko"),
}

CANDIDATES: Final = (*_ALPHABETIC, *_IDEOGRAPHIC)

_UTF8: Final = "utf-8"
_UTF8_COST: Final = -7.0
"""More files are in it than in all others together, and few others happen to be valid UTF-8."""


@dataclass(frozen=True, slots=True)
class Ranked:
    """The best candidate, how much more the next one costs that reads something else, what the
    best costs for each byte that is read, and whether some of the text is in UTF-8 all the same."""

    encoding: str
    margin: float
    cost: float
    is_mixed: bool

    @property
    def is_sure(self) -> bool:
        """Whether no other comes near, and what is read makes sense."""
        return self.margin >= SURE and self.cost <= POOR and not self.is_mixed


def most_plausible(sample: bytes, *, whole: bool, with_utf8: bool = False) -> Ranked:
    """The best of CANDIDATES, and of UTF-8, for a sample with bytes that are not ASCII."""
    pieces = _pieces(sample, whole=whole)
    candidates = (*CANDIDATES, _UTF8) if with_utf8 else CANDIDATES
    first = _first(pieces)
    ranking = _rank(candidates, first)
    if len(first) < len(pieces):
        ranking = _rank(_near(ranking), pieces)
    ranking = _with_the_rest(ranking, sample)
    cost, best = ranking[0]
    read = decoded(sample, best)
    others = (c - cost for c, other in ranking[1:] if decoded(sample, other) != read)
    return Ranked(
        encoding=best,
        margin=next(others, FAR_BEHIND),
        cost=cost / sum(map(len, pieces)),
        is_mixed=with_utf8 and _is_mixed(best, pieces),
    )


def _is_mixed(best: str, pieces: Sequence[bytes]) -> bool:
    """Whether UTF-8 makes far more sense of the pieces that are UTF-8 than the best candidate."""
    valid = [piece for piece in pieces if not bad_bytes(decoded(piece, _UTF8))]
    if len(valid) <= len(pieces) * _BY_CHANCE:
        return False
    return _cost(_UTF8, valid) + FAR_BETTER < _cost(best, valid)


def _pieces(sample: bytes, *, whole: bool) -> list[bytes]:
    """The different stretches with bytes that are not ASCII, from all over the sample."""
    found = dict.fromkeys(_PIECES.findall(sample))
    if not whole and len(found) > 1 and sample.endswith(last := next(reversed(found))):
        del found[last]  # the sample's end may have cut it
    pieces = [piece[:_MOST_OF_PIECE] for piece in found]
    return pieces[:: 1 + sum(map(len, pieces)) // MOST_BYTES]


def _first(pieces: Sequence[bytes]) -> Sequence[bytes]:
    """Those of FIRST_LOOK bytes."""
    ends = accumulate(map(len, pieces))
    return pieces[: 1 + sum(end < FIRST_LOOK for end in ends)]


def _rank(candidates: Iterable[str], pieces: Sequence[bytes]) -> list[tuple[float, str]]:
    return sorted((_cost(candidate, pieces), candidate) for candidate in candidates)


def _cost(candidate: str, pieces: Sequence[bytes]) -> float:
    texts = decoded(b"\n".join(pieces), candidate).split("\n")
    if candidate in _ALPHABETIC:
        own, languages = _ALPHABETIC[candidate]
        return own + alphabetic.cost_of(texts, languages)
    if candidate == _UTF8:
        return _UTF8_COST + _least_cost(texts)
    own, language = _IDEOGRAPHIC[candidate]
    return own + ideographic.cost_of(texts, language)


def _least_cost(texts: Sequence[str]) -> float:
    """The cost in whichever language fits best, of all."""
    groups = {tuple(languages.items()) for _, languages in _ALPHABETIC.values()}
    languages = {language for _, language in _IDEOGRAPHIC.values()}
    return min(
        *(alphabetic.cost_of(texts, dict(group)) for group in groups),
        *(ideographic.cost_of(texts, language) for language in languages),
    )


def _near(ranking: Sequence[tuple[float, str]]) -> list[str]:
    return [candidate for cost, candidate in ranking if cost < ranking[0][0] + FAR_BEHIND]


def _with_the_rest(ranking: Sequence[tuple[float, str]], sample: bytes) -> list[tuple[float, str]]:
    """The ranking when bytes of all of the sample count that are no characters."""
    each, most = _BAD_LATER
    near = set(_near(ranking))
    return sorted(
        (cost + each * min(most, len(bad_bytes(decoded(sample, candidate)))), candidate)
        for cost, candidate in ranking
        if candidate in near
    )
