"""What a value of a column may be, in sentences: its kind, its limits, its patterns."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from decimal import Decimal, InvalidOperation
from typing import Final

from django.core.validators import RegexValidator
from django.utils import timezone
from django.utils.formats import number_format
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from imports.fields import AnyField, item_of
from imports.rules import INTEGER_RANGES
from lambda_worker.kinds import NUMBERS, WHOLE
from lambda_worker.plan import ColumnPlan, Dates, Kind, ReadAs

_BYTES: Final = (Kind.BASE64, Kind.HEX)


def value_words(field: AnyField, column: ColumnPlan) -> list[str]:
    """For a column that is no relation. Its choices are not listed here."""
    words = list(_of_one(item_of(field), column))
    if not column.listed:
        return words
    between = quoted(column.read_as.separator)
    return [_("A list, with %(sign)s between its items. Of each item:") % {"sign": between}, *words]


def _of_one(field: AnyField, column: ColumnPlan) -> Iterator[str]:
    if column.choices:
        yield _("One of these:")
        return
    yield kind_words(column.kind, column.read_as, getattr(field, "protocol", "both"))
    yield from _reading(column)
    yield from _digits(column)
    yield from _length(column)
    yield from _range(column)
    yield from dict.fromkeys(_patterns(column))  # a URL has two with the same words


# -- Kinds -----------------------------------------------------------------------------------------


def kind_words(kind: Kind, read_as: ReadAs, protocol: str = "both") -> str:
    """What sort of value it is. `protocol` is an IP address's."""
    if kind in WHOLE:
        return _("A whole number.")
    if kind is Kind.BOOLEAN:
        return _("Yes or no. For yes: %(yes)s. For no: %(no)s. Capitals do not matter.") % {
            "yes": listed(read_as.true),
            "no": listed(read_as.false),
        }
    if kind is Kind.IP:
        return _IPS().get(protocol.lower(), _("An IP address, IPv4 or IPv6."))
    return _KINDS()[kind]


def _KINDS() -> dict[Kind, str]:  # noqa: N802  (a table in the language of the moment)
    return {
        Kind.TEXT: _("Text."),
        Kind.DECIMAL: _("A number."),
        Kind.FLOAT: _("A number, such as 1.5 or 1.5e3."),
        Kind.DATE: _("A date, such as 2025-12-31."),
        Kind.DATETIME: _(
            "A date and a time, such as 2025-12-31 23:59 or 2025-12-31T23:59:00+01:00."
        ),
        Kind.TIME: _("A time of day, such as 23:59 or 23:59:00."),
        Kind.DURATION: _(
            "A length of time, such as 1 02:30:00 (a day, two and a half hours) or P1DT2H30M."
        ),
        Kind.JSON: _('JSON, such as {"key": "value"}.'),
        Kind.UUID: _("A UUID: 32 hexadecimal digits, with hyphens or without."),
        Kind.BASE64: _("Bytes, written in base64."),
        Kind.HEX: _("Bytes, written in hexadecimal digits, two for each."),
    }


def _IPS() -> dict[str, str]:  # noqa: N802
    return {
        "ipv4": _("An IPv4 address, such as 192.0.2.1."),
        "ipv6": _("An IPv6 address, such as 2001:db8::1."),
    }


# -- How it is written -----------------------------------------------------------------------------


def _reading(column: ColumnPlan) -> Iterator[str]:
    kind, read_as = column.kind, column.read_as
    if kind in NUMBERS:
        yield from _number_signs(kind, read_as)
    if kind in (Kind.DATE, Kind.DATETIME):
        yield from _date_orders(read_as)
    if kind is Kind.DATETIME:
        zone = read_as.time_zone or timezone.get_current_timezone_name()
        yield _("Without a time zone, it is the time of %(zone)s.") % {"zone": zone}
    if kind is Kind.TEXT and read_as.trim:
        yield _("Blanks around it are taken off.")


def _number_signs(kind: Kind, read_as: ReadAs) -> Iterator[str]:
    if kind not in WHOLE and read_as.decimal != ".":
        yield _("The decimal sign is %(sign)s.") % {"sign": quoted(read_as.decimal)}
    if read_as.thousands:
        signs = listed(read_as.thousands)
        yield _("Thousands may be set apart with %(signs)s.") % {"signs": signs}


def _date_orders(read_as: ReadAs) -> Iterator[str]:
    match read_as.dates:
        case Dates.DAY_FIRST:
            yield _("Or with the day first: 31.12.2025, 31/12/2025 or 31-12-2025.")
        case Dates.MONTH_FIRST:
            yield _("Or with the month first: 12/31/2025, 12-31-2025 or 12.31.2025.")
        case Dates.PROVEN:
            yield _(
                "31/12/2025 or 12/31/2025 is taken, too, if the file's dates leave no doubt which "
                "of the two orders is meant."
            )
        case Dates.ISO:
            return


# -- Limits ----------------------------------------------------------------------------------------


def _digits(column: ColumnPlan) -> Iterator[str]:
    if column.precision is None or column.scale is None:
        return
    whole = column.precision - column.scale
    yield ngettext(
        "At most %(count)d digit before the decimals.",
        "At most %(count)d digits before the decimals.",
        whole,
    ) % {"count": whole}
    if column.scale == 0:
        yield _("No decimals.")
        return
    yield ngettext("At most %(count)d decimal.", "At most %(count)d decimals.", column.scale) % {
        "count": column.scale
    }


def _length(column: ColumnPlan) -> Iterator[str]:
    longest = column.max_length
    if longest is None:
        return
    names = {"count": number_format(longest, force_grouping=True)}
    if column.kind is Kind.TEXT:
        yield (
            ngettext("At most %(count)s character.", "At most %(count)s characters.", longest)
            % names
        )
    elif column.kind in _BYTES:
        yield ngettext("At most %(count)s byte.", "At most %(count)s bytes.", longest) % names


def _range(column: ColumnPlan) -> Iterator[str]:
    low, high = column.min_value, column.max_value
    # What only the type of a bigint refuses is told to nobody: no file comes near it.
    if column.kind in (Kind.SMALLINT, Kind.INTEGER):
        least, most = INTEGER_RANGES[column.kind]
        low, high = low or str(least), high or str(most)
    names = {"low": _limit(low, column), "high": _limit(high, column)}
    if low is not None and high is not None:
        yield _("From %(low)s to %(high)s.") % names
    elif low is not None:
        yield _("%(low)s or more.") % names
    elif high is not None:
        yield _("%(high)s or less.") % names


def _limit(text: str | None, column: ColumnPlan) -> str:
    if text is None or column.kind not in NUMBERS:
        return text or ""
    try:
        return number_format(Decimal(text), force_grouping=True)
    except InvalidOperation:
        return text


_AT_LEAST: Final = re.compile(r"\^\(\?:\.\)\{(\d+),\}\$")
"""As imports.rules writes a minimum length."""


def _patterns(column: ColumnPlan) -> Iterator[str]:
    if column.kind is Kind.IP:
        return  # its family is said by its kind
    for pattern in column.patterns:
        if shortest := _AT_LEAST.fullmatch(pattern.regex):
            count = int(shortest[1])
            yield ngettext(
                "At least %(count)d character.", "At least %(count)d characters.", count
            ) % {"count": count}
        elif pattern.message == str(RegexValidator.message):
            words = (
                _("It must not match the pattern %(regex)s.")
                if pattern.inverse
                else _("It must match the pattern %(regex)s.")
            )
            yield words % {"regex": pattern.regex}
        else:
            yield sentence(pattern.message)


# -- Words -----------------------------------------------------------------------------------------


def sentence(words: str) -> str:
    """With a capital and a full stop, whatever the author of a message had."""
    ends = (".", "!", "?", "\N{IDEOGRAPHIC FULL STOP}")
    return str(capfirst(words if words.rstrip().endswith(ends) else f"{words}."))


def quoted(text: str) -> str:
    """As it stands in a file; a blank by its name."""
    blanks = {" ": _("a blank"), "\N{NO-BREAK SPACE}": _("a no-break space"), "\t": _("a tab")}
    return blanks.get(text) or _("“%(text)s”") % {"text": text}


def listed(words: Sequence[str]) -> str:
    """Quoted, with commas between."""
    return ", ".join(map(quoted, words))
