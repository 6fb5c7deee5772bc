"""The list of imports, and the ways to it from the admin."""

from __future__ import annotations

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from lambda_worker.contract import Status
from tests.imports.factories import make_job, make_user
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
    assert listing(client).count("file-") == 25
    assert listing(client, "?page=2").count("file-") == 5


def test_a_longer_list_takes_no_more_queries(
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:
    user = make_user("view_all_imports")
    for _ in range(20):
        make_job(Status.SUCCEEDED, owner=make_user())
    client = client_of(user)
    with django_assert_max_num_queries(6):  # session, user, two of permissions, count, page
        listing(client)


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
