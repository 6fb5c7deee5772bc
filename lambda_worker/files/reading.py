"""What comes out of a file: records, records set aside, and what there is to say about them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Final, Protocol

from lambda_worker.faults import JobFault
from lambda_worker.files.dialect import Dialect
from lambda_worker.files.shown import all_shown

MOST_COLUMNS: Final = 10_000
"""Columns of a file: thousands are real, more come of data in the place of names; each is held
while the file is read."""

TEXT_SHOWN: Final = 1_000
"""Characters that are kept of a record that is set aside."""


class FileFault(JobFault):
    """The file cannot be read, or not as the plan says. What its params quote can be stored."""

    def __init__(self, code: str, **params: Any) -> None:
        super().__init__(code, **all_shown(params))


@dataclass(frozen=True, slots=True)
class Rows:
    """Records with as many fields as there are headers, the first on `line` and each on a line of
    its own, counted from 1 as a text editor does."""

    line: int
    rows: list[list[str]]

    @property
    def records(self) -> int:
        """How many they are."""
        return len(self.rows)


@dataclass(frozen=True, slots=True)
class Proven:
    """Records of one line each whose bytes COPY may take as they are; `line` is the first one's."""

    line: int
    data: bytes
    records: int


@dataclass(frozen=True, slots=True)
class Aside:
    """A record that is set aside: where it begins, why (a code of lambda_worker.words.FAULTS with
    its params), its text as far as it is shown, and its fields where they could be told apart. All
    of it can be stored."""

    line: int
    code: str
    params: dict[str, Any]
    text: str
    fields: list[str] = field(default_factory=list[str])

    def __post_init__(self) -> None:
        for name in ("params", "text", "fields"):
            object.__setattr__(self, name, all_shown(getattr(self, name)))


Piece = Rows | Proven | Aside


@dataclass(frozen=True, slots=True)
class Note:
    """Something that a person should know about the file: a code of lambda_worker.words.NOTES with
    its params, which can be stored."""

    code: str
    params: dict[str, Any]

    def __post_init__(self) -> None:
        object.__setattr__(self, "params", all_shown(self.params))


class Reader(Protocol):
    """Reads one stream once, from its first byte to its last."""

    @property
    def dialect(self) -> Dialect:
        """How the file is read; after the last piece, how all of it was."""
        ...

    @property
    def headers(self) -> tuple[str, ...]:
        """The columns' names, in the file's order, no two alike and none empty."""
        ...

    @property
    def notes(self) -> list[Note]:
        """What there is to say; more may come while pieces are read."""
        ...

    @property
    def line_end(self) -> bytes:
        """How lines of Proven data end: CRLF or LF."""
        ...

    def pieces(self, *, proven: bool = True) -> Iterator[Piece]:
        """The records in the file's order; none of them Proven where that is not wanted. FileFault
        where the file as a whole cannot be read."""
        ...
