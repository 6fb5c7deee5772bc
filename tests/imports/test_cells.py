"""A value as a person can see it."""

from __future__ import annotations

import pytest

from imports.cells import LONGEST, cell


@pytest.mark.parametrize(
    ("value", "html"),
    [
        ("FR", "FR"),
        (" FR", '<span class="blank">·</span>FR'),
        ("FR\t ", 'FR<span class="blank">→·</span>'),
        ("  ", '<span class="blank">··</span>'),
        ("", '<span class="nothing" title="empty">∅</span>'),
        ("a\r\nb", "a⏎b"),
        ("<b>", "&lt;b&gt;"),
        ("evil\u202egpj.exe", "evil⟨RLO⟩gpj.exe"),
    ],
)
def test_blanks_and_line_ends_have_marks(value: str, html: str) -> None:
    assert cell(value).html() == html


def test_a_long_value_is_cut() -> None:
    assert cell("x" * 1000).text == "x" * LONGEST + "…"
