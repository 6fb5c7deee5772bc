"""A plan survives its JSON, and nothing else passes for one."""

from __future__ import annotations

import json
from typing import Any

import pytest

from lambda_worker.files.dialect import Dialect
from lambda_worker.plan import FilePlan, ImportPlan
from tests.worker.plans import plan_for


@pytest.mark.parametrize("model", ["country", "airport", "route"])
def test_a_plan_survives_its_json(model: str) -> None:
    plan = plan_for(model)
    assert ImportPlan.from_json(json.loads(json.dumps(plan.to_json()))) == plan


def _without(data: dict[str, Any], name: str) -> dict[str, Any]:
    return {k: v for k, v in data.items() if k != name}


def test_a_plan_of_the_version_before_is_read() -> None:
    plan = plan_for("country")
    file = {"name": "c.csv", "encoding": "utf-8", "delimiter": ",", "headers": ["code", "name"]}
    read = ImportPlan.from_json({**plan.to_json(), "version": 3, "file": file})
    assert read.file == FilePlan(name="c.csv", dialect=Dialect(), headers=("code", "name"))


def test_what_does_not_fit_is_named() -> None:
    good = plan_for("country").to_json()
    for data, words in [
        ({**good, "version": 2}, "plan version 2"),
        ({**good, "surprise": 1}, r"unknown \['surprise'\]"),
        (_without(good, "mode"), r"missing \['mode'\]"),
        ({**good, "mode": "replace"}, "replace"),
        ({**good, "columns": "all"}, "is not a list"),
        ({**good, "target": {**good["target"], "table": 5}}, "ImportPlan.target.table"),
    ]:
        with pytest.raises(ValueError, match=words):
            ImportPlan.from_json(data)
