"""What a file's first bytes show: how it will be read, and its first records."""

from __future__ import annotations

from dataclasses import dataclass

from lambda_worker.files.csv_reader import CsvReader
from lambda_worker.files.reading import FileFault, Reading, Record

SAMPLE_BYTES = 64 * 1024
"""What the browser sends of a file: enough for the header and some hundred records of any usual
file."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Preview:
    """How a file will be read, and its first records (without the header)."""

    reading: Reading
    records: tuple[Record, ...]


def preview(sample: bytes, *, whole: bool, rows: int = 10) -> Preview:
    """Read the first `rows` records of `sample`, which is the `whole` file or its beginning.

    Raises FileFault where the worker would: an empty file, no CSV, broken quotes, ...
    """
    reader = CsvReader([sample])
    headers = reader.header()
    records: list[Record] = []
    try:
        for record in reader.records():
            records.append(record)
            if len(records) == rows:
                break
    except FileFault as fault:
        if whole or not _may_be_cut(fault):
            raise
    else:
        if not whole and len(records) < rows and records:
            records.pop()  # the sample's end cuts the last record
    reading = Reading(format="csv", encoding="utf-8", delimiter=",", headers=headers)
    return Preview(reading=reading, records=tuple(records))


def _may_be_cut(fault: FileFault) -> bool:
    """Faults that the sample's end may have made, not the file."""
    return fault.code in {"unclosed_quote", "wrong_field_count", "bad_encoding"}
