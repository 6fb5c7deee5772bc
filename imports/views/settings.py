"""What each user may set for themselves: when they are mailed."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from imports import jobs
from imports.mail_form import ANSWERS, MailForm
from imports.views.chrome import page, signed_in


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def settings(request: HttpRequest) -> HttpResponse:
    """The page, and what it posts."""
    form = MailForm(request.POST or None)
    if form.is_valid():
        form.save(request.user)
        messages.success(request, _("Saved. It holds for the imports that you start from now on."))
        return redirect("imports:settings")
    context = {
        "answers": ANSWERS.items(),
        "chosen": jobs.mail_choice(request.user),
        "recipient": jobs.address_of(request.user),
        "form": form,
    }
    return page(request, "imports/settings.html", _("Mail about imports"), context)
