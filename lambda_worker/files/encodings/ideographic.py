"""How plausible a text is that is written in Chinese, Japanese or Korean characters."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from functools import lru_cache
from typing import Final

from lambda_worker.files.encodings.alphabetic import BAD_BYTE
from lambda_worker.files.encodings.languages import character_cost, word_cost

_BESIDE_SMALL: Final = 7.0
_BESIDE_CAPITAL: Final = 3.0
"""Characters stand beside Latin letters seldom, and beside small ones hardly ever."""

_KANA: Final = {"hiragana": 1.0, "katakana": 1.0, "half": 4.0}
"""What a run of kana costs for being of its kind."""

_HALF_MIXED: Final = 3.0
"""Half-width katakana beside other characters: files are in the one or in the others."""

_NO_KANA: Final = 12.0

_RUNS: Final = re.compile(
    "(?P<hiragana>[\u3041-\u3096ー]+)"
    "|(?P<katakana>[\u30a1-\u30fa\u30fc]+)"
    "|(?P<half>[\uff66-\uff9f]+)"
    "|(?P<latin>[A-Za-z]+)"
    "|(?P<bad>[\udc80-\udcff]+)"
    "|(?P<other>[^\x00-\x7f\u3041-\u3096\u30a1-\u30fa\u30fc\uff66-\uff9f\udc80-\udcff]+)"
    "|(?P<ascii>[\x00-\x7f])"
)


def cost_of(texts: Sequence[str], language: str) -> float:
    """The cost of texts in a language of IDEOGRAMS."""
    return sum(_text_cost(text, language) for text in texts)


@lru_cache(maxsize=1 << 12)
def _text_cost(text: str, language: str) -> float:
    cost = 0.0
    before, last = "ascii", ""
    for run in _RUNS.finditer(text):
        kind, found = run.lastgroup or "", run.group()
        cost += _run_cost(kind, found, language)
        if "ascii" not in (kind, before):
            cost += _edge_cost(before, kind, last, found[0])
        before, last = kind, found[-1]
    return cost


def _run_cost(kind: str, found: str, language: str) -> float:
    if kind == "ascii":
        return 0.0
    if kind == "bad":
        return BAD_BYTE * len(found)
    if kind == "latin":  # as dear as in a text that is Latin, without one of the word's edges
        return max(0.0, word_cost("en", found.lower()) - (2.0 if len(found) > 1 else 1.0))
    if kind in _KANA and language == "ja":
        return _KANA[kind] + word_cost("kana", _half_width(found))
    if kind == "half":
        return _NO_KANA * len(found)
    return sum(character_cost(language, c) for c in found)


def _edge_cost(before: str, kind: str, last: str, first: str) -> float:
    """What it costs that two runs stand side by side."""
    if "bad" in (before, kind):
        return 0.0
    if before == "latin" or kind == "latin":
        letter = last if before == "latin" else first
        return _BESIDE_SMALL if letter.islower() else _BESIDE_CAPITAL
    return _HALF_MIXED if "half" in (before, kind) else 0.0


def _half_width(kana: str) -> str:
    """Kana as half-width katakana, voice marks apart, as LETTERS has them."""
    return "".join(_half_widths().get(c, c) for c in kana)


@lru_cache(maxsize=1)
def _half_widths() -> dict[str, str]:
    halves = {unicodedata.normalize("NFKC", chr(c)): chr(c) for c in range(0xFF66, 0xFF9E)}
    halves |= {"\u3099": "\uff9e", "\u309a": "\uff9f"}
    found = {"ー": "\uff70"}
    for code in range(0x30A1, 0x30FB):
        parts = unicodedata.normalize("NFD", chr(code))
        found[chr(code)] = "".join(halves.get(part, part) for part in parts)
        if code <= 0x30F6:  # hiragana are in the same order, 0x60 before
            found[chr(code - 0x60)] = found[chr(code)]
    return found
