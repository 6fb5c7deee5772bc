"""Whether a text is JSON, one document or value after value, and where its records are."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any, Final, NamedTuple

from lambda_worker.files.dialect import Format
from lambda_worker.files.json_reading.layouts import Path, is_clear, path_to_records
from lambda_worker.files.json_reading.mending import mended
from lambda_worker.files.json_reading.outline import Node, Outline
from lambda_worker.files.json_reading.prefix import prefix_end
from lambda_worker.files.json_reading.text import BLANKS, MARK, WINDOW, Window
from lambda_worker.files.json_reading.values import scan

MOST_LINES: Final = 100
"""Lines that are tried where the first value is broken."""

_MEMBER: Final = r"""\{\s*(?:"(?:[^"\\\n]|\\.)*"\s*:|'|[A-Za-z_$][\w$]*\s*:|//|/\*)"""
_LIKE_JSON: Final = re.compile(rf"{_MEMBER}|\[\s*(?:\[\s*)?{_MEMBER}|\[\s*(?://|/\*)")
"""An object, or an array of objects, written by JSON's rules or by looser ones."""

_ROW: Final = re.compile(r"[ \t]*[,;\t|][ \t]*[^\s]")
"""Behind the first value: other values on its line."""

_SCRIPT: Final = re.compile(r"[ \t\r\n]*\)?[ \t\r\n]*;?[ \t\r\n]*")
"""Behind a document with a prefix."""

_RECORD: Final = re.compile(r"\n[ \t]*[{\[]")
"""Behind the first value: a line that begins as one does."""

_LIST: Final = re.compile(r"[ \t\r\n,]*\[[ \t\r\n]*\{")


class Found(NamedTuple):
    """How JSON is written, and the path to its records.

    `is_sure`: what is behind the text cannot change that; `is_clear`: nor is it likely to.
    """

    format: Format
    path: Path = ()
    is_sure: bool = True
    is_clear: bool = True


def find_json(text: bytes, *, whole: bool, given: Mapping[str, Any]) -> Found | None:
    """What a file is of which `text` is the beginning, or the `whole`, in UTF-8; None where it is
    no JSON, and not said to be. Members of Dialect that are `given` are so."""
    form: Format | None = given.get("format")
    found = json_dialect([text]) or (Found(form) if form else None)
    if found is None or whole or "path" in given or form is Format.NDJSON:
        return found and found._replace(is_sure=True, is_clear=True)
    return found


def json_dialect(chunks: Iterable[bytes]) -> Found | None:
    """What a file is whose beginning, or all, comes in `chunks` of UTF-8; None where it is no
    JSON."""
    window = Window(chunks, lambda: "replace")
    window.fill(WINDOW)
    head, at = window.text[:WINDOW], prefix_end(window.text)
    has_prefix = bool(head[:at].strip(BLANKS))
    window.at = at
    if window.peek() == MARK:
        return Found(Format.NDJSON)
    outline = Outline(window)
    root = outline.root
    if root is None or outline.broken_at >= 0:
        return _broken(head, at, outline)
    window.fill(WINDOW)
    behind = "" if root.is_open else window.text[window.at :]
    if _is_sequence(root, behind, has_prefix=has_prefix):
        holds_objects = bool(root.items) and all(item.kind == "object" for item in root.items)
        is_lists = holds_objects and _LIST.match(behind)
        return Found(Format.JSON if is_lists else Format.NDJSON)
    is_table = behind.strip() and (not _is_sound(root) or _ROW.match(behind))
    if is_table or (has_prefix and not (_is_sound(root) and _SCRIPT.fullmatch(behind))):
        return None
    if _RECORD.search(behind) and _are_records(head[at:]):
        return Found(Format.NDJSON)  # of which the second is broken
    path = path_to_records(root)
    is_sure = not root.is_open or (root.kind == "array" and not path)
    return Found(Format.JSON, path, is_sure, is_sure or is_clear(root, path))


def _is_sequence(root: Node, behind: str, *, has_prefix: bool) -> bool:
    """Whether another value follows the first one: an object or array, where that has a prefix."""
    following = behind.lstrip(BLANKS)
    if following.startswith(("[", "{", MARK)):
        return True
    if following.startswith(","):
        rest = following[1:].lstrip()
        is_next_line = "\n" in following[: len(following) - len(rest)]
        return rest.startswith(("[", "{")) and (is_next_line or root.kind == "object")
    is_next_line = "\n" in behind[: len(behind) - len(following)]
    return is_next_line and not has_prefix and Outline(Window.of(following)).root is not None


def _is_sound(root: Node) -> bool:
    """Whether a value is JSON beyond doubt: a CSV file may begin with [1] or {x}."""
    return bool(root.members) or any(item.is_container for item in root.items)


def _broken(head: str, at: int, outline: Outline) -> Found | None:
    """What a file is whose first value is broken, or broken off."""
    root = outline.root
    is_like = _LIKE_JSON.match(head, at) or (root and _is_sound(root))
    is_slip = root and root.items and head.startswith((",", "]", "}"), outline.broken_at)
    if not (is_like or is_slip):
        return None
    if _are_records(head[at:]):
        return Found(Format.NDJSON)
    return Found(Format.JSON, path_to_records(root) if root else ())


def _are_records(text: str) -> bool:
    """Whether at least half of the lines are JSON, or nearly so where there are several."""
    lines = [line for line in map(str.strip, text.splitlines()[:MOST_LINES]) if line]
    good = sum(_is_record(line, mend=len(lines) > 1) for line in lines)
    return good > 0 and good * 2 >= len(lines)


def _is_record(line: str, *, mend: bool) -> bool:
    if not line.startswith(("{", "[")):
        return False
    try:
        return scan(line, 0)[1] == len(line)
    except (ValueError, StopIteration, RecursionError):
        return mend and bool(mended(line))
