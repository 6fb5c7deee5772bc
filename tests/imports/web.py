"""A signed-in client, and what a browser posts."""

from __future__ import annotations

import json
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

COUNTRIES = b"code,name\nFR,France\nXX,\n"

MAY_IMPORT = ("add_country", "change_country")


def client_of(user: Any) -> Client:
    """Signed in; like every client of Django, without the CSRF check."""
    client = Client()
    client.force_login(user)
    return client


def preview_fields(sample: bytes = COUNTRIES, **other: Any) -> dict[str, Any]:
    """What the browser posts for a preview."""
    file = SimpleUploadedFile("sample", sample)
    fields = {"target": "airports.country", "file_name": "countries.csv", "sample": file}
    return {**fields, "file_size": len(sample), **other}


def import_fields(**other: Any) -> dict[str, Any]:
    """What the browser posts to confirm."""
    return {
        "target": "airports.country",
        "file_name": "countries.csv",
        "file_size": 100,
        "dialect": json.dumps({"delimiter": ","}),
        "headers": json.dumps(["code", "name", "note"]),
        "map-0": "code",
        "map-1": "name",
        "map-2": "",
        "mode": "upsert",
        "on_reject": "abort",
        "review": "never",
        **other,
    }
