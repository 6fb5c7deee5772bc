"""When a user is mailed: chosen on a page, kept, and part of the plans made from then on."""

from __future__ import annotations

from urllib.parse import urljoin
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from imports import jobs, sweeping
from imports.models import ImportNotice, MailChoice
from lambda_worker.contract import Status
from lambda_worker.mail import SETTINGS
from lambda_worker.plan import MailWhen
from tests.imports.factories import make_job, make_user
from tests.imports.web import client_of

pytestmark = pytest.mark.django_db

URL = "/imports/settings/"


def page(client: Client) -> str:
    return client.get(URL, secure=True).content.decode()


def test_the_page_asks_for_a_login() -> None:
    assert Client().get(URL, secure=True).status_code == 302
    assert Client().post(URL, {"when": "never"}, secure=True).status_code == 302
    assert not MailChoice.objects.exists()


def test_who_has_chosen_nothing_is_always_mailed() -> None:
    user = make_user()
    assert 'value="always" checked' in page(client_of(user))
    assert jobs.mail_choice(user) is MailWhen.ALWAYS


@pytest.mark.parametrize("when", MailWhen)
def test_a_choice_is_kept_and_shown(when: MailWhen) -> None:
    user = make_user()
    client = client_of(user)
    response = client.post(URL, {"when": when.value}, secure=True)
    assert response["Location"] == URL
    assert jobs.mail_choice(user) is when
    assert f'value="{when.value}" checked' in page(client)


def test_a_choice_can_be_changed() -> None:
    user = make_user()
    for when in ("never", "problems"):
        client_of(user).post(URL, {"when": when}, secure=True)
    assert jobs.mail_choice(user) is MailWhen.PROBLEMS


def test_one_users_choice_is_not_anothers() -> None:
    client_of(make_user()).post(URL, {"when": "never"}, secure=True)
    assert jobs.mail_choice(make_user()) is MailWhen.ALWAYS


def test_what_is_no_choice_changes_nothing() -> None:
    user = make_user()
    response = client_of(user).post(URL, {"when": "sometimes"}, secure=True)
    assert b"errornote" in response.content
    assert not MailChoice.objects.exists()


def test_a_choice_wants_the_csrf_token() -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(make_user())
    assert client.post(URL, {"when": "never"}, secure=True).status_code == 403


def test_the_page_says_where_mails_go_and_from_when_on_a_choice_holds() -> None:
    text = page(client_of(make_user(username="pat")))
    assert "pat@example.com" in text
    assert "imports that you start from now on" in text


def test_who_has_no_address_is_told() -> None:
    user = make_user()
    user.email = ""
    user.save()
    assert "no e-mail address" in page(client_of(user))


def test_the_choice_goes_into_the_plan() -> None:
    user = make_user()
    MailChoice.objects.create(user=user, when="problems")
    assert jobs.audience_of(user, "https://x/").mail is MailWhen.PROBLEMS


def test_the_list_leads_to_the_page() -> None:
    assert f'href="{URL}"' in client_of(make_user()).get("/imports/", secure=True).content.decode()


def test_the_way_from_a_mails_job_leads_to_the_page() -> None:
    found = urljoin(jobs.job_url(uuid4()), SETTINGS)
    assert found.endswith(reverse("imports:settings"))


@pytest.mark.parametrize(("mail", "count"), [("always", 1), ("problems", 1), ("never", 0)])
def test_a_review_that_expires_is_mailed_as_wished(mail: str, count: int) -> None:
    plan = {"audience": {"recipient": "pat@example.com", "mail": mail}}
    long_ago = timezone.now().replace(year=2020)
    make_job(Status.IN_REVIEW, plan=plan, created_at=long_ago)
    sweeping._expire_waiting(timezone.now())
    assert ImportNotice.objects.filter(status=Status.EXPIRED).count() == count
