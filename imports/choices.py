"""What the start page lets people decide, in words, each choice with its consequence."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from imports.mapping import importable_fields
from imports.targets import ImportTarget
from lambda_worker.plan import Mode, OnReject, Review


@dataclass(frozen=True)
class Choice:
    """One way to have it."""

    value: str
    title: str
    consequence: str


@dataclass(frozen=True)
class Group:
    """A question, its answers, and the one proposed."""

    name: str
    legend: str
    choices: list[Choice]
    chosen: str


MODES = {
    Mode.INSERT: (
        gettext_noop("Only add."),
        gettext_noop("A row whose %(key)s is in the table already is rejected."),
    ),
    Mode.INSERT_NEW: (
        gettext_noop("Add what is new."),
        gettext_noop(
            "A row whose %(key)s is in the table already is skipped; the table keeps what it has."
        ),
    ),
    Mode.UPSERT: (
        gettext_noop("Add and update."),
        gettext_noop(
            "Where the %(key)s is in the table already, the values that differ are updated."
        ),
    ),
}

ON_REJECT = {
    OnReject.SKIP: (
        gettext_noop("Import the good rows."),
        gettext_noop(
            "Bad ones are left out, and listed with their reasons in a file to put right."
        ),
    ),
    OnReject.ABORT: (
        gettext_noop("All or nothing."),
        gettext_noop("A single bad row, and nothing is written."),
    ),
}

REVIEW = {
    Review.NEVER: (gettext_noop("Write at once."), ""),
    Review.ON_REJECTS: (
        gettext_noop("Ask me if rows are rejected."),
        gettext_noop("The import then waits for you before anything is written."),
    ),
    Review.ALWAYS: (
        gettext_noop("Ask me in any case."),
        gettext_noop("After checking, the import waits for you before anything is written."),
    ),
}


def modes_for(target: ImportTarget, user: Any) -> list[Mode]:
    """The modes in which the user may import into the target."""
    return [mode for mode in Mode if target.permits(user, mode)]


def groups(target: ImportTarget, user: Any) -> list[Group]:
    """The questions of the start page."""
    modes = modes_for(target, user)
    proposed = target.mode if target.mode in modes else modes[0]
    key = {"key": key_words(target)}
    return [
        Group(
            "mode",
            _("Rows that exist already"),
            [_choice(mode, MODES[mode], key) for mode in modes],
            proposed,
        ),
        Group("on_reject", _("Rows with faults"), _all(ON_REJECT), OnReject.SKIP),
        Group("review", _("Before writing"), _all(REVIEW), Review.NEVER),
        *_lock(target, user),
    ]


def _lock(target: ImportTarget, user: Any) -> list[Group]:
    """Asked of those alone who may do it."""
    if not target.permits_exclusive(user):
        return []
    names = {"plural": target.name_plural}
    shared = Choice("false", _("Leave it open."), _("Others work on while the rows are written."))
    locked = Choice(
        "true",
        _("Lock it, for speed."),
        _(
            "Nobody can read or write the %(plural)s until the import is done: its indexes and "
            "foreign keys are dropped and built anew. For a first load, or at night."
        )
        % names,
    )
    return [Group("exclusive", _("The table meanwhile"), [shared, locked], "false")]


def key_words(target: ImportTarget) -> str:
    """The natural key as people call it: "airline, origin and destination"."""
    label_of = {field.name: field.label for field in importable_fields(target)}
    labels = [label_of.get(name, name) for name in target.natural_key]
    if len(labels) == 1:
        return labels[0]
    return _("%(first)s and %(last)s") % {"first": ", ".join(labels[:-1]), "last": labels[-1]}


def title(value: Mode | OnReject | Review) -> str:
    """A choice that was made, in words."""
    match value:
        case Mode():
            return _(MODES[value][0])
        case OnReject():
            return _(ON_REJECT[value][0])
        case Review():
            return _(REVIEW[value][0])


def _all(words: dict[Any, tuple[str, str]]) -> list[Choice]:
    return [_choice(value, pair, {}) for value, pair in words.items()]


def _choice(value: str, pair: tuple[str, str], names: dict[str, str]) -> Choice:
    title_words, consequence = pair
    return Choice(value, _(title_words), _(consequence) % names if consequence else "")
