"""What was understood of a file, and the faults that end the reading of one."""

from __future__ import annotations

from dataclasses import dataclass

from lambda_worker.faults import JobFault


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """How a file is read: `encoding` is a Python codec name; `headers` are in the file's order."""

    format: str
    encoding: str
    delimiter: str
    headers: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Record:
    """One record: the line its first character stands on (from 1, as a text editor counts) and its
    fields."""

    line: int
    fields: list[str]


class FileFault(JobFault):
    """The file cannot be read, or not as the plan says."""
