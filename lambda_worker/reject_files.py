"""Where the rejects of an attempt go: the reject file, and the same records as they were sent."""

from __future__ import annotations

import codecs
from collections.abc import Callable, Generator
from contextlib import ExitStack, contextmanager
from typing import IO, Any, Final, cast

from lambda_worker.as_sent import AsSentFile, SentAs
from lambda_worker.contract import rejects_as_sent_key
from lambda_worker.files.dialect import Format
from lambda_worker.objects import Objects, Write
from lambda_worker.reject_file import RejectFile, guard, is_reject_file

AT_ONCE: Final = 64 * 1024
"""Bytes collected for one write: rows are a tenth of a kilobyte."""

CSV: Final = "text/csv; charset=utf-8"


class RejectFiles:
    """Writes each record to both files."""

    def __init__(self, reject_file: RejectFile, as_sent: AsSentFile, *, guarded: bool) -> None:
        self._reject_file = reject_file
        self._as_sent = as_sent
        self._guarded = guarded

    def write(
        self,
        line: int,
        faults: list[tuple[str, str, str]],
        fields: list[str],
        text: str | None,
    ) -> bool:
        """One record; `text` is that of one that the reader set aside. False where the file
        as it was sent cannot have it."""
        self._reject_file.write(line, faults, fields)
        if self._guarded:
            fields = [guard(value) for value in fields]
        if text is not None:
            return self._as_sent.set_aside(text, fields)
        self._as_sent.record(fields)
        return True


@contextmanager
def reject_files(objects: Objects, key: str, way: SentAs) -> Generator[RejectFiles]:
    """Both files, stored where the block ends well; `key` is the reject file's. CannotCarry where
    the records cannot be written that way: then another is to be tried."""
    with ExitStack() as stack:
        told = _Collected(stack.enter_context(objects.writing(key, CSV)))
        sent_key, kind = rejects_as_sent_key(key), _content_type(way)
        sent = _Collected(stack.enter_context(objects.writing(sent_key, kind)))
        told.take(codecs.BOM_UTF8)  # without it Excel takes UTF-8 for Windows-1252
        delimiter = ";" if way.dialect.delimiter == ";" else ","
        file = RejectFile(cast("IO[str]", _Utf8(told.take)), way.headers, delimiter)
        as_sent = AsSentFile(sent.take, way)
        yield RejectFiles(file, as_sent, guarded=is_reject_file(way.headers))
        as_sent.close()
        told.flush()
        sent.flush()


def _content_type(way: SentAs) -> str:
    if way.dialect.format is Format.CSV:
        return f"text/csv; charset={way.dialect.encoding}"
    return "application/json" if way.dialect.format is Format.JSON else "application/x-ndjson"


class _Collected:
    """Passes bytes on in larger pieces."""

    def __init__(self, write: Write) -> None:
        self._write = write
        self._held = bytearray()

    def take(self, data: bytes) -> None:
        self._held += data
        if len(self._held) >= AT_ONCE:
            self.flush()

    def flush(self) -> None:
        self._write(bytes(self._held))
        self._held.clear()


class _Utf8:
    """A text stream, as far as the csv module uses one."""

    def __init__(self, write: Callable[[bytes], Any]) -> None:
        self._write = write

    def write(self, text: str) -> None:
        self._write(text.encode())
