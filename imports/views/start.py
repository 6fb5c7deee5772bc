"""Starting an import: choose, preview, confirm."""

from __future__ import annotations

from typing import Any, Final
from uuid import UUID

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_POST, require_safe

from imports import jobs
from imports.compiler import MappingFault
from imports.forms import ImportForm, SampleForm, sentences
from imports.models import ImportJob
from imports.previewing import previewed, refused
from imports.registry import UnknownTarget, get_target, targets_for
from imports.remembering import chosen_in, remember
from imports.targets import ImportTarget
from imports.views.chrome import job_or_404, page, signed_in
from imports.views.upload import begun, start_context
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
    fixed = _fixed_job(request, request.GET.get("fixes"))
    label = fixed.target if fixed else request.GET.get("target", "")
    chosen = permitted_target(request, label) if label else targets[0]
    context = {
        "targets": [chosen] if fixed else targets,
        "chosen": chosen,
        "fixed": fixed,
        "max_bytes": settings.SLUICE_MAX_UPLOAD_BYTES,
        **start_context(request.user),
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


def _fixed_job(request: HttpRequest, pk: UUID | str | None) -> ImportJob | None:
    """The job whose rejects are to be sent again, if any: 404 if the user may not see it."""
    if not pk:
        return None
    try:
        return job_or_404(request, UUID(str(pk)))
    except ValueError as exc:
        raise Http404(str(exc)) from exc


def _fixed_job_of(
    request: HttpRequest, target: ImportTarget, asked: dict[str, Any]
) -> ImportJob | None:
    """The same, for what is posted: it went into the same target."""
    job = _fixed_job(request, asked["fixes"])
    if job and job.target != target.label:
        raise Http404(f"{job.pk} went into {job.target}")
    return job


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
        is_changed = "given" in form.errors
        return _preview_answer(request, {"errors": sentences(form), "is_changed": is_changed})
    asked = form.cleaned_data
    fixed = _fixed_job_of(request, target, asked)
    before = chosen_in(fixed, target) if fixed else None
    try:
        context = previewed(target, request, asked, fixed=before)
    except FileFault as fault:
        context = refused(fault, asked["given"])
    return _preview_answer(request, context)


def _preview_answer(request: HttpRequest, context: dict[str, Any]) -> HttpResponse:
    # 200 with errors too: the answer is a piece of the page either way.
    return render(request, "imports/_preview.html", context)


@require_POST
@signed_in
def create(request: HttpRequest) -> HttpResponse:
    """Confirmed: the job, and how the browser uploads straight to S3."""
    target = permitted_target(request, request.POST.get("target", ""))
    form = ImportForm(request.POST, target=target, user=request.user)
    if not form.is_valid():
        return JsonResponse({"errors": sentences(form)}, status=400)
    asked = form.cleaned_data
    try:
        job = _create(request, target, asked)
    except MappingFault as fault:
        return JsonResponse({"errors": list(fault.faults.values())}, status=400)
    except jobs.FileRefused as refusal:
        return JsonResponse({"errors": [str(refusal)]}, status=400)
    return JsonResponse(begun(job), status=201)


@transaction.atomic
def _create(request: HttpRequest, target: ImportTarget, asked: dict[str, Any]) -> ImportJob:
    """The job; what was chosen is remembered with it."""
    fixed = _fixed_job_of(request, target, asked)
    file = FilePlan(name=asked["file_name"], dialect=asked["dialect"], headers=asked["headers"])
    job = jobs.create_job(
        target,
        user=request.user,
        file=file,
        size=asked["file_size"],
        mapping=asked["mapping"],
        mode=asked["mode"],
        on_reject=asked["on_reject"],
        review=asked["review"],
        exclusive=asked["exclusive"],
        fixes=fixed.pk if fixed else None,
        request=request,
    )
    remember(request.user, target, asked["headers"], asked)
    return job
