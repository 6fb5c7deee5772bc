"""Reads a file as a user has it read, and holds what came out."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from lambda_worker.files.dialect import Dialect
from lambda_worker.files.given import given_of
from lambda_worker.files.read_file import FileReport, chunks_of_path, read_file
from lambda_worker.files.reading import Aside


@dataclass
class Outcome:
    """All records and all that were set aside."""

    report: FileReport = field(default_factory=lambda: FileReport(dialect=Dialect(), headers=()))
    rows: list[list[str]] = field(default_factory=list)
    asides: list[Aside] = field(default_factory=list)

    @property
    def dialect(self) -> Dialect:
        return self.report.dialect

    @property
    def headers(self) -> list[str]:
        return list(self.report.headers)

    @property
    def table(self) -> list[list[str]]:
        """The header and the records."""
        return [self.headers, *self.rows]

    @property
    def objects(self) -> list[dict[str, str]]:
        """The records by their headers."""
        return [dict(zip(self.headers, row, strict=True)) for row in self.rows]

    @property
    def faults(self) -> list[tuple[int, str]]:
        return [(aside.line, aside.code) for aside in self.asides]


def read_path(path: Path, **given: Any) -> Outcome:
    """A file on disk; members of Dialect that are given are not detected."""
    return _read(chunks_of_path(path), path.stat().st_size, given)


def read_bytes(data: bytes, **given: Any) -> Outcome:
    """A file in memory."""
    return _read(lambda: iter([data]), len(data), given)


def _read(chunks_of: Callable[[], Iterable[bytes]], size: int, given: dict[str, Any]) -> Outcome:
    outcome = Outcome()
    outcome.report = read_file(
        chunks_of,
        given=given_of(given),
        size=size,
        on_rows=outcome.rows.extend,
        on_aside=outcome.asides.append,
    )
    assert_coherent(outcome)
    return outcome


def assert_coherent(outcome: Outcome) -> None:
    """What holds of any file: a name for each column, a value for each name, counts that agree."""
    headers = outcome.headers
    assert all(headers)
    assert len(set(headers)) == len(headers)
    assert {len(row) for row in outcome.rows} <= {len(headers)}
    assert outcome.report.records == len(outcome.rows)
    assert outcome.report.set_aside == len(outcome.asides)
