"""The record of a job, for its whole page: all that was asked. No poll reads this."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any, Final

from django.template.defaultfilters import filesizeformat
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from imports import choices, dialects, jobs, wording
from imports.default_words import default_words
from imports.mail_form import ANSWERS
from imports.models import ImportJob
from imports.templatetags.imports_format import grouped
from lambda_worker import strict_json
from lambda_worker.files.dialect import Dialect
from lambda_worker.plan import Duplicates, ImportPlan, Lookup


@dataclass(frozen=True, slots=True)
class Fact:
    """Something known, with its name; `url` is where more of it is."""

    label: str
    value: str
    url: str = ""
    is_code: bool = False


@dataclass(frozen=True, slots=True)
class Fed:
    """A column of the file, the field that it feeds ("" where it is ignored), and how."""

    header: str
    label: str
    note: str = ""


def asked(job: ImportJob, user: Any) -> dict[str, Any]:
    """What the job was to do: as choices, as a mapping, and as the plan that the worker ran."""
    context: dict[str, Any] = {
        "target_name": wording.target_name(job.target),
        "file": _file(job),
        "kin": _kin(job, user),
        "plan_json": json.dumps(job.plan, indent=2, ensure_ascii=False),
    }
    try:
        plan = ImportPlan.from_json(job.plan)
    except ValueError:
        return context  # of a version that nobody reads any more
    return context | {
        "choices": _choices(plan),
        "columns": _fed(plan),
        "unfed": _unfed(plan),
    }


# -- The file -------------------------------------------------------------------------------------


def _file(job: ImportJob) -> list[Fact]:
    size = job.declared_size if job.object_size is None else job.object_size
    facts = [Fact(_("Name"), job.file_name), Fact(_("Size"), _size(size))]
    if read_as := _read_as(job):
        facts.append(Fact(_("Read as"), read_as))
    if job.content_sha256:
        facts.append(Fact(_("SHA-256"), job.content_sha256, is_code=True))
    return facts


def _size(size: int) -> str:
    words = filesizeformat(size)
    if size < 1024:  # these are exact already
        return words
    return _("%(size)s (%(bytes)s bytes)") % {"size": words, "bytes": grouped(size)}


def _read_as(job: ImportJob) -> str:
    """As the worker found it to be; until then as it was shown before the upload."""
    file = job.plan.get("file", {})
    dialect = job.reading.get("dialect", file.get("dialect"))
    try:
        return dialects.summary(strict_json.from_json(Dialect, dialect))
    except ValueError:
        return ""


def _kin(job: ImportJob, user: Any) -> list[Fact]:
    """Other imports that this one has to do with, as far as the user may see them."""
    words = {job.fixes_id: _("Puts right the rejects of"), job.repeats_id: _("Is the same file as")}
    wanted = [pk for pk in words if pk]
    if not wanted:
        return []
    found = jobs.visible_to(user).filter(pk__in=wanted).only("pk", "file_name")
    return [
        Fact(words[other.pk], other.file_name, reverse("imports:job", args=[other.pk]))
        for other in found
    ]


# -- The plan -------------------------------------------------------------------------------------

DUPLICATES: Final = {
    Duplicates.FIRST: gettext_noop("The first counts; the others are rejected."),
    Duplicates.LAST: gettext_noop("The last counts."),
    Duplicates.NONE: gettext_noop("All of them are rejected."),
}


def _choices(plan: ImportPlan) -> list[Fact]:
    facts = [
        Fact(_("Rows that exist already"), choices.title(plan.mode)),
        Fact(_("Rows with faults"), choices.title(plan.on_reject)),
        Fact(_("Rows with the same key"), _(DUPLICATES[plan.target.duplicates])),
        Fact(_("Before writing"), choices.title(plan.review)),
    ]
    if plan.exclusive:
        facts.append(Fact(_("The table"), _("Locked against all others.")))
    if plan.again:
        facts.append(Fact(_("The same file again"), _("Imported without asking.")))
    if plan.audience.recipient:
        facts.append(Fact(_("Mail"), _mail(plan)))
    return facts


def _mail(plan: ImportPlan) -> str:
    told = {"when": ANSWERS[plan.audience.mail][0], "address": plan.audience.recipient}
    return _("%(when)s To %(address)s.") % told


def _fed(plan: ImportPlan) -> list[Fed]:
    """Every column of the file, in its order."""
    fields = {
        header: Fed(header, column.label, _found_by(column.lookup))
        for column in plan.columns
        for header in column.headers
    }
    fields |= {
        link.header: Fed(link.header, link.label, _found_by(link.lookup)) for link in plan.links
    }
    return [fields.get(header, Fed(header, "")) for header in plan.file.headers]


def _found_by(lookup: Lookup | None) -> str:
    if lookup is None:
        return ""
    keys = ", ".join(key.label for key in lookup.keys)
    return _("an existing %(name)s, found by %(keys)s") % {"name": lookup.label, "keys": keys}


def _unfed(plan: ImportPlan) -> list[Fact]:
    """What the rows get that stands in no column of the file."""
    by_column = {column.column: column.label for column in plan.columns}
    constants = [
        Fact(by_column.get(fixed.column, fixed.column), "∅" if fixed.value is None else fixed.value)
        for fixed in plan.constants
    ]
    return constants + [
        Fact(column.label, default_words(column.default, column))
        for column in plan.columns
        if column.header is None and column.default is not None
    ]
