"""Numbers and spans of time in the reader's form, and texts of files among the page's words."""

from __future__ import annotations

import math

from django import template
from django.utils.formats import number_format
from django.utils.translation import gettext, ngettext

from imports import bidi

register = template.Library()

register.filter("marked", bidi.marked)
register.filter("isolated", bidi.isolated)

UNKNOWN = "\N{EN DASH}"
"""Stands where there is no number yet."""

A_FEW = 10
"""Seconds that nobody counts."""


@register.filter
def grouped(value: float | None, default: str = UNKNOWN) -> str:
    """1234567 as 1,234,567, whatever USE_THOUSAND_SEPARATOR says; `default` for None."""
    if value is None:
        return default
    return number_format(value, decimal_pos=0, use_l10n=True, force_grouping=True)


@register.filter
def duration(seconds: float | None, default: str = UNKNOWN) -> str:
    """75 as "1 min 15 s": two units at most, since nobody reads a third."""
    if seconds is None:
        return default
    whole = math.ceil(seconds)
    if whole < 60:
        return gettext("%(seconds)d s") % {"seconds": whole}
    minutes, seconds_over = divmod(whole, 60)
    if minutes < 60:
        return gettext("%(minutes)d min %(seconds)d s") % {
            "minutes": minutes,
            "seconds": seconds_over,
        }
    hours, minutes_over = divmod(minutes, 60)
    return gettext("%(hours)d h %(minutes)d min") % {"hours": hours, "minutes": minutes_over}


@register.filter
def about(seconds: int | None, default: str = UNKNOWN) -> str:
    """A time left, as it is said where nobody can know: 40 as "about 40 s"."""
    if seconds is None:
        return default
    if seconds <= A_FEW:
        return gettext("a few seconds")
    if seconds < 60:
        return gettext("about %(seconds)d s") % {"seconds": seconds}
    hours, minutes = divmod(seconds // 60, 60)
    if not hours:
        return gettext("about %(minutes)d min") % {"minutes": minutes}
    return gettext("about %(hours)d h %(minutes)d min") % {"hours": hours, "minutes": minutes}


@register.filter
def rows(count: int) -> str:
    """The count with its noun."""
    return ngettext("%(count)s row", "%(count)s rows", count) % {"count": grouped(count)}
