"""The rejected records once more in the shape that was sent: the file's own header, delimiter and
encoding, and nothing added, so that they can be put right in the program they came from."""

from __future__ import annotations

import codecs
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Any, Final

from lambda_worker.files.dialect import Compression, Dialect, Format
from lambda_worker.files.encodings.decoding import decoder
from lambda_worker.files.reading import TEXT_SHOWN
from lambda_worker.plan import FilePlan
from lambda_worker.sent_shapes import CannotCarry, Shape, shape_of
from lambda_worker.strict_json import from_json

UTF_8: Final = "utf-8"
LOST: Final = "\ufffd"
"""What the reader puts for bytes that are no character."""
LINE_ENDS: Final = {True: "\r\n", False: "\n"}
"""By whether a file's own are CRLF."""

_MARKS: Final = {
    "utf-8": codecs.BOM_UTF8,
    "utf-8-sig": codecs.BOM_UTF8,
    "utf-16": codecs.BOM_UTF16_LE,
    "utf-16-le": codecs.BOM_UTF16_LE,
    "utf-16-be": codecs.BOM_UTF16_BE,
    "utf-32": codecs.BOM_UTF32_LE,
    "utf-32-le": codecs.BOM_UTF32_LE,
    "utf-32-be": codecs.BOM_UTF32_BE,
}
"""What an encoding's files begin with. Excel takes UTF-8 without it for Windows-1252."""
_MARKED: Final = {"utf-8-sig": "utf-8", "utf-16": "utf-16-le", "utf-32": "utf-32-le"}
"""Encodings whose Python codec would write a mark with every piece, and those that write none."""


@dataclass(frozen=True, slots=True)
class SentAs:
    """How the records are to be written."""

    dialect: Dialect
    headers: tuple[str, ...]
    line_end: str
    mark: bool = True
    """Whether a file in UTF-8 begins with one."""


def ways(file: FilePlan, reading: dict[str, Any]) -> Iterator[SentAs]:
    """As the file was read, as it stands on the job in `reading`; then, for where that cannot carry
    a text, in UTF-8; then as plain CSV."""
    dialect = file.dialect
    with suppress(ValueError):  # staged by another version of the worker
        dialect = from_json(Dialect, reading.get("dialect", {}))
    line_end = LINE_ENDS[bool(reading.get("crlf"))]
    own = replace(dialect, compression=Compression.NONE)
    yield SentAs(own, file.headers, line_end, bool(reading.get("mark")))
    if own.encoding != UTF_8:
        yield SentAs(replace(own, encoding=UTF_8), file.headers, line_end)
    yield SentAs(Dialect(), file.headers, LINE_ENDS[True])


class AsSentFile:
    """Writes the records to `write`, which takes bytes; CannotCarry where this way has no form for
    one of them."""

    def __init__(self, write: Callable[[bytes], object], way: SentAs) -> None:
        self._shape: Shape = shape_of(way.dialect, way.headers, way.line_end)
        self._encode = _encoder(way.dialect.encoding)
        self._write = write
        write(_mark(way) + self._encode(self._shape.begin()))

    def record(self, fields: list[str]) -> None:
        """A record that was told apart."""
        self._write(self._encode(self._shape.record(fields)))

    def set_aside(self, text: str, fields: list[str]) -> bool:
        """A record that the reader set aside, as it stood in the file; where only its beginning is
        known, by its `fields`. False where it is left out: these are not known either, or bytes of
        it are gone; neither half a record nor a damaged one must be taken for what was sent."""
        if LOST in text or any(LOST in value for value in fields):
            return False
        if text and len(text) < TEXT_SHOWN:
            self._write(self._encode(self._shape.broken(text)))
        elif fields:
            self.record(fields)
        else:
            return False
        return True

    def close(self) -> None:
        """Nothing comes any more."""
        self._write(self._encode(self._shape.end()))


def _mark(way: SentAs) -> bytes:
    name = codecs.lookup(way.dialect.encoding).name
    if name == UTF_8 and not (way.mark and way.dialect.format is Format.CSV):
        return b""  # RFC 8259, 8.1: none is added to JSON
    return _MARKS.get(name, b"")


def _encoder(encoding: str) -> Callable[[str], bytes]:
    """Writes texts in an encoding, each of them whole; CannotCarry where reading them would give
    other ones."""
    name = codecs.lookup(encoding).name
    name = _MARKED.get(name, name)

    def encode(text: str) -> bytes:
        try:
            data = text.encode(name)
        except UnicodeEncodeError as error:
            raise CannotCarry from error
        if not (is_sure or text.isascii()) and decoder(encoding)(data, True) != text:
            raise CannotCarry
        return data

    is_sure = name.startswith("utf")
    return encode
