"""What imports cost at AWS Lambda, at the configured prices, beside a worker dyno that waits."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from decimal import ROUND_HALF_UP, Context, Decimal
from typing import Final

from django.conf import settings
from django.utils.formats import number_format
from django.utils.translation import gettext as _

from imports import defaults
from imports.models import ImportAttempt
from imports.templatetags.imports_format import grouped

MB_MS_IN_GB_SECOND: Final = 1024 * 1000
"""Lambda's gigabyte has 1,024 megabytes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Prices:
    """What a unit costs, all in one currency."""

    per_gb_second: Decimal
    per_request: Decimal
    dyno_a_month: Decimal
    currency: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Usage:
    """What worker runs took: requests, and megabytes x milliseconds. Not `whole`: more than that,
    since a run is under way, or died before it could say how long it was."""

    requests: int = 0
    mb_ms: int = 0
    whole: bool = True

    @property
    def gb_seconds(self) -> Decimal:
        """The unit that AWS bills."""
        return Decimal(self.mb_ms) / MB_MS_IN_GB_SECOND


def prices() -> Prices:
    """As the settings say."""
    return Prices(
        per_gb_second=_setting("SLUICE_PRICE_PER_GB_SECOND", defaults.PRICE_PER_GB_SECOND),
        per_request=_setting("SLUICE_PRICE_PER_REQUEST", defaults.PRICE_PER_REQUEST),
        dyno_a_month=_setting("SLUICE_DYNO_PRICE_PER_MONTH", defaults.DYNO_PRICE_PER_MONTH),
        currency=getattr(settings, "SLUICE_PRICE_CURRENCY", defaults.PRICE_CURRENCY),
    )


def _setting(name: str, default: Decimal) -> Decimal:
    """As decimal digits, whatever number a project has written."""
    return Decimal(str(getattr(settings, name, default)))


def least_ms(attempt: ImportAttempt) -> int:
    """What is billed for a run; of one that has not said so, the time in which it was heard of."""
    if attempt.billed_ms is not None:
        return int(attempt.billed_ms)
    heard: timedelta = attempt.heartbeat_at - attempt.started_at
    return max(0, int(heard.total_seconds() * 1000))


def usage_of(attempts: Iterable[ImportAttempt]) -> Usage:
    """What these runs took together."""
    runs = list(attempts)
    return Usage(
        requests=len(runs),
        mb_ms=sum(least_ms(run) * run.memory_mb for run in runs),
        whole=all(run.billed_ms is not None and run.memory_mb for run in runs),
    )


def cost_of(usage: Usage, at: Prices) -> Decimal:
    """The price of it."""
    return usage.gb_seconds * at.per_gb_second + usage.requests * at.per_request


def such_imports(cost: Decimal, at: Prices) -> int:
    """How many of them a month of an idle dyno pays for, in two digits: more would be pretence."""
    if not cost:
        return 0
    times = int(at.dyno_a_month / cost)
    unit: int = 10 ** max(0, len(str(times)) - 2)
    return times // unit * unit


# -- In words -----------------------------------------------------------------------------------


CENT: Final = Decimal("0.01")
TWO_DIGITS: Final = Context(prec=2, rounding=ROUND_HALF_UP)


def money(amount: Decimal, currency: str) -> str:
    """0.00123 as "0.0012 USD", 25 as "25 USD", 12.5 as "12.50 USD"."""
    return price(_rounded(amount), currency)


def price(amount: Decimal, currency: str) -> str:
    """To its last digit."""
    figure = number_format(amount, use_l10n=True, force_grouping=True)
    return _("%(amount)s %(currency)s") % {"amount": figure, "currency": currency}


def _rounded(amount: Decimal) -> Decimal:
    """To cents; below one unit of the currency, to two digits that say something."""
    if amount == amount.to_integral_value():
        return amount.to_integral_value()
    if amount >= 1:
        return amount.quantize(CENT, ROUND_HALF_UP)
    rounded = TWO_DIGITS.plus(amount)
    return rounded.quantize(CENT.scaleb(min(0, 1 + rounded.adjusted())))


def in_words(usage: Usage, at: Prices) -> str:
    """The amount alone; that there is more to come is said."""
    amount = money(cost_of(usage, at), at.currency)
    return amount if usage.whole else _("at least %(amount)s") % {"amount": amount}


def compared(usage: Usage, at: Prices) -> str:
    """The amount, beside what a worker dyno costs that waits for such a file."""
    told = {"cost": in_words(usage, at), "dyno": money(at.dyno_a_month, at.currency)}
    times = such_imports(cost_of(usage, at), at)
    if times < 2:
        return _("%(cost)s, where an idle worker dyno costs %(dyno)s a month") % told
    words = _("%(cost)s, where an idle worker dyno costs %(dyno)s a month (%(times)s such imports)")
    return words % {**told, "times": grouped(times)}
