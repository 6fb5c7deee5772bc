"""The plan of a file that has a column for everything that a file may feed: what the rules page and
the sample file are made from, so that they say what the worker does."""

from __future__ import annotations

from django.utils.translation import get_language

from imports.compiler import compile_plan
from imports.mapping import importable_fields
from imports.targets import ImportTarget, Request
from imports.time_zones import current_time_zone
from lambda_worker.files.dialect import Dialect
from lambda_worker.plan import Audience, FilePlan, ImportPlan, OnReject, Review


def whole_plan(target: ImportTarget, request: Request) -> ImportPlan:
    """Its headers are the names of the inputs, in the model's order. Reads the target's catalog."""
    names = tuple(field.name for field in importable_fields(target, request))
    return compile_plan(
        target,
        user=request.user,
        file=FilePlan(name="", dialect=Dialect(), headers=names),
        mapping={name: name for name in names},
        mode=target.mode,
        on_reject=OnReject.SKIP,
        review=Review.NEVER,
        audience=Audience(
            recipient="",
            language=get_language() or "en",
            time_zone=current_time_zone(),
            job_url="",
        ),
        request=request,
    )
