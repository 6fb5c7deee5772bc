"""How records are written for COPY."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from dataclasses import dataclass
from io import StringIO
from typing import Any

from psycopg import sql

from lambda_worker.files.csv_reading.proof import NO_QUOTE, may_prove
from lambda_worker.files.dialect import Dialect, Format

# FREEZE spares the first reader the writing of every page.
_COPY = sql.SQL(
    "COPY {table} ({columns}) FROM STDIN (FORMAT csv, FREEZE {freeze}, DELIMITER {delimiter},"
    " QUOTE {quote}, FORCE_NOT_NULL ({columns}))"
)


@dataclass(frozen=True, slots=True)
class CopyForm:
    """How records are written for COPY: like the file's own, so that its bytes can stand between
    them."""

    delimiter: str
    quote: str
    line_end: str

    @classmethod
    def of(cls, dialect: Dialect, line_end: str) -> CopyForm:
        """The form for a file's dialect."""
        if dialect.format is Format.CSV and may_prove(dialect):
            return cls(dialect.delimiter, dialect.quote or NO_QUOTE, line_end)
        return cls(",", '"', line_end)

    def statement(
        self, table: sql.Identifier, columns: Sequence[sql.Identifier], *, freeze: bool
    ) -> sql.Composed:
        """The COPY that reads it; an empty value is an empty string, quoted or not. `freeze` is for
        a table that was made in the same transaction."""
        return _COPY.format(
            table=table,
            columns=sql.SQL(", ").join(columns),
            freeze=sql.SQL("true" if freeze else "false"),
            delimiter=sql.Literal(self.delimiter),
            quote=sql.Literal(self.quote),
        )

    def text(self, rows: list[list[str]]) -> str:
        """Records as COPY reads them: quoted where a value would be taken for something else."""
        if (plain := self._plainly(rows)) is not None:
            return plain
        text = self._written(rows, csv.QUOTE_MINIMAL)
        # A line of \\. alone ends the data to Postgres before 18; and before Python 3.13 the csv
        # module quotes only what is in its own line end.
        if "\\." in text or ("\r" in text and self.line_end == "\n"):
            text = self._written(rows, csv.QUOTE_ALL)
        return text

    def _plainly(self, rows: list[list[str]]) -> str | None:
        """The records without quotes, where none needs any: four times as fast (measured)."""
        if not rows or len(rows[0]) == 1:
            return None
        text = self.line_end.join(map(self.delimiter.join, rows)) + self.line_end
        number = len(rows)
        is_plain = (
            self.quote not in text
            and "\\." not in text
            and text.count(self.delimiter) == number * (len(rows[0]) - 1)
            and text.count("\n") == number
            and text.count("\r") == self.line_end.count("\r") * number
        )
        return text if is_plain else None

    def _written(self, rows: list[list[str]], quoting: Any) -> str:
        out = StringIO()
        csv.writer(
            out,
            delimiter=self.delimiter,
            quotechar=self.quote,
            quoting=quoting,
            lineterminator=self.line_end,
        ).writerows(rows)
        return out.getvalue()
