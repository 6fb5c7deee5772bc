"""What the preview shows of a file: how it is read, and which column feeds which field."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any, Final

from django.http import HttpRequest

from imports import choices, dialects, wording
from imports.mapping import importable_fields, suggest
from imports.targets import ImportTarget
from lambda_worker.files.preview import FirstRecord, preview
from lambda_worker.strict_json import to_json

VALUES_SHOWN: Final = 3
"""Values beside each column: enough to recognise it by."""


ASIDES_SHOWN: Final = 5
"""Records set aside that are listed: whoever sees more than these looks at the file."""


@dataclass(frozen=True)
class Aside:
    """A record that the import will set aside: where, and why."""

    line: int
    sentence: str


@dataclass(frozen=True)
class Column:
    """A column of the file, its first values, and the name of the field proposed for it."""

    header: str
    values: list[str]
    field: str


def previewed(
    target: ImportTarget,
    request: HttpRequest,
    *,
    file_name: str,
    file_size: int,
    sample: bytes,
    given: dict[str, Any],
) -> dict[str, Any]:
    """The context of the preview; FileFault if the worker could not read the file either. `given`
    is what the person says about the file's dialect."""
    found = preview(sample, whole=len(sample) == file_size, given=given)
    headers = found.headers
    asides = found.asides[:ASIDES_SHOWN]
    fields = importable_fields(target, request)
    required = [field for field in fields if field.required]
    mapping = suggest(target, headers)
    return {
        "file_name": file_name,
        "file_size": file_size,
        "dialect": dialects.summary(found.dialect),
        "dialect_json": json.dumps(to_json(found.dialect)),
        "controls": dialects.controls(found.dialect),
        "is_changed": bool(given),
        "line": found.line,
        "notes": [wording.reason(note.code, note.params) for note in found.notes],
        "asides": [Aside(a.line, wording.fault(a.code, a.params, a.text)) for a in asides],
        "more_asides": len(found.asides) - len(asides),
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
    headers: tuple[str, ...], records: list[FirstRecord], mapping: dict[str, str]
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
