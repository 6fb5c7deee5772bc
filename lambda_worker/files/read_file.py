"""A whole file read without a database: what a worker would stage of it, and what it would set
aside."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from lambda_worker.files.dialect import Dialect
from lambda_worker.files.opening import open_whole
from lambda_worker.files.reading import Aside, Note, Rows

FIRST_ROWS: Final = 10

CHUNK: Final = 256 * 1024
"""Bytes a read, as the worker has them from the bucket."""


@dataclass(slots=True, kw_only=True)
class FileReport:
    """What was read: how the file is written, its columns, its first rows, the number of records
    that are staged and of those set aside, and what there is to say."""

    dialect: Dialect
    headers: tuple[str, ...]
    first_rows: list[list[str]] = field(default_factory=list[list[str]])
    records: int = 0
    set_aside: int = 0
    notes: list[Note] = field(default_factory=list[Note])


def _ignore(_found: object) -> None: ...


def read_file(
    chunks_of: Callable[[], Iterable[bytes]],
    *,
    given: Mapping[str, Any] | None = None,
    size: int | None = None,
    on_open: Callable[[tuple[str, ...]], object] = _ignore,
    on_rows: Callable[[list[list[str]]], object] = _ignore,
    on_aside: Callable[[Aside], object] = _ignore,
) -> FileReport:
    """Read a file from its first byte to its last, memory constant.

    `chunks_of` gives its bytes in order, anew at each call: the columns of JSON are those of all
    its records, so it is read twice. Members of Dialect that are `given` are not detected. `size`
    is the file's, in bytes, if it is known. Raises FileFault for a file that cannot be read; what
    was handed out by then is to be thrown away.
    """
    reader = open_whole(chunks_of, given=given, size=size)
    report = FileReport(dialect=reader.dialect, headers=reader.headers)
    on_open(reader.headers)
    for piece in reader.pieces(proven=False):
        if isinstance(piece, Rows):
            report.records += piece.records
            report.first_rows += piece.rows[: FIRST_ROWS - len(report.first_rows)]
            on_rows(piece.rows)
        elif isinstance(piece, Aside):
            report.set_aside += 1
            on_aside(piece)
    report.dialect, report.notes = reader.dialect, reader.notes
    return report


def chunks_of_path(path: Path) -> Callable[[], Iterator[bytes]]:
    """A local file's bytes, as `read_file` asks for them."""

    def chunks() -> Iterator[bytes]:
        with path.open("rb") as file:
            while chunk := file.read(CHUNK):
                yield chunk

    return chunks
