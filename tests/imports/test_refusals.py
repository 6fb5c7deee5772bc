"""What is not there, or not for everybody, is said on a page with a way back."""

from __future__ import annotations

from uuid import uuid4

import pytest
from django.test import Client

from tests.imports.factories import make_user
from tests.imports.web import MAY_IMPORT, client_of

pytestmark = pytest.mark.django_db

JOB = f"/imports/{uuid4()}/"


def refused(client: Client, path: str, status: int) -> str:
    """The page, which has a main part and leads back to the list."""
    response = client.get(path, secure=True)
    assert response.status_code == status
    page = response.content.decode()
    assert "<main" in page
    assert '<a class="button quiet" href="/imports/">All imports</a>' in page
    return page


@pytest.mark.parametrize(
    "path", [JOB, f"{JOB}rejects/", "/imports/zzz/", "/imports/targets/auth.user/"]
)
def test_what_is_not_there_is_said_with_a_way_back(path: str) -> None:
    assert "<h1>Not found</h1>" in refused(client_of(make_user(*MAY_IMPORT)), path, 404)


@pytest.mark.parametrize("path", ["/imports/new/", "/imports/targets/airports.country/"])
def test_what_is_not_for_everybody_is_said_with_a_way_back(path: str) -> None:
    client = client_of(make_user("view_all_imports"))
    assert "lacks the permission" in refused(client, path, 403)


def test_a_poll_gets_the_status_alone() -> None:
    response = client_of(make_user()).get(f"{JOB}progress/", secure=True, HTTP_HX_REQUEST="true")
    assert (response.status_code, response.content) == (404, b"")


def test_an_address_without_its_slash_leads_to_its_page() -> None:
    response = client_of(make_user(*MAY_IMPORT)).get("/imports/new", secure=True)
    assert response["Location"] == "/imports/new/"


def test_nobody_hears_what_is_there_before_a_login() -> None:
    assert "login" in Client().get("/imports/zzz/", secure=True)["Location"]
