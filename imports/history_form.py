"""What people ask the list of imports for: a form that a browser sends as part of an address."""

from __future__ import annotations

from datetime import date
from typing import Any, Final

from django import forms
from django.core.validators import MaxValueValidator, MinValueValidator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from imports.history import PERIODS, STATE_FILTERS, Sought
from imports.registry import targets, targets_for

LONGEST_TEXT: Final = 200
"""Characters of a file's name that anybody types."""

DAYS: Final = (date(2000, 1, 1), date(2999, 12, 31))
"""Far outside of these, clocks and databases disagree about what a day is."""

ISO: Final = "%Y-%m-%d"
"""What browsers send for a day, in any language (HTML, 4.10.5.1.7)."""


def _day(label: Any) -> forms.DateField:
    return forms.DateField(
        label=label,
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format=ISO),
        input_formats=[ISO],
        validators=[MinValueValidator(DAYS[0]), MaxValueValidator(DAYS[1])],
    )


class HistoryForm(forms.Form):
    """Every answer may be left out; what nobody could have chosen is said, and left out."""

    q = forms.CharField(
        label=gettext_lazy("File or id"),
        required=False,
        max_length=LONGEST_TEXT,
        widget=forms.TextInput(attrs={"type": "search"}),
    )
    target = forms.ChoiceField(label=gettext_lazy("Into"), required=False)
    state = forms.ChoiceField(
        label=gettext_lazy("State"),
        required=False,
        choices=[
            ("", gettext_lazy("Any")),
            *((key, pair[0]) for key, pair in STATE_FILTERS.items()),
        ],
    )
    period = forms.ChoiceField(
        label=gettext_lazy("When"), required=False, choices=list(PERIODS.items())
    )
    first = _day(gettext_lazy("From"))
    last = _day(gettext_lazy("To"))
    who = forms.CharField(
        label=gettext_lazy("Who"),
        required=False,
        max_length=LONGEST_TEXT,
        widget=forms.TextInput(attrs={"list": "owners", "autocomplete": "off"}),
    )

    def __init__(self, data: Any, *, user: Any, sees_all: bool) -> None:
        super().__init__(data)
        offered = targets() if sees_all else targets_for(user)
        target: Any = self.fields["target"]
        target.choices = [("", _("Anything")), *((t.label, t.name_plural) for t in offered)]
        if not sees_all:
            del self.fields["who"]

    def clean(self) -> dict[str, Any]:
        """Days in the wrong order are no span."""
        cleaned: dict[str, Any] = super().clean() or {}
        first, last = cleaned.get("first"), cleaned.get("last")
        if first and last and last < first:
            self.add_error("last", _("This is before the first day."))
        return cleaned

    def sought(self) -> Sought:
        """The answers that make sense."""
        self.is_valid()
        given = self.cleaned_data
        first, last = given.get("first"), given.get("last")
        days = "days" if first or last else ""
        return Sought(
            text=given.get("q", ""),
            target=given.get("target", ""),
            who=given.get("who", ""),
            state=given.get("state", ""),
            period=given.get("period") or days,
            first=first,
            last=last,
        )
