"""Shows what would be staged of a file, without a database: how it is written, its records, and
those that would be set aside."""

from __future__ import annotations

import csv
import json
import sys
from argparse import ArgumentParser
from contextlib import ExitStack
from pathlib import Path
from typing import IO, Any

from django.core.management.base import BaseCommand, CommandError

from imports import dialects, wording
from imports.reading_files import Asides, dialect_argument
from lambda_worker.files.read_file import FileReport, chunks_of_path, read_file
from lambda_worker.files.reading import Aside, FileFault
from lambda_worker.reject_file import RejectFile
from lambda_worker.strict_json import to_json


class Command(BaseCommand):
    """Read a file as the worker would; exit with 0 where it can be read."""

    help = __doc__ or ""
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        """What to read, and where to write it."""
        parser.add_argument("file", type=Path)
        parser.add_argument("--json", action="store_true", help="one JSON object on stdout")
        parser.add_argument("--rows", type=Path, metavar="OUT.csv", help="all staged rows, as CSV")
        parser.add_argument(
            "--rejects", type=Path, metavar="OUT.csv", help="the records set aside, as CSV"
        )
        parser.add_argument(
            "--dialect",
            type=dialect_argument,
            default={},
            metavar="JSON",
            help="members of the file's dialect that are not to be detected, see docs/files.md",
        )

    def handle(self, *_: Any, **options: Any) -> None:
        """Read it whole, and tell."""
        path: Path = options["file"]
        try:
            self._require_paths(path, options["rows"], options["rejects"])
            self._read(path, options)
        except OSError as error:
            raise CommandError(f"{error.filename}: {error.strerror}") from error

    def _require_paths(self, path: Path, *outputs: Path | None) -> None:
        """A file to read, and none that would be lost by what is written."""
        if not path.is_file():
            raise CommandError(f"There is no file {str(path)!r}.")
        taken = [path.resolve()]
        for output in filter(None, outputs):
            if output.resolve() in taken:
                raise CommandError(f"{str(output)!r} is named twice.")
            taken.append(output.resolve())

    def _read(self, path: Path, options: dict[str, Any]) -> None:
        with ExitStack() as files:
            outputs = _Outputs(files, options["rows"], options["rejects"])
            try:
                report = read_file(
                    chunks_of_path(path),
                    given=options["dialect"],
                    size=path.stat().st_size,
                    on_open=outputs.begin,
                    on_rows=outputs.take_rows,
                    on_aside=outputs.take_aside,
                )
            except FileFault as fault:
                outputs.discard()
                self._refuse(fault, as_json=options["json"])
            else:
                show = self._as_json if options["json"] else self._in_words
                show(report, outputs.asides)

    def _refuse(self, fault: FileFault, *, as_json: bool) -> None:
        sentence = wording.reason(fault.code, fault.params)
        if not as_json:
            raise CommandError(sentence)
        error = {"code": fault.code, "params": fault.params, "sentence": sentence}
        self.stdout.write(json.dumps({"error": error}, ensure_ascii=False))
        sys.exit(1)

    def _as_json(self, report: FileReport, asides: Asides) -> None:
        dialect = to_json(report.dialect)
        head = {
            "format": dialect.pop("format"),
            "compression": dialect.pop("compression"),
            "encoding": dialect.pop("encoding"),
            "dialect": dialect,
            "header": list(report.headers),
            "first_rows": report.first_rows,
            "records": report.records,
            "set_aside": report.set_aside,
            "notes": [
                {"code": n.code, "params": n.params, "sentence": wording.reason(n.code, n.params)}
                for n in report.notes
            ],
        }
        # The list at the end may be long: it goes out as it comes.
        text = json.dumps(head, ensure_ascii=False)
        self.stdout.write(text[:-1] + ', "rejects": [', ending="")
        for number, aside in enumerate(asides):
            item = {
                "line": aside.line,
                "code": aside.code,
                "params": aside.params,
                "reason": wording.fault(aside.code, aside.params, aside.text),
                "text": aside.text,
                "fields": aside.fields,
            }
            separator = ", " if number else ""
            self.stdout.write(separator + json.dumps(item, ensure_ascii=False), ending="")
        self.stdout.write("]}")

    def _in_words(self, report: FileReport, asides: Asides) -> None:
        out = self.stdout
        out.write(f"{dialects.summary(report.dialect)}")
        out.write(f"Columns ({len(report.headers)}): {', '.join(report.headers)}")
        for row in report.first_rows:
            out.write("  " + " | ".join(row))
        for note in report.notes:
            out.write(f"Note: {wording.reason(note.code, note.params)}")
        for aside in asides:
            reason = wording.fault(aside.code, aside.params, aside.text)
            out.write(f"Line {aside.line:,} set aside: {reason}")
        out.write(f"Records: {report.records:,}; set aside: {report.set_aside:,}")


class _Outputs:
    """The files that were asked for; they are removed again where the file turns out unreadable."""

    def __init__(self, files: ExitStack, rows: Path | None, rejects: Path | None) -> None:
        self.asides = files.enter_context(Asides())
        self._paths = [path for path in (rows, rejects) if path]
        self._rows = _writable(files, rows)
        self._rejects = _writable(files, rejects)

    def begin(self, headers: tuple[str, ...]) -> None:
        """The columns are known."""
        self._writer = csv.writer(self._rows, lineterminator="\n") if self._rows else None
        self.take_rows([list(headers)])
        self._reject_file = RejectFile(self._rejects, headers) if self._rejects else None

    def take_rows(self, rows: list[list[str]]) -> None:
        """Records that would be staged."""
        if self._writer:
            self._writer.writerows(rows)

    def take_aside(self, aside: Aside) -> None:
        """A record that would be set aside."""
        self.asides.add(aside)
        if self._reject_file:
            reason = wording.fault(aside.code, aside.params, aside.text)
            self._reject_file.write(aside.line, [("", aside.text, reason)], aside.fields)

    def discard(self) -> None:
        """Nothing of it counts."""
        for path in self._paths:
            path.unlink(missing_ok=True)


def _writable(files: ExitStack, path: Path | None) -> IO[str] | None:
    if path is None:
        return None
    return files.enter_context(path.open("w", encoding="utf-8", newline=""))
