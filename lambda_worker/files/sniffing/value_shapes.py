"""What values look like, for telling delimiters and headers from data; never for judging them."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from functools import lru_cache
from typing import Final

from lambda_worker.files.sniffing.calendar_words import MONTHS, WEEKDAYS

NULL_WORDS: Final = frozenset(
    [
        "NA",
        "N/A",
        "n/a",
        "#N/A",
        "NULL",
        "null",
        "Null",
        "None",
        "none",
        "NaN",
        "nan",
        "nil",
        "-",
        "--",
        "---",
        ".",
        "..",
        "...",
        "?",
        "\\N",
        "(null)",
        "<NA>",
        "n.a.",
        "k.A.",
        "#NULL!",
        "NONE",
        "MISSING",
    ]
)
"""What systems and people write where there is nothing."""

POSTGRES_NULL: Final = "\\N"
"""Nothing, in what Postgres and MySQL write; nobody means it as a value."""

LONGEST_TYPED: Final = 50
"""Characters of a number or date: the patterns for them, which may go back, see no more."""

LONGEST_SEEN: Final = 1_000
"""Characters of a value that are looked at; the patterns for these go through it once."""

TYPED: Final = 0.8
"""So many of a column's values are numbers or dates at least: people write words among them."""

_QUOTES: Final = "\"'`"

_GROUPED: Final = r"\d{1,3}(?:[.,'\u2019 \u00a0\u202f]\d{3})+|\d{1,2}(?:,\d\d)+,\d{3}"
"""Thousands apart, and as in India."""

_NUMBER: Final = re.compile(
    r"[-+\u2212(<>≤≥~]?\s?[$€£¥₩₽]?\s?[-+]?"
    rf"(?:(?:{_GROUPED})(?:[.,]\d+)?|\d*[.,]?\d+)(?:[eE][-+]?\d+)?"
    r"\)?\s?(?:%|[$€£¥₩₽])?-?"
    r"|[-+]?\d+\.|[-+]?[iI]nf"
)

_MONTH: Final = r"([^\W\d_]{3,12})\.?"
"""A word that is to be one of MONTHS."""

_CLOCK: Final = r"\d{1,3}:\d{2}(?::\d{2}(?:[.,]\d+)?)?(?:\s?[AP]\.?M\.?)?"
_ZONE: Final = r"(?:\s?(?:Z|[A-Z]{3,4}|[-+]\d{2}:?\d{2}))?"
_DAY: Final = (
    r"\d{1,4}(?P<mark>[-/.])\d{1,2}(?P=mark)\d{1,4}\.?"
    rf"|\d{{1,2}}(?:st|nd|rd|th|\.)?[-\s./,]{{0,2}}{_MONTH}(?:[-\s./,]{{1,2}}\d{{2,4}})?"
    rf"|{_MONTH}[-\s]\d{{1,2}}(?:st|nd|rd|th)?,?[-\s]\d{{2,4}}"
    rf"|{_MONTH}[-\s']{{1,2}}\d{{2,4}}|\d{{4}}[-\s]{_MONTH}[-\s]\d{{1,2}}"
    r"|\d{4}年\d{1,2}月(?:\d{1,2}日)?|\d{4}-\d{2}|\d{4}-W\d{2}"
)
_DATE: Final = re.compile(
    rf"(?:([^\W\d_]{{2,12}})\.?,?\s)?(?:{_DAY})(?:[T ,]{{1,2}}{_CLOCK}{_ZONE})?"
    rf"|[A-Z]{{3}} [A-Z]{{3}} [ \d]\d {_CLOCK}{_ZONE} \d{{4}}"  # as C's asctime writes it
    rf"|{_CLOCK}{_ZONE}",
    re.IGNORECASE,
)

_OTHER: Final = re.compile(
    r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+"
    r"|(?:https?|ftp|s3|file)://\S+|www\.\S+"
    r"|\{.*\}|\[.*\]|\(.*\)"
    r"|[0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}"
    r"|(?:\d{1,3}\.){3}\d{1,3}(?:/\d+)?|(?:[0-9A-Fa-f]{2}[:-]){5}[0-9A-Fa-f]{2}"
    r"|(?:[A-Za-z]:)?[/\\][\w./\\ -]+"
    r"|[-+(]{0,2}\d[\d ()/-]{4,20}\d"
    r"|<[^<>]*>|[^;|]+(?:;[^;|]+){2,}|[^;|]+(?:\|[^;|]+){2,}",
    re.DOTALL,
)
"""Addresses, identifiers, phone numbers, and lists of three."""

_PROSE: Final = re.compile(
    r"[\w(#@*$'“\u2018„«¿¡…\u2013—<\[-]"
    r"(?:[\w \u00a0\u3000()&+%#@°º²³“”„\u2018\u2019«»…\u2013—\-'*/_=™®©・、。〒~「」\[\]<>\n\r"
    r"\uff5e\uff01\uff05\uff06\uff08\uff09\uff0b-\uff0f\uff1a\uff1b\uff1f"
    r"\u060c\u061b\u061f\u05f3\u05f4\u0964\u0965]"
    r"|[.!?:;,](?=$|[\s)\"'”])|(?<=\w)[.](?=\w))*"
)
"""Words, and punctuation where it ends them, or anywhere in scripts without blanks behind it."""

_DIGIT: Final = re.compile(r"\d")
_LETTER: Final = re.compile(r"[^\W\d_]")


@lru_cache(maxsize=20_000)
def shape(value: str) -> str:
    """What a value looks like: `empty`, `null`, `number`, `date`, `other` (an address, ...), `text`
    (words), or `odd` where it looks like none of these."""
    value = value.strip()
    if not value:
        return "empty"
    if value in NULL_WORDS:
        return "null"
    if value.isalpha():
        return "text"
    return (_typed_shape(value) if len(value) <= LONGEST_TYPED else "") or _loose_shape(value)


def _typed_shape(value: str) -> str:
    if value.isdecimal() or _NUMBER.fullmatch(value):
        return "number"
    return "date" if _is_date(value) else ""


def _is_date(value: str) -> bool:
    found = _DATE.fullmatch(value)
    if not found:
        return False
    weekday, _, *months = found.groups(default="")
    is_named = not weekday or weekday.lower() in WEEKDAYS
    return is_named and all(month.lower() in MONTHS for month in months if month)


def _loose_shape(value: str) -> str:
    value = value[:LONGEST_SEEN]
    # Prose takes most addresses for words; few values that begin with a letter are others.
    comes_first = "@" in value or not value[0].isalpha()
    if comes_first and _OTHER.fullmatch(value):
        return "other"
    if _PROSE.fullmatch(value):
        return "text"
    if not comes_first and _OTHER.fullmatch(value):
        return "other"
    bare = value if value.isascii() else "".join(c for c in value if not _is_joined(c))
    return "odd" if bare in ("", value) else _loose_shape(bare)


def _is_joined(character: str) -> bool:
    """Whether it is a vowel sign, an accent or the like that belongs to a letter beside it, or
    joins or parts two."""
    return unicodedata.category(character) in ("Mn", "Mc", "Cf")


def is_typed(value: str) -> bool:
    """Whether a value is a number, a date or a time."""
    return shape(value) in ("number", "date")


def is_typed_column(values: Iterable[str]) -> bool:
    """Whether nearly all values are numbers or dates, words for nothing apart."""
    told = [found for found in map(shape, values) if found not in ("null", "empty")]
    return bool(told) and sum(found in ("number", "date") for found in told) >= TYPED * len(told)


def mask(value: str) -> str:
    """How a value is built: 9 for digits, a for letters, other characters as they are."""
    return _LETTER.sub("a", _DIGIT.sub("9", value[:LONGEST_TYPED]))


def is_half_quoted(value: str) -> bool:
    """Whether a value begins or ends with a quote: then it was cut at the wrong place, or its quote
    was not seen."""
    return bool(value) and (value[0] in _QUOTES or value[-1] in _QUOTES)
