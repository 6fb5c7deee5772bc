"""What a value that names nothing was probably meant to be."""

from __future__ import annotations

from dataclasses import replace

import pytest

from lambda_worker.near_matches import ROWS_ASKED, nearest
from lambda_worker.plan import Choice, Fixed, Kind, Lookup, LookupKey, ReadAs
from lambda_worker.words import sentence
from tests.worker.shelf import optional, tags
from tests.worker.test_shelf import Shelf, shelf

__all__ = ["shelf"]

NAMES = ("France", "Curaçao", "GB", "US", "São Tomé", "Niger", "Nigeria", "Co-op", "COOP")


@pytest.mark.parametrize(
    ("value", "name"),
    [
        ("france", "France"),
        ("FRANCE.", "France"),
        ("\uff26rance", "France"),
        ("Curacao", "Curaçao"),
        ("Sao-Tome", "São Tomé"),
        ("gb", "GB"),
        ("Frnace", "France"),
        ("Frace", "France"),
        ("Frances", "France"),
        ("Fronce", "France"),
        ("Frnaces", None),
        ("UK", None),
        ("Nigeri", None),
        ("coop", None),
        ("", None),
        ("?", None),
        ("France" * 1000, None),
    ],
)
def test_the_only_name_that_is_near_is_meant(value: str, name: str | None) -> None:
    assert nearest([value], NAMES).get(value) == name


def test_each_value_has_its_own() -> None:
    assert nearest(["frnce", "curacao", "x"], NAMES) == {"frnce": "France", "curacao": "Curaçao"}


def first_params(shelf: Shelf, job: object) -> list[object]:
    rows = shelf.bench.all(f"SELECT params FROM imports_importreject WHERE job_id = '{job}'")
    return [row["params"].get("near") for row in rows]


def by_name(scope: tuple[Fixed, ...] = ()) -> Lookup:
    return Lookup(
        schema="shelf",
        table="city",
        pk_column="id",
        label="city",
        scope=scope,
        keys=(LookupKey(column="name", kind=Kind.TEXT, label="name", header="city"),),
    )


def test_the_sentence_asks_about_it(shelf: Shelf) -> None:
    shelf.bench.sql.execute("DELETE FROM shelf.city WHERE id = 3")
    town = optional("city", column="city_id", lookup=by_name(), pk_kind=Kind.BIGINT)
    row = shelf.load(shelf.plan(town), "a, tokio ", "b,Tokyo", "c,Rome")
    assert first_params(shelf, row["id"]) == ["Tokyo", None]
    record, _ = shelf.bench.reject_file(row["id"])
    assert record["sluice_reason"] == "no city with name “ tokio ”; did you mean “Tokyo”?"


def test_items_of_links_and_lists_and_choices(shelf: Shelf) -> None:
    choices = (Choice(value="new", label="Brand new"), Choice(value="used", label="Used"))
    name = optional("name", choices=choices, read_as=ReadAs())
    row = shelf.load(shelf.plan(name, links=(tags(),)), "a,NEW,gren|red", "b,brandnew,", "c,x,red")
    assert sorted(map(str, first_params(shelf, row["id"]))) == ["Brand new", "None", "green", "new"]


def test_a_row_outside_the_scope_is_not_named(shelf: Shelf) -> None:
    france = Fixed(column="country_id", kind=Kind.BIGINT, value="1")
    shelf.bench.sql.execute("DELETE FROM shelf.city WHERE id = 3")
    town = optional("city", column="city_id", lookup=by_name((france,)), pk_kind=Kind.BIGINT)
    row = shelf.load(shelf.plan(town), "a,tokyo", "b,PARIS")
    assert first_params(shelf, row["id"]) == [None, "Paris"]


def test_a_large_table_is_not_searched(shelf: Shelf) -> None:
    shelf.bench.sql.execute(
        "INSERT INTO shelf.tag (name) SELECT 'tag ' || n FROM generate_series(1, %s) n",
        (ROWS_ASKED,),
    )
    row = shelf.load(shelf.plan(links=(tags(),)), "a,gren")
    assert first_params(shelf, row["id"]) == [None]


def test_rows_that_the_user_may_not_see_are_not_named(shelf: Shelf) -> None:
    row = shelf.load(shelf.plan(links=(tags(),), nameable=()), "a,gren")
    assert first_params(shelf, row["id"]) == [None]


def test_a_key_of_several_columns_has_none(shelf: Shelf) -> None:
    lookup = by_name()
    keys = (*lookup.keys, replace(lookup.keys[0], column="country_id", kind=Kind.BIGINT))
    keys = (keys[0], replace(keys[1], header="country", label="country"))
    town = optional(
        "city", column="city_id", lookup=replace(lookup, keys=keys), pk_kind=Kind.BIGINT
    )
    row = shelf.load(shelf.plan(town), "a,tokyo,2")
    assert first_params(shelf, row["id"]) == [None]


def test_a_sentence_without_one_asks_nothing() -> None:
    params = {"model": "city", "key": "name", "value": "x"}
    assert sentence("unknown_reference", params) == "no city with name “x”"
