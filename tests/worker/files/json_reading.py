"""Reads JSON with the reader under test, for assertions that fit one line."""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from unittest.mock import patch

from lambda_worker.files.dialect import Dialect, Format
from lambda_worker.files.json_reading import text as json_text
from lambda_worker.files.json_reading.reader import JsonReader
from lambda_worker.files.json_reading.sniffing import Found, find_json
from tests.worker.files.reading import Read, drain, in_chunks

SAMPLE = 64 * 1024


def as_bytes(data: bytes | str) -> bytes:
    return data.encode("utf-8", "surrogatepass") if isinstance(data, str) else data


def dialect_of(data: bytes | str, **given: Any) -> Dialect:
    """The dialect that the file's beginning shows; what is given counts for more."""
    raw = as_bytes(data)
    found = find_json(raw[:SAMPLE], whole=len(raw) <= SAMPLE, given=given) or Found(Format.JSON)
    return replace(Dialect(format=found.format, path=found.path), **given)


def reader_of(
    data: bytes | str, chunk: int = 1 << 18, headers: tuple[str, ...] | None = None, **given: Any
) -> JsonReader:
    """A reader of the data in its own dialect, from chunks of `chunk` bytes."""
    dialect = dialect_of(data, **given)
    find_header = "header_lines" not in given
    chunks = in_chunks(as_bytes(data), chunk)
    return JsonReader(chunks, dialect, lambda: "surrogateescape", headers, find_header=find_header)


def read_json(data: bytes | str, chunk: int = 1 << 18, **options: Any) -> Read:
    """All that such a reader gives, whose windows grow by so many characters as chunks have bytes,
    or by the usual number if that is less: a small file shall be cut, too."""
    with patch.object(json_text, "WINDOW", min(chunk, json_text.WINDOW)):
        return drain(reader_of(data, chunk, **options))
