"""What values look like, for telling delimiters and headers from data; never for judging them."""

from __future__ import annotations

import re
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

_NUMBER: Final = re.compile(
    r"[-+(]?\s?[$€£¥₩₽]?\s?(?:\d{1,3}(?:[.,' \u00a0\u202f]\d{3})+|\d+)?(?:[.,]?\d+)"
    r"(?:[eE][-+]?\d+)?\)?\s?(?:%|[$€£¥₩₽])?-?"
)
_DATE: Final = re.compile(
    r"\d{1,4}([-/.])\d{1,2}\1\d{1,4}\.?(?:[T ,]\s?\d{1,2}:\d{2}(?::\d{2}(?:[.,]\d+)?)?"
    r"(?:\s?[AaPp][Mm])?\s?(?:Z|UTC|[-+]\d{2}:?\d{2})?)?"
    r"|\d{1,2}[-\s./](?:[A-Za-z]{3,9}\.?)[-\s./,]+\d{2,4}"
    r"|\d{4}年\d{1,2}月\d{1,2}日|\d{4}-\d{2}(?:-\d{2}T\d{2}:\d{2}.*)?"
)
_TIME: Final = re.compile(
    r"\d{1,3}:\d{2}(?::\d{2}(?:[.,]\d+)?)?(?:\s?[AaPp]\.?[Mm]\.?)?(?:Z|[-+]\d{2}:?\d{2})?"
)
_OTHER: Final = re.compile(
    r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+"
    r"|(?:https?|ftp|s3|file)://\S+|www\.\S+"
    r"|\{.*\}|\[.*\]"
    r"|[0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}"
    r"|(?:\d{1,3}\.){3}\d{1,3}(?:/\d+)?"
    r"|(?:[A-Za-z]:)?[/\\][\w./\\ -]+"
    r"|<[^<>]*>",
    re.DOTALL,
)
_PROSE: Final = re.compile(
    r"[\w(#@*$'“‘¿¡…–—-]"
    r"(?:[\w \u00a0\u3000()&+%#@°º²³“”‘’«»…–—\-'*/_=™®©・、。〒~～（）「」\n\r]"
    r"|[.!?:;,](?=$|[\s)\"'”])|(?<=\w)[.](?=\w))*"
)


@lru_cache(maxsize=20_000)
def shape(value: str) -> str:
    """What a value looks like: `empty`, `null`, `number`, `date`, `other` (an address, ...), `text`
    (words), or `odd` where it looks like none of these."""
    value = value.strip()
    if not value:
        return "empty"
    if value in NULL_WORDS:
        return "null"
    if len(value) <= 50:
        if _NUMBER.fullmatch(value):
            return "number"
        if _DATE.fullmatch(value) or _TIME.fullmatch(value):
            return "date"
    value = value[:1_000]
    if _PROSE.fullmatch(value):
        return "text"
    return "other" if _OTHER.fullmatch(value) else "odd"


def is_typed(value: str) -> bool:
    """Whether a value is a number, a date or a time."""
    return shape(value) in ("number", "date")
