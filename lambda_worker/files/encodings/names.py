"""What people call encodings, by the names of Python's codecs."""

from __future__ import annotations

import codecs
from typing import Final

NAMES: Final[dict[str, str]] = {
    "ascii": "ASCII",
    "utf-8": "UTF-8",
    "utf-16": "UTF-16",
    "utf-16-le": "UTF-16 LE",
    "utf-16-be": "UTF-16 BE",
    "utf-32": "UTF-32",
    "utf-32-le": "UTF-32 LE",
    "utf-32-be": "UTF-32 BE",
    "cp1252": "Windows-1252",
    "iso8859-1": "ISO 8859-1 (Latin-1)",
    "iso8859-15": "ISO 8859-15 (Latin-9)",
    "cp1250": "Windows-1250",
    "iso8859-2": "ISO 8859-2 (Latin-2)",
    "cp1251": "Windows-1251",
    "koi8-r": "KOI8-R",
    "koi8-u": "KOI8-U",
    "cp866": "DOS 866",
    "iso8859-5": "ISO 8859-5",
    "cp1253": "Windows-1253",
    "cp1254": "Windows-1254",
    "cp1255": "Windows-1255",
    "cp1256": "Windows-1256",
    "cp1257": "Windows-1257",
    "cp1258": "Windows-1258",
    "mac-roman": "Mac Roman",
    "cp437": "DOS 437",
    "cp850": "DOS 850",
    "cp852": "DOS 852",
    "cp855": "DOS 855",
    "mac-latin2": "Mac Central European",
    "mac-cyrillic": "Mac Cyrillic",
    "iso8859-6": "ISO 8859-6 (Arabic)",
    "iso8859-7": "ISO 8859-7 (Greek)",
    "cp932": "Shift_JIS (Windows-31J)",
    "euc_jp": "EUC-JP",
    "iso2022_jp_ext": "ISO-2022-JP",
    "iso2022_jp_2": "ISO-2022-JP-2",
    "iso2022_jp_3": "ISO-2022-JP-3",
    "iso2022_jp_2004": "ISO-2022-JP-2004",
    "gb18030": "GB 18030 (GBK, GB 2312)",
    "cp950": "Big5",
    "big5hkscs": "Big5-HKSCS",
    "iso2022_kr": "ISO-2022-KR",
    "cp949": "EUC-KR (Windows-949)",
    "cp874": "Windows-874 (TIS-620)",
}
"""In the order of a list to choose from."""

_BY_CODEC: Final = {codecs.lookup(name).name: label for name, label in NAMES.items()}


def encoding_name(encoding: str) -> str:
    """What people call an encoding; its own name where they have no other."""
    try:
        return _BY_CODEC.get(codecs.lookup(encoding).name, encoding)
    except LookupError:
        return encoding
