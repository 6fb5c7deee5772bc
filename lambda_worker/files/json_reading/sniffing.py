"""Whether a text is JSON, one document or value after value, and where its records are."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice
from typing import Final

from lambda_worker.files.dialect import Format
from lambda_worker.files.json_reading.layouts import node_at, path_to_records
from lambda_worker.files.json_reading.outline import Node, Outline
from lambda_worker.files.json_reading.text import BLANKS, MARK, blanks_end
from lambda_worker.files.json_reading.values import read_string, scan
from lambda_worker.files.sniffing.layout import ROWS_SEEN, lay_out

MOST_LINES: Final = 100
"""Lines that are tried where the first value is broken."""

_MEMBER: Final = r"""\{\s*(?:"(?:[^"\\\n]|\\.)*"\s*:|'|[A-Za-z_$][\w$]*\s*:|//|/\*)"""
_LIKE_JSON: Final = re.compile(rf"{_MEMBER}|\[\s*(?:\[\s*)?{_MEMBER}|\[\s*(?://|/\*)")
"""An object, or an array of objects, written by JSON's rules or by looser ones."""

_ROW: Final = re.compile(r"[ \t]*[,;\t|][ \t]*[^\s]")
"""Behind the first value: other values on its line."""


def json_dialect(text: bytes, *, whole: bool) -> tuple[Format, tuple[str, ...]] | None:
    """The format of a file whose first 64 KB, or `whole`, are `text` (UTF-8, perhaps with lone
    surrogates), and the path to its records; None where it is no JSON."""
    del whole  # what the end of the sample has cut, and what is cut, look the same
    sample = text.decode("utf-8", "replace")
    at = blanks_end(sample, 0)
    if sample.startswith(MARK, at):
        return Format.NDJSON, ()
    outline = Outline(sample, at)
    root = outline.root
    if outline.broken_at >= 0 or root is None:
        return _broken(sample, at, outline)
    behind = "" if root.is_open else sample[root.end :]
    if _is_sequence(root, behind):
        return Format.NDJSON, ()
    if behind.strip() and (not _is_sound(root) or _ROW.match(behind)):
        return None
    return Format.JSON, path_to_records(root, sample)


def _is_sequence(root: Node, behind: str) -> bool:
    """Whether another value follows the first one."""
    following = behind.lstrip(BLANKS)
    if following.startswith(("[", "{", MARK)):
        return True
    if following.startswith(","):
        rest = following[1:].lstrip()
        is_next_line = "\n" in following[: len(following) - len(rest)]
        return rest.startswith(("[", "{")) and (is_next_line or root.kind == "object")
    is_next_line = "\n" in behind[: len(behind) - len(following)]
    return is_next_line and Outline(following).root is not None


def _is_sound(root: Node) -> bool:
    """Whether a value is JSON beyond doubt: a CSV file may begin with [1] or {x}."""
    return bool(root.members) or any(item.is_container for item in root.items)


def _broken(sample: str, at: int, outline: Outline) -> tuple[Format, tuple[str, ...]] | None:
    root = outline.root
    is_like = _LIKE_JSON.match(sample, at) or (root and _is_sound(root))
    is_slip = root and root.items and sample[outline.broken_at] in ",]}"
    if not (is_like or is_slip):
        return None
    lines = [line.strip() for line in sample[at:].splitlines()[:MOST_LINES]]
    good = sum(map(_is_record, lines))
    if good and good * 2 >= len(list(filter(None, lines))):
        return Format.NDJSON, ()
    return Format.JSON, path_to_records(root, sample) if root else ()


def _is_record(line: str) -> bool:
    if not line.startswith(("{", "[")):
        return False
    try:
        return scan(line, 0)[1] == len(line)
    except (ValueError, StopIteration, RecursionError):
        return False


def json_header_lines(text: bytes, form: Format, path: tuple[str, ...]) -> int:
    """How many of the first records are a header: 1 where they are arrays and the first holds
    names, else 0."""
    sample = text.decode("utf-8", "replace")
    rows = _arrays(sample, form, path)
    if len(rows) < 2 or not rows[0].items:
        return 0
    first, rest = rows[0].items, rows[1:]
    if any(node.kind not in ("string", "null") for node in first):
        return 0
    columns = [[row.items[n].kind for row in rest if n < len(row.items)] for n in range(len(first))]
    if any(kinds and "string" not in kinds and set(kinds) != {"null"} for kinds in columns):
        return 1
    texts = [[_text(node, sample) for node in row.items] for row in rows]
    lines = [""] * len(texts)
    layout = lay_out(texts, range(len(texts)), lines, {"comment": "", "preamble": 0})
    return min(layout.header_lines, 1)


def _arrays(sample: str, form: Format, path: tuple[str, ...]) -> list[Node]:
    """Those of the first records that are arrays, if most are."""
    if form is Format.NDJSON:
        rows = list(islice(_values(sample), ROWS_SEEN))
    else:
        node = node_at(Outline(sample).root, path)
        rows = node.items[:ROWS_SEEN] if node else []
    arrays = [row for row in rows if row.kind == "array" and not row.is_open]
    return arrays if arrays[:1] == rows[:1] and len(arrays) * 2 > len(rows) else []


def _values(sample: str) -> Iterator[Node]:
    at = 0
    while (root := Outline(sample, at).root) is not None:
        yield root
        if root.is_open:
            return
        at = root.end


def _text(node: Node, sample: str) -> str:
    raw = sample[node.start : node.end]
    return read_string(raw, 0)[0] if node.kind == "string" else raw
