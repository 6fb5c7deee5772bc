"""From a model to its rows: every kind of field, key and rule, by files that people might send."""

from __future__ import annotations

import datetime as dt
import uuid
from decimal import Decimal
from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.db import connection

from imports.compiler import MappingFault
from imports.testing import ImportResult, run_import
from lambda_worker.plan import Mode
from tests.shapes.models import (
    Article,
    Booking,
    Category,
    City,
    Continent,
    Customer,
    Invoice,
    Land,
    Parcel,
    Station,
    Tag,
    Tenant,
)

pytestmark = pytest.mark.django_db(transaction=True)


def load(target: str, *lines: str, **choices: Any) -> ImportResult:
    """An import whose counts add up, as the worker itself has asserted."""
    result = run_import(f"shapes.{target}", "\n".join(lines) + "\n", again=True, **choices)
    job = result.job
    assert job.status == "succeeded", (job.failure_code, job.failure_params)
    counts = [getattr(job, f.name) for f in job._meta.fields if f.name.startswith("rows_")]
    assert sum(counts) == job.records_read
    return result


def reasons(result: ImportResult) -> list[tuple[str, str]]:
    """(line, reasons) of each reject."""
    return [(row["sluice_line"], row["sluice_reason"]) for row in result.rejects]


def test_every_kind_of_field_is_filled() -> None:
    header = (
        "slug,title,body,link,rank,views,price,ratio,active,day,published,at,reading,payload,"
        "address,key,words,sizes,picture,digest"
    )
    values = (
        'one,First,"Hello, ""you""",https://x.example/a,NA,5,"1.234,50",0.25,ja,3.4.2025,'
        '2025-04-03T12:00,12:30:00,1 02:00:00,"{""a"": [1]}",10.0.0.1,'
        '8f14e45f-ceea-467f-a0e6-6a1f3c2d7b11,"a, b","1,2",AP8=,0aFF'
    )
    load("article", header, values)
    article = Article.objects.get()
    assert article.body == 'Hello, "you"'
    assert (article.rank, article.views, article.price) == (None, 5, Decimal("1234.50"))
    assert (article.ratio, article.active, article.day) == (0.25, True, dt.date(2025, 4, 3))
    assert article.published == dt.datetime(2025, 4, 3, 3, tzinfo=dt.UTC)  # noon in Tokyo
    assert (article.at, article.reading) == (dt.time(12, 30), dt.timedelta(days=1, hours=2))
    assert (article.payload, article.address) == ({"a": [1]}, "10.0.0.1")
    assert article.key == uuid.UUID("8f14e45f-ceea-467f-a0e6-6a1f3c2d7b11")
    assert (article.words, article.sizes) == (["a", "b"], [1, 2])
    assert (bytes(article.picture or b""), bytes(article.digest or b"")) == (b"\0\xff", b"\n\xff")
    assert article.length == 5


def test_what_a_file_leaves_out_gets_its_default() -> None:
    load("article", "slug,title", "one,First")
    article = Article.objects.get()
    assert isinstance(article.id, uuid.UUID)
    assert (article.views, article.active, article.words, article.payload) == (0, True, [], {})
    assert article.created == article.changed


def test_every_fault_of_a_row_is_told() -> None:
    header = "slug,title,rank,price,words,digest,link,day"
    result = load("article", header, 'a b,x,11,"1,234","longer,ok",0a0b0c,nowhere,31.2.2025')
    [(line, reason)] = reasons(result)
    assert line == "2"
    assert len(reason.split(" | ")) == 8


def test_a_scope_keeps_tenants_apart() -> None:
    ann = get_user_model().objects.create(username="ann", is_superuser=True)
    bob = get_user_model().objects.create(username="bob", is_superuser=True)
    load("customer", "number,name,email", "1,Of Ann,x@example.com", user=ann)
    load("customer", "number,name,email", "1,Of Bob,x@example.com", user=bob)
    load("customer", "number,name,email", "1,Changed,x@example.com", user=bob)
    assert Customer.objects.get(tenant__name="ann").name == "Of Ann"
    assert Customer.objects.get(tenant__name="bob").name == "Changed"


def test_another_tenants_rows_cannot_be_looked_up() -> None:
    ann = get_user_model().objects.create(username="ann", is_superuser=True)
    bob = get_user_model().objects.create(username="bob", is_superuser=True)
    load("customer", "number,name", "1,Of Ann", user=ann)
    result = load("invoice", "number,customer", "7,1", user=bob)
    assert "no customer with number “1”" in reasons(result)[0][1]
    assert not Invoice.objects.exists()


def test_a_tenant_cannot_be_named_by_the_file() -> None:
    with pytest.raises(MappingFault, match="cannot fill 'tenant'"):
        run_import(
            "shapes.customer",
            "number,name,tenant\n1,A,ann\n",
            mapping={"number": "number", "name": "name", "tenant": "tenant"},
        )


def test_a_city_is_found_by_country_and_name() -> None:
    europe = Continent.objects.create(code="EU")
    for code in ("FR", "IT"):
        City.objects.create(land=Land.objects.create(code=code, continent=europe), name="Rome")
    load("station", "code,country,city", "a,IT,Rome", "b,,")
    assert Station.objects.get(code="a").city == City.objects.get(land__code="IT")
    result = load("station", "code,country,city", "c,IT,Paris")
    assert "no city with code, name “IT, Paris”" in reasons(result)[0][1]


def test_all_keys_of_a_lookup_are_needed() -> None:
    with pytest.raises(MappingFault, match="city: name"):
        run_import("shapes.station", "code,country\na,IT\n")


def test_a_tree_comes_in_any_order() -> None:
    load("category", "code,parent", "leaf,twig", "twig,root", "root,", "lost,nowhere")
    assert Category.objects.get(code="leaf").parent == Category.objects.get(code="twig")
    assert Category.objects.count() == 3
    Category.objects.create(code="own")  # the app's own ids go on counting


def test_tags_are_linked() -> None:
    for name in ("red", "blue"):
        Tag.objects.create(name=name)
    load("article", "slug,title,tags", "one,First,red|blue", "two,Second,")
    assert {t.name for t in Article.objects.get(slug="one").tags.all()} == {"red", "blue"}
    result = load("article", "slug,title,tags", "one,First,blue", "two,Second,green")
    assert (result.job.rows_updated, result.job.rows_rejected) == (1, 1)
    assert {t.name for t in Article.objects.get(slug="one").tags.all()} == {"blue"}


def test_an_upsert_touches_what_it_may_and_what_differs() -> None:
    load("article", "slug,title,views", "one,First,1")
    before = Article.objects.get()
    load("article", "slug,title,views", "one,First,2")
    assert Article.objects.get().changed == before.changed  # views are none of update_fields
    load("article", "slug,title,views", "one,Other,2")
    after = Article.objects.get()
    assert (after.title, after.views) == ("Other", 1)
    assert (after.created, after.changed > before.changed) == (before.created, True)


def test_the_last_of_two_lines_supersedes() -> None:
    result = load("tag", "name", "red", "blue", "red")
    assert (result.job.rows_inserted, result.job.rows_superseded) == (2, 1)


def test_the_tables_own_rules_are_told_row_by_row() -> None:
    result = load(
        "booking",
        "reference,room,begins,ends,cancelled,code,seat",
        "B1,r1,2025-01-01,2025-01-02,no,x,1",
        "B2,r1,2025-01-01,2025-01-02,no,y,2",
        "B3,r2,2025-01-02,2025-01-01,no,X,",
        "B4,r2,2025-01-03,2025-01-04,yes,,",
        "B5,r3,2025-01-01,2025-01-02,no,,9",
        "B5,r4,2025-01-01,2025-01-02,no,,9",
    )
    assert dict(reasons(result)) == {
        "3": "“B2” stands already in line 2",
        "4": "“X” stands already in line 2 | the record breaks the rule"
        " “a booking ends on the day it begins, or later” of the table",
        "5": "“B4” stands already in line 4",
        "6": "“B5” stands already in line 7",
        "7": "“B5” stands already in line 6",
    }
    assert [b.reference for b in Booking.objects.all()] == ["B1"]


def test_the_databases_own_defaults_are_taken() -> None:
    load("booking", "reference,room,begins,ends,bonus", "B1,r1,2025-01-01,2025-01-01,")
    booking = Booking.objects.get()
    assert booking.bonus == 7
    assert booking.made is not None


def test_rows_that_are_there_are_skipped_or_refused_as_asked() -> None:
    load("tag", "name", "red")
    assert load("tag", "name", "red", "blue", mode=Mode.INSERT_NEW).job.rows_skipped == 1
    assert load("tag", "name", "red", mode=Mode.INSERT).job.rows_rejected == 1


def test_the_reject_file_is_importable_once_it_is_mended() -> None:
    result = load("booking", "reference,room,begins,ends", "B1,=r,2025-01-02,2025-01-01")
    [row] = result.rejects
    mended = {**row, "ends": "2025-01-03"}
    text = ",".join(mended) + "\n" + ",".join(f'"{value}"' for value in mended.values())
    load("booking", text)
    assert Booking.objects.get().room == "=r"


def test_a_table_may_stand_in_a_schema_of_its_own() -> None:
    load("parcel", "number,weight", "1,2.5")
    assert load("parcel", "number,weight", "1,2.500", "2,").job.rows_unchanged == 1
    assert [p.weight for p in Parcel.objects.order_by("number")] == [Decimal("2.5"), Decimal(1)]


def test_an_exclusive_load_gives_the_same() -> None:
    Tenant.objects.create(name="x")
    result = load("booking", "reference,room,begins,ends", "B1,r,2025-01-01,2025-01-01",
                  exclusive=True)  # fmt: skip
    assert result.job.rows_inserted == 1
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_indexes WHERE tablename = 'shapes_booking'")
        row = cursor.fetchone()
    assert row is not None
    assert row[0] >= 6
