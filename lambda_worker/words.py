"""Codes into sentences: what is wrong, where, and what to do. The worker stores codes, never
these."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final, LiteralString, cast

from lambda_worker.files.encodings.names import encoding_name
from lambda_worker.language import grouped, listed, translated
from lambda_worker.reject_groups import OWN

FAILURES: Final[dict[str, LiteralString]] = {
    "empty_file": "The file is empty. Choose the file again, with at least a header line.",
    "not_text": "This is no table in text form: it looks like {looks_like}. Choose another file.",
    "packed_twice": "In the packed file there is no text, but {inner}. Unpack it and upload the table that is in it.",
    "packed_cut": "The {packing} file ends in the middle: it was not written or copied to its end. "
    "Pack or download it again and upload that.",
    "packed_damaged": "The {packing} file is damaged: what is in it does not match its checksum, or cannot be unpacked. "
    "Nothing was written. Pack or download it again.",
    "packed_and_more": "After its packed content the {packing} file goes on with other bytes. "
    "Unpack it, look whether it is complete, and upload that.",
    "packed_otherwise": "The file is not packed with {packing}. Choose how it is packed, or let it be found.",
    "packed_memory": "Unpacking this {packing} file takes more than {limit} MB of memory. "
    "Pack it again with a smaller dictionary or window (xz -6, or zstd without --long).",
    "packed_dictionary": "The {packing} file can only be unpacked with a dictionary that is not in it. "
    "Pack it again without one.",
    "packed_too_large": "More than {limit} GB come out of this {packing} file. Split it and upload the parts.",
    "packed_bomb": "More than {ratio} times its size comes out of this {packing} file; no real table packs so well. "
    "Unpack it and upload that.",
    "packed_unseen": "The first {needs} bytes of this {packing} file would be needed to show anything of it. "
    "Unpack it, or pack it with gzip.",
    "header_unseen": "The first line is longer than {size} KB, so the columns cannot be shown here. "
    "Is this a table? If so, import it with manage.py import_file.",
    "header_too_long": "Line {line}, where the header should be, is longer than {limit} characters. Is this a table?",
    "json_broken": "Line {line}, column {column}: this is no JSON (“{text}”), and nothing behind it can be trusted. "
    "Put names and texts in double quotes; no comments, no comma before a closing bracket.",
    "json_cut": "The file ends inside of what begins in line {line}: it was cut, or a bracket or quote is missing. "
    "Send the whole file.",
    "json_several": "Another JSON document begins in line {line}. Send one document, "
    "or choose the format “JSON, a record a line”.",
    "json_columns": "The file lists its values column by column ({headers}). "
    'Write it record by record (pandas: to_json(orient="records")).',
    "json_no_path": "The file has no “{step}” on the way to {path}. Choose where its records are.",
    "json_no_records": "The file has no records. Send one with at least one record, or choose where they are.",
    "json_too_far": "The first 64 KB hold no record, so the columns cannot be shown. "
    "Put the list of records first, or send it alone.",
    "missing_column": "The file has no column “{header}”, which the mapping needs. It has: {found}.",
    "other_columns": "The uploaded file does not have the columns that were shown: it has {found}. Start again.",
    "too_many_columns": "The file has {found} columns; at most {limit} can be read. Remove those that are not needed.",
    "value_too_complex": "A JSON value is nested too deeply for the database. Flatten it, or leave the column out.",
    "rejected_rows": "{rejected} of {read} records have faults, and the import was to write all or nothing. "
    "Put them right in your file, then import the whole file again.",
    "target_changed": "The table was changed by a migration after this import was planned. Start it again.",
    "plan_unreadable": "This import was planned by a version of the app that the worker does not know. "
    "Deploy the worker, then start the import again.",
    "refused_by_table": "A rule of the table ({rule}) refuses at least one row. Nothing was written.",
    "after_import_failed": "The app's own step after the import ({function}) refused it: {reason}. Nothing was written.",
    "table_in_use": "Others were using the table for {seconds} s, so it could not be locked for an exclusive load. "
    "Nothing was written. Try again when it is quiet, or import without the lock.",
    "has_dependents": "Something in the database depends on “{which}”, so an exclusive load cannot rebuild it. "
    "Nothing was written. Import without the lock.",
    "file_gone": "The uploaded file is no longer there. Upload it again.",
    "out_of_time": "The worker ran out of time in the phase “{phase}” after {seconds} s, at {percent} %. "
    "Split the file in {parts} or more parts.",
    "no_space": "The database has no room left for this file. Nothing was written. "
    "Make room or take a larger database plan, then try again.",
    "worker_failed": "The worker met an error ({error}) each time that it tried. Nothing was written. "
    "Try again later; if it happens again, ask your administrator for the log of job {job}.",
    "worker_died": "The worker died {times} times at this import. Nothing was written. "
    "Try again; if it happens again, ask your administrator for the log of job {job}.",
}
"""What ends a job. Each says what happened, where, and what to do."""

_WORKBOOK: Final[LiteralString] = (
    "This is an Excel workbook, no text. Save it as CSV (UTF-8) and upload that."
)
_DOCUMENT: Final[LiteralString] = (
    "This is no table in text form: it looks like {looks_like}. Save it as CSV (UTF-8) and upload that."
)
_ARCHIVE: Final[LiteralString] = (
    "This is no table in text form: it looks like {looks_like}. Unpack it and upload the table that is in it."
)

NOT_TEXT: Final[dict[str, LiteralString]] = {
    "Excel": _WORKBOOK,
    **dict.fromkeys(
        ("Office 97", "OpenDocument", "HTML", "XML", "RTF", "Parquet", "Arrow", "SQLite"), _DOCUMENT
    ),
    **dict.fromkeys(("zip", "7-Zip", "RAR", "tar", "ar", "compress (.Z)", "LZ4", "lzip"), _ARCHIVE),
    **dict.fromkeys(("gzip", "bzip2", "xz", "zstd"), _ARCHIVE),
}
"""Of "not_text", by what it looks like: where the table is to be had from that."""

FAULTS: Final[dict[str, LiteralString]] = {
    "wrong_field_count": "the record has {found} values, but the file has {expected} columns; "
    "put values that hold a delimiter in quotes",
    "unclosed_quote": "a quoted value begins here and is never closed; close it, or double the quotes inside it",
    "stray_quote": 'text follows a closing quote; write quotes inside a value twice ("")',
    "bad_encoding": "the byte {byte} is no character in the file's encoding",
    "nul_character": "the record holds a NUL character, which no database takes",
    "field_too_long": "a value is longer than {limit} characters; is a quote not closed?",
    "header_again": "the header stands here once more",
    "broken_json": "the record is no valid JSON at “{text}” (line {line}, column {column})",
    "cut_record": "the record ends too early: it was cut, or a quote or bracket is missing",
    "duplicate_key": "the name “{key}” stands twice in it, with different values",
    "lone_surrogate": "{value} is half a character, which no database takes",
    "infinity_inside": "a nested value holds {value}, which is no JSON",
    "other_kind": "the record is of the JSON kind “{found}”, but others are “{expected}”",
    "other_keys": "the record has none of the file's columns; it has {keys}",
    "record_too_long": "the record is longer than {limit} characters",
    "too_deep": "the record is nested too deeply",
    "empty_record": "there is nothing in the whole record",
    "required": "a value is needed here",
    "not_a_whole_number": "“{value}” is not a whole number",
    "not_a_number": "“{value}” is not a number",
    "out_of_range": "“{value}” is too large for this column",
    "loses_digits": "“{value}” has more digits than this column can keep; round it",
    "too_small": "“{value}” is less than {limit}",
    "too_large": "“{value}” is more than {limit}",
    "too_many_decimals": "“{value}” has more than {limit} decimal places",
    "not_true_or_false": "“{value}” is neither true nor false; write true or false",
    "not_a_date": "“{value}” is not a date; write it like 2025-12-31",
    "not_a_datetime": "“{value}” is not a date and time; write it like 2025-12-31 23:59:00",
    "not_a_time": "“{value}” is not a time; write it like 23:59:00",
    "not_a_duration": "“{value}” is not a duration; write it like 1 02:30:00",
    "not_a_uuid": "“{value}” is not a UUID",
    "not_base64": "“{value}” is not base64",
    "not_hex": "“{value}” is not an even number of hexadecimal digits",
    "not_json": "“{value}” is not valid JSON",
    "not_an_ip": "“{value}” is not an IP address",
    "too_long": "“{value}” is longer than {limit} characters",
    "not_a_choice": "“{value}” is not one of: {choices}",
    "pattern": "“{value}”: {message}",
    "unknown_reference": "no {model} with {key} “{value}”",
    "reference_rejected": "the record of “{value}” in this file was itself rejected",
    "empty_item": "the list “{value}” has an item with nothing in it",
    "check_failed": "the record breaks the rule “{rule}” of the table",
    "reference_vanished": "the {model} with {key} “{value}” was deleted while the import ran",
    "duplicate_in_file": "“{value}” stands already in line {first_line}",
    "already_exists": "“{value}” exists already",
    "taken": "another row has “{value}” already",
    "conflict": "“{value}” was changed by somebody else while the import ran; import it again",
}
"""What is wrong with one record, or with one value of it."""

KINDS: Final[dict[str, LiteralString]] = {
    "wrong_field_count": "not as many values as columns",
    "unclosed_quote": "a quote that is never closed",
    "stray_quote": "text after a closing quote",
    "bad_encoding": "bytes that are no character",
    "nul_character": "a NUL character",
    "field_too_long": "a value that is too long to be read",
    "header_again": "the header once more",
    "broken_json": "no valid JSON",
    "cut_record": "ends too early",
    "duplicate_key": "a name that stands twice",
    "lone_surrogate": "half a character",
    "infinity_inside": "infinity inside a nested value",
    "other_kind": "another JSON kind than the others",
    "other_keys": "none of the file's columns",
    "record_too_long": "too long to be read",
    "too_deep": "nested too deeply",
    "empty_record": "nothing in the whole row",
    "required": "a value is needed",
    "not_a_whole_number": "not a whole number",
    "not_a_number": "not a number",
    "out_of_range": "too large for this column",
    "loses_digits": "more digits than this column can keep",
    "too_small": "less than {limit}",
    "too_large": "more than {limit}",
    "too_many_decimals": "more than {limit} decimal places",
    "not_true_or_false": "neither true nor false",
    "not_a_date": "not a date",
    "not_a_datetime": "not a date and time",
    "not_a_time": "not a time",
    "not_a_duration": "not a duration",
    "not_a_uuid": "not a UUID",
    "not_base64": "not base64",
    "not_hex": "not hexadecimal",
    "not_json": "not valid JSON",
    "not_an_ip": "not an IP address",
    "too_long": "longer than {limit} characters",
    "not_a_choice": "not one of the choices",
    "pattern": "{message}",
    "unknown_reference": "no such {model}",
    "reference_rejected": "what it names was itself rejected",
    "empty_item": "a list with an empty item",
    "check_failed": "breaks the rule “{rule}”",
    "reference_vanished": "the {model} was deleted while the import ran",
    "duplicate_in_file": "stands twice in the file",
    "already_exists": "exists already",
    "taken": "another row has it already",
    "conflict": "changed by somebody else while the import ran",
}
"""The faults once more, without the value: what a group of them has in common."""

NOTES: Final[dict[str, LiteralString]] = {
    "encoding_decided": "The first letter that is not plain ASCII shows that the file is in {encoding}.",
    "encoding_unsure": "The encoding is probably {encoding}. If letters look wrong, choose another.",
    "headers_empty": "Columns without a name are called {headers}.",
    "row_names": "Records have one value more than the header has names; the first column was taken for the one "
    "without a name. If it is another, or if commas inside of values part them, put that right in the file.",
    "longer_delimiter": "Values seem to stand between “{delimiter}”, but delimiters have one character: "
    "the other ones are left at the values' ends. Replace it by one character in the file.",
    "headers_twice": "More than one column is called {headers}; the later ones carry a number.",
    "headers_unused": "The header names {headers}, but the records end before these columns; they are left out.",
    "preamble_skipped": "The table begins in line {line}; what stands above it is left out.",
    "changes_midway": "From line {line} on, records have {found} values instead of {expected}: "
    "does another table begin there? They were set aside.",
    "blank_inside": "Line {line} is blank, and records follow. Does another table begin there?",
    "records_for_lines": "Records share lines, so where a line is told, it is the record's number.",
    "columns_cut": "The first record is longer than what can be seen here, so columns may be missing.",
    "keys_late": "“{header}” first appears in line {line} and is no column; {records} records have it. It was not read.",
    "keys_late_more": "{number} more names appear late and were not read.",
    "keys_missing": "No record has anything at {headers}.",
    "nan_empty": "NaN was read as nothing, {times} times, first in line {line}.",
    "infinity_kept": "Infinity is no JSON; it was kept as a word, {times} times, first in line {line}.",
    "json_commas": "A comma between records is missing or too many, first in line {line}.",
    "json_prefix": "Before the JSON stands “{text}”, which was not read.",
    "json_lists": "Another list of records begins in line {line}; the file holds {number}, and all were read.",
    "json_trailing": "Behind the document stands “{text}” (line {line}), which was not read.",
    "other_lists": "The file also holds {paths}, which was not read.",
    "nulls_taken": "Taken for nothing, but in texts: {words}.",
    "nulls_taken_in_texts": "Taken for nothing, in texts too: {words}.",
}
"""What a person should know about how a file was read."""

_JSON_KINDS: Final[dict[str, LiteralString]] = {
    "array": "array",
    "object": "object",
    "boolean": "boolean",
    "null": "null",
    "value": "value",
}

VALUES: Final[dict[str, dict[str, LiteralString]]] = {
    "phase": {"staging": "Reading", "checking": "Checking", "applying": "Writing"},
    "looks_like": {"binary data": "binary data", "NUL bytes": "NUL bytes"},
    "found": _JSON_KINDS,
    "expected": _JSON_KINDS,
    "rule": {
        "its columns' types and indexes": "its columns' types and indexes",
        "a trigger": "a trigger",
    },
}
"""By the name of a param: values that we have chosen ourselves, and how they are said. Others are
names, or somebody's own words."""

TOO_FEW: Final[LiteralString] = (
    "the record has only {found} of {expected} values; add those that are missing"
)
"""Of "wrong_field_count": quotes are no remedy where no value is torn."""

NEAR: Final[LiteralString] = "{words}; did you mean “{near}”?"

EXAMPLES: Final[LiteralString] = "{words}: {values}"

EXAMPLE_SHOWN: Final = 40
"""Characters of a value among others, as many as tell what it is."""


def sentence(code: str, params: dict[str, Any], language: str = "en") -> str:
    """The sentence of a failure, fault or note in a language (a BCP 47 tag). KeyError if the code,
    or one of its params, is unknown."""
    template = _failure(code, params) or _fault(code, params) or NOTES[code]
    words = filled(template, params, language)
    near = params.get("near")
    return filled(NEAR, {"words": words, "near": near}, language) if near else words


def _failure(code: str, params: dict[str, Any]) -> LiteralString | None:
    if code == "not_text" and (found := NOT_TEXT.get(params["looks_like"])):
        return found
    return FAILURES.get(code)


def _fault(code: str, params: dict[str, Any]) -> LiteralString | None:
    if code == "wrong_field_count" and params["found"] < params["expected"]:
        return TOO_FEW
    return FAULTS.get(code)


def kind(code: str, params: dict[str, Any], language: str = "en") -> str:
    """What a group of faults has in common. KeyError if the code, or one of its params, is
    unknown."""
    return filled(KINDS[code], params, language)


def group_words(group: dict[str, Any], language: str = "en") -> str:
    """What is wrong in a group of reject_groups: the whole sentence where one is true of all of it,
    else what they have in common, and some of the values. KeyError as from `kind`."""
    example = group["examples"][0]
    is_alike = example["rows"] == group["rows"] and OWN.isdisjoint(example["params"])
    if is_alike or group["rows"] == 1:
        value = _short(example["value"])
        return sentence(group["code"], {"value": value, **example["params"]}, language)
    words = kind(group["code"], example["params"], language)
    values = [f"“{_short(e['value'])}”" for e in group["examples"] if e["value"]]
    if not values:
        return words
    if sum(example["rows"] for example in group["examples"]) < group["rows"]:
        values.append("…")
    return filled(EXAMPLES, {"words": words.rstrip(".。"), "values": values}, language)


def _short(value: str) -> str:
    return value if len(value) <= EXAMPLE_SHOWN else f"{value[:EXAMPLE_SHOWN]}…"


def filled(template: str, params: dict[str, Any], language: str) -> str:
    """A template in a language, with its params as people write them there."""
    found = {name: _text(name, value, language) for name, value in params.items()}
    return translated(template, language).format_map(found)


def _text(name: str, value: Any, language: str) -> str:
    if name == "encoding":
        return encoding_name(str(value))
    match value:
        case str() if value in VALUES.get(name, {}):
            return translated(VALUES[name][value], language)
        case list() | tuple():
            return listed(map(str, cast("list[Any]", value)), language)
        case bool():
            return str(value)
        case int():
            return grouped(value, language)
        case _:
            return str(value)


def templates() -> Iterator[str]:
    """All that is to be translated."""
    yield from FAILURES.values()
    yield from FAULTS.values()
    yield from KINDS.values()
    yield from NOTES.values()
    yield from dict.fromkeys(said for known in VALUES.values() for said in known.values())
    yield from (_WORKBOOK, _DOCUMENT, _ARCHIVE, TOO_FEW, NEAR, EXAMPLES)
