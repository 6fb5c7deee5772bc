"""What the preview shows of a file: how it is read, and which column feeds which field."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from django.http import HttpRequest
from django.utils.translation import gettext as _

from imports import choices, dialects, wording
from imports.bidi import marked
from imports.cells import NOTHING, Cell, cell, shortened
from imports.encoding_choices import Reading, readings
from imports.mapping import importable_fields
from imports.mapping_words import mapping_words
from imports.proposing import Proposal, proposal
from imports.remembering import Chosen, recalled
from imports.suggesting import Suggestion, Why
from imports.targets import ImportTarget
from imports.templatetags.imports_format import grouped
from lambda_worker.files.detecting import BINARY
from lambda_worker.files.dialect import ASCII, Dialect, Format
from lambda_worker.files.encodings.names import encoding_name
from lambda_worker.files.preview import FirstRecord, Preview, preview
from lambda_worker.files.reading import FileFault
from lambda_worker.plan import Review
from lambda_worker.reject_file import REJECT_COLUMNS, is_reject_file, unguard
from lambda_worker.strict_json import to_json

RECORDS_READ: Final = 100
"""Records by whose values columns are recognised; few samples have more."""

ROWS_SHOWN: Final = 10
"""First rows as a table: as many as are seen at once."""

COLUMNS_SHOWN: Final = 50
"""Columns that are in the page from the start; the others are there as data, and found by name."""

VALUES_SHOWN: Final = 3
"""Values beside each column: enough to recognise it by."""

ASIDES_SHOWN: Final = 5
"""Records set aside that are listed: whoever sees more than these looks at the file."""

NAME_SHOWN: Final = 120
"""Characters of a column's name."""

READ_OTHERWISE: Final = ("json_", "header_", "too_many_columns")
"""Beginnings of the codes of faults that may be none if the file is read otherwise."""

NOTHING_LEFT: Final = "empty_file"
"""The code of a file without a line of a table."""


@dataclass(frozen=True)
class Aside:
    """A record that the import will set aside: where, and why."""

    line: int
    sentence: str


@dataclass(frozen=True)
class Column:
    """A column of the file by its number from 0, its first values, the name of the field proposed
    for it, and why."""

    number: int
    header: str
    name: str
    values: list[Cell]
    field: str
    why: str

    @property
    def is_guess(self) -> bool:
        """Whether somebody should look at it."""
        return self.why in (Why.SLIP, Why.VALUES)


@dataclass(frozen=True)
class Row:
    """A record of the table of first rows."""

    line: int
    cells: list[Cell]


def previewed(
    target: ImportTarget,
    request: HttpRequest,
    asked: Mapping[str, Any],
    *,
    fixed: Chosen | None = None,
) -> dict[str, Any]:
    """The context of the preview for what was `asked` (as SampleForm cleans it); FileFault if the
    worker could not read the file either. `fixed` is what was chosen in the import whose rejects
    the file corrects."""
    given, sample = asked["given"], asked["sample"]
    known = {**(fixed.nulls if fixed else {}), **given}
    whole = len(sample) == asked["file_size"]
    found = _as_sent(preview(sample, whole=whole, records=RECORDS_READ, given=known))
    before = fixed or recalled(request.user, target, found.headers)
    fields = importable_fields(target, request)
    values = _values(found.headers, found.records)
    nulls = found.dialect.nulls
    mapped = before.without_mapping() if before and asked["anew"] else before
    proposed = proposal(target, request, fields, values, nulls=nulls, before=mapped)
    columns = _columns(found.headers, found.records, proposed.suggestions)
    return {
        "file_name": asked["file_name"],
        "file_size": asked["file_size"],
        **_dialect(found, given),
        **_rows(found, columns),
        **_mapping(columns, proposed),
        "headers_json": json.dumps(found.headers),
        "left_out": [h for h in found.headers if h in REJECT_COLUMNS],
        "plural": target.name_plural,
        "has_no_rows": whole and not found.records and not found.asides,
        "fields": fields,
        "is_anew": asked["anew"],
        "is_fixing": fixed is not None,
        "has_chosen": bool(proposed.policies),
        "choices": choices.groups(target, request.user, _policies(proposed, found)),
    }


def _as_sent(found: Preview) -> Preview:
    """The records of a reject file without its guards, as the worker reads them."""
    if not is_reject_file(found.headers):
        return found
    records = [replace(record, fields=[*map(unguard, record.fields)]) for record in found.records]
    return replace(found, records=records)


def refused(fault: FileFault, given: Mapping[str, Any]) -> dict[str, Any]:
    """The context of the preview where the file cannot be read; with the controls that may help."""
    context = {"errors": [_refusal(fault, given)], "is_changed": bool(given)}
    is_binary = fault.params.get("looks_like") == BINARY
    is_emptied = fault.code == NOTHING_LEFT and bool(given)
    if not (is_binary or is_emptied or fault.code.startswith(READ_OTHERWISE)):
        return context
    guess = Format.JSON if fault.code.startswith("json_") else Format.CSV
    dialect = Dialect(**{"format": guess, **given})
    hidden = set() if is_binary or "encoding" in given else {"encoding"}  # what was found is right
    controls = [
        control
        for control in dialects.controls(dialect, [])
        if control.name not in hidden and (not control.is_rare or control.name in given)
    ]
    return {**context, "controls": controls}


def _refusal(fault: FileFault, given: Mapping[str, Any]) -> str:
    """Why the file cannot be read; lines that were left out leave no empty file."""
    if fault.code == NOTHING_LEFT and given.get("preamble"):
        names = {"line": grouped(given["preamble"]), "label": dialects.LABELS["preamble"]}
        words = _("The file has nothing below line %(line)s. Give “%(label)s” a smaller number.")
        return words % names
    return wording.reason(fault.code, fault.params)


def _policies(proposed: Proposal, found: Preview) -> Mapping[str, str]:
    """What was chosen before; else a look before writing where faults are to be seen already."""
    if proposed.policies or not found.asides:
        return proposed.policies
    return {"review": Review.ON_REJECTS.value}


# -- How the file is read --------------------------------------------------------------------------


def _dialect(found: Preview, given: Mapping[str, Any]) -> dict[str, Any]:
    dialect = found.dialect
    other = _readings(found, given)
    asides = found.asides[:ASIDES_SHOWN]
    controls = dialects.controls(dialect, other)
    return {
        "sentence": dialects.sentence(dialect),
        "dialect_json": json.dumps(to_json(dialect)),
        "controls": [control for control in controls if not control.is_rare],
        "rare_controls": [control for control in controls if control.is_rare],
        "is_changed": bool(given),
        "is_rare_changed": any(control.is_rare and control.name in given for control in controls),
        "line": cell(found.line) if found.line else None,
        "encoding": encoding_name(dialect.encoding),
        "readings": [(reading, cell(reading.line)) for reading in other],
        "is_in_question": _is_in_question(found, given),
        "notes": [wording.reason(note.code, note.params) for note in found.notes],
        "asides": [Aside(a.line, wording.fault(a.code, a.params, a.text)) for a in asides],
        "more_asides": len(found.asides) - len(asides),
    }


def _readings(found: Preview, given: Mapping[str, Any]) -> list[Reading]:
    """How other encodings would read the file's first letters, where its own is not proven."""
    encoding = found.dialect.encoding
    is_proven = encoding.startswith("utf") and not _is_in_question(found, given)
    if not found.line or encoding == ASCII or is_proven:
        return []
    other = readings(found.line, encoding)
    return other if len(other) > 1 else []


def _is_in_question(found: Preview, given: Mapping[str, Any]) -> bool:
    unsure = any(note.code == "encoding_unsure" for note in found.notes)
    return unsure or "encoding" in given


def _rows(found: Preview, columns: Sequence[Column]) -> dict[str, Any]:
    """The table of first rows: the first columns, in the file's order."""
    shown = sorted(columns, key=lambda column: column.number)[:COLUMNS_SHOWN]
    return {
        "head": shown,
        "rows": [
            Row(record.line, [cell(record.fields[column.number]) for column in shown])
            for record in found.records[:ROWS_SHOWN]
        ],
        "more_in_rows": len(columns) - len(shown),
    }


# -- Its columns -----------------------------------------------------------------------------------


def _mapping(columns: list[Column], proposed: Proposal) -> dict[str, Any]:
    shown = max(COLUMNS_SHOWN, len(proposed.suggestions))
    return {
        "columns": columns[:shown],
        "more_columns": _as_data(columns[shown:]),
        "column_count": len(columns),
        "since": proposed.since,
        "has_guesses": any(column.is_guess for column in columns),
        "words": mapping_words(),
    }


def _values(headers: Sequence[str], records: Sequence[FirstRecord]) -> dict[str, list[str]]:
    return {
        header: [record.fields[number] for record in records]
        for number, header in enumerate(headers)
    }


def _columns(
    headers: Sequence[str],
    records: Sequence[FirstRecord],
    suggestions: Mapping[str, Suggestion],
) -> list[Column]:
    """In the file's order; where they are many, those with a field first. A reject file's own
    columns are none of them."""
    field_of = {found.header: (name, found.why) for name, found in suggestions.items()}
    columns = []
    for number, header in enumerate(headers):
        if header in REJECT_COLUMNS:
            continue
        field, why = field_of.get(header, ("", ""))
        values = [cell(record.fields[number]) for record in records[:VALUES_SHOWN]]
        name = shortened(marked(header), NAME_SHOWN)
        columns.append(Column(number, header, name, values, field, why))
    if len(columns) > COLUMNS_SHOWN:
        columns.sort(key=lambda column: not column.field)
    return columns


def _as_data(columns: Sequence[Column]) -> list[dict[str, Any]]:
    """For the browser, which makes rows of them when they are asked for."""
    return [
        {
            "n": column.number,
            "name": column.name,
            "values": [NOTHING if v.is_empty else v.text for v in column.values],
        }
        for column in columns
    ]
