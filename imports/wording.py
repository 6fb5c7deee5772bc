"""Codes and statuses in words, for the pages."""

from __future__ import annotations

from typing import Any, Final

from django.core.exceptions import FieldDoesNotExist
from django.utils.functional import Promise
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _

from imports.mapping import label_of
from imports.registry import UnknownTarget, get_target
from lambda_worker import words
from lambda_worker.contract import Status

STATES: Final[dict[str, Promise]] = {
    Status.AWAITING_UPLOAD: _("Waiting for the file"),
    Status.AWAITING_MAPPING: _("Waiting for you"),
    Status.QUEUED: _("In the queue"),
    Status.STAGING: _("Reading"),
    Status.CHECKING: _("Checking"),
    Status.IN_REVIEW: _("Waiting for you"),
    Status.APPLYING: _("Writing"),
    Status.SUCCEEDED: _("Done"),
    Status.FAILED: _("Failed"),
    Status.CANCELLED: _("Cancelled"),
    Status.EXPIRED: _("Expired"),
}
"""A status in two or three words, for lists."""

TONES: Final[dict[str, str]] = {
    Status.SUCCEEDED: "good",
    Status.FAILED: "bad",
    Status.CANCELLED: "quiet",
    Status.EXPIRED: "quiet",
}
"""The colour of a status; what is not named here is busy."""


def state(status: str) -> str:
    """The status in two or three words."""
    return str(STATES[status])


def tone(status: str) -> str:
    """The status's colour."""
    return TONES.get(status, "busy")


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
        return words.sentence(code, params, get_language() or "en")
    except KeyError:
        # The worker is deployed before the web, so it may know codes that we do not know yet.
        return gettext("The worker says “%(code)s”.") % {"code": code}


def fault(code: str, params: dict[str, Any], value: str) -> str:
    """The sentence of a fault, as a sentence."""
    words_of_it = reason(code, {**params, "value": value})
    return words_of_it[:1].upper() + words_of_it[1:]
