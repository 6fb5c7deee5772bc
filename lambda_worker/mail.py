"""The mail at a job's end, or when a review waits: subject, text and HTML in the reader's
language."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, LiteralString

from lambda_worker.contract import Status
from lambda_worker.language import grouped, translated
from lambda_worker.mail_forms import Letter, as_html, as_text
from lambda_worker.plan import ImportPlan
from lambda_worker.words import filled, sentence

FAULTS_SHOWN: Final = 5
"""Groups of rejects in a mail: enough to recognise the mistake; the page has the rest."""

NOTES_SHOWN: Final = 5
"""Remarks about the file, likewise."""


@dataclass(frozen=True, slots=True)
class Mail:
    """A mail ready to be sent."""

    recipient: str
    subject: str
    text: str
    html: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """The figures of a job that a mail tells. `notes` are [code, params] of the reading."""

    status: Status
    counts: Mapping[str, int | None]
    reject_summary: list[dict[str, Any]]
    failure_code: str
    failure_params: dict[str, Any]
    notes: list[tuple[str, dict[str, Any]]] = field(default_factory=list[Any])


_SUBJECTS: Final[dict[Status, LiteralString]] = {
    Status.SUCCEEDED: "{file} is in: {written} {plural} written",
    Status.FAILED: "{file} was not imported",
    Status.IN_REVIEW: "{file} waits for your review",
    Status.EXPIRED: "{file} has expired",
}
_WITH_REJECTS: Final[LiteralString] = "{subject}, {rejected} rejected"

_OPENINGS: Final[dict[Status, LiteralString]] = {
    Status.SUCCEEDED: "Your file {file} has been imported into {plural}.",
    Status.FAILED: "Your file {file} could not be imported into {plural}. Nothing was written.",
    Status.IN_REVIEW: "Your file {file} for {plural} is checked. Nothing is written until you "
    "apply it.",
    Status.EXPIRED: "Your import of {file} into {plural} has expired. Nothing was written.",
}

_COUNTS: Final[dict[str, LiteralString]] = {
    "records_read": "Read",
    "rows_inserted": "Inserted",
    "rows_updated": "Updated",
    "rows_unchanged": "Unchanged",
    "rows_superseded": "Superseded",
    "rows_skipped": "Skipped",
    "rows_rejected": "Rejected",
}
_ALWAYS: Final = ("records_read", "rows_rejected")
"""Counts that are told even where they are 0."""

_LINKS: Final[dict[Status, LiteralString]] = {
    Status.SUCCEEDED: "All about this import",
    Status.FAILED: "All about this import",
    Status.IN_REVIEW: "Look at it and apply it",
    Status.EXPIRED: "All about this import",
}
_REJECTED: Final[LiteralString] = "What was rejected"
_ABOUT_FILE: Final[LiteralString] = "About the file"
_ONE: Final[LiteralString] = "Line {line}: {fault}"
_MANY: Final[LiteralString] = "{rows} rows, the first in line {line}: {fault}"


def templates() -> Iterator[str]:
    """All that is to be translated."""
    for table in (_SUBJECTS, _OPENINGS, _COUNTS, _LINKS):
        yield from table.values()
    yield from (_WITH_REJECTS, _REJECTED, _ABOUT_FILE, _ONE, _MANY)


def compose(recipient: str, plan: ImportPlan, result: Result) -> Mail:
    """The mail that tells how a job stands."""
    language = plan.audience.language
    letter = Letter(
        language=language,
        opening=filled(_OPENINGS[result.status], _names(plan, result), language),
        reason=_reason(result, language),
        counts=_counts(result, language),
        faults_title=translated(_REJECTED, language),
        faults=[_fault(group, language) for group in result.reject_summary[:FAULTS_SHOWN]],
        notes_title=translated(_ABOUT_FILE, language),
        notes=[sentence(code, params, language) for code, params in result.notes[:NOTES_SHOWN]],
        link=translated(_LINKS[result.status], language),
        url=plan.audience.job_url,
    )
    subject = _subject(plan, result, language)
    return Mail(recipient, " ".join(subject.split()), as_text(letter), as_html(letter, subject))


def _names(plan: ImportPlan, result: Result) -> dict[str, Any]:
    return {"file": plan.file.name, "plural": plan.target.name_plural, "written": _written(result)}


def _written(result: Result) -> int:
    return (result.counts["rows_inserted"] or 0) + (result.counts["rows_updated"] or 0)


def _subject(plan: ImportPlan, result: Result, language: str) -> str:
    names = _names(plan, result)
    if names["written"] == 1:
        names["plural"] = plan.target.name
    subject = filled(_SUBJECTS[result.status], names, language)
    rejected = result.counts["rows_rejected"]
    if result.status is not Status.SUCCEEDED or not rejected:
        return subject
    return filled(_WITH_REJECTS, {"subject": subject, "rejected": rejected}, language)


def _reason(result: Result, language: str) -> str:
    if not result.failure_code:
        return ""
    return sentence(result.failure_code, result.failure_params, language)


def _counts(result: Result, language: str) -> list[tuple[str, str]]:
    return [
        (translated(_COUNTS[name], language), grouped(number, language))
        for name, number in result.counts.items()
        if number is not None and (number or name in _ALWAYS)
    ]


_FIRST: Final = {"first_line": "…", "line": "…", "column": "…"}
"""For params that differ from record to record, and are not in a group."""


def _fault(group: dict[str, Any], language: str) -> str:
    words = sentence(
        group["code"], {**_FIRST, **group["params"], "value": group["value"]}, language
    )
    told = f"{group['header']}: {words}" if group["header"] else words
    params = {"rows": group["rows"], "line": group["line"], "fault": told}
    return filled(_ONE if group["rows"] == 1 else _MANY, params, language)
