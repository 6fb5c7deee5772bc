"""What every page shares: who may come in, whose job it is, and the admin's look around it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import wraps
from http import HTTPStatus
from typing import Any, Concatenate, Final, ParamSpec
from uuid import UUID

from django.contrib import admin
from django.contrib.auth.models import AnonymousUser
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop
from django_htmx.http import HttpResponseClientRefresh

from imports import jobs
from imports.apps import ImportsConfig
from imports.models import ImportJob
from imports.rights import Rights, rights_in_sql, rights_of
from imports.snapshot import Snapshot, snapshot

REFUSALS: Final = {
    HTTPStatus.NOT_FOUND: (
        gettext_noop("Not found"),
        gettext_noop(
            "There is nothing at this address that you may see. It may be mistyped, or the import "
            "is gone or belongs to somebody else."
        ),
    ),
    HTTPStatus.FORBIDDEN: (
        gettext_noop("Not permitted"),
        gettext_noop(
            "Your account lacks the permission for this. Whoever looks after the accounts can "
            "give it to you."
        ),
    ),
}
"""By its status, what a page says instead: a title and a sentence."""

P = ParamSpec("P")
View = Callable[Concatenate[HttpRequest, P], HttpResponse]


def signed_in(view: View[P]) -> View[P]:
    """Login first; a poll reloads its page instead, so that no login form lands in its middle.
    What the view refuses is said on a page like the others, whatever the project has for others."""

    @wraps(view)
    def guarded(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        if not isinstance(request.user, AnonymousUser):
            try:
                return view(request, *args, **kwargs)
            except Http404:
                return _refusal(request, HTTPStatus.NOT_FOUND)
            except PermissionDenied:
                return _refusal(request, HTTPStatus.FORBIDDEN)
        if request.headers.get("HX-Request"):
            return HttpResponseClientRefresh()
        return redirect_to_login(request.get_full_path())

    return guarded


def _refusal(request: HttpRequest, status: HTTPStatus) -> HttpResponse:
    """The page that says so; for a poll, which shows none, the status alone."""
    if request.headers.get("HX-Request"):
        return HttpResponse(status=status)
    title, sentence = map(_, REFUSALS[status])
    response = page(request, "imports/refused.html", title, {"sentence": sentence})
    response.status_code = status
    return response


def job_or_404(request: HttpRequest, pk: UUID) -> ImportJob:
    """The job, if this user may see it; that somebody else's exists is not said."""
    return get_object_or_404(jobs.visible_to(request.user).select_related("owner"), pk=pk)


def seen_or_404(request: HttpRequest, pk: UUID) -> Snapshot:
    """The job with all that stands around it, as job_or_404, in one query for most people."""
    in_sql = rights_in_sql(request.user)
    seen = snapshot(pk, in_sql)
    if seen is None:
        raise Http404
    rights = seen.rights or rights_of(request.user)
    own = seen.job.owner_id == request.user.pk
    if not (own or rights.look):
        raise Http404
    told = seen.for_reader(request.user.pk, sees_all=rights.look)
    return replace(told, rights=Rights(look=True, act=own or rights.act))


def own_job(request: HttpRequest, pk: UUID) -> ImportJob:
    """The job, if this user may go on with it: 403 for those who may only look, or whose right to
    import has been withdrawn."""
    job = job_or_404(request, pk)
    jobs.require_import(job, request.user)
    return job


def page(request: HttpRequest, template: str, title: str, context: dict[str, Any]) -> HttpResponse:
    """A whole page: for staff with the admin's menus around it, for others with its look alone."""
    around = admin.site.each_context(request)
    _mark_current(around["available_apps"])
    if not around["has_permission"]:
        around["is_nav_sidebar_enabled"] = False
    return render(request, template, {**around, "title": title, **context})


def _mark_current(apps: list[dict[str, Any]]) -> None:
    """The menu tells by its links where one is: ours lead to the pages, not to redirects."""
    for app in apps:
        if app["app_label"] == ImportsConfig.name:
            app["app_url"] = reverse("imports:list")
            for model in app["models"]:
                model["admin_url"] = app["app_url"]
                if model["add_url"]:  # only for those who may import
                    model["add_url"] = reverse("imports:start")
