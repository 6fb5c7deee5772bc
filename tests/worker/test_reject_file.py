"""Reject files can be opened in a spreadsheet without harm, and come back as they were sent."""

from __future__ import annotations

import io
from dataclasses import replace

import pytest

from lambda_worker.files.dialect import Dialect
from lambda_worker.reject_file import RejectFile, guard, unguard
from tests.worker.workbench import Workbench


@pytest.mark.parametrize("value", ["=1+1", "+cmd", "-cmd|'/c'", "@SUM(A1)", "\tx", "\rx"])
def test_a_formula_is_guarded(value: str) -> None:
    assert guard(value) == "'" + value


@pytest.mark.parametrize("value", ["", "x", "-12.5", "+3", "-1.5e-7", "'quoted", "a=b", "-1,234.5"])
def test_other_values_are_left_alone(value: str) -> None:
    assert guard(value) == value


@pytest.mark.parametrize("value", ["=1+1", "-x", "'quoted", "''", "'-12", "plain", "-12.5", ""])
def test_a_guarded_value_comes_back_as_it_was(value: str) -> None:
    assert unguard(guard(value)) == value


def test_reasons_of_a_fixed_file_are_not_written_twice() -> None:
    out = io.StringIO()
    file = RejectFile(out, ("sluice_line", "sluice_column", "sluice_value", "sluice_reason", "a"))
    file.write(3, [("a", "x", "bad")], ["2", "a", "y", "old", "x"])
    assert out.getvalue().splitlines() == [
        "sluice_line,sluice_column,sluice_value,sluice_reason,a",
        "3,a,x,bad,x",
    ]


def test_the_reject_file_is_one_that_the_senders_excel_opens(bench: Workbench) -> None:
    plan = bench.plan("country")
    file = replace(plan.file, dialect=Dialect(delimiter=";", encoding="cp1252"))
    job = bench.job(replace(plan, file=file), "code;name\nx;Ägypten\n".encode("cp1252"))
    bench.run(job)
    first, second = bench.world.results[bench.row(job)["reject_key"]].decode().splitlines()
    assert first == "\ufeffsluice_line;sluice_column;sluice_value;sluice_reason;code;name"
    assert second.endswith(";x;Ägypten")


def test_a_reject_file_without_some_of_our_columns_is_one_all_the_same(bench: Workbench) -> None:
    plan = bench.plan("country")
    headers = ("sluice_reason", "code", "name")
    plan = replace(plan, file=replace(plan.file, headers=headers))
    bench.run(bench.job(plan, "sluice_reason,code,name\nwhy,DE,'=Germany\n"))
    assert bench.all("SELECT name FROM airports_country") == [{"name": "=Germany"}]


def test_a_corrected_reject_file_can_be_imported(bench: Workbench) -> None:
    row = bench.import_("country", "code,name\nde,=Germany\nFR,France\n")
    (record,) = bench.reject_file(row["id"])
    assert record["name"] == "'=Germany"
    fixed = ",".join(record) + "\n" + ",".join([*list(record.values())[:4], "DE", "'=Germany"])
    plan = bench.plan("country")
    plan = replace(plan, file=replace(plan.file, headers=tuple(record)))
    job = bench.job(plan, fixed)
    bench.run(job)
    names = bench.all("SELECT name FROM airports_country WHERE code = 'DE'")
    assert names == [{"name": "=Germany"}]
