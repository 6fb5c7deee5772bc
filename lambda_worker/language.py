"""Sentences, numbers and lists in a reader's language."""

from __future__ import annotations

import gettext
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import Final

LOCALE: Final = Path(__file__).parent / "locale"
DOMAIN: Final = "sluice"

_THOUSANDS: Final = {
    "de": ".",
    "es": ".",
    "fr": "\u202f",
    "it": ".",
    "nl": ".",
    "pl": "\u00a0",
    "pt": ".",
    "ru": "\u00a0",
    "sv": "\u00a0",
}
"""What groups digits by three (Unicode CLDR, numbers/symbols/group); elsewhere a comma."""

_COMMAS: Final = {"ja": "、", "zh": "、"}
"""What stands between the items of a list; elsewhere a comma and a blank."""


def translated(text: str, language: str) -> str:
    """The text in a language (a BCP 47 tag), or as it is where there is no translation."""
    return _catalog(language).gettext(text)


def grouped(number: int, language: str) -> str:
    """1234567 as people write it: 1,234,567 or 1.234.567."""
    return f"{number:,}".replace(",", _THOUSANDS.get(_primary(language), ","))


def listed(items: Iterable[str], language: str) -> str:
    """Items one behind the other."""
    return _COMMAS.get(_primary(language), ", ").join(items)


def _primary(language: str) -> str:
    return language.replace("_", "-").split("-")[0].lower()


@cache
def _catalog(language: str) -> gettext.NullTranslations:
    names = [language.replace("-", "_"), _primary(language)]
    return gettext.translation(DOMAIN, LOCALE, languages=names, fallback=True)
