"""Whoever reads Japanese reads no English sentence on any page."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html.parser import HTMLParser
from typing import Any, Final

import pytest
from django.apps import apps
from django.db.models import Model
from django.test import Client
from django.utils import translation
from django.utils.functional import Promise

from lambda_worker.files.encodings.names import NAMES
from tests.browser.accessibility import COUNTRIES, VIEWS
from tests.imports.factories import make_user
from tests.imports.web import preview_fields

SENTENCE: Final = re.compile(r"[A-Za-z']{2,}(?: [A-Za-z']{2,}){2,}")
"""Three English words in a row; names of formats, files and people are shorter."""

READ: Final = ("alt", "aria-label", "aria-description", "content", "placeholder", "title")
"""Attributes that are shown or read aloud."""


class Words(HTMLParser):
    """All that a person can read of a page."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.found: list[str] = []
        self._within: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in ("script", "style", "pre", "code"):
            self._within.append(tag)
        self.found += [value for name, value in attrs if name in READ and value]

    def handle_endtag(self, tag: str) -> None:
        if self._within and self._within[-1] == tag:
            self._within.pop()

    def handle_data(self, data: str) -> None:
        if not self._within:
            self.found.append(data)


def english(html: str) -> list[str]:
    found = [sentence for text in Words(html).found for sentence in SENTENCE.findall(text)]
    return [sentence for sentence in found if sentence not in NAMES.values()]


@pytest.fixture
def reader() -> Any:
    return make_user(username="hanako", is_staff=True, is_superuser=True)


@pytest.fixture
def japanese(client: Client, reader: Any) -> Iterator[Client]:
    client.force_login(reader)
    client.defaults["HTTP_ACCEPT_LANGUAGE"] = "ja"
    with translation.override("ja"):  # as in the requests that make the jobs; and none stays so
        yield client


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("name", VIEWS)
def test_a_page_has_no_english_sentence(japanese: Client, reader: Any, name: str) -> None:
    html = japanese.get(VIEWS[name].plant(reader), secure=True).content.decode()
    assert "インポート" in html
    assert english(html) == []


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("name", ["job, done with rejects", "start with a preview"])
def test_no_sentence_has_an_english_stop(japanese: Client, reader: Any, name: str) -> None:
    html = japanese.get(VIEWS[name].plant(reader), secure=True).content.decode()
    answer = japanese.post("/imports/new/preview/", preview_fields(COUNTRIES), secure=True)
    texts = "".join(Words(html + answer.content.decode()).found)
    assert re.findall(r"[\u3000-\u9fff\uff00-\uffef] ?[.;](?!\.)", texts) == []


@pytest.mark.django_db(transaction=True)
def test_a_preview_has_none(japanese: Client) -> None:
    answer = japanese.post("/imports/new/preview/", preview_fields(COUNTRIES), secure=True)
    html = answer.content.decode()
    assert "列" in html
    assert english(html) == []


@pytest.mark.parametrize("model", list(apps.get_app_config("imports").get_models()))
def test_what_the_admin_calls_our_rows_is_translated(model: type[Model]) -> None:
    names = (model._meta.verbose_name, model._meta.verbose_name_plural)
    assert all(isinstance(name, Promise) for name in names)


@pytest.mark.django_db(transaction=True)
def test_an_english_sentence_would_be_found(client: Client, reader: Any) -> None:
    client.force_login(reader)
    assert english(client.get("/imports/settings/", secure=True).content.decode())
