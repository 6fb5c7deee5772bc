"""Addresses below the import pages at which nothing is."""

from __future__ import annotations

from typing import NoReturn

from django.http import Http404, HttpRequest
from django.views.decorators.http import require_safe

from imports.views.chrome import signed_in


@require_safe
@signed_in
def nothing(request: HttpRequest, rest: str) -> NoReturn:  # noqa: ARG001  (as views are called)
    """Not found, as the other pages say it."""
    raise Http404(rest)
