"""From a stream and its dialect to the records in it, and to the stream's end."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Final

from lambda_worker.files.dialect import Dialect, Format
from lambda_worker.files.json_reading.elements import Elements, MakeRecords
from lambda_worker.files.json_reading.grammar import BRACKETS, LoneGrammar, MakeGrammar
from lambda_worker.files.json_reading.lists import MemberGrammar
from lambda_worker.files.json_reading.path import Document
from lambda_worker.files.json_reading.prefix import LONGEST, prefix_end
from lambda_worker.files.json_reading.remarks import Remarks
from lambda_worker.files.json_reading.sequences import ValueGrammar
from lambda_worker.files.json_reading.text import BLANKS, Window
from lambda_worker.files.reading import Aside, FileFault, Rows

PREFIX_SHOWN: Final = 100
"""Characters of what stands before a document."""


class Source:
    """Reads one stream once. Making one goes to the first record; FileFault where there is no way.

    `names` may be those of columns, as they stand beside the records.
    """

    def __init__(
        self,
        chunks: Iterable[bytes],
        dialect: Dialect,
        errors: Callable[[], str],
        remarks: Remarks,
    ) -> None:
        self.names: list[list[str]] = []
        self._dialect = dialect
        self._remarks = remarks
        self._window = Window(chunks, errors)
        self._seen = 0
        self._pass_prefix()
        self._document: Document | None = None
        self._make: MakeGrammar = ValueGrammar
        if dialect.format is Format.JSON:
            self._document = Document(self._window, dialect.path, remarks)
            self._make = self._document.enter()
            self.names = self._document.names
        self._grammar = self._make(self._window, remarks)

    @property
    def is_keyed(self) -> bool:
        """Whether records are members of an object."""
        return self._make is MemberGrammar

    @property
    def is_lone(self) -> bool:
        """Whether there is one record, and no list."""
        return self._make is LoneGrammar

    @property
    def key(self) -> str:
        """Of the record that is being read, if they are members of an object."""
        return self._grammar.key if isinstance(self._grammar, MemberGrammar) else ""

    def pieces(self, make: MakeRecords, header_lines: int) -> Iterator[Rows | Aside]:
        """The records, read by what `make` returns; FileFault where the file cannot be read."""
        elements = Elements(self._window, self._grammar, make, self._remarks)
        yield from elements.pieces(header_lines)
        if self._document is not None:
            is_values = elements.mark not in ("", *BRACKETS) and not self.is_lone
            self._document.leave(elements.number if is_values else 0)
        if not (elements.number or elements.header):
            raise FileFault("json_no_records", path=".".join(self._dialect.path))

    def fill(self, size: int) -> bool:
        """Have so many characters to look at, if there are; whether these are all of the stream."""
        window, self._seen = self._window, size
        window.fill(size + 1)
        return window.ended and len(window.text) - window.at <= size

    def look(self, make: MakeRecords, header_lines: int) -> Iterator[Rows | Aside]:
        """The records in what is there, up to its end; `pieces` gives them once more."""
        window = self._window.fork(self._seen)
        elements = Elements(window, self._make(window, Remarks()), make, Remarks())
        return elements.pieces(header_lines)

    def first(self) -> Window:
        """What is there, from the first record on."""
        window = self._window.fork(self._seen)
        self._make(window, Remarks()).advance()
        return window

    def _pass_prefix(self) -> None:
        window = self._window
        window.fill(LONGEST)
        end = prefix_end(window.text)
        if prefix := window.text[:end].strip(BLANKS):
            self._remarks.prefix(prefix[:PREFIX_SHOWN])
            window.at = end
