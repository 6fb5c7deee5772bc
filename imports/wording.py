"""Codes and statuses in words, for the pages."""

from __future__ import annotations

from typing import Any, Final

from django.core.exceptions import FieldDoesNotExist
from django.utils.functional import Promise
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _

from imports.bidi import BORDERS, isolated, isolated_all, marked
from imports.cells import shortened
from imports.mapping import label_of
from imports.models import ImportJob
from imports.registry import UnknownTarget, get_target
from imports.upshots import STATES as UPSHOTS
from imports.upshots import TONES as TONES_OF_UPSHOTS
from imports.upshots import upshot_of
from lambda_worker import words
from lambda_worker.contract import Status

STATES: Final[dict[str, Promise]] = {
    Status.AWAITING_UPLOAD: _("Waiting for the file"),
    Status.AWAITING_MAPPING: _("Waiting for a decision"),
    Status.QUEUED: _("In the queue"),
    Status.STAGING: _("Reading"),
    Status.CHECKING: _("Checking"),
    Status.IN_REVIEW: _("Waiting for a decision"),
    Status.APPLYING: _("Writing"),
    Status.SUCCEEDED: _("Done"),
    Status.FAILED: _("Failed"),
    Status.CANCELLED: _("Cancelled"),
    Status.EXPIRED: _("Expired"),
}
"""A status in two or three words, for lists."""

YOURS: Final = _("Waiting for you")
"""The same for those who may decide."""

DECIDED_BY_PEOPLE: Final = frozenset({Status.AWAITING_MAPPING, Status.IN_REVIEW})
"""In these, a person is asked, and nothing goes on before."""

TONES: Final[dict[str, str]] = {
    Status.AWAITING_MAPPING: "warn",
    Status.IN_REVIEW: "warn",
    Status.FAILED: "bad",
    Status.CANCELLED: "quiet",
    Status.EXPIRED: "quiet",
}
"""The colour of a status; what is not named here is busy."""


def state(status: str) -> str:
    """The status in two or three words."""
    return str(STATES[status])


def state_of(job: ImportJob, *, may_act: bool = False) -> str:
    """The job's state in two or three words, for those who `may_act` on it or not: a success with
    rejects is not like one without."""
    if may_act and job.status in DECIDED_BY_PEOPLE:
        return str(YOURS)
    upshot = upshot_of(job)
    return str(UPSHOTS[upshot]) if upshot else state(job.status)


def tone_of(job: ImportJob, *, needs_help: bool = False) -> str:
    """The colour and the sign of its state: good, bad, warn, busy or quiet."""
    if needs_help:
        return "warn"
    upshot = upshot_of(job)
    return TONES_OF_UPSHOTS[upshot] if upshot else TONES.get(job.status, "busy")


def target_name(label: str) -> str:
    """What a target's rows are called; its label if the target is no longer declared."""
    try:
        return get_target(label).name_plural
    except UnknownTarget:
        return label


def field_label(target: str, field: str) -> str:
    """What people call a field of a target; its name where the target is no more."""
    try:
        return label_of(get_target(target), field)
    except (UnknownTarget, FieldDoesNotExist):
        return field


def reason(code: str, params: dict[str, Any]) -> str:
    """The sentence of a failure or fault code."""
    try:
        return words.sentence(code, _isolated(params), get_language() or "en")
    except KeyError:
        # The worker is deployed before the web, so it may know codes that we do not know yet.
        return gettext("The worker says “%(code)s”.") % {"code": code}


def kind(code: str, params: dict[str, Any]) -> str:
    """What a group of faults has in common, as a sentence."""
    try:
        return _begun(words.kind(code, _isolated(params), get_language() or "en"))
    except KeyError:
        return reason(code, params)


def group(found: dict[str, Any]) -> str:
    """As much as is true of a whole group of faults, as a sentence."""
    try:
        shown = {**found, "examples": [_example(example) for example in found["examples"]]}
        return _begun(words.group_words(shown, get_language() or "en"))
    except KeyError:
        return reason(found["code"], found["examples"][0]["params"])


def fault(code: str, params: dict[str, Any], value: str) -> str:
    """The sentence of a fault, as a sentence; of a long value, its beginning."""
    return _begun(reason(code, {**params, "value": _short(value)}))


def _example(example: dict[str, Any]) -> dict[str, Any]:
    value, params = isolated(_short(example["value"])), _isolated(example["params"])
    return {**example, "value": value, "params": params}


def _short(value: str) -> str:
    """Short enough for words.group_words to cut off nothing, isolated as it will be."""
    return shortened(marked(value), words.EXAMPLE_SHOWN - len("…") - len(BORDERS))


def _isolated(params: dict[str, Any]) -> dict[str, Any]:
    return {name: isolated_all(value) for name, value in params.items()}


def _begun(sentence: str) -> str:
    return sentence[:1].upper() + sentence[1:]
