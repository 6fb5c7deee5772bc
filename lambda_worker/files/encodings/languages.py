"""What a word or a character costs in a language: -ln of how likely it is, in nats."""

# ruff: noqa: RUF001  (signs that look alike)

from __future__ import annotations

import unicodedata
from functools import lru_cache
from typing import Final

from lambda_worker.files.encodings.letters import CODES, IDEOGRAMS, LETTERS

UNKNOWN_LETTER: Final = 14.0
"""A letter that is none of the language's: one in a million, as counted."""

LONE_LETTER: Final = 3.5
"""An initial, a unit, a code: one of some thirty."""

_VALUES: Final = bytes.maketrans(CODES.encode(), bytes(range(len(CODES))))

_LEVELS: Final = {"ja": "shift_jis", "zh": "gb2312", "tw": "big5", "ko": "euc_kr"}
"""Sets of the characters in use; what later encodings add to them is rare."""

_MARKS: Final = {
    "ja": "\u3000、。・「」（）",
    "zh": "\u3000，。、（）：；“”《》·",
    "tw": "\u3000，。、（）：；「」．",
    "ko": "\u3000·",
}
_SIGNS: Final = "―－～＆／＋＊％①②③④⑤㈱㎡№○●△▲□■◇◆☆★※→←↑↓『』【】〔〕〇℃"


class Alphabet:
    """The letters of a language, and how they follow one another."""

    def __init__(self, letters: str, cells: str) -> None:
        self._rows = {letter: n * len(letters) for n, letter in enumerate(letters)}
        self._columns = {letter: n for n, letter in enumerate(letters)}
        self._costs = cells.encode().translate(_VALUES)

    def cost(self, word: str) -> float:
        """The cost of a word in small letters, its edges included."""
        row = quarters = 0
        unknown = 0.0
        for letter in word:
            column = self._columns.get(letter)
            if column is None:
                unknown += UNKNOWN_LETTER
                row = 0
            else:
                quarters += self._costs[row + column]
                row = self._rows[letter]
        return unknown + (quarters + self._costs[row]) / 4


@lru_cache(maxsize=64)
def _alphabet(language: str) -> Alphabet:
    return Alphabet(*LETTERS[language])


@lru_cache(maxsize=1 << 15)
def word_cost(language: str, word: str) -> float:
    """The cost of a word, in small letters, in a language of LETTERS."""
    cost = _alphabet(language).cost(word)
    return min(cost, LONE_LETTER) if len(word) == 1 and word.isascii() else cost


@lru_cache(maxsize=8)
def frequent(language: str) -> dict[str, float]:
    """The cost of each frequent character of a language of IDEOGRAMS."""
    costs = {c: float(cost) for cost, found in IDEOGRAMS[language].items() for c in found}
    costs.update(dict.fromkeys(_MARKS[language], 5.5))
    for code in range(0xFF10, 0xFF5B):  # full-width digits and letters
        costs.setdefault(chr(code), 6.5 if chr(code).isalnum() else 7.5)
    for sign in _SIGNS:
        costs.setdefault(sign, 8.0)
    return costs


@lru_cache(maxsize=1 << 14)
def character_cost(language: str, character: str) -> float:
    """The cost of a character that is not ASCII in a language of IDEOGRAMS."""
    cost = frequent(language).get(character)
    return _rare(language, character) if cost is None else cost


def _rare(language: str, character: str) -> float:
    """One that is not frequent: the rarer its kind, the more it costs, beyond all of IDEOGRAMS."""
    if unicodedata.category(character) in ("Cc", "Cn", "Co"):
        return 16.0
    if "\u3041" <= character <= "\u30fe":
        return 10.0
    try:
        found = character.encode(_LEVELS[language])
    except UnicodeEncodeError:
        return 15.0 if character <= "\uffff" else 18.0
    if language == "ko" and character >= "\uac00":
        return 11.0
    # JIS X 0208 has its rarer kanji from row 48 on, which is 0x98 0x9F in Shift_JIS.
    return 13.0 if language == "ja" and found >= b"\x98\x9f" else 12.0
