"""Bytes in any encoding as text, as Windows and browsers read them; what is no character stays.

A byte that is no character becomes U+DC00 plus the byte, as in PEP 383.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Final

BAD: Final = 0xDC00
"""A bad byte b stands in a text as this code point plus b."""

BAD_BYTE: Final = "sluice.bad_byte"
_BAD_UNITS: Final = "sluice.bad_units"
_BAD_EUC_JP: Final = "sluice.bad_euc_jp"
_BAD_JIS: Final = "sluice.bad_jis"
_BAD_BIG5: Final = "sluice.bad_big5"
_BAD_HONG_KONG: Final = "sluice.bad_hong_kong"
_BAD_GB18030: Final = "sluice.bad_gb18030"

_SUPERSETS: Final = {
    "shift_jis": "cp932",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "big5": "cp950",
    "euc_kr": "cp949",
    "iso8859-1": "cp1252",
    "iso8859-9": "cp1254",
    "iso8859-11": "cp874",
    "tis-620": "cp874",
    "iso2022_jp": "iso2022_jp_ext",
    "iso2022_jp_1": "iso2022_jp_ext",
}
"""What files are really in that are said to be in an encoding (Encoding Standard, 4.2 "Names and
labels": browsers read them so)."""

_FEW: Final = 8

_ASCII_AGAIN: Final = b"\x1b(B"
_SHIFT_IN: Final = b"\x0f"
"""Back to ASCII in ISO-2022-JP and in ISO-2022-KR (RFC 1468, RFC 1557)."""
_KOREAN: Final = b"\x1b$)C"

_CUT_ESCAPE: Final = re.compile(rb"\x1b(?:&@.?|[^@A-Z]){0,15}\Z", re.DOTALL)
"""An escape sequence that the chunk's end cuts: a capital or @ ends it, and so do 16 bytes. Python
keeps eight bytes from chunk to chunk and fails over more."""

_LONGEST_ESCAPE: Final = 48
"""Bytes of it where all but the last are &@."""

_MARKED: Final = {"utf-16": codecs.BOM_UTF16_BE, "utf-32": codecs.BOM_UTF32_BE}
"""Names of encodings in either order of bytes, with the mark of the big-endian one."""

Decode = Callable[[bytes, bool], str]
"""Decodes chunk after chunk; the last call is the one with True."""


def decoder(encoding: str) -> Decode:
    """A new decoder of an encoding, by its Python name; LookupError where there is none."""
    name = codecs.lookup(encoding).name
    name = _SUPERSETS.get(name, name)
    if name in _MARKED:
        return _marked(name)
    if name.startswith("iso2022"):
        return _of_lines(name)
    codec = "cp950" if name == "big5hkscs" else name
    decode = _of_chunks(codec, _HANDLERS.get(name, BAD_BYTE))
    marks = _REPLACEMENTS.get(name)
    if marks is None:
        return decode
    return lambda chunk, final: _replaced(decode(chunk, final), marks())


def decoded(data: bytes, encoding: str) -> str:
    """The text of bytes that are all there are."""
    return decoder(encoding)(data, True)


def bad_bytes(text: str) -> list[str]:
    """What stands in a decoded text for bytes that are no characters."""
    return [] if text.isascii() else re.findall("[\udc00-\udcff]", text)


# -- Chunk after chunk -----------------------------------------------------------------------------


def _of_chunks(codec: str, errors: str) -> Decode:
    incremental = codecs.getincrementaldecoder(codec)(errors)

    def decode(chunk: bytes, final: bool) -> str:
        text = incremental.decode(chunk)
        if final:  # Python's own last step loses what stands behind the first bad byte
            text += incremental.getstate()[0].decode(codec, errors)
        return text

    return decode


def _marked(name: str) -> Decode:
    """UTF-16 or UTF-32 in the order of bytes that its mark says; little-endian without one, as
    Windows writes it and browsers read it."""
    begun = b""
    decode: Decode | None = None

    def feed(chunk: bytes, final: bool) -> str:
        nonlocal begun, decode
        if decode is None:
            begun, chunk = b"", begun + chunk
            if len(chunk) < len(_MARKED[name]) and not final:
                begun = chunk
                return ""
            decode = decoder(name + ("-be" if chunk.startswith(_MARKED[name]) else "-le"))
        return decode(chunk, final)

    return feed


def _of_lines(name: str) -> Decode:
    """ISO 2022 whose lines begin in ASCII whatever the one before ended in. RFC 1468 has them end
    in ASCII, so a line that does not is broken, and only that line."""
    incremental = codecs.getincrementaldecoder(name)(_BAD_JIS)
    is_jis = name.startswith("iso2022_jp")
    marks = _as_windows() if is_jis else {}
    again, over = (_ASCII_AGAIN, _ASCII_AGAIN) if is_jis else (_SHIFT_IN, _KOREAN)
    held = b""

    def decode(chunk: bytes, final: bool) -> str:
        nonlocal held
        chunk, held = held + chunk, b""
        if final:  # ends whatever has begun; Python's own last step loses what stands behind it
            chunk += over
        elif cut := _CUT_ESCAPE.search(chunk, max(0, len(chunk) - _LONGEST_ESCAPE)):
            chunk, held = chunk[: cut.start()], cut.group()
        for end in (b"\r", b"\n"):
            chunk = chunk.replace(end, end + again)
        return _replaced(incremental.decode(chunk), marks)

    return decode


# -- Characters that Python has otherwise than Windows and browsers --------------------------------


def _replaced(text: str, marks: Mapping[str, str]) -> str:
    """The text with each of the characters replaced; fast where it has none of them."""
    if text.isascii() or not _has_any(text, marks):
        return text
    return text.translate({ord(old): new for old, new in marks.items()})


def _has_any(text: str, marks: Mapping[str, str]) -> bool:
    """A few searches for one character are faster than one for many."""
    if len(marks) <= _FEW:
        return any(mark in text for mark in marks)
    return _any_of(frozenset(marks)).search(text) is not None


@lru_cache(maxsize=8)
def _any_of(characters: frozenset[str]) -> re.Pattern[str]:
    return re.compile("[" + "".join(map(re.escape, sorted(characters))) + "]")


@lru_cache(maxsize=1)
def _as_windows() -> dict[str, str]:
    """The Encoding Standard (index jis0208) and Windows read these six so in all Japanese
    encodings; Python does in cp932 alone. Else one word would differ by its encoding."""
    return dict(
        zip("\u301c\u2016\u2212\xa2\xa3\xac", "\uff5e\u2225\uff0d\uffe0\uffe1\uffe2", strict=True)
    )


@lru_cache(maxsize=1)
def _no_cp932() -> dict[str, str]:
    """CP932 has no character for five bytes; Python gives them what Windows falls back on."""
    bad = (chr(BAD + byte) for byte in b"\x80\xa0\xfd\xfe\xff")
    return dict(zip("\x80\uf8f0\uf8f1\uf8f2\uf8f3", bad, strict=True))


@lru_cache(maxsize=1)
def _eten() -> dict[str, str]:
    """Kana and the like in the rows C6 and C7, where all files have them as ETEN did (Encoding
    Standard, index big5); Python's cp950 has them in other places, as Unicode's first table of
    Big5 did, and Windows has none. Python's Big5-HKSCS has not the last seven."""
    codes = [bytes((0xC6, low)) for low in range(0xA1, 0xFF)]
    codes += [bytes((0xC7, low)) for low in (*range(0x40, 0x7F), *range(0xA1, 0xFD))]
    found = {code.decode("cp950"): code.decode("big5hkscs", "ignore") for code in codes}
    return found | dict(zip("どにはぱびぺほ", "幺廴无癶隶〃仝", strict=True))


@lru_cache(maxsize=1)
def _gb18030_2022() -> dict[str, str]:
    """GB 18030-2005 and -2022 gave these their places in Unicode; Python has those of 2000, for
    private use."""
    old = [0xE7C7, *range(0xE78D, 0xE797)]
    old += [0xE81E, 0xE826, 0xE82B, 0xE82C, 0xE832, 0xE843, 0xE854, 0xE864]
    new = [0x1E3F, 0xFE10, 0xFE12, 0xFE11, *range(0xFE13, 0xFE1A), *range(0x9FB4, 0x9FBC)]
    return dict(zip(map(chr, old), map(chr, new), strict=True))


_REPLACEMENTS: Final[dict[str, Callable[[], dict[str, str]]]] = {
    "cp932": _no_cp932,
    "cp950": _eten,
    "big5hkscs": _eten,
    "euc_jp": _as_windows,
    "euc_jis_2004": _as_windows,
    "euc_jisx0213": _as_windows,
    "gb18030": _gb18030_2022,
    "shift_jis_2004": _as_windows,
    "shift_jisx0213": _as_windows,
}
_HANDLERS: Final = {
    "utf-16-le": _BAD_UNITS,
    "utf-16-be": _BAD_UNITS,
    "utf-32-le": _BAD_UNITS,
    "utf-32-be": _BAD_UNITS,
    "cp950": _BAD_BIG5,
    "big5hkscs": _BAD_HONG_KONG,
    "euc_jp": _BAD_EUC_JP,
    "gb18030": _BAD_GB18030,
}


# -- What stands where Python finds no character ---------------------------------------------------
# Decoding goes on right behind the first byte that it stumbled on: what follows may be a delimiter.


def _one_byte(error: UnicodeError) -> tuple[str, int]:
    assert isinstance(error, UnicodeDecodeError)
    return chr(BAD + error.object[error.start]), error.start + 1


def _all_bytes(error: UnicodeError) -> tuple[str, int]:
    """The code unit: going on inside it would misread all that follows."""
    assert isinstance(error, UnicodeDecodeError)
    bad = error.object[error.start : error.end]
    return "".join(chr(BAD + byte) for byte in bad), error.end


def _pair(error: UnicodeError) -> bytes:
    assert isinstance(error, UnicodeDecodeError)
    return error.object[error.start : error.start + 2]


def _gb18030(error: UnicodeError) -> tuple[str, int]:
    """CP936, which Windows calls GBK, has the euro at 0x80 (Encoding Standard, 10.2.1)."""
    assert isinstance(error, UnicodeDecodeError)
    is_euro = error.object[error.start] == 0x80
    return ("€", error.start + 1) if is_euro else _one_byte(error)


def _big5(error: UnicodeError) -> tuple[str, int]:
    """ETEN's characters behind those of `_eten`; all others that Big5-HKSCS has are in places
    where Taiwan's files have characters of their users' own."""
    is_eten = b"\xc7\xfd" <= _pair(error) <= b"\xc8\xfe"
    return _hong_kong(error) if is_eten else _one_byte(error)


def _hong_kong(error: UnicodeError) -> tuple[str, int]:
    assert isinstance(error, UnicodeDecodeError)
    try:
        return _pair(error).decode("big5hkscs"), error.start + 2
    except UnicodeDecodeError:
        return _one_byte(error)


def _euc_jp(error: UnicodeError) -> tuple[str, int]:
    assert isinstance(error, UnicodeDecodeError)
    pair = _pair(error)
    character = _of_vendor(bytes(byte & 0x7F for byte in pair)) if min(pair) > 0xA0 else ""
    return (character, error.start + 2) if character else _one_byte(error)


def _jis(error: UnicodeError) -> tuple[str, int]:
    assert isinstance(error, UnicodeDecodeError)
    bad = error.object[error.start : error.end]
    if len(bad) != 2 or not all(0x21 <= byte <= 0x7E for byte in bad):
        return _one_byte(error)
    return _of_vendor(bad) or "".join(chr(BAD + byte) for byte in bad), error.end


def _of_vendor(pair: bytes) -> str:
    """The character in NEC's rows 13 and 89 to 92 of JIS X 0208 as Windows has them, such as
    (1) in a circle or the tall form of TAKA; else nothing. cp932 knows them; the arithmetic is
    Shift_JIS's own (JIS X 0208:1997, annex 1)."""
    if len(pair) < 2 or not (pair[0] == 0x2D or 0x79 <= pair[0] <= 0x7C):
        return ""
    lead = (pair[0] + 1) // 2 + (0x70 if pair[0] < 0x5F else 0xB0)
    low = 0x1F if pair[1] < 0x60 else 0x20
    trail = pair[1] + (low if pair[0] % 2 else 0x7E)
    try:
        return bytes((lead, trail)).decode("cp932")
    except UnicodeDecodeError:
        return ""


codecs.register_error(BAD_BYTE, _one_byte)
codecs.register_error(_BAD_UNITS, _all_bytes)
codecs.register_error(_BAD_GB18030, _gb18030)
codecs.register_error(_BAD_BIG5, _big5)
codecs.register_error(_BAD_HONG_KONG, _hong_kong)
codecs.register_error(_BAD_EUC_JP, _euc_jp)
codecs.register_error(_BAD_JIS, _jis)
