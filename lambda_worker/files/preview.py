"""What a file's first bytes show: how it will be read, and its first records."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import islice

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
    reader = CsvReader([sample if whole else _whole_lines(sample)])
    headers = reader.header()
    records: list[Record] = []
    try:
        records.extend(islice(reader.records(), rows))
    except FileFault as fault:
        # A sample may end inside a quoted value; nothing else can be the cut's doing.
        if whole or fault.code != "unclosed_quote":
            raise
    reading = Reading(format="csv", encoding="utf-8", delimiter=",", headers=headers)
    return Preview(reading=reading, records=tuple(records))


def _whole_lines(sample: bytes) -> bytes:
    """The sample without the line that its end has cut, unless that is all there is."""
    end = max(sample.rfind(b"\n"), sample.rfind(b"\r"))
    return sample[: end + 1] if end >= 0 else sample
