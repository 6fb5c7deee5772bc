"""A mail's text and HTML, from the same parts."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from html import escape
from typing import Final


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """What a mail says, in the reader's language already. Empty parts are left out."""

    language: str
    opening: str
    reason: str
    counts: list[tuple[str, str]]
    faults_title: str
    faults: list[str]
    notes_title: str
    notes: list[str]
    link: str
    url: str
    why: str
    choose: str
    choose_url: str


SIGNATURE: Final = "-- "
"""What mail programs know the end of a text by (RFC 3676, 4.3)."""


def as_text(letter: Letter) -> str:
    """For readers of plain text."""
    return "\n\n".join(_text_blocks(letter)) + "\n"


def _text_blocks(letter: Letter) -> Iterator[str]:
    yield letter.opening
    if letter.reason:
        yield letter.reason
    if letter.counts:
        yield "\n".join(f"  {name}: {number}" for name, number in letter.counts)
    for title, items in _lists(letter):
        yield "\n".join([f"{title}:", *(f"  - {item}" for item in items)])
    yield f"{letter.link}: {letter.url}"
    yield f"{SIGNATURE}\n{letter.why}\n{letter.choose}: {letter.choose_url}"


def _lists(letter: Letter) -> Iterator[tuple[str, list[str]]]:
    if letter.faults:
        yield letter.faults_title, letter.faults
    if letter.notes:
        yield letter.notes_title, letter.notes


# Styles stand in the elements: mail programs drop style sheets. No colours but the button's, so
# that dark themes stay dark.
_PAGE = """<!doctype html>
<html lang="{language}">
<head>
<meta charset="utf-8">
<meta name="color-scheme" content="light dark">
<title>{title}</title>
</head>
<body style="margin:0;padding:24px 16px;font:16px/1.5 system-ui,sans-serif">
<div style="max-width:36rem">{body}</div>
</body>
</html>
"""
_BUTTON = (
    '<p style="margin:24px 0"><a href="{url}" style="display:inline-block;padding:10px 16px;'
    'border-radius:6px;background:#417690;color:#ffffff;text-decoration:none">{link}</a></p>'
)
_ROW = (
    '<tr><th scope="row" style="padding:2px 24px 2px 0;text-align:left;font-weight:400">{name}</th>'
    '<td style="padding:2px 0;text-align:right;font-weight:600">{number}</td></tr>'
)
_FOOT = (
    '<p style="margin:32px 0 0;font-size:13px;opacity:0.75">{why} '
    '<a href="{url}" style="color:inherit">{choose}</a></p>'
)


def as_html(letter: Letter, title: str) -> str:
    """For all others."""
    return _PAGE.format(
        language=escape(letter.language),
        title=escape(title),
        body="".join(_html_blocks(letter)),
    )


def _html_blocks(letter: Letter) -> Iterator[str]:
    yield f"<p>{escape(letter.opening)}</p>"
    if letter.reason:
        yield f"<p><strong>{escape(letter.reason)}</strong></p>"
    if letter.counts:
        rows = (_ROW.format(name=escape(name), number=number) for name, number in letter.counts)
        yield f'<table style="border-collapse:collapse">{"".join(rows)}</table>'
    for title, items in _lists(letter):
        found = "".join(f'<li style="margin:4px 0">{escape(item)}</li>' for item in items)
        yield f'<h2 style="font-size:16px;margin:24px 0 4px">{escape(title)}</h2>'
        yield f'<ul style="margin:0;padding-left:20px">{found}</ul>'
    yield _BUTTON.format(url=escape(letter.url, quote=True), link=escape(letter.link))
    yield _FOOT.format(
        why=escape(letter.why),
        url=escape(letter.choose_url, quote=True),
        choose=escape(letter.choose),
    )
