"""The encoding of a file, found in a sample of its bytes."""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass
from typing import Final

from lambda_worker.files.dialect import ASCII
from lambda_worker.files.encodings.decoding import bad_bytes, decoded
from lambda_worker.files.encodings.marks import END

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

_PARTING: Final = frozenset(b"\x02\x03\x07\x14")
"""Those of them that part values: Hive's, loaders' of Oracle, Concordance's."""

_MOST_OF_PARTING: Final = 0.4
"""The share of these alone that is no text any more."""

_MOST_NULS: Final = 0.05
"""The share of NULs that is no text any more where there are bytes that are not ASCII, as programs
and tables of fonts have both. In plain ASCII fields may be filled up with them."""

_GOOD_TO_BAD: Final = 2
"""UTF-8 that is damaged has more than so many good characters for each bad byte. In other encodings
bytes look like UTF-8 by chance: in 13,000 samples, most of a few lines, 1.5 times at most."""

_FEW: Final = 2
"""So few characters may be in UTF-8 by chance: one pair of a Chinese or Korean text in ten is."""

_JIS: Final = re.compile(rb"\x1b(?:\$[@AB]|\$\([CDOPQ]|\([IJ])")
_KOREAN: Final = b"\x1b$)C"
"""Begins a file in ISO-2022-KR, which shifts with the controls 0x0E and 0x0F (RFC 1557)."""
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
    for mark, encoding in _MARKS:
        if sample.startswith(mark):
            return _marked(sample, encoding)
    if b"\0" in sample:
        from lambda_worker.files.encodings.wide_text import wide_encoding

        if wide := wide_encoding(sample):
            return Guess(wide, sure=True)
    if _is_binary(sample):
        return None
    if sample.isascii():
        return Guess(_of_ascii(sample), sure=True)
    return _of_bytes(sample, whole=whole)


def _marked(sample: bytes, encoding: str) -> Guess | None:
    """A byte order mark is believed unless hardly anything behind it is a character."""
    text = sample.decode(encoding, "replace")
    return Guess(encoding, sure=True) if text.count("\ufffd") * 2 <= len(text) else None


def _is_binary(sample: bytes) -> bool:
    sample = sample.rstrip(END)
    nuls = sample.count(0)
    controls = len(sample) - len(sample.translate(None, _CONTROLS))
    if _KOREAN in sample:
        controls -= sample.count(b"\x0e") + sample.count(b"\x0f")
    is_parted = _PARTING.issuperset({*sample} & {*_CONTROLS})
    most = _MOST_OF_PARTING if is_parted else _MOST_CONTROLS
    if controls > 1 + most * (len(sample) - nuls):
        return True
    return nuls > 1 + _MOST_NULS * len(sample) and not sample.isascii()


def _of_ascii(sample: bytes) -> str:
    """ISO 2022 parts its characters by escape sequences and has bytes of ASCII only."""
    if _KOREAN in sample:
        return "iso2022_kr"
    if not _JIS.search(sample):
        return ASCII
    return min(_JIS_CODECS, key=lambda codec: len(bad_bytes(decoded(sample, codec))))


def _of_bytes(sample: bytes, *, whole: bool) -> Guess:
    decoder = codecs.getincrementaldecoder("utf-8")("surrogateescape")
    text = decoder.decode(sample, final=whole)
    bad = len(bad_bytes(text))
    good = sum(c > "\x7f" for c in text) - bad
    if not good and not bad:  # the end cuts the only one
        return Guess(ASCII, sure=True)
    if good > max(_GOOD_TO_BAD * bad, _FEW):
        return Guess("utf-8", sure=True)
    from lambda_worker.files.encodings.plausible import most_plausible

    if not bad:
        sample = sample.removesuffix(decoder.getstate()[0])
    ranked = most_plausible(sample, whole=whole, with_utf8=good > 0)
    return Guess(ranked.encoding, ranked.is_sure)
