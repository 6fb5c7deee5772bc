"""The Imports section of the admin: it leads to the pages, which are the same for everybody."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from imports import admin_check, jobs  # noqa: F401  (its import registers the check)
from imports.models import ImportJob
from imports.registry import targets_for


@admin.register(ImportJob)
class ImportJobAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    """The list, a job and Add, each by its own page; nothing is edited or deleted by hand."""

    def has_module_permission(self, request: HttpRequest) -> bool:
        return self.has_view_permission(request)

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Those who may import, and those who may see what others do."""
        if obj is not None:
            return jobs.visible_to(request.user).filter(pk=obj.pk).exists()
        return self.has_add_permission(request) or request.user.has_perm("imports.view_all_imports")

    def has_add_permission(self, request: HttpRequest) -> bool:
        return bool(targets_for(request.user))

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:  # noqa: ARG002
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:  # noqa: ARG002
        return False

    def changelist_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:  # noqa: ARG002
        return redirect("imports:list")

    def add_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:  # noqa: ARG002
        return redirect("imports:start")

    def change_view(
        self,
        request: HttpRequest,  # noqa: ARG002
        object_id: str,
        *args: Any,  # noqa: ARG002
        **kwargs: Any,  # noqa: ARG002
    ) -> HttpResponse:
        return redirect("imports:job", pk=object_id)
