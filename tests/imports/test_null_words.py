"""A file's words for nothing: where they count, and where they may be somebody's name."""

from __future__ import annotations

from typing import Any

import pytest

from imports.testing import run_import
from tests.shapes.models import Article
from webapp.airports.models import Country

pytestmark = pytest.mark.django_db(transaction=True)


def imported(value: str, **dialect: Any) -> Article:
    """An article with the value in a number, a date and a text."""
    file = f"slug,title,ratio,reading,body\none,First,{value},{value},{value}\n"
    result = run_import("shapes.article", file, dialect=dialect)
    assert not result.rejects, result.rejects
    return Article.objects.get()


def test_a_number_cannot_be_called_na_so_it_is_nothing() -> None:
    article = imported("NA", nulls=("NA",))
    assert (article.ratio, article.reading, article.body) == (None, None, "NA")


def test_in_texts_too_where_the_person_says_so() -> None:
    assert imported("NA", nulls=("NA",), nulls_in_texts=True).body == ""


def test_what_postgres_writes_for_nothing_is_nothing_in_texts_too() -> None:
    article = imported("\\N", nulls=("\\N",))
    assert (article.ratio, article.body) == (None, "")


def test_a_country_may_be_called_na() -> None:
    result = run_import("airports.country", "code,name\nNA,Namibia\n", dialect={"nulls": ("NA",)})
    assert (result.job.rows_inserted, Country.objects.get().code) == (1, "NA")
