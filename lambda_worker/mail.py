"""The mail at a job's end, or when a review waits: subject, text and HTML in the reader's
language."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, LiteralString
from urllib.parse import urljoin

from lambda_worker.contract import Status
from lambda_worker.language import grouped, translated
from lambda_worker.mail_forms import Letter, as_html, as_text
from lambda_worker.plan import ImportPlan
from lambda_worker.reject_groups import as_groups
from lambda_worker.upshots import Upshot, upshot
from lambda_worker.words import filled, group_words, sentence

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
    """The figures of a job that a mail tells. `notes` are [code, params] of the reading. `review`
    are the counts that a review shows (reviewing.Counts). `repeats`: the same file was imported
    before, and that is what is asked about."""

    status: Status
    counts: Mapping[str, int | None]
    reject_summary: list[dict[str, Any]]
    failure_code: str
    failure_params: dict[str, Any]
    notes: list[tuple[str, dict[str, Any]]] = field(default_factory=list[Any])
    review: Mapping[str, int] = field(default_factory=dict[str, int])
    repeats: bool = False


_SUBJECTS: Final[dict[Status, LiteralString]] = {
    Status.SUCCEEDED: "{file} is in: {written} {plural} written",
    Status.FAILED: "{file} was not imported",
    Status.IN_REVIEW: "{file} waits for your review",
    Status.EXPIRED: "{file} has expired",
}
_REVIEWED: Final[LiteralString] = "{subject}: {written} {plural} to write"
_REPEATS: Final[LiteralString] = "{subject}: it was imported before"
_WITH_REJECTS: Final[LiteralString] = "{subject}, {rejected} rejected"

_OPENINGS: Final[dict[Status, LiteralString]] = {
    Status.SUCCEEDED: "Your file {file} has been imported into {plural}.",
    Status.FAILED: "Your file {file} could not be imported into {plural}. Nothing was written.",
    Status.IN_REVIEW: "Your file {file} for {plural} is checked. Nothing is written until you "
    "apply it.",
    Status.EXPIRED: "Your import of {file} into {plural} has expired. Nothing was written.",
}
_OPENING_OF_REPEATS: Final[LiteralString] = (
    "Your file {file} for {plural} is the very same as one that was imported before. Nothing is "
    "written unless you say that it be imported again."
)

_SUBJECTS_OF_NOTHING: Final[dict[Upshot, LiteralString]] = {
    Upshot.ALL_REJECTED: "{file}: nothing was written, every row was rejected",
    Upshot.NO_ROWS: "{file} had no rows",
}
_OPENINGS_OF_NOTHING: Final[dict[Upshot, LiteralString]] = {
    Upshot.ALL_REJECTED: "Your file {file} has been checked for {plural}, and every row of it was "
    "rejected. Nothing was written.",
    Upshot.NO_ROWS: "Your file {file} for {plural} had no rows. Nothing was written.",
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
_WOULD: Final[dict[str, LiteralString]] = {
    "new": "To be inserted",
    "changed": "To be updated",
    "unchanged": "Unchanged",
    "skipped": "To be skipped",
    "superseded": "Superseded",
    "rejected": "Rejected",
}
"""What a review tells of the rows that nobody has written yet."""
_ALWAYS: Final = ("records_read", "rows_rejected", "rejected")
"""Counts that are told even where they are 0."""

_LINKS: Final[dict[Status, LiteralString]] = {
    Status.SUCCEEDED: "All about this import",
    Status.FAILED: "All about this import",
    Status.IN_REVIEW: "Look at it and apply it",
    Status.EXPIRED: "All about this import",
}
_WHY: Final[LiteralString] = "You get this mail because you started the import."
_CHOOSE: Final[LiteralString] = "Choose when you are mailed"
SETTINGS: Final = "../settings/"
"""From a job's page to the one where a user chooses; imports.urls has both."""

_REJECTED: Final[LiteralString] = "What was rejected"
_ABOUT_FILE: Final[LiteralString] = "About the file"
_ONE: Final[LiteralString] = "Line {line}: {fault}"
_MANY: Final[LiteralString] = "{rows} rows, the first in line {line}: {fault}"


def templates() -> Iterator[str]:
    """All that is to be translated."""
    for table in (_SUBJECTS, _OPENINGS, _COUNTS, _WOULD, _LINKS):
        yield from table.values()
    yield from (_REVIEWED, _REPEATS, _OPENING_OF_REPEATS, _WITH_REJECTS)
    yield from (*_SUBJECTS_OF_NOTHING.values(), *_OPENINGS_OF_NOTHING.values())
    yield from (_REJECTED, _ABOUT_FILE, _ONE, _MANY, _WHY, _CHOOSE)


def compose(recipient: str, plan: ImportPlan, result: Result) -> Mail:
    """The mail that tells how a job stands."""
    language = plan.audience.language
    letter = Letter(
        language=language,
        opening=filled(_opening(result), _names(plan, result), language),
        reason=_reason(result, language),
        counts=_counts(result, language),
        faults_title=translated(_REJECTED, language),
        faults=[
            _fault(group, language) for group in as_groups(result.reject_summary)[:FAULTS_SHOWN]
        ],
        notes_title=translated(_ABOUT_FILE, language),
        notes=[sentence(code, params, language) for code, params in result.notes[:NOTES_SHOWN]],
        link=translated(_LINKS[result.status], language),
        url=plan.audience.job_url,
        why=translated(_WHY, language),
        choose=translated(_CHOOSE, language),
        choose_url=urljoin(plan.audience.job_url, SETTINGS),
    )
    subject = _subject(plan, result, language)
    return Mail(recipient, " ".join(subject.split()), as_text(letter), as_html(letter, subject))


def _names(plan: ImportPlan, result: Result) -> dict[str, Any]:
    return {"file": plan.file.name, "plural": plan.target.name_plural, "written": _written(result)}


def _opening(result: Result) -> LiteralString:
    found = _upshot(result)
    if found is not None and found in _OPENINGS_OF_NOTHING:
        return _OPENINGS_OF_NOTHING[found]
    return _OPENING_OF_REPEATS if _asks_about_repeats(result) else _OPENINGS[result.status]


def _asks_about_repeats(result: Result) -> bool:
    return result.status is Status.IN_REVIEW and result.repeats


def _upshot(result: Result) -> Upshot | None:
    """None where the import has not run to its end."""
    if result.status is not Status.SUCCEEDED:
        return None
    return upshot(result.counts["records_read"], result.counts["rows_rejected"])


def _written(result: Result) -> int:
    """Rows that are in the table now; in a review, that would be."""
    if result.status is Status.IN_REVIEW:
        return result.review.get("new", 0) + result.review.get("changed", 0)
    return (result.counts["rows_inserted"] or 0) + (result.counts["rows_updated"] or 0)


def _subject(plan: ImportPlan, result: Result, language: str) -> str:
    names = _names(plan, result)
    found = _upshot(result)
    if found is not None and found in _SUBJECTS_OF_NOTHING:
        return filled(_SUBJECTS_OF_NOTHING[found], names, language)
    if names["written"] == 1:
        names["plural"] = plan.target.name
    names["subject"] = filled(_SUBJECTS[result.status], names, language)
    if _asks_about_repeats(result):
        return filled(_REPEATS, names, language)
    if result.review and result.status is Status.IN_REVIEW:
        names["subject"] = filled(_REVIEWED, names, language)
    if not result.counts["rows_rejected"]:
        return names["subject"]
    names["rejected"] = result.counts["rows_rejected"]
    return filled(_WITH_REJECTS, names, language)


def _reason(result: Result, language: str) -> str:
    if not result.failure_code:
        return ""
    return sentence(result.failure_code, result.failure_params, language)


def _counts(result: Result, language: str) -> list[tuple[str, str]]:
    told: Mapping[str, int | None] = result.counts
    if result.status is Status.IN_REVIEW and result.review:
        told = {"records_read": result.counts["records_read"], **result.review}
    names = {**_COUNTS, **_WOULD}
    return [
        (translated(names[name], language), grouped(number, language))
        for name, number in told.items()
        if number is not None and (number or name in _ALWAYS)
    ]


def _fault(group: dict[str, Any], language: str) -> str:
    words = group_words(group, language)
    told = f"{group['header']}: {words}" if group["header"] else words
    params = {"rows": group["rows"], "line": group["line"], "fault": told}
    return filled(_ONE if group["rows"] == 1 else _MANY, params, language)
