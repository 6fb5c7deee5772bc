"""Reads JSON with the reader under test, for assertions that fit one line."""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from unittest.mock import patch

from lambda_worker.files.dialect import Dialect, Format
from lambda_worker.files.json_reading import text as json_text
from lambda_worker.files.json_reading.reader import JsonReader, json_dialect, json_header_lines
from tests.worker.files.reading import Read, drain, in_chunks

SAMPLE = 64 * 1024


def as_bytes(data: bytes | str) -> bytes:
    return data.encode("utf-8", "surrogatepass") if isinstance(data, str) else data


def dialect_of(data: bytes | str, **given: Any) -> Dialect:
    """The dialect that the file's beginning shows; what is given counts for more."""
    sample = as_bytes(data)[:SAMPLE]
    found = json_dialect(sample, whole=len(as_bytes(data)) <= SAMPLE)
    form, path = found or (Format.JSON, ())
    form, path = given.get("format", form), given.get("path", path)
    dialect = Dialect(format=form, path=path, header_lines=json_header_lines(sample, form, path))
    return replace(dialect, **given)


def reader_of(
    data: bytes | str, chunk: int = 1 << 18, headers: tuple[str, ...] | None = None, **given: Any
) -> JsonReader:
    """A reader of the data in its own dialect, from chunks of `chunk` bytes."""
    chunks = in_chunks(as_bytes(data), chunk)
    return JsonReader(chunks, dialect_of(data, **given), lambda: "surrogateescape", headers)


def read_json(data: bytes | str, chunk: int = 1 << 18, **options: Any) -> Read:
    """All that such a reader gives, whose windows grow by so many characters as chunks have bytes,
    or by the usual number if that is less: a small file shall be cut, too."""
    with patch.object(json_text, "WINDOW", min(chunk, json_text.WINDOW)):
        return drain(reader_of(data, chunk, **options))
