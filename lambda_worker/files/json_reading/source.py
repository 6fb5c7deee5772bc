"""From a stream and its dialect to the records in it, and to the stream's end."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from lambda_worker.files.dialect import Dialect, Format
from lambda_worker.files.json_reading.elements import Elements
from lambda_worker.files.json_reading.grammar import Grammar, LoneGrammar
from lambda_worker.files.json_reading.lists import MemberGrammar
from lambda_worker.files.json_reading.path import Document
from lambda_worker.files.json_reading.records import Records
from lambda_worker.files.json_reading.remarks import Remarks
from lambda_worker.files.json_reading.sequences import ValueGrammar
from lambda_worker.files.json_reading.text import Window
from lambda_worker.files.reading import Aside, FileFault, Rows


class Source:
    """Reads one stream once; `make` says how its records are read, when the first one is found."""

    def __init__(
        self,
        chunks: Iterable[bytes],
        dialect: Dialect,
        errors: Callable[[], str],
        remarks: Remarks,
        make: Callable[[Source], Records],
    ) -> None:
        self.window = Window(chunks, errors)
        self.mark = ""
        """The first character of the first record."""
        self.header: list[list[str]] = []
        self.names: list[str] = []
        """Names of columns that stand beside the records."""
        self.grammar: Grammar = ValueGrammar(self.window, remarks)
        self._dialect = dialect
        self._remarks = remarks
        self._make = make

    @property
    def is_keyed(self) -> bool:
        """Whether records are members of an object."""
        return isinstance(self.grammar, MemberGrammar)

    @property
    def is_lone(self) -> bool:
        """Whether there is one record, and no list."""
        return isinstance(self.grammar, LoneGrammar)

    @property
    def key(self) -> str:
        """Of the record that is being read, if they are members of an object."""
        return self.grammar.key if isinstance(self.grammar, MemberGrammar) else ""

    def pieces(self) -> Iterator[Rows | Aside]:
        """The records; FileFault where the file cannot be read."""
        document = None
        if self._dialect.format is Format.JSON:
            document = Document(self.window, self._dialect.path, self._remarks)
            self.grammar = document.enter()
            self.names = document.names
        elements = Elements(self.window, self.grammar, self._begun, self._remarks)
        yield from elements.pieces(self._dialect.header_lines)
        if document is not None:
            is_values = self.mark not in ("", "[", "{") and not self.is_lone
            document.leave(elements.number if is_values else 0)
        if not (elements.number or self.header):
            raise FileFault("json_no_records", path=".".join(self._dialect.path))

    def _begun(self, mark: str, header: list[list[str]]) -> Records:
        self.mark, self.header = mark, header
        return self._make(self)
