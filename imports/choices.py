"""What the start page lets people decide, in words, each choice with its consequence."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from imports.mapping import label_of
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
        gettext_noop("Add new rows, reject existing ones."),
        gettext_noop(
            "New %(plural)s are added. A row whose %(key)s is in the table already is rejected; "
            "what is in the table stays as it is."
        ),
    ),
    Mode.INSERT_NEW: (
        gettext_noop("Add new rows, skip existing ones."),
        gettext_noop(
            "New %(plural)s are added. Those that exist already (by %(key)s) are skipped, "
            "and stay as they are."
        ),
    ),
    Mode.UPSERT: (
        gettext_noop("Add new rows, update existing ones."),
        gettext_noop(
            "New %(plural)s are added. Those that exist already (by %(key)s) are updated where "
            "the file differs; nothing is deleted."
        ),
    ),
}

ON_REJECT = {
    OnReject.SKIP: (
        gettext_noop("Import the good rows."),
        gettext_noop(
            "Those with faults are left out, and listed with their reasons in a file that you can "
            "correct and upload."
        ),
    ),
    OnReject.ABORT: (
        gettext_noop("All or nothing."),
        gettext_noop(
            "If a single row has a fault, nothing is written and the import fails; nobody is asked "
            "before."
        ),
    ),
}

REVIEW = {
    Review.NEVER: (
        gettext_noop("Write at once."),
        gettext_noop("Nothing more is asked of you."),
    ),
    Review.ON_REJECTS: (
        gettext_noop("Ask me if rows have faults."),
        gettext_noop("The import then waits, and you decide before anything is written."),
    ),
    Review.ALWAYS: (
        gettext_noop("Ask me in any case."),
        gettext_noop(
            "After checking, the import waits, and you decide before anything is written."
        ),
    ),
}


def modes_for(target: ImportTarget, user: Any) -> list[Mode]:
    """The modes in which the user may import into the target."""
    return [mode for mode in Mode if target.permits(user, mode)]


def groups(
    target: ImportTarget, user: Any, proposed: Mapping[str, str] | None = None
) -> list[Group]:
    """The questions of the start page; `proposed` are answers by the names of their questions."""
    modes = modes_for(target, user)
    mode = target.mode if target.mode in modes else modes[0]
    names = {"key": key_words(target), "plural": target.name_plural}
    legend = _("%(plural)s that exist already") % {"plural": capfirst(target.name_plural)}
    found = [
        Group("mode", legend, [_choice(mode, MODES[mode], names) for mode in modes], mode),
        Group("on_reject", _("Rows with faults"), _all(ON_REJECT), OnReject.SKIP),
        Group("review", _("Before writing"), _all(REVIEW), Review.NEVER),
    ]
    return [
        *(replace(g, chosen=(proposed or {}).get(g.name, g.chosen)) for g in found),
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
    return names_in_words(target, target.natural_key)


def names_in_words(target: ImportTarget, names: Iterable[str]) -> str:
    """Fields as people call them, with an "and" before the last."""
    labels = [label_of(target, name) for name in names]
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
