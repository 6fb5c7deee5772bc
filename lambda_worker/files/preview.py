"""What a file's first bytes show: how it will be read, and its first records."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from typing import Any, Final

from lambda_worker.files.detecting import SAMPLE_BYTES, Detected, detect, whole_lines
from lambda_worker.files.dialect import Dialect, Format
from lambda_worker.files.opening import reader_of, remarks_on
from lambda_worker.files.reading import Aside, FileFault, Note, Reader, Rows

__all__ = ["SAMPLE_BYTES", "FirstRecord", "Preview", "preview"]

_BY_A_CUT: Final = ("unclosed_quote", "cut_record")
"""What the end of a sample may be the reason of."""

LINE_SHOWN: Final = 200
"""Characters of the decoded line."""


@dataclass(frozen=True, slots=True)
class FirstRecord:
    """A record and the line where it begins."""

    line: int
    fields: list[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Preview:
    """How a file will be read, its first records, which of them are set aside, and what there is
    to say. `line` is a line with letters by which a person sees whether the encoding is right, or
    empty where all are ASCII."""

    dialect: Dialect
    headers: tuple[str, ...]
    records: list[FirstRecord]
    asides: list[Aside]
    notes: list[Note]
    line: str


def preview(
    sample: bytes, *, whole: bool, records: int = 10, given: Mapping[str, Any] | None = None
) -> Preview:
    """Read the first `records` of `sample`, which is the `whole` file or its beginning. Members of
    Dialect that are `given` are taken as they are.

    Raises FileFault where the worker would: an empty file, no text, ...
    """
    found = detect(sample, whole=whole, given=given)
    found.require_clear()
    text = _whole_part(found)
    reader = _reader(text, found, find_header="header_lines" not in (given or {}))
    shown: list[FirstRecord] = []
    asides: list[Aside] = []
    for piece in _pieces(reader, whole=found.whole):
        if isinstance(piece, Aside):
            asides.append(piece)
        else:
            some = enumerate(islice(piece.rows, records - len(shown)), piece.line)
            shown += [FirstRecord(line, fields) for line, fields in some]
        if len(shown) >= records:
            break
    return Preview(
        dialect=reader.dialect,
        headers=reader.headers,
        records=shown,
        asides=asides,
        notes=[*found.notes, *remarks_on(found.dialect), *reader.notes],
        line=_telling_line(text.decode("utf-8", found.errors)),
    )


def _whole_part(found: Detected) -> bytes:
    """The sample's text without what its end has cut; JSON knows its own end."""
    if found.whole or found.dialect.format is not Format.CSV:
        return found.sample
    lines = whole_lines(found.sample)
    if not lines:
        raise FileFault("header_unseen", size=SAMPLE_BYTES // 1024)
    return lines


def _reader(text: bytes, found: Detected, *, find_header: bool) -> Reader:
    try:
        return reader_of([text], found.dialect, lambda: found.errors, find_header=find_header)
    except FileFault as fault:
        if found.whole or fault.code != "json_cut":
            raise
        raise FileFault("json_too_far", path=".".join(found.dialect.path)) from fault


def _pieces(reader: Reader, *, whole: bool) -> Iterator[Rows | Aside]:
    """The sample's records, up to the first that its end may have cut."""
    try:
        for piece in reader.pieces(proven=False):
            if isinstance(piece, Aside) and piece.code in _BY_A_CUT and not whole:
                return
            if isinstance(piece, Rows | Aside):
                yield piece
    except FileFault as fault:
        if whole or fault.code != "json_cut":
            raise


def _telling_line(text: str) -> str:
    """The first line that is not all ASCII."""
    for line in text.splitlines():
        if not line.isascii():
            return line.encode("utf-8", "replace").decode()[:LINE_SHOWN]
    return ""
