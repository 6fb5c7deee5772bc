"""Starting an import: choose, preview, confirm, and what the browser says around its upload."""

from __future__ import annotations

from typing import Any, Final
from uuid import UUID

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_POST, require_safe

from imports import jobs, wording
from imports.compiler import MappingFault
from imports.forms import ImportForm, SampleForm, sentences
from imports.models import ImportJob
from imports.previewing import previewed
from imports.registry import UnknownTarget, get_target, targets_for
from imports.targets import ImportTarget
from imports.upload_words import upload_words
from imports.uploads import NotUploadable, upload_form
from imports.views.chrome import own_job, page, signed_in
from lambda_worker.files.preview import SAMPLE_BYTES
from lambda_worker.files.reading import FileFault
from lambda_worker.plan import FilePlan

FORM_OVERHEAD: Final = 16 * 1024
"""What the preview's other fields and its multipart borders may take; they take some 700 bytes."""


@require_safe
@signed_in
def start(request: HttpRequest) -> HttpResponse:
    """The page with the form, for those who may import into something."""
    targets = targets_for(request.user)
    if not targets:
        raise PermissionDenied
    label = request.GET.get("target", "")
    context = {
        "targets": targets,
        "chosen": permitted_target(request, label) if label else targets[0],
        "max_bytes": settings.SLUICE_MAX_UPLOAD_BYTES,
        "words": upload_words(),
    }
    return page(request, "imports/start.html", _("Import a file"), context)


def permitted_target(request: HttpRequest, label: str) -> ImportTarget:
    """The target of this label: 404 if there is none, 403 if it is not for this user."""
    try:
        target = get_target(label)
    except UnknownTarget as exc:
        raise Http404(str(exc)) from exc
    if not target.permits(request.user):
        raise PermissionDenied
    return target


@csrf_exempt  # here only: the check reads the body, and a body that is too long must not be read
@require_POST
def preview(request: HttpRequest) -> HttpResponse:
    """How the file will be read, from its first bytes; nobody sends us more than those."""
    if int(request.META.get("CONTENT_LENGTH") or 0) > SAMPLE_BYTES + FORM_OVERHEAD:
        return HttpResponse(_("Only the beginning of a file is previewed."), status=413)
    return _preview(request)


@csrf_protect
@signed_in
def _preview(request: HttpRequest) -> HttpResponse:
    target = permitted_target(request, request.POST.get("target", ""))
    form = SampleForm(request.POST, request.FILES)
    if not form.is_valid():
        return _preview_answer(request, {"errors": sentences(form), "is_changed": True})
    try:
        context = previewed(target, request, **form.cleaned_data)
    except FileFault as fault:
        errors = [wording.reason(fault.code, fault.params)]
        context = {"errors": errors, "is_changed": bool(form.cleaned_data["given"])}
    return _preview_answer(request, context)


def _preview_answer(request: HttpRequest, context: dict[str, Any]) -> HttpResponse:
    # 200 with errors too: the answer is a piece of the page either way.
    return render(request, "imports/_preview.html", context)


@require_POST
@signed_in
def create(request: HttpRequest) -> HttpResponse:
    """Confirmed: the job, and the form with which the browser uploads straight to S3."""
    target = permitted_target(request, request.POST.get("target", ""))
    form = ImportForm(request.POST, target=target, user=request.user)
    if not form.is_valid():
        return JsonResponse({"errors": sentences(form)}, status=400)
    try:
        job = _create(request, target, form.cleaned_data)
    except MappingFault as fault:
        return JsonResponse({"errors": list(fault.faults.values())}, status=400)
    except jobs.FileRefused as refusal:
        return JsonResponse({"errors": [str(refusal)]}, status=400)
    return JsonResponse(
        {
            "upload": _form_of(job),
            "status_url": reverse("imports:job", args=[job.pk]),
            "uploaded_url": reverse("imports:uploaded", args=[job.pk]),
            "form_url": reverse("imports:upload_form", args=[job.pk]),
            "cancel_url": reverse("imports:cancel", args=[job.pk]),
        },
        status=201,
    )


def _create(request: HttpRequest, target: ImportTarget, asked: dict[str, Any]) -> ImportJob:
    file = FilePlan(name=asked["file_name"], dialect=asked["dialect"], headers=asked["headers"])
    return jobs.create_job(
        target,
        user=request.user,
        file=file,
        size=asked["file_size"],
        mapping=asked["mapping"],
        mode=asked["mode"],
        on_reject=asked["on_reject"],
        review=asked["review"],
        exclusive=asked["exclusive"],
        request=request,
    )


def _form_of(job: ImportJob) -> dict[str, Any]:
    form = upload_form(job)
    return {"url": form.url, "fields": form.fields}


@require_POST
@signed_in
def renew_form(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Another form for the same job, after the first ran out or the line broke."""
    job = own_job(request, pk)
    try:
        return JsonResponse({"upload": _form_of(job)})
    except NotUploadable:
        return JsonResponse({"errors": [_("This import waits for no file.")]}, status=409)


@require_POST
@signed_in
def uploaded(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The browser says that the file is there; the worker looks for itself."""
    jobs.mark_uploaded(own_job(request, pk))
    return HttpResponse(status=204)
