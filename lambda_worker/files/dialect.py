"""How a file is written: found in its first bytes, or given; the same words in the preview, on the
job and in the worker."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Format(StrEnum):
    """What holds the records."""

    CSV = "csv"
    """Lines of values with a delimiter between them, whichever it is."""
    JSON = "json"
    """One document: an array of objects or of arrays, or an object that holds one."""
    NDJSON = "ndjson"
    """One JSON value after another, usually one a line."""


class Compression(StrEnum):
    """What the file's bytes are packed with."""

    NONE = ""
    GZIP = "gzip"
    BZIP2 = "bzip2"
    XZ = "xz"
    ZSTD = "zstd"


ASCII = "ascii"
"""The encoding of a file whose sample has nothing else: which one the rest is in shows later."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Dialect:
    """How a file is written.

    `encoding` is a Python codec's name, or ASCII. All texts are empty where there is no such thing.

    For CSV: `quote` stands around values, doubled inside them; `escape` before a delimiter, quote,
    line end or escape that is to be taken as it is; lines that begin with `comment` are none of the
    records; `skip_blanks`: blanks after a delimiter do not count. The header is the first
    `header_lines` records after `preamble` lines; 0: there is none. Records have `width` values, as
    many as the header if it is 0. `pad`: where a record has fewer, the last ones are empty.
    `row_names`: the header has no name for the first column, as R writes it.

    For JSON: `path` leads from the document to the array of records; each of `paths` names a value
    inside a record (keys joined by dots) that gets a column of its own.

    `nulls` are words that stand for nothing where a column of the table cannot have them as its
    values; with `nulls_in_texts` in texts too, which could.
    """

    format: Format = Format.CSV
    compression: Compression = Compression.NONE
    encoding: str = "utf-8"
    delimiter: str = ","
    quote: str = '"'
    escape: str = ""
    comment: str = ""
    skip_blanks: bool = False
    preamble: int = 0
    header_lines: int = 1
    width: int = 0
    pad: bool = False
    row_names: bool = False
    path: tuple[str, ...] = ()
    paths: tuple[str, ...] = ()
    nulls: tuple[str, ...] = ()
    nulls_in_texts: bool = False
