"""What values look like, for telling delimiters and headers from data; never for judging them."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache
from typing import Final

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
"""Characters of a number or date at most: the patterns for them are tried on no more."""

LONGEST_SEEN: Final = 1_000
"""Characters of a value that are looked at."""

_QUOTES: Final = "\"'`"

_NUMBER: Final = re.compile(
    r"[-+−(<>≤≥~]?\s?[$€£¥₩₽]?\s?[-+]?(?:\d{1,3}(?:[.,'’ \u00a0\u202f]\d{3})+|\d{1,2}(?:,\d\d)+,\d{3}|\d+)?(?:[.,]?\d+)"
    r"(?:[eE][-+]?\d+)?\)?\s?(?:%|[$€£¥₩₽])?-?|[-+]?\d+\.|[-+]?[iI]nf"
)
_CLOCK: Final = r"\d{1,2}:\d{2}(?::\d{2}(?:[.,]\d+)?)?(?:\s?[AaPp]\.?[Mm]\.?)?"
_ZONE: Final = r"(?:\s?(?:Z|UTC|GMT|[A-Z]{3,4}|[-+]\d{2}:?\d{2}))?"
_MONTH: Final = (
    r"(?:jan|feb|m[aä]r|apr|ma[iyj]|jun|jul|aug|sep|o[ck]t|nov|de[cz]|f[eé]v|avr|jui|ao[uû]|d[eé]c"
    r"|ene|abr|ago|dic|gen|mag|giu|lug|set|ott|mrt|mei|out|янв|фев|мар|апр|ма[йя]|июн|июл|авг|сен"
    r"|окт|ноя|дек)[^\W\d_]{0,8}\.?"
)
"""Months as Western European languages and Russian write them, in full or not."""
_DAY: Final = (
    r"\d{1,4}([-/.])\d{1,2}\1\d{1,4}\.?"
    rf"|\d{{1,2}}(?:st|nd|rd|th|\.)?[-\s./,]{{0,2}}{_MONTH}(?:[-\s./,]{{1,2}}\d{{2,4}})?"
    rf"|{_MONTH}[-\s]\d{{1,2}}(?:st|nd|rd|th)?,?[-\s]\d{{2,4}}"
    rf"|{_MONTH}[-\s']{{1,2}}\d{{2,4}}|\d{{4}}[-\s]{_MONTH}[-\s]\d{{1,2}}"
    r"|\d{4}年\d{1,2}月(?:\d{1,2}日)?|\d{4}-\d{2}|\d{4}-W\d{2}"
)
_DATE: Final = re.compile(
    rf"(?:(?:[A-Z][a-z]{{2,8}},?\s)?(?:{_DAY})(?:[T ,]{{1,2}}{_CLOCK}{_ZONE})?)"
    rf"|[A-Z][a-z]{{2}} [A-Z][a-z]{{2}} [ \d]\d {_CLOCK}{_ZONE} \d{{4}}"
    rf"|\d{{1,3}}:\d{{2}}(?::\d{{2}}(?:[.,]\d+)?)?(?:\s?[AaPp]\.?[Mm]\.?)?{_ZONE}",
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
_PROSE: Final = re.compile(
    r"[\w(#@*$'“‘„«¿¡…–—<\[-]"
    r"(?:[\w \u00a0\u3000()&+%#@°º²³“”„‘’«»…–—\-'*/_=™®©・、。〒~～（）「」\[\]<>\n\r]"
    r"|[.!?:;,](?=$|[\s)\"'”])|(?<=\w)[.](?=\w))*"
)
_DIGIT: Final = re.compile(r"\d")
_LETTER: Final = re.compile(r"[^\W\d_]")


@lru_cache(maxsize=50_000)
def shape(value: str) -> str:
    """What a value looks like: `empty`, `null`, `number`, `date`, `other` (an address, ...), `text`
    (words), or `odd` where it looks like none of these."""
    value = value.strip()
    if not value:
        return "empty"
    if value in NULL_WORDS:
        return "null"
    if value.isdecimal():
        return "number"
    if value.isalpha():
        return "text"
    if len(value) <= LONGEST_TYPED:
        if _NUMBER.fullmatch(value):
            return "number"
        if _DATE.fullmatch(value):
            return "date"
    value = value[:LONGEST_SEEN]
    if not value[0].isalpha() and _OTHER.fullmatch(value):
        return "other"
    if "@" in value and _OTHER.fullmatch(value):
        return "other"
    if _PROSE.fullmatch(value):
        return "text"
    return "other" if _OTHER.fullmatch(value) else "odd"


def is_typed(value: str) -> bool:
    """Whether a value is a number, a date or a time."""
    return shape(value) in ("number", "date")


def is_typed_column(values: Iterable[str]) -> bool:
    """Whether nearly all values are numbers or dates, words for nothing apart."""
    told = [found for found in map(shape, values) if found not in ("null", "empty")]
    return bool(told) and sum(found in ("number", "date") for found in told) >= 0.8 * len(told)


def mask(value: str) -> str:
    """How a value is built: 9 for digits, a for letters, other characters as they are."""
    return _LETTER.sub("a", _DIGIT.sub("9", value[:LONGEST_TYPED]))


def is_half_quoted(value: str) -> bool:
    """Whether a value begins or ends with a quote: then it was cut at the wrong place, or its quote
    was not seen."""
    return value[:1] in _QUOTES or value[-1:] in _QUOTES if value else False
