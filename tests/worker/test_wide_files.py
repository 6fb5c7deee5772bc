"""Files with more columns than a table takes."""

from __future__ import annotations

from dataclasses import replace

from tests.worker.workbench import Workbench

MANY = 3_000
NAMES = (*(f"c{n}" for n in range(MANY)), "code", "name")


def wide_file(*rows: tuple[str, str]) -> str:
    lines = [",".join(NAMES)]
    lines += [",".join([*(f"v{n}" for n in range(MANY)), *row]) for row in rows]
    return "\n".join(lines) + "\n"


def test_the_mapped_columns_of_a_wide_file_go_in(bench: Workbench) -> None:
    plan = bench.plan("country")
    plan = replace(plan, file=replace(plan.file, headers=NAMES))
    job = bench.job(plan, wide_file(("DE", "Germany"), ("de", "x"), ("FR", "France")))
    assert bench.run(job) == "succeeded"
    assert bench.all("SELECT code, name FROM airports_country ORDER BY code") == [
        {"code": "DE", "name": "Germany"},
        {"code": "FR", "name": "France"},
    ]


def test_a_reject_of_a_wide_file_has_all_its_values(bench: Workbench) -> None:
    plan = bench.plan("country")
    plan = replace(plan, file=replace(plan.file, headers=NAMES))
    job = bench.job(plan, wide_file(("de", "x")))
    bench.run(job)
    (reject,) = bench.reject_file(job)
    assert (reject["c0"], reject["c2999"], reject["code"]) == ("v0", "v2999", "de")
    assert bench.faults(job)[0][:3] == (2, "code", "de")
