"""The list of imports, and the ways to it from the admin."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from html import unescape

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from lambda_worker.contract import Status
from tests.imports.factories import make_attempt, make_job, make_user
from tests.imports.web import MAY_IMPORT, client_of

pytestmark = pytest.mark.django_db


def listing(client: Client, query: str = "") -> str:
    return client.get(f"/imports/{query}", secure=True).content.decode()


def test_the_list_asks_for_a_login() -> None:
    assert Client().get("/imports/", secure=True).status_code == 302


def test_the_list_holds_ones_own_imports_only() -> None:
    user = make_user(*MAY_IMPORT)
    make_job(owner=user, file_name="mine.csv")
    make_job(owner=make_user(), file_name="theirs.csv")
    text = listing(client_of(user))
    assert "mine.csv" in text
    assert "theirs.csv" not in text


def test_those_with_the_permission_see_everybodys() -> None:
    make_job(owner=make_user(username="somebody"), file_name="theirs.csv")
    text = listing(client_of(make_user("view_all_imports")))
    assert "theirs.csv" in text
    assert "somebody" in text


def test_the_list_comes_in_pages() -> None:
    user = make_user()
    for number in range(30):
        make_job(owner=user, file_name=f"file-{number}.csv")
    client = client_of(user)
    text = listing(client)
    assert text.count("file-") == 25
    assert listing(client, next_page(text)).count("file-") == 5


def test_the_next_page_keeps_the_filters() -> None:
    user = make_user()
    for number in range(30):
        make_job(owner=user, file_name=f"file-{number}.csv")
    make_job(owner=user, file_name="other.csv")
    way = next_page(listing(client_of(user), "?q=file-&target=&before=~"))
    assert way.startswith("?q=file-&before=")
    assert listing(client_of(user), way).count(".csv") == 5


def next_page(text: str) -> str:
    """Where "Older" leads."""
    found = re.search(r'rel="next" href="([^"]+)"', text)
    assert found
    return unescape(found.group(1))


def test_a_longer_list_takes_no_more_queries(
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:
    user = make_user("view_all_imports")
    for _ in range(20):
        make_job(Status.SUCCEEDED, owner=make_user())
    client = client_of(user)
    # Session, user, two of permissions, page, two of totals, those who have imports.
    with django_assert_max_num_queries(8):
        listing(client)


# -- Filters --------------------------------------------------------------------------------------


def test_filters_are_part_of_the_address() -> None:
    user = make_user(*MAY_IMPORT)
    make_job(Status.FAILED, owner=user, file_name="bad.csv")
    make_job(owner=user, file_name="waiting.csv")
    text = listing(client_of(user), "?state=failed&target=airports.country&period=today")
    assert "bad.csv" in text
    assert "waiting.csv" not in text
    assert '<option value="failed" selected>' in text


def test_filters_find_nothing_of_others() -> None:
    make_job(owner=make_user(username="pat"), file_name="theirs.csv")
    user = make_user(*MAY_IMPORT)
    make_job(owner=user, file_name="mine.csv")
    text = listing(client_of(user), "?who=pat")
    assert "mine.csv" in text
    assert "theirs.csv" not in text
    assert 'name="who"' not in text


def test_those_who_see_all_look_for_somebody() -> None:
    make_job(owner=make_user(username="pat"), file_name="pats.csv")
    make_job(owner=make_user(username="quinn"), file_name="quinns.csv")
    text = listing(client_of(make_user("view_all_imports")), "?who=pat")
    assert "pats.csv" in text
    assert "quinns.csv" not in text
    assert '<option value="quinn">' in text


def test_days_without_a_period_are_one() -> None:
    user = make_user()
    make_job(owner=user, file_name="old.csv", created_at=datetime(2026, 1, 2, tzinfo=UTC))
    make_job(owner=user, file_name="older.csv", created_at=datetime(2025, 1, 2, tzinfo=UTC))
    text = listing(client_of(user), "?first=2026-01-01&last=2026-01-31")
    assert "old.csv" in text
    assert "older.csv" not in text


@pytest.mark.parametrize(
    "query",
    [
        "?state=nonsense",
        "?target=no.such",
        "?period=x",
        "?first=2026-13-45",
        "?q=%00",
        "?q=" + "x" * 500,
        "?before=x&after=y",
        "?period=days&first=2026-02-01&last=2026-01-01",
        "?period=days&last=9999-12-31",
        "?period=days&first=0001-01-01",
    ],
)
def test_an_address_that_nobody_could_have_made_has_a_page(query: str) -> None:
    user = make_user(*MAY_IMPORT)
    make_job(owner=user, file_name="mine.csv")
    assert client_of(user).get(f"/imports/{query}", secure=True).status_code == 200


def test_days_in_the_wrong_order_are_said() -> None:
    query = "?period=days&first=2026-02-01&last=2026-01-01"
    assert "before the first day" in listing(client_of(make_user()), query)


def test_nothing_found_is_said_and_leads_back() -> None:
    user = make_user()
    make_job(owner=user)
    text = listing(client_of(user), "?q=nothing-of-that-name")
    assert "No import is like that" in text
    assert "Show all imports" in text


def test_an_empty_list_says_what_to_do() -> None:
    assert "Choose a file" in listing(client_of(make_user(*MAY_IMPORT)))
    assert "you need the permission" in listing(client_of(make_user()))


def test_totals_stand_above_the_list() -> None:
    user = make_user()
    counts = {"records_read": 1234, "rows_inserted": 1200, "rows_rejected": 34}
    job = make_job(Status.SUCCEEDED, owner=user, **counts)
    make_attempt(job, billed_ms=90_000, memory_mb=1024)
    text = listing(client_of(user))
    assert "<dd>1,200</dd>" in text
    assert "<dd>0.0012 USD</dd>" in text


def test_a_success_with_rejects_is_told_from_one_without() -> None:
    user = make_user()
    make_job(Status.SUCCEEDED, owner=user, records_read=2, rows_inserted=1, rows_rejected=1)
    assert 'state-warn">Done, with rejects<' in listing(client_of(user))


def test_only_who_may_decide_is_waited_for() -> None:
    owner, looker = make_user(), make_user("view_all_imports")
    make_job(Status.IN_REVIEW, owner=owner)
    assert ">Waiting for you<" in listing(client_of(owner))
    assert ">Waiting for you<" not in listing(client_of(looker))
    assert 'state-warn">Waiting for a decision<' in listing(client_of(looker))


def test_a_success_that_wrote_nothing_is_called_none() -> None:
    user = make_user()
    make_job(Status.SUCCEEDED, owner=user, records_read=3, rows_rejected=3)
    make_job(Status.SUCCEEDED, owner=user)
    text = listing(client_of(user))
    assert 'state-bad">All rejected<' in text
    assert 'state-warn">No rows<' in text


# -- Ways to it -----------------------------------------------------------------------------------


def test_no_add_in_the_menu_for_those_who_may_not() -> None:
    looker = make_user("view_all_imports", is_staff=True)
    text = listing(client_of(looker))
    assert 'href="/imports/"' in text.partition("nav-sidebar")[2]
    assert "/imports/new/" not in text


def test_no_import_button_for_those_who_may_not() -> None:
    assert "/imports/new/" not in listing(client_of(make_user("view_country")))


def test_the_changelist_of_an_importable_model_has_an_import_button() -> None:
    client = client_of(make_user(is_superuser=True, is_staff=True))
    text = client.get("/admin/airports/airport/", secure=True).content.decode()
    assert "/imports/new/?target=airports.airport" in text


def test_the_changelist_of_another_model_has_none() -> None:
    client = client_of(make_user(is_superuser=True, is_staff=True))
    text = client.get("/admin/auth/user/", secure=True).content.decode()
    assert "?target=" not in text


def test_the_changelist_has_none_for_those_who_may_only_look() -> None:
    client = client_of(make_user("view_airport", is_staff=True))
    text = client.get("/admin/airports/airport/", secure=True).content.decode()
    assert "?target=" not in text


@pytest.mark.parametrize(
    ("path", "page"),
    [("", "/imports/"), ("add/", "/imports/new/")],
)
def test_the_admins_section_leads_to_the_pages(path: str, page: str) -> None:
    client = client_of(make_user(*MAY_IMPORT, is_staff=True))
    response = client.get(f"/admin/imports/importjob/{path}", secure=True)
    assert response["Location"] == page


def test_a_job_in_the_admin_leads_to_its_page() -> None:
    user = make_user(*MAY_IMPORT, is_staff=True)
    job = make_job(owner=user)
    response = client_of(user).get(f"/admin/imports/importjob/{job.pk}/change/", secure=True)
    assert response["Location"] == f"/imports/{job.pk}/"


def test_people_who_are_not_staff_get_no_admin_links() -> None:
    assert 'href="/admin/' not in listing(client_of(make_user(*MAY_IMPORT)))
