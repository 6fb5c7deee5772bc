"""Plausible values of a field, made from its kind and its rules."""

from __future__ import annotations

import base64
import datetime as dt
import json
import re
from collections.abc import Iterator
from decimal import Decimal
from typing import Any, Final

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.utils.duration import duration_string
from django.utils.text import capfirst
from django.utils.timezone import is_naive, make_aware

from imports.fields import AnyField, choices_of, item_of
from imports.matching_texts import matching
from lambda_worker.kinds import NUMBERS, WHOLE
from lambda_worker.plan import Kind, ReadAs

_BY_KIND: Final[dict[Kind, tuple[str, ...]]] = {
    Kind.JSON: ('{"key": "value"}', "{}", "[]"),
    Kind.IP: ("192.0.2.{n}", "2001:db8::{n}"),  # for documentation: RFC 5737, RFC 3849
    Kind.UUID: ("00000000-0000-4000-8000-00000000000{n}",),
}

_MOMENTS: Final[dict[Kind, Any]] = {
    Kind.DATE: dt.date(2025, 12, 31),  # its day can be taken for no month
    Kind.DATETIME: dt.datetime(2025, 12, 31, 23, 59),  # noqa: DTZ001  (files have no zones)
    Kind.TIME: dt.time(12, 30),
    Kind.DURATION: dt.timedelta(days=1, hours=2, minutes=30),
}

_BYTES: Final = ("Hello {n}", "H{n}", "{n}")

_TEXTS: Final = (
    "{label} {n}",
    "example-{n}",
    "name{n}@example.com",
    "https://example.com/{n}",
    "example{n}.com",
)


def example(field: AnyField, kind: Kind, read_as: ReadAs, number: int) -> str:
    """A value as a file holds it, another for another number from 0 where there are several. Empty
    where none is found that the field's validators take."""
    item = item_of(field)
    tried = _candidates(item, kind, read_as, number)
    found = next((text for text in tried if _is_valid(item, kind, text)), "")
    return _as_in_file(found, kind, read_as)


def _candidates(field: AnyField, kind: Kind, read_as: ReadAs, number: int) -> Iterator[str]:
    if choices := choices_of(field, kind):
        yield choices[number % len(choices)].value
    elif kind is Kind.BOOLEAN:
        yield (read_as.true, read_as.false)[number % 2][0]
    elif kind in NUMBERS:
        yield from _numbers(field, kind, number)
    elif kind is Kind.TEXT:
        yield from _texts(field, number)
    elif kind in _MOMENTS:
        yield from _moments(field, kind, number)
    elif kind in (Kind.BASE64, Kind.HEX):
        encode = _base64 if kind is Kind.BASE64 else bytes.hex
        yield from (encode(text.format(n=number + 1).encode()) for text in _BYTES)
    else:
        yield from (text.replace("{n}", str(number + 1)) for text in _BY_KIND[kind])


def _numbers(field: AnyField, kind: Kind, number: int) -> Iterator[str]:
    if kind not in WHOLE:
        yield f"{number + 1}.5"
    yield str(number + 1)
    for limit in _limits(field):
        if isinstance(limit, int | float | Decimal):
            yield str(limit + number)
            yield str(limit - number)
    yield f"0.{number + 1}"
    yield "0"


def _limits(field: AnyField) -> Iterator[Any]:
    for validator in field.validators:
        limit: Any = getattr(validator, "limit_value", None)
        yield limit() if callable(limit) else limit


def _moments(field: AnyField, kind: Kind, number: int) -> Iterator[str]:
    """The usual one and those at the limits, each a little earlier and a little later."""
    step = dt.timedelta(days=number) if kind is Kind.DATE else dt.timedelta(minutes=number)
    usual = _MOMENTS[kind]
    for moment in (usual, *(limit for limit in _limits(field) if type(limit) is type(usual))):
        if isinstance(moment, dt.time):
            on_a_day = dt.datetime.combine(dt.date(2025, 12, 30), moment)
            yield from (str(on.time()) for on in (on_a_day - step, on_a_day + step))
        elif isinstance(moment, dt.timedelta):
            yield from (duration_string(one) for one in (moment - step, moment + step))
        else:
            yield from (str(one) for one in (moment - step, moment + step))


def _base64(data: bytes) -> str:
    return base64.b64encode(data).decode()


def _texts(field: AnyField, number: int) -> Iterator[str]:
    label = capfirst(str(field.verbose_name))
    longest = field.max_length or 0
    for text in _TEXTS:
        yield text.format(label=label, n=number + 1)
    if longest:
        letters = re.sub(r"\W", "", label)
        yield letters[: longest - 1] + str(number + 1)
    for validator in field.validators:
        if isinstance(validator, RegexValidator) and not validator.inverse_match:
            pattern: Any = validator.regex
            yield matching(pattern, number) or ""


def _is_valid(field: AnyField, kind: Kind, text: str) -> bool:
    if not text:
        return False
    if kind is Kind.BOOLEAN or choices_of(field, kind):
        return True
    try:
        field.run_validators(_as_python(field, kind, text))
    except (ValidationError, ValueError, TypeError):
        return False
    return True


def _as_python(field: AnyField, kind: Kind, text: str) -> Any:
    match kind:
        case Kind.JSON:
            return json.loads(text)
        case Kind.HEX:
            return bytes.fromhex(text)
        case Kind.DATETIME if settings.USE_TZ:
            moment = dt.datetime.fromisoformat(text)
            return make_aware(moment) if is_naive(moment) else moment
        case _:
            return field.to_python(text)


def _as_in_file(text: str, kind: Kind, read_as: ReadAs) -> str:
    return text.replace(".", read_as.decimal) if kind in NUMBERS else text
