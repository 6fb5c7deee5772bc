"""What the example's tables have not: trees, links, chains, conditions, lists, exclusive load."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import psycopg
import pytest

from lambda_worker.catalog import foreign_keys
from lambda_worker.fingerprint import tables_of
from lambda_worker.plan import (
    CheckRule,
    Dates,
    Duplicates,
    Empty,
    Function,
    ImportPlan,
    Kind,
    Mode,
    OnReject,
    ReadAs,
    Review,
    Unique,
)
from tests.worker.plans import column
from tests.worker.shelf import SCHEMA, city, item_plan, optional, parent, tags
from tests.worker.workbench import Workbench


@dataclass
class Shelf:
    """The shop's tables, and imports into them."""

    bench: Workbench

    def plan(self, *columns: Any, **changes: Any) -> ImportPlan:
        return item_plan(self.bench.url, *columns, **changes)

    def load(self, plan: ImportPlan, *lines: str) -> dict[str, Any]:
        """A file of the plan's headers and these lines; the job's row."""
        text = "\n".join([",".join(plan.file.headers), *lines]) + "\n"
        job = self.bench.job(plan, text)
        self.bench.run(job)
        row = self.bench.row(job)
        counts = [v or 0 for k, v in row.items() if k.startswith("rows_")]
        assert row["status"] != "succeeded" or sum(counts) == row["records_read"]
        return row

    def faults(self, row: dict[str, Any]) -> list[tuple[int, str, str]]:
        """(line, column, code) of each fault."""
        return [(line, header, code) for line, header, _, code in self.bench.faults(row["id"])]

    def column(self, name: str) -> dict[str, Any]:
        rows = self.bench.all(f"SELECT sku, {name} AS value FROM shelf.item ORDER BY id")
        return {row["sku"]: row["value"] for row in rows}

    def tags(self) -> dict[str, list[str]]:
        rows = self.bench.all(
            "SELECT sku, array_remove(array_agg(t.name ORDER BY t.name), NULL) AS tags"
            " FROM shelf.item i LEFT JOIN shelf.item_tag x ON x.item_id = i.id"
            " LEFT JOIN shelf.tag t ON t.id = x.tag_id GROUP BY sku"
        )
        return {row["sku"]: row["tags"] for row in rows}

    def parents(self) -> dict[str, str | None]:
        rows = self.bench.all(
            "SELECT c.sku, p.sku AS parent FROM shelf.item c"
            " LEFT JOIN shelf.item p ON p.id = c.parent_id"
        )
        return {row["sku"]: row["parent"] for row in rows}


@pytest.fixture
def shelf(bench: Workbench) -> Iterator[Shelf]:
    bench.sql.execute(SCHEMA.encode())
    yield Shelf(bench)
    bench.sql.execute("DROP SCHEMA shelf CASCADE")


# -- Chains ----------------------------------------------------------------------------------------


def test_a_chain_of_keys_finds_the_row(shelf: Shelf) -> None:
    row = shelf.load(shelf.plan(city()), "a,FR,Paris", "b,JP,Paris", "c,,")
    assert row["rows_inserted"] == 3
    assert shelf.column("city_id") == {"a": 1, "b": 3, "c": None}


def test_a_chain_that_breaks_is_an_unknown_reference(shelf: Shelf) -> None:
    row = shelf.load(shelf.plan(city()), "a,FR,Tokyo", "b,XX,Paris", "c,FR,")
    assert shelf.faults(row) == [(n, "country, city", "unknown_reference") for n in (2, 3, 4)]


@pytest.mark.parametrize("has_foreign_key", [True, False])
def test_a_city_that_vanishes_before_the_rows_are_written(
    shelf: Shelf, has_foreign_key: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    if not has_foreign_key:
        shelf.bench.sql.execute("ALTER TABLE shelf.item DROP CONSTRAINT item_city_id_fkey")
    shelf.bench.before_writing(monkeypatch, "DELETE FROM shelf.city WHERE id = 1")
    row = shelf.load(shelf.plan(city()), "a,FR,Paris", "b,JP,Paris", "c,,")
    assert shelf.faults(row) == [(2, "country, city", "reference_vanished")]
    assert shelf.column("city_id") == {"b": 3, "c": None}
    assert shelf.bench.row(row["id"])["rows_inserted"] == 2


def test_only_foreign_keys_that_the_database_checks_are_left_to_it(shelf: Shelf) -> None:
    plan = shelf.plan(city(), parent())
    with psycopg.connect(shelf.bench.url) as connection:
        assert foreign_keys(connection, plan) == {"city_id", "parent_id"}
        connection.execute("ALTER TABLE shelf.item DROP CONSTRAINT item_city_id_fkey")
        assert foreign_keys(connection, plan) == {"parent_id"}
        connection.rollback()


def test_a_plan_knows_every_table_that_it_relies_on(shelf: Shelf) -> None:
    names = {name for _, name in tables_of(shelf.plan(city(), links=(tags(),)))}
    assert names == {"item", "city", "country", "item_tag", "tag"}


def test_an_older_plan_is_compared_by_the_tables_that_it_knew(shelf: Shelf) -> None:
    plan = shelf.plan(city(), links=(tags(),), version=3)
    assert {name for _, name in tables_of(plan)} == {"item", "city"}


# -- Trees -----------------------------------------------------------------------------------------


def test_a_parent_may_stand_later_in_the_file(shelf: Shelf) -> None:
    shelf.bench.sql.execute("INSERT INTO shelf.item (sku) VALUES ('root')")
    row = shelf.load(shelf.plan(parent()), "leaf,twig", "twig,branch", "branch,root", "own,own")
    assert (row["status"], row["rows_inserted"]) == ("succeeded", 4)
    assert shelf.parents() == {
        "root": None, "branch": "root", "twig": "branch", "leaf": "twig", "own": "own",
    }  # fmt: skip


def test_children_of_rejects_are_rejects(shelf: Shelf) -> None:
    low = optional("low", Kind.INTEGER)
    row = shelf.load(
        shelf.plan(parent(), low),
        "leaf,twig,1",
        "twig,branch,1",
        "branch,,x",
        "lone,nobody,2",
        "z,,3",
    )
    assert shelf.faults(row) == [
        (2, "parent", "reference_rejected"),
        (3, "parent", "reference_rejected"),
        (4, "low", "not_a_whole_number"),
        (5, "parent", "unknown_reference"),
    ]
    assert row["rows_inserted"] == 1


def test_the_apps_own_inserts_go_on_counting(shelf: Shelf) -> None:
    shelf.load(shelf.plan(parent()), "a,b", "b,")
    shelf.bench.sql.execute("INSERT INTO shelf.item (sku) VALUES ('own')")
    assert len(shelf.column("id")) == 3


def test_a_tree_is_updated(shelf: Shelf) -> None:
    shelf.load(shelf.plan(parent()), "a,", "b,a")
    row = shelf.load(shelf.plan(parent(), again=True), "b,c", "c,", "a,")
    assert (row["rows_inserted"], row["rows_updated"], row["rows_unchanged"]) == (1, 1, 1)
    assert shelf.parents() == {"a": None, "b": "c", "c": None}


def test_a_null_that_becomes_a_value_is_a_change(shelf: Shelf) -> None:
    low = optional("low", Kind.INTEGER)
    shelf.load(shelf.plan(low), "a,", "b,1", "c,", "d,1")
    row = shelf.load(shelf.plan(low, again=True), "a,1", "b,", "c,", "d,1")
    assert (row["rows_updated"], row["rows_unchanged"]) == (2, 2)
    assert shelf.column("low") == {"a": 1, "b": None, "c": None, "d": 1}


# -- Links -----------------------------------------------------------------------------------------


def test_links_become_what_the_file_lists(shelf: Shelf) -> None:
    plan = shelf.plan(links=(tags(),))
    shelf.load(plan, "a,red|green", "b,", "c,blue| blue")
    assert shelf.tags() == {"a": ["green", "red"], "b": [], "c": ["blue"]}
    row = shelf.load(plan, "a,red|green", "b,red", "c,")
    assert (row["rows_updated"], row["rows_unchanged"]) == (2, 1)
    assert shelf.tags() == {"a": ["green", "red"], "b": ["red"], "c": []}


def test_links_are_added_where_the_target_says_so(shelf: Shelf) -> None:
    shelf.load(shelf.plan(links=(tags(),)), "a,red")
    shelf.load(shelf.plan(links=(tags(replaces=False),)), "a,blue")
    assert shelf.tags() == {"a": ["blue", "red"]}


def test_an_unknown_item_is_named(shelf: Shelf) -> None:
    plan = shelf.plan(links=(tags(required=True),))
    row = shelf.load(plan, "a,red|pink", "b,", "c,red||blue")
    assert shelf.faults(row) == [
        (2, "tags", "unknown_reference"), (3, "tags", "required"), (4, "tags", "empty_item"),
    ]  # fmt: skip


def test_rows_that_are_skipped_keep_their_links(shelf: Shelf) -> None:
    shelf.load(shelf.plan(links=(tags(),)), "a,red")
    row = shelf.load(shelf.plan(links=(tags(),), mode=Mode.INSERT_NEW), "a,blue", "b,blue")
    assert (row["rows_skipped"], row["rows_inserted"]) == (1, 1)
    assert shelf.tags() == {"a": ["red"], "b": ["blue"]}


# -- The table's own rules -------------------------------------------------------------------------


def test_a_check_constraint_is_asked_before(shelf: Shelf) -> None:
    plan = shelf.plan(optional("low", Kind.INTEGER), optional("high", Kind.INTEGER))
    row = shelf.load(plan, "a,2,1", "b,1,2", "c,x,0", "d,1,")
    assert shelf.faults(row) == [(2, "sku", "check_failed"), (4, "low", "not_a_whole_number")]


def test_a_check_constraint_sees_what_the_table_keeps(shelf: Shelf) -> None:
    shelf.bench.sql.execute("INSERT INTO shelf.item (sku, high) VALUES ('a', 5)")
    row = shelf.load(shelf.plan(optional("low", Kind.INTEGER)), "a,6")
    assert shelf.faults(row) == [(2, "low", "check_failed")]


def test_a_conditional_unique_index_is_asked_before(shelf: Shelf) -> None:
    shelf.bench.sql.execute("INSERT INTO shelf.item (sku, name, active) VALUES ('x', 'Old', true)")
    plan = shelf.plan(optional("name"), optional("active", Kind.BOOLEAN))
    row = shelf.load(plan, "a,New,yes", "b,new,yes", "c,new,no", "d,OLD,yes", "e,old,no")
    assert shelf.faults(row) == [(3, "sku", "duplicate_in_file"), (5, "sku", "taken")]
    assert row["rows_inserted"] == 3


def test_a_rule_that_cannot_be_computed_ends_the_job_by_its_name(shelf: Shelf) -> None:
    shelf.bench.sql.execute(
        "ALTER TABLE shelf.item ADD CONSTRAINT ratio CHECK (100 / low > 1) NOT VALID;"
        "CREATE UNIQUE INDEX item_number ON shelf.item (CAST(name AS int))"
    )
    low, name = optional("low", Kind.INTEGER), optional("name")
    ratio = shelf.plan(low, target_checks=(CheckRule(name="ratio", message=""),))
    number = shelf.plan(name, target_uniques=(Unique(name="item_number", columns=()),))
    for plan, line, rule in ((ratio, "a,0", "ratio"), (number, "a,x", "item_number")):
        row = shelf.load(plan, line)
        assert row["status"] == "failed"
        assert (row["failure_code"], row["failure_params"]) == ("refused_by_table", {"rule": rule})


def test_another_tenants_rows_are_neither_seen_nor_touched(shelf: Shelf) -> None:
    shelf.bench.sql.execute("INSERT INTO shelf.item (sku, tenant, low) VALUES ('a', 2, 7)")
    row = shelf.load(shelf.plan(optional("low", Kind.INTEGER)), "a,1")
    assert row["rows_inserted"] == 1
    rows = shelf.bench.all("SELECT tenant, low FROM shelf.item ORDER BY tenant")
    assert [tuple(r.values()) for r in rows] == [(1, 1), (2, 7)]


# -- Duplicates ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("duplicates", "kept", "superseded", "faults"),
    [
        (Duplicates.FIRST, 1, 0, [3, 4]),
        (Duplicates.LAST, 3, 2, []),
        (Duplicates.NONE, None, 0, [2, 3, 4]),
    ],
)
def test_one_line_of_a_key_counts(
    shelf: Shelf, duplicates: Duplicates, kept: int | None, superseded: int, faults: list[int]
) -> None:
    plan = shelf.plan(optional("low", Kind.INTEGER), target_duplicates=duplicates)
    row = shelf.load(plan, "a,1", "a,2", "a,3", "b,9")
    assert shelf.column("low").get("a") == kept
    assert row["rows_superseded"] == superseded
    assert [line for line, _, _ in shelf.faults(row)] == faults


def test_a_collation_of_the_column_decides_which_keys_are_the_same(shelf: Shelf) -> None:
    shelf.bench.sql.execute('ALTER TABLE shelf.item ALTER sku TYPE text COLLATE "POSIX"')
    row = shelf.load(shelf.plan(optional("name"), review=Review.ALWAYS), "a,x", "a,y")
    assert row["rows_rejected"] == 1
    collations = shelf.bench.all(
        "SELECT attname, collname FROM pg_attribute a JOIN pg_collation c ON c.oid = attcollation"
        f" WHERE attrelid = 'sluice_staging.ready_{row['id'].hex}'::regclass ORDER BY attnum"
    )
    assert [tuple(r.values()) for r in collations] == [("v1", "POSIX"), ("v2", "default")]


# -- Values ----------------------------------------------------------------------------------------


def test_lists_are_arrays(shelf: Shelf) -> None:
    sizes = optional(
        "sizes", Kind.INTEGER, listed=True, max_value="99", read_as=ReadAs(separator=";")
    )
    row = shelf.load(shelf.plan(sizes), "a,1; 2", "b,", "c,1;x;100", "d,1;;2")
    assert shelf.column("sizes") == {"a": [1, 2], "b": None}
    assert sorted(shelf.faults(row)) == [
        (4, "sizes", "not_a_whole_number"), (4, "sizes", "too_large"), (5, "sizes", "empty_item"),
    ]  # fmt: skip


def test_bytes_come_as_base64_or_hex(shelf: Shelf) -> None:
    shelf.load(shelf.plan(optional("picture", Kind.BASE64)), "a,AP8=", "b,AP8")
    shelf.load(shelf.plan(optional("picture", Kind.HEX)), "c,00fF", "d,0", "e,xx")
    assert shelf.column("picture") == {"a": b"\x00\xff", "c": b"\x00\xff"}


def test_numbers_are_read_as_the_plan_says(shelf: Shelf) -> None:
    price = optional(
        "price", Kind.DECIMAL, precision=12, scale=2, read_as=ReadAs(decimal=",", thousands=". ")
    )
    row = shelf.load(
        shelf.plan(price), 'a,"1.234,50"', 'b,"1 234 567"', 'c,"1.23"', 'd,"1.234 567"'
    )
    assert {k: str(v) for k, v in shelf.column("price").items()} == {
        "a": "1234.50", "b": "1234567.00",
    }  # fmt: skip
    assert [code for *_, code in shelf.faults(row)] == ["not_a_number"] * 2


def test_a_float_keeps_its_digits_or_is_refused(shelf: Shelf) -> None:
    row = shelf.load(shelf.plan(optional("rate", Kind.FLOAT)), "a,0.1", "b,0.12345678901234567891")
    assert shelf.column("rate") == {"a": 0.1}
    assert [code for *_, code in shelf.faults(row)] == ["loses_digits"]


def test_words_mean_null_or_true_as_the_plan_says(shelf: Shelf) -> None:
    active = optional(
        "active", Kind.BOOLEAN, read_as=ReadAs(nulls=("", "NA"), true=("ja",), false=("nein",))
    )
    row = shelf.load(shelf.plan(active), "a,JA", "b,nein", "c,NA", "d,yes", "e,")
    assert shelf.column("active") == {"a": True, "b": False, "c": None, "e": None}
    assert shelf.faults(row) == [(5, "active", "not_true_or_false")]


def test_the_file_proves_the_order_of_day_and_month(shelf: Shelf) -> None:
    opened = optional("from", Kind.DATE)
    row = shelf.load(
        shelf.plan(opened), "a,03/04/2025", "b,2025-12-31", "c,13/01/2025", "d,31.12.25"
    )
    assert {k: str(v) for k, v in shelf.column('"from"').items()} == {
        "a": "2025-04-03", "b": "2025-12-31", "c": "2025-01-13",
    }  # fmt: skip
    assert row["reading"]["dates"] == {"from": "day_first"}


def test_doubtful_dates_are_faults(shelf: Shelf) -> None:
    row = shelf.load(shelf.plan(optional("from", Kind.DATE)), "a,03/04/2025", "b,2025-12-31")
    assert shelf.faults(row) == [(2, "from", "not_a_date")]


def test_day_and_month_are_read_as_told(shelf: Shelf) -> None:
    opened = optional("from", Kind.DATE, read_as=ReadAs(dates=Dates.MONTH_FIRST))
    shelf.load(shelf.plan(opened), "a,03/04/2025")
    assert str(shelf.column('"from"')["a"]) == "2025-03-04"


def test_an_empty_value_takes_the_columns_own_default(shelf: Shelf) -> None:
    from lambda_worker.plan import Default, Source

    shelf.bench.sql.execute("ALTER TABLE shelf.item ALTER low SET DEFAULT 40 + 2")
    low = column("low", Kind.INTEGER, empty=Empty.DEFAULT, default=Default(source=Source.DATABASE))
    shelf.load(shelf.plan(low), "a,", "b,1")
    assert shelf.column("low") == {"a": 42, "b": 1}


def test_every_limit_that_a_value_breaks_is_a_fault(shelf: Shelf) -> None:
    price = optional("price", Kind.DECIMAL, precision=4, scale=2, max_value="50")
    row = shelf.load(shelf.plan(price, optional("low", Kind.INTEGER)), "a,1234.567,x")
    assert sorted(code for *_, code in shelf.faults(row)) == [
        "not_a_whole_number", "out_of_range", "too_large", "too_many_decimals",
    ]  # fmt: skip


def test_a_faulty_row_is_also_a_duplicate(shelf: Shelf) -> None:
    row = shelf.load(shelf.plan(optional("low", Kind.INTEGER)), "a,1", "a,x")
    assert shelf.faults(row) == [(3, "sku", "duplicate_in_file"), (3, "low", "not_a_whole_number")]


# -- Hooks and locks -------------------------------------------------------------------------------


def test_the_adopters_function_runs_in_the_transaction(shelf: Shelf) -> None:
    shelf.bench.sql.execute(
        "CREATE FUNCTION shelf.total(job uuid) RETURNS void LANGUAGE sql AS"
        " 'UPDATE shelf.item SET high = (SELECT count(*) FROM shelf.item)'"
    )
    hook = Function(schema="shelf", name="total")
    shelf.load(shelf.plan(target_after_import=hook), "a", "b")
    assert shelf.column("high") == {"a": 2, "b": 2}


def test_what_the_adopters_function_refuses_is_not_imported(shelf: Shelf) -> None:
    shelf.bench.sql.execute(
        "CREATE FUNCTION shelf.no(job uuid) RETURNS void LANGUAGE plpgsql AS"
        " $$BEGIN RAISE EXCEPTION 'not on Sundays'; END$$"
    )
    row = shelf.load(shelf.plan(target_after_import=Function(schema="shelf", name="no")), "a")
    assert (row["status"], row["failure_code"]) == ("failed", "after_import_failed")
    assert row["failure_params"]["reason"] == "not on Sundays"
    assert shelf.column("id") == {}


def definitions(shelf: Shelf) -> list[Any]:
    rows = shelf.bench.all(
        "SELECT pg_get_indexdef(indexrelid) AS d FROM pg_index"
        " WHERE indrelid = 'shelf.item'::regclass"
        " UNION ALL SELECT conname || pg_get_constraintdef(oid) FROM pg_constraint"
        " WHERE conrelid = 'shelf.item'::regclass ORDER BY 1"
    )
    return [row["d"] for row in rows]


@pytest.mark.parametrize("mode", list(Mode))
def test_an_exclusive_load_leaves_all_as_it_was(shelf: Shelf, mode: Mode) -> None:
    before = definitions(shelf)
    plan = shelf.plan(optional("name"), city(), mode=mode, exclusive=True)
    row = shelf.load(plan, "a,A,FR,Paris", "b,B,JP,Tokyo", "a,C,,", "c,D,XX,Oz")
    assert (row["status"], row["rows_inserted"], row["rows_rejected"]) == ("succeeded", 2, 2)
    assert definitions(shelf) == before


def test_an_exclusive_load_is_refused_where_others_hold_the_table(shelf: Shelf) -> None:
    with psycopg.connect(shelf.bench.url) as other:
        other.execute("SELECT * FROM shelf.item")
        row = shelf.load(shelf.plan(exclusive=True), "a")
    assert (row["status"], row["failure_code"]) == ("failed", "table_in_use")


def test_all_or_nothing_holds_for_an_exclusive_load(shelf: Shelf) -> None:
    plan = shelf.plan(optional("low", Kind.INTEGER), exclusive=True, on_reject=OnReject.ABORT)
    assert shelf.load(plan, "a,1", "b,x")["status"] == "failed"
    assert shelf.column("id") == {}
