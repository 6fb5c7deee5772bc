"""Reads bytes with the reader under test, for assertions that fit one line."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from lambda_worker.files.csv_reading.reader import CsvReader
from lambda_worker.files.dialect import Dialect
from lambda_worker.files.reading import Aside, Reader, Rows


@dataclass
class Read:
    """What a reader gave: records by their lines, and (line, code) of those set aside."""

    headers: tuple[str, ...]
    records: list[tuple[int, list[str]]] = field(default_factory=list)
    asides: list[Aside] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    @property
    def rows(self) -> list[list[str]]:
        return [fields for _, fields in self.records]

    @property
    def faults(self) -> list[tuple[int, str]]:
        return [(aside.line, aside.code) for aside in self.asides]


def in_chunks(data: bytes, size: int) -> Iterator[bytes]:
    """The data, `size` bytes at a time."""
    return (data[at : at + size] for at in range(0, len(data), size))


def drain(reader: Reader) -> Read:
    """All that a reader gives, as rows."""
    read = Read(reader.headers)
    for piece in reader.pieces(proven=False):
        if isinstance(piece, Rows):
            read.records += enumerate(piece.rows, piece.line)
        else:
            assert isinstance(piece, Aside)
            read.asides.append(piece)
    read.notes = [note.code for note in reader.notes]
    return read


def read_csv(data: bytes | str, chunk: int = 1 << 18, **dialect: Any) -> Read:
    """CSV in a dialect, from chunks of `chunk` bytes."""
    raw = data.encode() if isinstance(data, str) else data
    return drain(CsvReader(in_chunks(raw, chunk), Dialect(**dialect)))
