"""A stored value as people read it: exact, in their own form, and what is not there has a word."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Final

from django.utils import timezone
from django.utils.formats import date_format, number_format
from django.utils.translation import gettext as _

from imports.cells import CUT, LONGEST, NOTHING
from lambda_worker.plan import ColumnPlan, Kind

_PLAIN_NUMBER: Final = re.compile(r"-?[0-9]+\.[0-9]+")

BEFORE_THE_DIFFERENCE: Final = 40
"""Characters of two long texts that are shown before the first in which they differ."""


def readable(column: ColumnPlan, text: str) -> str:
    """A value of the column as Postgres writes it, in the reader's form; of a `listed` column a
    JSON array of values."""
    if column.listed:
        items: list[Any] = json.loads(text)
        return ", ".join(NOTHING if item is None else _one(column, str(item)) for item in items)
    return _one(column, text)


def _one(column: ColumnPlan, text: str) -> str:
    for choice in column.choices:
        if choice.value == text:
            return choice.label
    return _FORMS.get(column.kind, str)(text)


def _boolean(text: str) -> str:
    return _("yes") if text in ("t", "true", "True") else _("no")


def _decimal(text: str) -> str:
    """With all its digits, and none grouped: codes and years are numbers too."""
    if not _PLAIN_NUMBER.fullmatch(text):
        return text
    return number_format(Decimal(text), use_l10n=True, force_grouping=False)


def _date(text: str) -> str:
    try:
        return date_format(date.fromisoformat(text), "SHORT_DATE_FORMAT")
    except ValueError:  # infinity, or a year that Python does not know
        return text


def _datetime(text: str) -> str:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return text
    if timezone.is_aware(moment):
        moment = timezone.localtime(moment)
    return f"{date_format(moment, 'SHORT_DATE_FORMAT')} {moment.replace(tzinfo=None).time()}"


_FORMS: Final[dict[Kind, Callable[[str], str]]] = {
    Kind.BOOLEAN: _boolean,
    Kind.DECIMAL: _decimal,
    Kind.FLOAT: _decimal,
    Kind.DATE: _date,
    Kind.DATETIME: _datetime,
}


def where_they_differ(old: str | None, new: str | None) -> tuple[str | None, str | None]:
    """Two texts, of which long ones begin shortly before the first difference: what is cut off at
    the end may be all that differs."""
    if not old or not new:
        return old, new
    pairs = enumerate(zip(old, new, strict=False))
    same = next((n for n, (a, b) in pairs if a != b), min(len(old), len(new)))
    if max(len(old), len(new)) <= LONGEST or same < LONGEST // 2:
        return old, new
    start = same - BEFORE_THE_DIFFERENCE
    return CUT + old[start:], CUT + new[start:]
