"""What the preview shows of a file: how it is read, and which column feeds which field."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any, Final

from django.http import HttpRequest

from imports import choices, wording
from imports.mapping import importable_fields, suggest
from imports.targets import ImportTarget
from lambda_worker.files.preview import preview
from lambda_worker.files.reading import Record

VALUES_SHOWN: Final = 3
"""Values beside each column: enough to recognise it by."""


@dataclass(frozen=True)
class Column:
    """A column of the file, its first values, and the name of the field proposed for it."""

    header: str
    values: list[str]
    field: str


def previewed(
    target: ImportTarget, request: HttpRequest, *, file_name: str, file_size: int, sample: bytes
) -> dict[str, Any]:
    """The context of the preview; FileFault if the worker could not read the file either."""
    found = preview(sample, whole=len(sample) == file_size)
    headers = found.reading.headers
    fields = importable_fields(target, request)
    required = [field for field in fields if field.required]
    mapping = suggest(target, headers)
    return {
        "file_name": file_name,
        "file_size": file_size,
        "reading": found.reading,
        "delimiter_name": wording.delimiter(found.reading.delimiter),
        "headers_json": json.dumps(headers),
        "plural": target.name_plural,
        "columns": _columns(headers, found.records, mapping),
        "records": found.records,
        "fields": fields,
        "required": required,
        "missing": [field for field in required if field.name not in mapping],
        "choices": choices.groups(target, request.user),
    }


def _columns(
    headers: tuple[str, ...], records: tuple[Record, ...], mapping: dict[str, str]
) -> list[Column]:
    field_of = {header: field for field, header in mapping.items()}
    return [
        Column(
            header,
            [record.fields[number] for record in records[:VALUES_SHOWN]],
            field_of.get(header, ""),
        )
        for number, header in enumerate(headers)
    ]
