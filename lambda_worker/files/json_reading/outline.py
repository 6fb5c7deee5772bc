"""What a JSON text is made of: a tree of its values, of long ones their beginnings."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Final

from lambda_worker.files.json_reading.matching import STEP, Counter, Matcher, feed_all
from lambda_worker.files.json_reading.text import Window, blanks_end
from lambda_worker.files.json_reading.values import read_string

ITEMS_KEPT: Final = 20
"""Of an array: the first records show what the others are like."""

MEMBERS_KEPT: Final = 1_000
"""Of an object: what describes a table has some dozens."""

LISTS_KEPT: Final = 2
"""Arrays inside of one another that have their items kept: those in tables tell nothing."""

DEEPEST: Final = 20
"""Levels that are kept: tables lie in the first few."""

NODES_KEPT: Final = 100_000
"""In all, some 30 MB. Arrays and objects behind them are kept without what is inside."""

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
    """A value: its kind (object, array, string, number, word, null), and where it stands, in
    characters from the stream's first one on."""

    kind: str
    start: int
    end: int = 0
    is_open: bool = True
    """Whether the text ends inside of it."""
    members: dict[str, Node] = field(default_factory=dict[str, "Node"])
    items: list[Node] = field(default_factory=list["Node"])
    more_items: int = 0
    """Items that were not kept."""

    @property
    def is_container(self) -> bool:
        """Whether it is an array or an object."""
        return self.kind in ("object", "array")

    @property
    def holds_records(self) -> bool:
        """Whether it is an array of arrays or objects."""
        return bool(self.items) and all(item.is_container for item in self.items[:3])

    @property
    def length(self) -> int:
        """Characters of it."""
        return self.end - self.start

    @property
    def number(self) -> int:
        """Of its items; not told for arrays of arrays or objects."""
        return len(self.items) + self.more_items


class Outline:
    """The value that comes next in a window: `root`, None where there is none. The window goes
    behind it.

    `broken_at` is where the text is no JSON; -1 if it is, as far as it was looked at.
    """

    def __init__(self, window: Window) -> None:
        self.root: Node | None = None
        self.broken_at = -1
        self._window = window
        self._open: list[Node] = []
        self._lists = 0
        """How many of these are arrays."""
        self._key = ""
        self._wants = "value"
        self._nodes = 0
        while self._wants and self.broken_at < 0 and self._step():
            pass
        for node in self._open:
            node.end = window.passed + window.at

    def _step(self) -> bool:
        """Take the next token; False where the text ends."""
        window = self._window
        match = _TOKEN.match(window.text, window.at)
        if match is None or (match.end() == len(window.text) and not window.ended):
            if len(window.text) - window.at < STEP and window.more():
                return True
            return self._rest()
        start = blanks_end(window.text, window.at)
        window.at = match.end()
        if not self._take(window.text[start : window.at], window.passed + start):
            self.broken_at = window.passed + start
        return True

    def _rest(self) -> bool:
        """What is no token: a long text, or the end."""
        window = self._window
        window.at = start = blanks_end(window.text, window.at)
        if window.at == len(window.text):
            return False
        may_be_text = window.text[start] == '"' and self._wants.startswith("value")
        if not may_be_text or (window.ended and "\n" in window.text[start:]):
            self.broken_at = window.passed + start
            return False
        node = self._add("string", window.passed + start)
        return self._pass_by(node, Matcher())

    def _take(self, token: str, start: int) -> bool:
        """Take the next token; False where it may not stand."""
        wants, mark = self._wants, token[0]
        if mark in "]}":
            return self._close(mark)
        if wants == "colon":
            self._wants = "value"
            return mark == ":"
        if wants == "comma":
            return mark == "," and self._next()
        if wants in ("key", "key or end"):
            self._wants = "colon"
            self._key = _decoded(token) if mark == '"' else ""
            return mark == '"'
        return self._value(token, start)

    def _close(self, mark: str) -> bool:
        if not self._open or self._wants not in ("comma", "key or end", "value or end"):
            return False
        node = self._open.pop()
        self._lists -= node.kind == "array"
        self._end(node)
        return mark == ("}" if node.kind == "object" else "]")

    def _next(self) -> bool:
        """Behind a comma: go to what follows, or to the end where enough is kept."""
        node = self._open[-1]
        self._wants = "key" if node.kind == "object" else "value"
        if len(node.members) < MEMBERS_KEPT and len(node.items) < ITEMS_KEPT:
            return True
        self._open.pop()
        self._lists -= node.kind == "array"
        counter = Counter(1) if node.items and not node.holds_records else None
        self._pass_by(node, counter or Matcher(1))
        node.more_items = counter.commas + 1 if counter else 0
        return True

    def _value(self, token: str, start: int) -> bool:
        mark, window = token[0], self._window
        if mark in "[{":
            self._begin("object" if mark == "{" else "array", start)
            return True
        is_cut = window.at == len(window.text)
        if mark != '"' and not is_cut and not _SCALAR.fullmatch(token):
            return False
        self._end(self._add(_KINDS.get(mark, "number"), start))
        return mark not in ",:"

    def _begin(self, kind: str, start: int) -> None:
        node = self._add(kind, start)
        if self._lists >= LISTS_KEPT or self._nodes > NODES_KEPT or len(self._open) > DEEPEST:
            self._pass_by(node, Matcher(1))
            return
        self._open.append(node)
        self._lists += kind == "array"
        self._wants = "key or end" if kind == "object" else "value or end"

    def _pass_by(self, node: Node, matcher: Matcher) -> bool:
        """Go to the node's end, if the text has it."""
        if feed_all(self._window, matcher):
            self._end(node)
            return True
        self._open.append(node)
        self._wants = ""
        return False

    def _end(self, node: Node) -> None:
        node.end, node.is_open = self._window.passed + self._window.at, False
        self._wants = "comma" if self._open else ""

    def _add(self, kind: str, start: int) -> Node:
        node = Node(kind, start)
        self._nodes += 1
        if not self._open:
            self.root = node
        elif self._open[-1].kind == "object":
            self._open[-1].members.setdefault(self._key, node)
        else:
            self._open[-1].items.append(node)
        return node


def _decoded(token: str) -> str:
    try:
        return read_string(token, 0)[0]
    except ValueError:
        return token[1:-1]
