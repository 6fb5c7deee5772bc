"""What a file may hold where a column has choices."""

from __future__ import annotations

from collections import Counter

from lambda_worker.plan import ColumnPlan


def values_by_choice(column: ColumnPlan) -> dict[str, str]:
    """What a file may hold for a choice, and the value it stands for. A label of two stands for
    none."""
    labels = Counter(choice.label for choice in column.choices)
    known = {c.label: c.value for c in column.choices if labels[c.label] == 1}
    return known | {c.value: c.value for c in column.choices}
