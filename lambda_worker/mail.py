"""The mail at a job's end: subject, text and HTML from the job's own figures."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape
from typing import Any, Final, LiteralString

from lambda_worker.contract import Status
from lambda_worker.plan import ImportPlan
from lambda_worker.words import sentence

FAULTS_SHOWN: Final = 5
"""Groups of rejects in a mail: enough to recognise the mistake; the page has the rest."""


@dataclass(frozen=True, slots=True)
class Mail:
    """A mail ready to be sent."""

    recipient: str
    subject: str
    text: str
    html: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """The figures of a job that a mail tells."""

    status: Status
    counts: dict[str, int | None]
    reject_summary: list[dict[str, Any]]
    failure_code: str
    failure_params: dict[str, Any]


_SUBJECTS: Final[dict[Status, LiteralString]] = {
    Status.SUCCEEDED: "{file} is in: {written} {plural} written",
    Status.FAILED: "{file} was not imported",
    Status.IN_REVIEW: "{file} waits for your review",
    Status.EXPIRED: "{file} has expired",
}

_OPENINGS: Final[dict[Status, LiteralString]] = {
    Status.SUCCEEDED: "Your file {file} has been imported into {plural}.",
    Status.FAILED: "Your file {file} could not be imported into {plural}. Nothing was written.",
    Status.IN_REVIEW: "Your file {file} for {plural} is checked. Nothing is written until you "
    "apply it.",
    Status.EXPIRED: "Your import of {file} into {plural} has expired. Nothing was written.",
}

_COUNTS: Final[dict[str, LiteralString]] = {
    "records_read": "records read",
    "rows_inserted": "inserted",
    "rows_updated": "updated",
    "rows_unchanged": "unchanged",
    "rows_superseded": "superseded",
    "rows_skipped": "skipped",
    "rows_rejected": "rejected",
}


def compose(recipient: str, plan: ImportPlan, result: Result) -> Mail:
    """The mail that tells how a job stands."""
    names = {
        "file": plan.file.name,
        "plural": plan.target.name_plural,
        "written": (result.counts["rows_inserted"] or 0) + (result.counts["rows_updated"] or 0),
    }
    subject = _SUBJECTS[result.status].format_map(names)
    if result.status is Status.SUCCEEDED and result.counts["rows_rejected"]:
        subject += f", {result.counts['rows_rejected']:,} rejected"
    paragraphs = [_OPENINGS[result.status].format_map(names)]
    if result.failure_code:
        paragraphs.append(
            sentence(result.failure_code, result.failure_params, plan.audience.language)
        )
    counts = [
        f"{number:,} {_COUNTS[name]}"
        for name, number in result.counts.items()
        if number is not None and (number or name in ("records_read", "rows_rejected"))
    ]
    faults = [
        _fault_line(group, plan.audience.language) for group in result.reject_summary[:FAULTS_SHOWN]
    ]
    return Mail(
        recipient=recipient,
        subject=" ".join(subject.split()),  # no line break may reach a header
        text=_text(paragraphs, counts, faults, plan.audience.job_url),
        html=_html(paragraphs, counts, faults, plan.audience.job_url),
    )


_FIRST: Final = {"first_line": "…", "line": "…", "column": "…"}
"""For params that differ from record to record, and are not in a group."""


def _fault_line(group: dict[str, Any], language: str) -> str:
    params = {**_FIRST, **group["params"], "value": group["value"]}
    words = sentence(group["code"], params, language)
    rows = group["rows"]
    where = f"{group['header']}: " if group["header"] else ""
    line = f"line {group['line']:,}"
    lines = line if rows == 1 else f"{rows:,} x, first in {line}"
    return f"{lines}: {where}{words}"


def _text(paragraphs: list[str], counts: list[str], faults: list[str], url: str) -> str:
    blocks = [*paragraphs]
    if counts:
        blocks.append("\n".join(f"  {line}" for line in counts))
    if faults:
        blocks.append("\n".join(["What was rejected:", *(f"  {line}" for line in faults)]))
    blocks.append(f"All about this import: {url}")
    return "\n\n".join(blocks) + "\n"


def _html(paragraphs: list[str], counts: list[str], faults: list[str], url: str) -> str:
    parts = [f"<p>{escape(text)}</p>" for text in paragraphs]
    for title, lines in (("", counts), ("What was rejected:", faults)):
        if lines:
            items = "".join(f"<li>{escape(line)}</li>" for line in lines)
            heading = f"<p>{title}</p>" if title else ""
            parts.append(f"{heading}<ul>{items}</ul>")
    parts.append(f'<p><a href="{escape(url, quote=True)}">All about this import</a></p>')
    return "<!doctype html><html><body>" + "".join(parts) + "</body></html>"
