"""Faults summed up by what is wrong and where: exact counts, and examples of each."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from typing import Any, Final, NamedTuple

GROUPS_KEPT: Final = 100
"""Groups that a page or mail could show, the commonest: a file of hundreds of columns that are all
wrong is a wrong file."""

EXAMPLES_KEPT: Final = 3
"""Values of a group that are shown: enough to recognise the mistake."""

VALUES_COUNTED: Final = 10_000
"""Different values counted at most, of all groups: bounds memory where every row has its own."""

VALUE_SHOWN: Final = 200
"""Characters of a value in the database and the summary; the reject file has it whole."""


class Fault(NamedTuple):
    """One fault of one record, ready to be put into words."""

    line: int
    field: str
    header: str
    value: str
    code: str
    params: dict[str, Any]


class Kind(NamedTuple):
    """What is the same in all faults of a group. `rule` tells validators and constraints apart."""

    field: str
    header: str
    code: str
    rule: str


def rule_of(params: dict[str, Any]) -> str:
    """Which validator or constraint a fault names, if it does."""
    return str(params.get("message") or params.get("rule") or "")


OWN: Final = frozenset({"first_line", "line", "column"})
"""Params that may differ where all else is alike."""


@dataclass(slots=True)
class _Example:
    rows: int
    line: int
    value: str
    params: dict[str, Any]


@dataclass(slots=True)
class _Group:
    rows: int = 0
    line: int = 0
    examples: dict[tuple[str, str], _Example] = field(
        default_factory=dict[tuple[str, str], _Example]
    )
    """By value, and params as JSON."""


class Groups:
    """Sums up what is wrong, record by record in the file's order."""

    def __init__(self) -> None:
        self._groups: dict[Kind, _Group] = {}
        self._counted = 0

    def add(self, faults: Iterable[Fault]) -> None:
        """The faults of the next record."""
        for fault in faults:
            kind = Kind(fault.field, fault.header, fault.code, rule_of(fault.params))
            group = self._groups.setdefault(kind, _Group(line=fault.line))
            group.rows += 1
            self._count(group, fault)

    def _count(self, group: _Group, fault: Fault) -> None:
        params = {name: value for name, value in fault.params.items() if name not in OWN}
        # What is wrong with a whole record is one thing in a thousand records.
        value = fault.value[:VALUE_SHOWN] if fault.header else ""
        key = (value, json.dumps(params))
        example = group.examples.get(key)
        if example is not None:
            example.rows += 1
        elif self._counted < VALUES_COUNTED or not group.examples:
            self._counted += 1
            group.examples[key] = _Example(1, fault.line, value, fault.params)

    def summary(self) -> list[dict[str, Any]]:
        """The commonest groups, as JSON: `field`, `header`, `code`, `rule`, the number of `rows`,
        the `line` of the first, and `examples`, the commonest first: each with its `value`, the
        number of its `rows`, and the `line` and `params` of the first."""
        groups = sorted(self._groups.items(), key=lambda item: -item[1].rows)
        return [
            {
                **kind._asdict(),
                "rows": group.rows,
                "line": group.line,
                "examples": [asdict(e) for e in _commonest(group.examples.values())],
            }
            for kind, group in groups[:GROUPS_KEPT]
        ]


def _commonest(examples: Iterable[_Example]) -> list[_Example]:
    return sorted(examples, key=lambda example: -example.rows)[:EXAMPLES_KEPT]


def as_groups(summary: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """A stored summary's groups. Those of an older worker were one a value."""
    return [group if "examples" in group else _from_older(group) for group in summary]


def _from_older(group: dict[str, Any]) -> dict[str, Any]:
    params = group.get("params", {})
    defaults = {"field": "", "line": 0, "rule": rule_of(params), **group}
    names = ("rows", "line")
    example = {"value": group.get("value", ""), "params": params} | {n: defaults[n] for n in names}
    return {**defaults, "examples": [example]}
