"""PostgreSQL's reading of a translated expression is Python's of the original."""

from __future__ import annotations

import re

import pytest
from django.core.validators import URLValidator, slug_re, slug_unicode_re
from django.db import connection
from hypothesis import given, settings
from hypothesis import strategies as st

from imports.patterns import NotTranslatable, to_postgres

EXPRESSIONS = [
    r"^[A-Z]{2}$",
    r"\bcat\b",
    r"^.$",
    r"^[^a]$",
    r"[x[:al]",
    r"^[]a]+$",
    r"^\d{2,4}(?:-\w+)?\Z",
    r"(?<!x)y(?=z)",
    r"a{,2}b",
    r"x{y}",
    r"^\x41\u00e9\101$",
    r"^[\w.-]+$",
    r"a\.b\/c",
    r"^(a|b)*?c",
    slug_re.pattern,
    slug_unicode_re.pattern,
]
TEXTS = [
    "",
    "FR",
    "fr",
    "cat",
    "concat",
    "a",
    "\n",
    "b",
    "[",
    "]a",
    "12-ab",
    "yz",
    "xyz",
    "aab",
    "x{y}",
]
TEXTS += ["Aé" + "A", "a.b/c", "ac", "é", "x-1_y", ":x", "a\n", "abc\ndef"]


def in_postgres(pattern: str, text: str) -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT %s ~ %s", [text, pattern])
        (found,) = cursor.fetchone()
    return bool(found)


@pytest.mark.django_db
@pytest.mark.parametrize("expression", EXPRESSIONS)
def test_both_find_the_same(expression: str) -> None:
    translated = to_postgres(re.compile(expression))
    for text in TEXTS:
        if text.endswith("\n") and expression.endswith("$"):
            continue  # Python's $ forgives a last newline; ours does not
        assert in_postgres(translated, text) == bool(re.search(expression, text)), text


@pytest.mark.django_db
@settings(max_examples=60, deadline=None)
@given(text=st.text(alphabet=st.characters(blacklist_characters="\0", codec="utf-8"), max_size=8))
def test_a_slug_is_a_slug_to_both(text: str) -> None:
    assert in_postgres(to_postgres(slug_re), text) == bool(slug_re.search(text))


@pytest.mark.django_db
@pytest.mark.parametrize(
    "url",
    ["https://example.com", "http://[::1]/x", "ftp://u:p@1.2.3.4:21/", "http://-x.com", "//x"],
)
def test_a_url_is_a_url_to_both(url: str) -> None:
    regex = re.compile(str(URLValidator().regex.pattern), re.IGNORECASE)  # type: ignore[union-attr]
    with connection.cursor() as cursor:
        cursor.execute("SELECT %s ~* %s", [url, to_postgres(regex)])
        assert cursor.fetchone() == (bool(regex.search(url)),)


@pytest.mark.parametrize(
    ("expression", "reason"),
    [
        (r"(?P<name>x)", "the group"),
        (r"(?i:x)", "the group"),
        (r"(x)\1", "the escape"),
        (r"[\D]", "inside brackets"),
        (r"x{300}", "more than 255"),
        (r"\x00", "a NUL"),
    ],
)
def test_what_postgresql_has_not_is_refused(expression: str, reason: str) -> None:
    with pytest.raises(NotTranslatable, match=reason):
        to_postgres(re.compile(expression))


def test_flags_that_change_the_meaning_are_refused() -> None:
    with pytest.raises(NotTranslatable, match="MULTILINE"):
        to_postgres(re.compile("^x$", re.MULTILINE))
