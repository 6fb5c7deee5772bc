"""Faults are summed up by what is wrong and where, in bounded memory."""

from __future__ import annotations

from typing import Any

import pytest

from lambda_worker import reject_groups
from lambda_worker.reject_groups import EXAMPLES_KEPT, GROUPS_KEPT, Fault, Groups, as_groups


def fault(line: int, value: str = "x", header: str = "code", **params: Any) -> Fault:
    return Fault(line, header, header, value, "too_long", {"limit": 2, **params})


def summed(*faults: Fault) -> list[dict[str, Any]]:
    groups = Groups()
    for found in faults:
        groups.add([found])
    return groups.summary()


def test_counts_are_exact_and_the_first_line_is_told() -> None:
    code, name = summed(fault(7), fault(8), fault(9, header="name"))
    assert (code["header"], code["rows"], code["line"]) == ("code", 2, 7)
    assert (name["header"], name["rows"], name["line"]) == ("name", 1, 9)


def test_the_commonest_values_are_the_examples() -> None:
    values = [*"abcde", "e", "e", "d"]
    (group,) = summed(*(fault(n, value) for n, value in enumerate(values, 2)))
    told = [(e["value"], e["rows"], e["line"]) for e in group["examples"]]
    assert told == [("e", 3, 6), ("d", 2, 5), ("a", 1, 2)]


def test_what_differs_from_row_to_row_makes_no_other_example() -> None:
    (group,) = summed(fault(5, first_line=2), fault(6, first_line=3))
    assert group["examples"] == [
        {"rows": 2, "line": 5, "value": "x", "params": {"limit": 2, "first_line": 2}}
    ]


def test_rules_are_told_apart() -> None:
    assert [g["rule"] for g in summed(fault(2, message="a"), fault(3, rule="b"))] == ["a", "b"]


def test_no_more_values_are_counted_than_memory_has_room_for(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(reject_groups, "VALUES_COUNTED", 5)
    groups = Groups()
    groups.add(fault(n, str(n)) for n in range(100))
    groups.add([fault(100, header="name")])
    code, name = groups.summary()
    assert (code["rows"], len(code["examples"])) == (100, EXAMPLES_KEPT)
    assert name["examples"][0]["value"] == "x"
    assert groups._counted == 6  # one of each group


def test_the_commonest_groups_are_kept() -> None:
    faults = [fault(n, header=f"column {n}") for n in range(GROUPS_KEPT + 5)]
    summary = summed(*faults, fault(1, header="often"), fault(2, header="often"))
    assert (len(summary), summary[0]["header"]) == (GROUPS_KEPT, "often")


def test_a_summary_of_an_older_worker_is_read() -> None:
    params = {"limit": 2, "message": "m"}
    old = {"header": "code", "value": "XK", "code": "too_long", "params": params, "rows": 9}
    (group,) = as_groups([old])
    assert group["examples"] == [{"value": "XK", "params": params, "rows": 9, "line": 0}]
    assert (group["field"], group["rule"]) == ("", "m")
