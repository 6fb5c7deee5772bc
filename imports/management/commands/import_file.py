"""Imports a file as a browser does: preview, job, upload; for operators and scripts."""

from __future__ import annotations

import json
import sys
import time
from argparse import ArgumentParser
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

from botocore.exceptions import BotoCoreError, ClientError
from django.contrib.auth import get_user_model
from django.core.management.base import BaseCommand, CommandError

from imports import jobs, wording
from imports.compiler import MappingFault
from imports.file_names import shown_name
from imports.mapping import suggest
from imports.models import ImportJob
from imports.outcome import outcome, owed_mails
from imports.posting import UploadRefused, post_file, send_parts
from imports.progress import progress_of
from imports.reading_files import dialect_argument
from imports.registry import UnknownTarget, get_target
from imports.targets import ImportTarget
from imports.uploads import NotUploadable, goes_in_parts, upload_form
from lambda_worker import contract
from lambda_worker.contract import Status
from lambda_worker.files.opening import open_file
from lambda_worker.files.read_file import chunks_of_path
from lambda_worker.files.reading import FileFault, Reader
from lambda_worker.plan import FilePlan, Mode, OnReject, Review

POLL_SECONDS: Final = 0.5
"""The worker tells its progress once a second."""

MAIL_SECONDS: Final = 10.0
"""The mail leaves just after the job's end; it is no failure of the import if it does not."""

FOR_A_PERSON: Final = frozenset({Status.IN_REVIEW, Status.AWAITING_MAPPING})
"""Where a job waits for somebody, so that waiting for it any longer is no use."""


class Command(BaseCommand):
    """Import a file; with --wait, exit with 0 only if it succeeded."""

    help = __doc__ or ""

    def add_arguments(self, parser: ArgumentParser) -> None:
        """As the import page offers them."""
        parser.add_argument("target", help="the model to import into, as airports.airport")
        parser.add_argument("file", type=Path, help="CSV, JSON, ...: see docs/files.md")
        parser.add_argument(
            "--mode", type=Mode, choices=list(Mode), help="default: the target's own"
        )
        parser.add_argument(
            "--map",
            action="append",
            default=[],
            metavar="HEADER=FIELD",
            help="beside what the names say; HEADER= leaves the column out",
        )
        parser.add_argument(
            "--on-reject", type=OnReject, choices=list(OnReject), default=OnReject.SKIP
        )
        parser.add_argument("--review", type=Review, choices=list(Review), default=Review.NEVER)
        parser.add_argument(
            "--again", action="store_true", help="also if this very file was imported before"
        )
        parser.add_argument(
            "--exclusive",
            action="store_true",
            help="faster, but nobody can read or write the table until it is done",
        )
        parser.add_argument(
            "--dialect",
            type=dialect_argument,
            default={},
            metavar="JSON",
            help="members of the file's dialect that are not to be detected, see docs/files.md",
        )
        parser.add_argument("--user", help="whose import it is; default: the first superuser")
        parser.add_argument("--wait", action="store_true", help="wait for the end, and show it")
        parser.add_argument("--timeout", type=float, default=3600.0, help="of --wait, in seconds")
        parser.add_argument(
            "--json", action="store_true", help="print the outcome as one JSON line"
        )

    def handle(self, *_args: Any, **options: Any) -> None:
        """Preview, create, upload, and wait if asked to."""
        job = self.create(options)
        self.upload(job, options["file"])
        if options["wait"]:
            self.wait(job, options["timeout"])
        found = outcome(job)
        self.stdout.write(json.dumps(found) if options["json"] else _in_words(job, found))
        if options["wait"] and job.status != Status.SUCCEEDED:
            sys.exit(1)

    def create(self, options: dict[str, Any]) -> ImportJob:
        """The job, with the columns mapped as suggested and as told."""
        path: Path = options["file"]
        try:
            target = get_target(options["target"])
            size = path.stat().st_size
            found = _read(path, size, options["dialect"])
            return jobs.create_job(
                target,
                user=_user(options["user"]),
                file=FilePlan(
                    name=shown_name(path.name), dialect=found.dialect, headers=found.headers
                ),
                size=size,
                mapping=_mapping(target, found.headers, options["map"]),
                mode=options["mode"] or target.mode,
                on_reject=options["on_reject"],
                review=options["review"],
                again=options["again"],
                exclusive=options["exclusive"],
            )
        except FileFault as fault:
            raise CommandError(wording.reason(fault.code, fault.params)) from fault
        except (UnknownTarget, OSError, MappingFault, jobs.NotAllowed, jobs.FileRefused) as exc:
            raise CommandError(str(exc)) from exc

    def upload(self, job: ImportJob, path: Path) -> None:
        """Straight to the bucket; a refused file leaves a cancelled job, not one that waits."""
        try:
            if goes_in_parts(job):
                send_parts(job, path, self.sent(job))
            else:
                post_file(upload_form(job), path)
        except (UploadRefused, OSError, BotoCoreError, ClientError) as exc:
            jobs.cancel(job, job.owner)
            raise CommandError(f"The upload was refused. {exc}") from exc
        except NotUploadable as exc:
            raise CommandError("Somebody has cancelled the import.") from exc
        jobs.mark_uploaded(job)

    def sent(self, job: ImportJob) -> Callable[[int], None]:
        """Shows on stderr how much of the file is there, some times a second at most."""
        shown = 0.0

        def told(sent: int) -> None:
            nonlocal shown
            if time.monotonic() - shown >= POLL_SECONDS or sent == job.declared_size:
                shown = time.monotonic()
                percent = sent * 100 // job.declared_size
                self.stderr.write(self.style.NOTICE(f"{percent:3} % Sending the file."))

        return told

    def wait(self, job: ImportJob, timeout: float) -> None:
        """Until the job has ended, or waits for a person; then a moment for its mail."""
        deadline = time.monotonic() + timeout
        shown = ""
        while Status(job.status) not in contract.TERMINAL | FOR_A_PERSON:
            if time.monotonic() > deadline:
                raise CommandError(
                    f"Still {job.status} after {timeout:g} s: {progress_of(job).sentence}"
                )
            time.sleep(POLL_SECONDS)
            job.refresh_from_db()
            shown = self.show(job, shown)
        deadline = time.monotonic() + MAIL_SECONDS
        while owed_mails(job).exists() and time.monotonic() < deadline:
            time.sleep(POLL_SECONDS)

    def show(self, job: ImportJob, shown: str) -> str:
        """On stderr, so that stdout holds the outcome alone; only what is new."""
        progress = progress_of(job)
        line = (
            progress.sentence
            if progress.percent is None
            else f"{progress.percent:3} % {progress.sentence}"
        )
        if line != shown:
            self.stderr.write(self.style.NOTICE(line))
        return line


def _read(path: Path, size: int, given: dict[str, Any]) -> Reader:
    """How the file will be read, from its beginning."""
    return open_file(chunks_of_path(path)(), given=given, size=size)


def _user(name: str | None) -> Any:
    users = get_user_model()._default_manager.filter(is_active=True)
    if name is None:
        found = users.filter(is_superuser=True).order_by("pk").first()
        if found is None:
            raise CommandError("There is no superuser: say with --user whose import it is.")
        return found
    found = users.filter(**{get_user_model().USERNAME_FIELD: name}).first()
    if found is None:
        raise CommandError(f"There is no active user {name!r}.")
    return found


def _mapping(target: ImportTarget, headers: tuple[str, ...], told: list[str]) -> dict[str, str]:
    """What the names suggest, overruled by what was told."""
    pairs = [pair.rpartition("=")[::2] for pair in told]
    for pair, (header, field) in zip(told, pairs, strict=True):
        if "=" not in pair or not header:
            raise CommandError(f"--map {pair!r} is not of the form HEADER=FIELD.")
        if header not in headers:
            raise CommandError(f"The file has no column {header!r}; it has {', '.join(headers)}.")
        del field
    overruled = {header for header, _ in pairs}
    suggested = suggest(target, [header for header in headers if header not in overruled])
    return {**suggested, **{field: header for header, field in pairs if field}}


def _in_words(job: ImportJob, found: dict[str, Any]) -> str:
    lines = [f"Import {job.pk} into {job.target}: {progress_of(job).sentence}", found["url"]]
    if job.records_read is not None:
        counts = ("records_read", *contract.COUNT_COLUMNS)
        lines += [f"{name.rpartition('_')[2]:>12}: {found[name] or 0:,}" for name in counts]
    if job.status == Status.IN_REVIEW and job.repeats_id:
        lines.append("Apply it on its page, or start it with --again.")
    if found["rejects_url"]:
        lines.append(f"Rejects: {found['rejects_url']}")
    return "\n".join(lines)
