"""When a user wants to be mailed about imports."""

from __future__ import annotations

from typing import Any, Final

from django import forms
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from imports.models import MailChoice
from lambda_worker.plan import MailWhen

ANSWERS: Final[dict[str, tuple[Promise, Promise]]] = {
    MailWhen.ALWAYS: (
        _("After every import."),
        _("Also when it waits for you to look at it."),
    ),
    MailWhen.PROBLEMS: (
        _("When there is something for me to do."),
        _("When it waits for you, failed or expired, or when rows were rejected."),
    ),
    MailWhen.NEVER: (
        _("Never."),
        _("You look at the list yourself; an import that waits for you expires unseen."),
    ),
}
"""Each answer with its consequence."""


class MailForm(forms.Form):
    """One question."""

    when = forms.ChoiceField(choices=[(when.value, ANSWERS[when][0]) for when in MailWhen])

    def save(self, user: Any) -> None:
        """For imports that the user starts from now on."""
        wish = {"when": self.cleaned_data["when"]}
        MailChoice.objects.update_or_create(user_id=user.pk, defaults=wish)
