"""The rows of a review, read from the staging tables beside the table itself."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone

from imports import differences
from imports.cells import cell
from imports.differences import Lost, Page, Shown, page_of
from imports.models import ImportJob
from imports.testing import run_import, work_on
from lambda_worker.contract import Command
from lambda_worker.plan import ImportPlan, Mode, Review
from tests.imports.factories import make_user
from tests.imports.web import MAY_IMPORT, client_of
from tests.shapes.models import Article, Booking, Category, City, Continent, Land, Tag
from webapp.airports.models import Airport, Country

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("sent")]

FILE = "code,name\nAT,Austria\nBE,Belgium\nCH,Switzerland\n"
MOMENT = datetime(2026, 1, 1, tzinfo=UTC)
AIRPORTS = (
    "icao,iata,name,city,country,elevation,lat,lon,tz\n"
    "LOWW,VIE,Wien,Wien,BE,600,48.5,16.25,Europe/Vienna\n"
)


@pytest.fixture
def user() -> Any:
    return make_user(*MAY_IMPORT)


@pytest.fixture
def client(user: Any) -> Client:
    return client_of(user)


@pytest.fixture
def job(user: Any) -> ImportJob:
    """One row each that is unchanged, changed and new."""
    Country.objects.create(code="AT", name="Austria")
    Country.objects.create(code="BE", name="Old name")
    return in_review("airports.country", FILE, user=user)


def in_review(target: str, file: str, **choices: Any) -> ImportJob:
    wanted = {"mode": Mode.UPSERT, "review": Review.ALWAYS, **choices}
    return run_import(target, file, **wanted).job


def read(job: ImportJob, kind: str, **place: Any) -> Page:
    wanted = {"before": None, "after": 0, "whole": False, **place}
    return page_of(job.pk, ImportPlan.from_json(job.plan), kind, **wanted)


def texts(page: Page) -> list[list[tuple[str | None, str]]]:
    """What was (None where it is the same) and what would be, value by value."""
    return [[_pair(shown) for shown in row.values] for row in page.rows]


def _pair(shown: Shown) -> tuple[str | None, str]:
    return (shown.was.text if shown.was else None), shown.value.text


def show(client: Client, job: ImportJob, query: str = "") -> str:
    return client.get(f"/imports/{job.pk}/changes/{query}", secure=True).content.decode()


# -- The rows -------------------------------------------------------------------------------------


def test_a_changed_value_stands_beside_the_old_one(job: ImportJob) -> None:
    page = read(job, "changed")
    assert texts(page) == [[(None, "BE"), ("Old name", "Belgium")]]
    assert [row.line for row in page.rows] == [3]


def test_rows_that_overwrite_nothing_are_shown_as_they_are(job: ImportJob) -> None:
    assert texts(read(job, "new")) == [[(None, "CH"), (None, "Switzerland")]]
    assert texts(read(job, "unchanged")) == [[(None, "AT"), (None, "Austria")]]


def vienna(**fields: Any) -> None:
    """The airport of the file, as it is said to stand in the table."""
    country, _other = (Country.objects.create(code=code, name=code) for code in ("AT", "BE"))
    own = {"icao": "LOWW", "iata": "VIE", "name": "Wien", "city": "Wien", "country": country}
    place = {"elevation": 600, "latitude": "48.5", "longitude": "16.25"}
    Airport.objects.create(**own | place | {"timezone": "Europe/Vienna"} | fields)


def test_related_rows_are_told_by_their_key() -> None:
    vienna()
    page = read(in_review("airports.airport", AIRPORTS), "changed")
    assert texts(page) == [[(None, "LOWW"), ("AT", "BE")]]


def test_columns_in_which_nothing_changes_are_shown_on_request() -> None:
    vienna()
    job = in_review("airports.airport", AIRPORTS)
    assert read(job, "changed").hidden == 7
    whole = read(job, "changed", whole=True)
    assert (whole.hidden, len(whole.labels)) == (0, 9)
    assert (None, "Europe/Vienna") in texts(whole)[0]


def test_pages_go_on_where_the_last_one_ended(user: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(differences, "PAGE_SIZE", 2)
    lines = [f"{a}{b},{a}{b}" for a in "AB" for b in "ABC"]
    job = in_review("airports.country", "\n".join(["code,name", *lines[:5], ""]), user=user)
    first = read(job, "new")
    second = read(job, "new", after=int(first.after))
    last = read(job, "new", after=int(second.after))
    assert [len(page.rows) for page in (first, second, last)] == [2, 2, 1]
    assert (first.before, last.after) == ("", "")
    assert read(job, "new", before=int(last.before)).rows == second.rows
    assert read(job, "new", before=int(second.before)).rows == first.rows


def test_rows_that_have_changed_since_the_check_are_marked(job: ImportJob) -> None:
    Country.objects.filter(code="BE").update(name="Belgium")
    Country.objects.create(code="CH", name="Switzerland")
    Country.objects.filter(code="AT").delete()
    marks = [[row.is_stale for row in read(job, kind).rows] for kind in differences.KINDS]
    assert marks == [[True], [True], [True]]


def test_a_row_whose_old_value_is_another_by_now_is_marked(job: ImportJob) -> None:
    assert [row.is_stale for row in read(job, "changed").rows] == [False]
    Country.objects.filter(code="BE").update(name="Another name")
    page = read(job, "changed")
    assert texts(page) == [[(None, "BE"), ("Another name", "Belgium")]]
    assert [row.is_stale for row in page.rows] == [True]


def test_a_moment_is_the_same_in_each_time_zone() -> None:
    Booking.objects.create(
        reference="B1234", room="1", begins="2026-01-01", ends="2026-01-02", made=MOMENT
    )
    file = "reference,room,begins,ends,made\nB1234,1,2026-01-01,2026-01-02,2026-05-05 10:00\n"
    with timezone.override("Asia/Tokyo"):
        job = in_review("shapes.booking", file)
    assert [row.is_stale for row in read(job, "changed").rows] == [False]


def test_no_value_and_an_empty_text_are_told_apart() -> None:
    vienna(iata=None)
    file = AIRPORTS.replace(",Wien,Wien,", ",Wien,,")
    [row] = read(in_review("airports.airport", file), "changed").rows
    iata, city = row.values[1:3]
    assert iata.was is not None
    assert iata.was.is_empty
    assert city.value.text == "“”"


def test_of_a_huge_value_no_more_is_read_than_is_looked_at(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    long = f"slug,title,body\na,Title,{'x' * 200_000}\n"
    monkeypatch.setattr(differences, "cell", lambda text: cell(str(len(text))))
    assert (None, "100000") in texts(read(in_review("shapes.article", long), "new"))[0]


@pytest.mark.parametrize("loss", ["TRUNCATE {}", "DROP TABLE {}"])
def test_lost_rows_are_not_taken_for_none(job: ImportJob, loss: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(loss.format(f"sluice_staging.review_{job.pk.hex}"))
    with pytest.raises(Lost):
        read(job, "new")


@pytest.fixture
def boss() -> Client:
    """One who may import anything."""
    return client_of(make_user(is_superuser=True))


def applied(boss: Client, job: ImportJob, data: str) -> tuple[int, int, int]:
    """Approve what the page shows; the rows that were inserted, updated and unchanged."""
    boss.post(f"/imports/{job.pk}/approve/", {"review": job.attempt}, secure=True)
    work_on(job, data.encode(), Command.APPLY)
    assert job.status == "succeeded"
    counts = (job.rows_inserted or 0, job.rows_updated or 0, job.rows_unchanged or 0)
    shown = job.review["counts"]
    assert counts == (shown["new"], shown["changed"], shown["unchanged"])
    return counts


def test_a_parent_that_is_new_itself_is_told_by_its_key(boss: Client) -> None:
    root = Category.objects.create(code="root")
    Category.objects.create(code="same", parent=root)
    Category.objects.create(code="moved", parent=root)
    Category.objects.create(code="grown")
    file = "code,parent\nsame,root\nmoved,new\ngrown,new\nnew,root\n"
    job = in_review("shapes.category", file)
    assert texts(read(job, "changed")) == [
        [(None, "moved"), ("root", "new")],
        [(None, "grown"), ("", "new")],
    ]
    assert texts(read(job, "new")) == [[(None, "new"), (None, "root")]]
    assert applied(boss, job, file) == (1, 2, 1)


def test_links_are_shown_by_their_keys(boss: Client) -> None:
    red, blue = (Tag.objects.create(name=name) for name in ("red", "blue"))
    for slug, tags in (("same", [red]), ("changed", [red]), ("none", [])):
        Article.objects.create(slug=slug, title="Title").tags.set(tags)
    file = "slug,title,tags\nsame,Title,red\nchanged,Title,blue|red\nnone,Title,\nnew,Title,blue\n"
    job = in_review("shapes.article", file)
    assert texts(read(job, "changed")) == [[(None, "changed"), ("red", "blue, red")]]
    assert texts(read(job, "new"))[0][-1] == (None, "blue")
    assert applied(boss, job, file) == (1, 1, 2)
    assert blue.pk in Article.objects.get(slug="changed").tags.values_list("pk", flat=True)


def test_links_that_change_meanwhile_ask_again(boss: Client) -> None:
    red, blue = (Tag.objects.create(name=name) for name in ("red", "blue"))
    article = Article.objects.create(slug="a", title="Title")
    article.tags.set([red])
    job = in_review("shapes.article", "slug,title,tags\na,Title,blue\n")
    article.tags.set([red, blue])
    boss.post(f"/imports/{job.pk}/approve/", {"review": job.attempt}, secure=True)
    work_on(job, b"slug,title,tags\na,Title,blue\n", Command.APPLY)
    assert job.status == "in_review"
    assert article.tags.count() == 2


@pytest.mark.parametrize("is_link", [False, True])
def test_a_related_row_that_takes_anothers_name_meanwhile_asks_again(
    boss: Client, is_link: bool
) -> None:
    kind, key = (Tag, "name") if is_link else (Country, "code")
    first = kind._default_manager.create(**{key: "BE"})
    target = "shapes.article" if is_link else "airports.airport"
    file = "slug,title,tags\na,Title,BE\n" if is_link else AIRPORTS
    job = in_review(target, file)
    kind._default_manager.filter(pk=first.pk).update(**{key: "XX"})
    kind._default_manager.create(**{key: "BE"})
    boss.post(f"/imports/{job.pk}/approve/", {"review": job.attempt}, secure=True)
    work_on(job, file.encode(), Command.APPLY)
    assert job.status == "in_review"
    assert job.review["before"] == job.review["counts"]


def test_a_row_that_two_keys_name_is_told_by_both() -> None:
    land = Land.objects.create(code="FR", continent=Continent.objects.create(code="EU"))
    City.objects.create(land=land, name="Paris")
    job = in_review("shapes.station", "code,country,city\ngare,FR,Paris\n")
    assert texts(read(job, "new")) == [[(None, "gare"), (None, "FR · Paris")]]


# -- The pages ------------------------------------------------------------------------------------


def test_the_job_s_page_says_what_would_happen(client: Client, job: ImportJob) -> None:
    text = client.get(f"/imports/{job.pk}/", secure=True).content.decode()
    assert "Apply writes 2 rows." in text
    assert f'name="review" value="{job.attempt}"' in text
    assert f"/imports/{job.pk}/cancel/" in text


def test_a_review_without_a_good_row_says_why_nothing_would_be_written(
    client: Client, user: Any
) -> None:
    job = in_review("airports.country", "code,name\nxx,Nowhere\n", user=user)
    text = client.get(f"/imports/{job.pk}/", secure=True).content.decode()
    assert "There is nothing to write: every row was rejected." in text
    assert "Decide first" in text


def test_a_page_shows_old_beside_new(client: Client, job: ImportJob) -> None:
    text = show(client, job, "?kind=changed")
    assert "Old name</del>" in text
    assert "Belgium</ins>" in text


def test_lost_rows_can_be_checked_again(client: Client, job: ImportJob) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"TRUNCATE sluice_staging.review_{job.pk.hex}")
    assert f"/imports/{job.pk}/check-again/" in show(client, job)


@pytest.mark.parametrize("kind", ["", "new", "changed"])
def test_where_no_row_is_left_none_is_called_lost(client: Client, user: Any, kind: str) -> None:
    job = in_review("airports.country", "code,name\nxx,Nowhere\n", user=user)
    assert "No row of the file is like that." in show(client, job, f"?kind={kind}")


def test_rows_that_an_insert_does_not_have_are_not_called_lost(client: Client, user: Any) -> None:
    job = in_review("airports.country", FILE, user=user, mode=Mode.INSERT)
    assert "No row of the file is like that." in show(client, job, "?kind=changed")


@pytest.mark.parametrize("query", ["?kind=other", "?kind=rejected"])
def test_an_unknown_kind_is_not_found(client: Client, job: ImportJob, query: str) -> None:
    assert client.get(f"/imports/{job.pk}/changes/{query}", secure=True).status_code == 404


PLACES = ("after=x", "after=-1", "before=99999999999999999999", "after=%00")


@pytest.mark.parametrize("query", PLACES)
def test_a_place_that_is_none_is_the_beginning(client: Client, job: ImportJob, query: str) -> None:
    assert "Switzerland" in show(client, job, f"?kind=new&{query}")


def test_a_stranger_sees_no_rows(job: ImportJob) -> None:
    stranger = client_of(make_user(*MAY_IMPORT))
    assert stranger.get(f"/imports/{job.pk}/changes/", secure=True).status_code == 404
    assert stranger.post(f"/imports/{job.pk}/approve/", secure=True).status_code == 404
    assert stranger.post(f"/imports/{job.pk}/check-again/", secure=True).status_code == 404


def test_rows_of_the_table_are_for_those_who_may_see_it(job: ImportJob) -> None:
    looker = make_user("view_all_imports")
    assert client_of(looker).get(f"/imports/{job.pk}/changes/", secure=True).status_code == 403
    both = make_user("view_all_imports", "view_country")
    assert client_of(both).get(f"/imports/{job.pk}/changes/", secure=True).status_code == 200


def test_who_may_only_add_sees_nothing_of_the_table() -> None:
    adder = make_user("add_country")
    Country.objects.create(code="AT", name="Secret")
    job = in_review("airports.country", FILE, user=adder, mode=Mode.INSERT_NEW)
    client = client_of(adder)
    assert "Belgium" in show(client, job)
    assert "kind=unchanged" not in show(client, job)
    refused = client.get(f"/imports/{job.pk}/changes/?kind=unchanged", secure=True)
    assert refused.status_code == 404


@pytest.mark.parametrize(("permission", "links"), [("view_country", 4), ("view_airport", 0)])
def test_no_link_leads_to_rows_that_one_may_not_see(
    job: ImportJob, permission: str, links: int
) -> None:
    client = client_of(make_user("view_all_imports", permission))
    text = client.get(f"/imports/{job.pk}/", secure=True).content.decode()
    assert text.count(f'"/imports/{job.pk}/changes/') == links


def test_those_who_may_only_look_decide_nothing(job: ImportJob) -> None:
    client = client_of(make_user("view_all_imports", "view_country"))
    assert "/approve/" not in show(client, job)
    for action in ("approve", "check-again"):
        assert client.post(f"/imports/{job.pk}/{action}/", secure=True).status_code == 403


def test_a_click_on_an_older_review_approves_nothing(client: Client, job: ImportJob) -> None:
    number = {"review": job.attempt - 1}
    answer = client.post(f"/imports/{job.pk}/approve/", number, follow=True, secure=True)
    assert "The table has changed since you looked" in answer.content.decode()
    job.refresh_from_db()
    assert job.review_approved_at is None


@pytest.mark.parametrize(
    "fields", [{}, {"review": ""}, {"review": "x"}, {"review": str(2**63 - 1)}]
)
def test_a_click_that_names_no_review_approves_nothing(
    client: Client, job: ImportJob, fields: dict[str, str]
) -> None:
    client.post(f"/imports/{job.pk}/approve/", fields, secure=True)
    job.refresh_from_db()
    assert job.review_approved_at is None


def test_once_it_is_over_the_job_s_page_has_all(client: Client, job: ImportJob) -> None:
    client.post(f"/imports/{job.pk}/cancel/", secure=True)
    answer = client.get(f"/imports/{job.pk}/changes/", secure=True)
    assert (answer.status_code, answer["Location"]) == (302, f"/imports/{job.pk}/")
