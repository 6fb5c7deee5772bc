"""The sentences that the browser says while columns get their fields; it has no catalogue of its
own."""

from __future__ import annotations

from django.utils.translation import gettext as _


def mapping_words() -> dict[str, str]:
    """By the keys that static/imports/mapping.js uses; what stands in braces is filled in there."""
    return {
        "missing": _("Not yet: no column goes into {names}."),
        "nothing_fed": _("Not yet: no column goes into any field."),
        "ignored": _("Ignored: {names}."),
        "all": _("No column is ignored."),
        "more": _("{n} more"),
        "found": _("Found: {found}; shown: {shown}."),
        "none_found": _("No column has this in its name."),
    }
