"""A field's validators as limits and patterns that the worker checks in SQL."""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from typing import Any, Final

from django.core import validators as django_validators
from django.core.validators import (
    BaseValidator,
    DecimalValidator,
    DomainNameValidator,
    EmailValidator,
    MaxLengthValidator,
    MaxValueValidator,
    MinLengthValidator,
    MinValueValidator,
    ProhibitNullCharactersValidator,
    RegexValidator,
    URLValidator,
)
from django.db.models import Field
from django.utils.translation import gettext

from imports.patterns import MAX_REPEAT, NotTranslatable, to_postgres
from imports.values import as_text
from lambda_worker.plan import Kind, Pattern


class NotInSql(Exception):
    """A rule of the model that only Python can check. `name` is what `bypass` calls it."""

    def __init__(self, name: str, reason: str) -> None:
        super().__init__(name, reason)
        self.name = name
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Rules:
    """What a value must fulfil besides its kind. Limits are inclusive, and text, as in the plan."""

    max_length: int | None = None
    precision: int | None = None
    scale: int | None = None
    min_value: Any = None
    max_value: Any = None
    patterns: tuple[Pattern, ...] = field(default=())


INTEGER_RANGES: Final = {
    Kind.SMALLINT: (-(2**15), 2**15 - 1),
    Kind.INTEGER: (-(2**31), 2**31 - 1),
    Kind.BIGINT: (-(2**63), 2**63 - 1),
}
"""What the type itself refuses, so that the plan need not say it."""


def rules_of(model_field: Field[Any, Any], kind: Kind) -> Rules:
    """All rules that SQL can check; the others are `problems_of` the field."""
    rules = Rules()
    for validator in model_field.validators:
        try:
            rules = _add(rules, validator)
        except NotInSql:
            continue
    return _without_type_range(rules, kind)


def problems_of(model_field: Field[Any, Any]) -> Iterator[NotInSql]:
    """The validators that SQL cannot express."""
    for validator in model_field.validators:
        try:
            _add(Rules(), validator)
        except NotInSql as problem:
            yield problem


def limit_text(value: Any, kind: Kind) -> str | None:
    """A limit as the plan holds it."""
    return None if value is None else as_text(value, kind)


def _without_type_range(rules: Rules, kind: Kind) -> Rules:
    low, high = INTEGER_RANGES.get(kind, (None, None))
    return replace(
        rules,
        min_value=None if rules.min_value == low else rules.min_value,
        max_value=None if rules.max_value == high else rules.max_value,
    )


def _add(rules: Rules, validator: Any) -> Rules:
    if inspect.isroutine(validator) and validator in _IP_PATTERNS:
        return _ip(rules, validator)
    for cls, method, handler in _HANDLERS:
        if isinstance(validator, cls) and _is_as_django_wrote_it(validator, cls, method):
            return handler(rules, validator)
    name = _name(validator)
    raise NotInSql(name, f"the validator {name} is Python")


def _is_as_django_wrote_it(validator: Any, cls: type[Any], method: str) -> bool:
    """A subclass may give other limits, but not another way to judge."""
    own = type(validator)
    return getattr(own, method) is getattr(cls, method) and (
        not issubclass(cls, BaseValidator) or own.clean is cls.clean
    )


def _name(validator: Any) -> str:
    if inspect.isroutine(validator):
        return validator.__name__
    return type(validator).__name__


def _limit(validator: BaseValidator) -> Any:
    limit = validator.limit_value
    return limit() if callable(limit) else limit


def _max_length(rules: Rules, validator: Any) -> Rules:
    return replace(rules, max_length=_lesser(rules.max_length, _limit(validator)))


def _min_length(rules: Rules, validator: Any) -> Rules:
    limit = _limit(validator)
    if limit > MAX_REPEAT:
        raise NotInSql("MinLengthValidator", f"a minimum length above {MAX_REPEAT} is too much")
    message = gettext("needs at least %(limit)d characters") % {"limit": limit}
    return _with_pattern(rules, _pattern(f"^(?:.){{{limit},}}$", message))


def _min_value(rules: Rules, validator: Any) -> Rules:
    return replace(rules, min_value=_greater(rules.min_value, _limit(validator)))


def _max_value(rules: Rules, validator: Any) -> Rules:
    return replace(rules, max_value=_lesser(rules.max_value, _limit(validator)))


def _decimal(rules: Rules, validator: Any) -> Rules:
    return replace(rules, precision=validator.max_digits, scale=validator.decimal_places)


def _nothing(rules: Rules, _validator: Any) -> Rules:
    return rules


def _regex(rules: Rules, validator: Any) -> Rules:
    try:
        regex = to_postgres(validator.regex)
    except NotTranslatable as exc:
        raise NotInSql(_name(validator), f"its regular expression uses {exc}") from exc
    pattern = _pattern(
        regex,
        _message(validator),
        ignore_case=bool(validator.regex.flags & re.IGNORECASE),
        inverse=bool(validator.inverse_match),
    )
    return _with_pattern(rules, pattern)


def _domain(rules: Rules, validator: Any) -> Rules:
    rules = replace(rules, max_length=_lesser(rules.max_length, validator.max_length))
    return _regex(rules, validator)


def _url(rules: Rules, validator: Any) -> Rules:
    # An IPv6 address in brackets is looked at for its characters only, as in URLValidator.regex.
    rules = _domain(rules, validator)
    schemes = "|".join(re.escape(scheme) for scheme in validator.schemes)
    known = _pattern(f"^(?:{schemes})://", _message(validator), ignore_case=True)
    return _with_pattern(rules, known)


_ATOM: Final = "[-!#$%&'*+/=?^_`{}|~0-9A-Z]+"


def _email(rules: Rules, validator: Any) -> Rules:
    # The usual form only: no quoted names before the @, no addresses in brackets after it.
    domain = to_postgres(validator.domain_regex).removeprefix("^").removesuffix(r"\Z")
    allowed = "|".join(re.escape(name) for name in validator.domain_allowlist)
    regex = rf"^{_ATOM}(?:\.{_ATOM})*@(?:{domain}{'|' if allowed else ''}{allowed})$"
    pattern = _pattern(regex, _message(validator), ignore_case=True)
    # RFC 3696, section 3, as Django cites it.
    return _with_pattern(replace(rules, max_length=_lesser(rules.max_length, 320)), pattern)


_HANDLERS: Final[tuple[tuple[type[Any], str, Callable[[Rules, Any], Rules]], ...]] = (
    (MaxLengthValidator, "compare", _max_length),
    (MinLengthValidator, "compare", _min_length),
    (MinValueValidator, "compare", _min_value),
    (MaxValueValidator, "compare", _max_value),
    (DecimalValidator, "__call__", _decimal),
    (ProhibitNullCharactersValidator, "__call__", _nothing),  # PostgreSQL holds no NUL anyway
    (URLValidator, "__call__", _url),
    (DomainNameValidator, "__call__", _domain),
    (EmailValidator, "__call__", _email),
    (RegexValidator, "__call__", _regex),
)

# The kind `ip` takes both families already.
_IP_PATTERNS: Final[dict[Any, str]] = {
    django_validators.validate_ipv46_address: "",
    django_validators.validate_ipv4_address: "^[^:]*$",
    django_validators.validate_ipv6_address: ":",
}


def _ip(rules: Rules, validator: Any) -> Rules:
    regex = _IP_PATTERNS[validator]
    return _with_pattern(rules, _pattern(regex, gettext("not of this family"))) if regex else rules


def _pattern(
    regex: str, message: str, *, ignore_case: bool = False, inverse: bool = False
) -> Pattern:
    return Pattern(regex=regex, ignore_case=ignore_case, inverse=inverse, message=message)


def _with_pattern(rules: Rules, pattern: Pattern) -> Rules:
    return replace(rules, patterns=(*rules.patterns, pattern))


def _message(validator: Any) -> str:
    return str(validator.message)


def _lesser(old: Any, new: Any) -> Any:
    return new if old is None else min(old, new)


def _greater(old: Any, new: Any) -> Any:
    return new if old is None else max(old, new)
