"""Where the table lies in a document, by its outline."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from lambda_worker.files.json_reading.outline import Node
from lambda_worker.files.json_reading.path import EACH

USUAL: Final = frozenset(
    [
        "data",
        "docs",
        "documents",
        "entries",
        "features",
        "hits",
        "items",
        "objects",
        "records",
        "results",
        "rows",
        "values",
    ]
)
"""Names that lists of records have in what services send."""

ASIDE: Final = frozenset(
    [
        "aggregations",
        "columns",
        "definitions",
        "facets",
        "fields",
        "header",
        "headers",
        "included",
        "meta",
        "metadata",
        "schema",
    ]
)
"""Names of what stands beside records and describes them."""

FAVOUR: Final = 4
"""So many times as long is a list with a usual name taken to be, or one that goes on behind the
sample; and so many times as short, twice, one that only describes: it may be longer than the
records."""

DEEPEST: Final = 8
"""Levels at which tables are looked for."""

Path = tuple[str, ...]


def path_to_records(root: Node) -> Path:
    """The path to the list that looks most like a table; () where the document is the list, or one
    record."""
    found = max(_tables(root, ()), key=lambda table: table[0], default=None)
    if found:
        return found[1]
    lists = list(_value_lists(root, ()))
    if not lists:
        return _empty_list(root)
    path, node = max(lists, key=lambda found: found[1].length)
    alike = [p for p, n in lists if p[:-1] == path[:-1] and n.number == node.number]
    if len(alike) > 1:
        return path[:-1]  # columns, to be refused by who reads them
    return path if node.is_open or node.length * 3 >= root.length * 2 else ()


def is_clear(root: Node, path: Path) -> bool:
    """Whether a document that ends behind the sample has its table there, whatever comes."""
    node = node_at(root, path)
    if node is None or _is_aside(path):
        return False
    if node.kind != "array" and path[-1:] != (EACH,):
        return len(columns_of(node)) > 0
    return node.is_open or (_is_usual(path) and node.length * 2 > root.length)


def _is_aside(path: Path) -> bool:
    return any(step.lower() in ASIDE for step in path)


def _is_usual(path: Path) -> bool:
    return bool(path) and path[-1].lower() in USUAL


def _empty_list(root: Node) -> Path:
    """The path to a list that has no records today."""
    for key, member in root.members.items():
        if member.kind == "array" and key.lower() in USUAL:
            return (key,)
    return ()


def node_at(root: Node | None, path: Path) -> Node | None:
    """The value that a path leads to, as far as it goes through the sample."""
    node = root
    for step in path[:-1] if path[-1:] == (EACH,) else path:
        if node is None:
            return None
        if node.kind == "array":
            places = {str(n): item for n, item in enumerate(node.items)}
            node = places.get(step)
        else:
            node = node.members.get(step)
    return node


def _tables(node: Node, path: Path) -> Iterator[tuple[float, Path]]:
    """Lists of records, and how much each looks like the one that is meant."""
    if len(path) > DEEPEST:
        return
    if node.kind == "array" and (node.holds_records or not path):
        yield _score(node, path), path
        if not path:
            yield from _tables_of_list(node)
    elif node.kind == "object":
        if is_keyed(node):
            yield _score(node, path), (*path, EACH)
        for key, member in node.members.items():
            yield from _tables(member, (*path, key))


def _tables_of_list(node: Node) -> Iterator[tuple[float, Path]]:
    """Tables inside of a list that is none itself: what stands before them is of another kind, as
    the World Bank's service has it, or has other members, as phpMyAdmin's export."""
    for number, item in enumerate(node.items[:20]):
        before = node.items[:number]
        is_lone = len(node.items) == 1 and all(i.kind == "object" for i in item.items)
        is_other = number > 0 and all(b.kind != "array" for b in before)
        if item.holds_records and (is_lone or is_other):
            yield 2.0 * FAVOUR * node.length, (str(number),)
        for key, member in item.members.items():
            is_new = number > 0 and not any(key in b.members for b in before)
            if member.holds_records and is_new and member.length * 2 > node.length:
                yield 2.0 * FAVOUR * node.length, (str(number), key)


def _score(node: Node, path: Path) -> float:
    favours = node.is_open + _is_usual(path) - 2 * _is_aside(path)
    return node.length * float(FAVOUR) ** favours


def _value_lists(node: Node, path: Path) -> Iterator[tuple[Path, Node]]:
    if node.kind == "array" and node.items:
        yield path, node
    elif len(path) < DEEPEST:
        for key, member in node.members.items():
            yield from _value_lists(member, (*path, key))


def is_keyed(node: Node) -> bool:
    """Whether an object's members are records, each with a key for its name."""
    whole = [m for m in node.members.values() if not m.is_open]
    if len(whole) < 2 or any(m.kind != "object" or not m.members for m in node.members.values()):
        return False
    first = whole[0].members.keys()
    if not all(len(first & m.members.keys()) * 2 >= len(first | m.members.keys()) for m in whole):
        return False
    if len(whole) == 2 and first != whole[1].members.keys():
        return False
    if _is_counted(node) or _kinds_differ_by_member(whole):
        return False
    has_mixed = any(len(_kinds(m)) > 1 for m in whole)
    return has_mixed or len(whole) > len(first)


def columns_of(node: Node | None) -> list[str]:
    """The names of a table's columns whose values are listed column by column; none where it is no
    such table."""
    if node is None:
        return []
    whole = [m for m in node.members.values() if not m.is_open]
    lists = [m for m in whole if m.kind == "array" and not m.holds_records]
    if len(lists) > 1 and len(lists) == len(whole):
        lengths = {m.number for m in lists}
        return list(node.members) if len(lengths) == 1 and lengths != {1} else []
    if node.kind == "object" and node.members and _is_counted(node):
        return list(node.members)
    same = len(whole) > 1 and all(
        m.kind == "object" and len(m.members) > 1 and m.members.keys() == whole[0].members.keys()
        for m in whole
    )
    return list(node.members) if same and _kinds_differ_by_member(whole) else []


def _is_counted(node: Node) -> bool:
    """Whether all members are objects of values with the keys 0, 1, ...: pandas' columns."""
    members = list(node.members.values())
    return all(
        m.kind == "object"
        and len(m.members) > 1
        and list(m.members) == [str(n) for n in range(len(m.members))]
        and not any(value.is_container for value in m.members.values())
        for m in members
    )


def _kinds(node: Node) -> set[str]:
    return {value.kind for value in node.members.values()} - {"null"}


def _kinds_differ_by_member(nodes: list[Node]) -> bool:
    """Whether each object has values of one kind, and not all the same: columns are like that."""
    kinds = [_kinds(node) for node in nodes]
    return all(len(k) <= 1 for k in kinds) and len(set[str]().union(*kinds)) > 1
