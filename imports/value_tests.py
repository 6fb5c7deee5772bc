"""Whether values of a file could be a field's: for proposals that a person confirms, never for
judging, which is the worker's."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Final

from django.core.exceptions import ValidationError
from django.core.validators import (
    MaxLengthValidator,
    MinLengthValidator,
    ProhibitNullCharactersValidator,
)

from imports.fields import AnyField, choices_of, is_array, item_of, kind_of
from imports.targets import ImportTarget
from lambda_worker.kinds import YEAR_LAST, shape
from lambda_worker.plan import Dates, Kind

Test = Callable[[str], bool]

TELLING: Final = frozenset(
    {Kind.DATE, Kind.DATETIME, Kind.TIME, Kind.DURATION, Kind.UUID, Kind.IP, Kind.JSON}
)
"""Kinds whose values look like nothing else. Numbers, true and false, and texts are everywhere."""

LONGEST_WORD: Final = 12
"""Letters of the words with which rules are tried: few codes are longer."""

LONGEST: Final = 200
"""Characters of a value that is looked at: identifiers, codes and dates have fewer."""

_OF_LENGTH: Final = (MaxLengthValidator, MinLengthValidator, ProhibitNullCharactersValidator)
_DECOYS: Final = [
    first + other * n for first, other in ("aa", "AA", "Aa") for n in range(LONGEST_WORD)
]
_MOST_DECOYS: Final = 2
"""A rule that lets more of them pass, all words of small letters for instance, tells nothing."""

_NUMBER: Final = re.compile(r"[-+]?[\d.,' ]*\d[\d.,' ]*%?")


def test_of(target: ImportTarget, field: AnyField) -> Test:
    """Whether one trimmed value could be the field's, which is no relation."""
    if is_array(field):
        return lambda value: True  # noqa: ARG005
    kind = kind_of(field)
    if choices := choices_of(field, kind):
        known = {text for choice in choices for text in (choice.value, choice.label)}
        return known.__contains__
    if kind is Kind.TEXT:
        return lambda value: _passes(field, value)
    return _of_shape(target, field, kind)


def _of_shape(target: ImportTarget, field: AnyField, kind: Kind) -> Test:
    read_as = target.read_as_of(field.name)
    if kind is Kind.BOOLEAN:
        return lambda value: value.lower() in (*read_as.true, *read_as.false)
    if kind is Kind.JSON:
        return lambda value: value[:1] in ("{", "[") and value[-1:] in ("}", "]")
    pattern = shape(kind, read_as)
    if pattern is None:
        return lambda value: True  # noqa: ARG005
    found = re.compile(pattern, re.ASCII)
    if kind in (Kind.DATE, Kind.DATETIME) and read_as.dates is Dates.PROVEN:
        other = re.compile(YEAR_LAST, re.ASCII)
        clock = kind is Kind.DATETIME
        return lambda value: bool(
            found.search(value) or (other.search(value) and (":" in value) == clock)
        )
    return lambda value: bool(found.search(value))


def is_telling(field: AnyField) -> bool:
    """Whether values that could be the field's could hardly be anything else."""
    if is_array(field):
        return False
    kind = kind_of(field)
    if choices_of(field, kind):
        return True
    if kind is Kind.TEXT:
        return _has_form(field) and sum(_passes(field, w) for w in _DECOYS) <= _MOST_DECOYS
    return kind in TELLING


def _has_form(field: AnyField) -> bool:
    """Whether a validator looks at more than a text's length."""
    return any(not isinstance(validator, _OF_LENGTH) for validator in field.validators)


def _passes(field: AnyField, value: str) -> bool:
    try:
        item_of(field).run_validators(value)
    except ValidationError:
        return False
    return True


def told(values: Sequence[str], nulls: Sequence[str]) -> list[str]:
    """The different values that say something, trimmed."""
    trimmed = dict.fromkeys(value[: LONGEST + 1].strip() for value in values)
    return [value for value in trimmed if value and value not in nulls]


def are_numbers(values: Sequence[str]) -> bool:
    """Whether all are numbers, which could be anything's."""
    return all(map(_NUMBER.fullmatch, values))


def are_short(values: Sequence[str]) -> bool:
    """Whether all are seen to their end."""
    return all(len(value) <= LONGEST for value in values)
