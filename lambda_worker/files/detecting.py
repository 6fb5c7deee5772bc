"""What a file is, from its first 64 KB: packing, encoding, format, dialect."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

from lambda_worker.files.dialect import Compression, Dialect, Format
from lambda_worker.files.encodings.detect import detect as detect_encoding
from lambda_worker.files.encodings.transcoding import Transcoder
from lambda_worker.files.given import given_of
from lambda_worker.files.json_reading.prefix import LONGEST, prefix_end
from lambda_worker.files.markup import markup_of
from lambda_worker.files.packings.unpacking import compression_of, sample_of
from lambda_worker.files.reading import FileFault, Note
from lambda_worker.files.sniffing.sniff import sniff

SAMPLE_BYTES: Final = 64 * 1024
"""What the browser sends of a file: enough for the header and some hundred records of any usual
file."""

_SIGNATURES: Final = (
    (b"%PDF-", "PDF"),
    (b"\x89PNG", "PNG"),
    (b"\xff\xd8\xff", "JPEG"),
    (b"\xd0\xcf\x11\xe0", "Office 97"),
    (b"PAR1\x15", "Parquet"),
    (b"ARROW1\0\0", "Arrow"),
    (b"SQLite format 3\0", "SQLite"),
    (b"7z\xbc\xaf\x27\x1c", "7-Zip"),
    (b"Rar!\x1a\x07", "RAR"),
    (b"\x1f\x9d", "compress (.Z)"),
    (b"\x04\x22\x4d\x18", "LZ4"),
    (b"LZIP\x01", "lzip"),
    (b"!<arch>\n", "ar"),
)
"""First bytes of what people upload instead of a text file, and what to call it."""

BINARY: Final = "binary data"
"""What a file without any encoding looks like: a person may know one."""

_WORKBOOKS: Final = (
    (re.compile(rb"PK\x03\x04.{26}xl/", re.DOTALL), "Excel"),
    (
        re.compile(rb"PK\x03\x04.{26}mimetype.{0,64}opendocument\.spreadsheet", re.DOTALL),
        "OpenDocument",
    ),
)
"""What is in a zip that is a spreadsheet, by the names of its members: these stand 30 bytes behind
the beginning of each."""


@dataclass(frozen=True, slots=True)
class Detected:
    """How a file is written, the beginning of its text in UTF-8 or the `whole` of it (with the
    error handler that reads its bad bytes), and what there is to say.

    Where the records of JSON are, `is_sure` if nothing behind the sample can change it, `is_clear`
    if nothing is likely to.
    """

    dialect: Dialect
    sample: bytes
    whole: bool
    errors: str
    notes: list[Note]
    is_sure: bool = True
    is_clear: bool = True

    def require_clear(self) -> None:
        """FileFault where a JSON file's records are behind the sample, for all that shows."""
        if not self.is_clear:
            raise FileFault("json_too_far", path="")


def detect(sample: bytes, *, whole: bool, given: Mapping[str, Any] | None = None) -> Detected:
    """Look at the first SAMPLE_BYTES of a file, or at the `whole` of a smaller one; members of
    Dialect that are `given` are taken as they are.

    Raises FileFault for an empty file and for what is no text.
    """
    given = given_of(given or {})
    packing = packing_of(sample, given)
    if packing:
        sample = sample_of(sample, packing, whole=whole, most=SAMPLE_BYTES)
        whole = whole and len(sample) < SAMPLE_BYTES
    return detect_text(sample, packing, whole=whole, given=given)


def packing_of(sample: bytes, given: Mapping[str, Any]) -> Compression:
    """What a file is packed with. FileFault for what is no text, packed or not."""
    packing = Compression(given.get("compression", compression_of(sample)))
    require_text(sample, packing)
    return packing


def detect_text(
    sample: bytes,
    packing: Compression,
    *,
    whole: bool,
    given: Mapping[str, Any] | None = None,
) -> Detected:
    """The same for a sample that is unpacked already."""
    given = {**(given or {}), "compression": packing}
    notes: list[Note] = []
    _require_content(sample, packing)
    if "encoding" not in given:
        guess = detect_encoding(sample, whole=whole)
        if guess is None:
            raise FileFault("not_text", looks_like=BINARY)
        given["encoding"] = guess.encoding
        if not guess.sure:
            notes.append(Note("encoding_unsure", {"encoding": guess.encoding}))
    transcoder = Transcoder([sample], given["encoding"])
    text = b"".join(transcoder)
    if "format" not in given and (name := markup_of(text)):
        raise FileFault("not_text", looks_like=name)
    if _may_be_json(text, given):
        # Only then: the csv's cold start should not pay for it.
        from lambda_worker.files.json_reading.sniffing import find_json

        if found := find_json(text, whole=whole, given=given):
            dialect = replace(Dialect(format=found.format, path=found.path), **given)
            sure, clear = found.is_sure, found.is_clear
            return Detected(dialect, text, whole, transcoder.errors, notes, sure, clear)
    dialect = _csv_dialect(text, transcoder.errors, whole=whole, given=given)
    return Detected(dialect, text, whole, transcoder.errors, notes)


def _require_content(sample: bytes, packing: Compression) -> None:
    if packing and (inner := _looks_like(sample)):
        raise FileFault("packed_twice", inner=inner)
    if not sample.strip():
        raise FileFault("empty_file")
    if not sample.strip(b"\0"):
        raise FileFault("not_text", looks_like="NUL bytes")


def require_text(sample: bytes, packing: Compression) -> None:
    """Refuse a file that begins as no text does, packed as the dialect says or not."""
    found = "" if packing and compression_of(sample) is packing else _looks_like(sample)
    if found:
        raise FileFault("not_text", looks_like=found)


def _looks_like(sample: bytes) -> str:
    """What begins with such bytes and is no text; empty where none does."""
    if sample.startswith(b"ustar", 257):  # POSIX.1-2017, pax: the header's magic
        return "tar"
    if sample.startswith(b"PK\x03\x04"):
        return next((name for pattern, name in _WORKBOOKS if pattern.search(sample)), "zip")
    known = (name for signature, name in _SIGNATURES if sample.startswith(signature))
    return next(known, compression_of(sample).value)


def _may_be_json(text: bytes, given: Mapping[str, Any]) -> bool:
    if "format" in given:
        return given["format"] is not Format.CSV
    beginning = text[:LONGEST].lstrip()
    if beginning.startswith((b"{", b"[", b"\x1e")):
        return True
    has_bracket = b"{" in beginning or b"[" in beginning
    return has_bracket and prefix_end(beginning.decode("utf-8", "replace")) > 0


def _csv_dialect(text: bytes, errors: str, *, whole: bool, given: Mapping[str, Any]) -> Dialect:
    lines = text if whole else whole_lines(text)
    if lines:
        return sniff(lines.decode("utf-8", errors), given)
    # The first line alone is longer than the sample: how many values it has is not known yet.
    return replace(sniff(text.decode("utf-8", errors), given), width=given.get("width", 0))


def whole_lines(sample: bytes) -> bytes:
    """The sample without the line that its end has cut."""
    return sample[: max(sample.rfind(b"\n"), sample.rfind(b"\r")) + 1]
