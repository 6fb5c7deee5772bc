"""What holds for the rows of a target as a whole, in sentences."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Final

from django.db.models import CheckConstraint, UniqueConstraint
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from imports.choices import key_words, names_in_words
from imports.targets import ImportTarget, Request
from imports.value_words import sentence
from lambda_worker.plan import Duplicates

_DUPLICATES: Final = {
    Duplicates.FIRST: gettext_noop(
        "Where lines of a file have the same %(key)s, the first counts; the others are rejected."
    ),
    Duplicates.LAST: gettext_noop(
        "Where lines of a file have the same %(key)s, the last counts; the others are passed over."
    ),
    Duplicates.NONE: gettext_noop(
        "Where lines of a file have the same %(key)s, all of them are rejected."
    ),
}


def table_rules(target: ImportTarget, request: Request) -> list[str]:
    """In the order in which people meet them."""
    key = {"key": key_words(target)}
    return [
        _("Rows whose %(key)s is in the table already: you are asked what becomes of them.") % key,
        _(_DUPLICATES[target.duplicates]) % key,
        *_uniques(target, set(target.scope(request))),
        *_checks(target),
        *_fixed(target, request),
    ]


def _uniques(target: ImportTarget, scope: set[str]) -> Iterator[str]:
    """The unique constraints but for that of the natural key. Nobody need know of the `scope`,
    whose fields have one value for all rows."""
    options: Any = target.model._meta
    for names in options.unique_together:
        yield from _unique(target, [n for n in names if n not in scope], "", sometimes=False)
    for constraint in options.constraints:
        if not isinstance(constraint, UniqueConstraint):
            continue
        if _is_own(constraint):
            yield sentence(str(constraint.get_violation_error_message()))
        else:
            names = [name for name in constraint.fields if name not in scope]
            sometimes = constraint.condition is not None
            yield from _unique(target, names, constraint.name, sometimes=sometimes)


def _unique(
    target: ImportTarget, names: Sequence[str], rule: str, *, sometimes: bool
) -> Iterator[str]:
    if not names:
        yield _("The rule “%(rule)s” lets some values stand in one row only.") % {"rule": rule}
        return
    if set(names) == set(target.natural_key):
        return
    shown = {
        "plural": target.name_plural,
        "fields": names_in_words(target, names),
        "rule": rule,
    }
    if sometimes:
        words = _("No two %(plural)s may have the same %(fields)s where the rule “%(rule)s” holds.")
    else:
        words = _("No two %(plural)s may have the same %(fields)s.")
    yield words % shown


def _checks(target: ImportTarget) -> Iterator[str]:
    for constraint in target.model._meta.constraints:
        if not isinstance(constraint, CheckConstraint):
            continue
        if _is_own(constraint):
            yield sentence(str(constraint.get_violation_error_message()))
        else:
            yield _("Each row must satisfy the rule “%(rule)s”.") % {"rule": constraint.name}


def _is_own(constraint: Any) -> bool:
    """Whether its author says in words what it wants."""
    message = constraint.violation_error_message
    return bool(message != constraint.default_violation_error_message)


def _fixed(target: ImportTarget, request: Request) -> Iterator[str]:
    names = dict.fromkeys([*target.scope(request), *target.constants(request)])
    if names:
        fields = names_in_words(target, names)
        yield _("Not taken from the file: %(fields)s.") % {"fields": fields}
