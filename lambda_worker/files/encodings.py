"""The encoding of a file, found in a sample of its bytes."""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass
from typing import Final

from lambda_worker.files.decoding import bad_bytes, decoded
from lambda_worker.files.dialect import ASCII

_MARKS: Final = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
"""Byte order marks; UTF-32's before UTF-16's, which one of them begins with."""

_CONTROLS: Final = bytes({*range(0x20), 0x7F} - {0, 1, *b"\t\n\v\f\r\x1b\x1c\x1d\x1e\x1f"})
"""Characters that no text has many of: NUL, line ends and what parts values left out."""

_MOST_CONTROLS: Final = 0.02
"""The share of them that is no text any more: packed data has a tenth, texts hardly any."""

_MOST_NULS: Final = 0.4
"""The share of NULs that is no text of bytes any more: fields may be filled up with them."""

_GOOD_TO_BAD: Final = 3
"""UTF-8 that is damaged has at least so many good characters for each bad byte; in other encodings
only few bytes happen to look like UTF-8."""

_FEW: Final = 3
"""So few characters of two bytes may be in UTF-8 by chance: one pair of a Chinese or Korean text in
ten is."""

_JIS: Final = re.compile(rb"\x1b(?:\$[@AB]|\$\([CDOPQ]|\([IJ])")
_KOREAN: Final = b"\x1b$)C"
_JIS_CODECS: Final = ("iso2022_jp_ext", "iso2022_jp_2", "iso2022_jp_3", "iso2022_jp_2004")
"""Python's widest, which alone has half-width katakana, and those for what it has not: Chinese and
Korean (RFC 1554), JIS X 0213 of 2000 and of 2004."""


@dataclass(frozen=True, slots=True)
class Guess:
    """A Python codec's name, or dialect.ASCII, and whether no other reading comes near."""

    encoding: str
    sure: bool


def detect(sample: bytes, *, whole: bool) -> Guess | None:
    """The encoding of a text that begins with `sample`, or is the `whole` of it; None where it is
    no text. Where the sample is not whole, its end may cut a character."""
    if marked := _marked(sample):
        return marked
    if b"\0" in sample:
        from lambda_worker.files.wide_text import wide_encoding

        if wide := wide_encoding(sample):
            return Guess(wide, sure=True)
    if _is_binary(sample):
        return None
    if sample.isascii():
        return Guess(_of_ascii(sample), sure=True)
    return _of_bytes(sample, whole=whole)


def _marked(sample: bytes) -> Guess | None:
    for mark, encoding in _MARKS:
        if sample.startswith(mark):
            text = sample.decode(encoding, "replace")
            return Guess(encoding, sure=True) if text.count("\ufffd") * 2 <= len(text) else None
    return None


def _is_binary(sample: bytes) -> bool:
    nuls = sample.count(0)
    controls = len(sample) - len(sample.translate(None, _CONTROLS))
    return nuls > _MOST_NULS * len(sample) or controls > 1 + _MOST_CONTROLS * (len(sample) - nuls)


def _of_ascii(sample: bytes) -> str:
    """ISO 2022 parts its characters by escape sequences and has bytes of ASCII only."""
    if _KOREAN in sample:
        return "iso2022_kr"
    if not _JIS.search(sample):
        return ASCII
    return min(_JIS_CODECS, key=lambda codec: len(bad_bytes(decoded(sample, codec))))


def _of_bytes(sample: bytes, *, whole: bool) -> Guess:
    text = codecs.getincrementaldecoder("utf-8")("surrogateescape").decode(sample, final=whole)
    bad = len(bad_bytes(text))
    others = [c for c in text if c > "\x7f"]
    good = len(others) - bad
    if not others:  # the end cuts the only one
        return Guess(ASCII, sure=True)
    if good > _GOOD_TO_BAD * bad and (good > _FEW or max(others) > "\u07ff"):
        return Guess("utf-8", sure=True)
    from lambda_worker.files.plausible import most_plausible

    ranked = most_plausible(sample, whole=whole, with_utf8=good > 0)
    return Guess(ranked.encoding, ranked.is_sure)
