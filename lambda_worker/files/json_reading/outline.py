"""What a JSON text, or the beginning of one, is made of: a tree of its values, for a sample."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Final

from lambda_worker.files.json_reading.text import blanks_end
from lambda_worker.files.json_reading.values import read_string

DEEPEST: Final = 200
"""Levels that are looked at: tables lie in the first few."""

_TOKEN: Final = re.compile(
    r'[ \t\n\r]*(?:"[^"\\\x00-\x1f]*(?:\\.[^"\\\x00-\x1f]*)*"|[][{},:]|[^][{},:"\s\x1e]+)'
)
_SCALAR: Final = re.compile(
    r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][-+]?[0-9]+)?|true|false|null|NaN|-?Infinity"
)

_KINDS: Final = {'"': "string", "t": "word", "f": "word", "n": "null", "N": "null", "I": "number"}
"""By the first character; NaN is what others write for null."""


@dataclass(slots=True, eq=False)
class Node:
    """A value: its kind (object, array, string, number, word, null), and where it stands."""

    kind: str
    start: int
    end: int = -1
    """-1 while it is open: the text has ended inside of it."""
    members: dict[str, Node] = field(default_factory=dict[str, "Node"])
    items: list[Node] = field(default_factory=list["Node"])

    @property
    def is_open(self) -> bool:
        """Whether the text ends inside of it."""
        return self.end < 0

    @property
    def is_container(self) -> bool:
        """Whether it is an array or an object."""
        return self.kind in ("object", "array")

    @property
    def holds_records(self) -> bool:
        """Whether it is an array of arrays or objects."""
        return bool(self.items) and all(item.is_container for item in self.items[:3])

    def length(self, text: str) -> int:
        """Characters of it in the text."""
        return (len(text) if self.is_open else self.end) - self.start


class Outline:
    """The first value in `text` from `at` on: `root`, None where there is none.

    `broken_at` is where the text is no JSON; -1 if it is, as far as it goes.
    """

    def __init__(self, text: str, at: int = 0) -> None:
        self.root: Node | None = None
        self.broken_at = -1
        self._text = text
        self._open: list[Node] = []
        self._key = ""
        self._wants = "value"
        while self._wants and (match := _TOKEN.match(text, at)) and len(self._open) < DEEPEST:
            start = blanks_end(text, at)
            at = match.end()
            if not self._take(text[start:at], start):
                self.broken_at = start
                return
        if self._wants and len(self._open) < DEEPEST:
            rest = blanks_end(text, at)
            is_cut_string = text.startswith('"', rest) and "\n" not in text[rest:]
            if is_cut_string and self._wants.startswith("value"):
                self._add(Node("string", rest))
            self.broken_at = -1 if is_cut_string or rest == len(text) else rest

    @property
    def end(self) -> int:
        """Where the value ends; -1 if it has not."""
        return self.root.end if self.root else -1

    def _take(self, token: str, start: int) -> bool:
        """Take the next token; False where it may not stand."""
        wants, mark = self._wants, token[0]
        if mark in "]}":
            return self._close(mark, start)
        if wants == "colon":
            self._wants = "value"
            return mark == ":"
        if wants == "comma":
            self._wants = "key" if self._open[-1].kind == "object" else "value"
            return mark == ","
        if wants in ("key", "key or end"):
            self._wants = "colon"
            self._key = _decoded(token) if mark == '"' else ""
            return mark == '"'
        return self._value(token, start)

    def _close(self, mark: str, start: int) -> bool:
        if not self._open or self._wants not in ("comma", "key or end", "value or end"):
            return False
        node = self._open.pop()
        node.end = start + 1
        self._wants = "comma" if self._open else ""
        return mark == ("}" if node.kind == "object" else "]")

    def _value(self, token: str, start: int) -> bool:
        mark, end = token[0], start + len(token)
        if mark in "[{":
            node = Node("object" if mark == "{" else "array", start)
            self._add(node)
            self._open.append(node)
            self._wants = "key or end" if mark == "{" else "value or end"
            return True
        is_cut = end == len(self._text)
        if mark != '"' and not is_cut and not _SCALAR.fullmatch(token):
            return False
        kind = _KINDS.get(mark, "number")
        self._add(Node(kind, start, end))
        self._wants = "comma" if self._open else ""
        return mark not in ",:"

    def _add(self, node: Node) -> None:
        if not self._open:
            self.root = node
        elif self._open[-1].kind == "object":
            self._open[-1].members.setdefault(self._key, node)
        else:
            self._open[-1].items.append(node)


def _decoded(token: str) -> str:
    try:
        return read_string(token, 0)[0]
    except ValueError:
        return token[1:-1]
