"""A value of a file as a person can see it: nothing, blanks at its ends, line ends, and signs that
turn text around have marks of their own."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from imports.bidi import marked

LONGEST: Final = 200
"""Characters of a value that are shown."""

CUT: Final = "…"
BLANK: Final = "·"
LINE_END: Final = "⏎"
TAB: Final = "→"
NOTHING: Final = "∅"


@dataclass(frozen=True, slots=True)
class Cell:
    """A value between the marks `before` and `after` it, which stand for its blanks. `is_empty`:
    there is nothing in it."""

    before: str
    text: str
    after: str
    is_empty: bool

    def html(self) -> SafeString:
        """For a page; a template of its own takes ten times as long, and a preview has hundreds."""
        if self.is_empty:
            return format_html('<span class="nothing" title="{}">{}</span>', _("empty"), NOTHING)
        return format_html("{}{}{}", _blanks(self.before), self.text, _blanks(self.after))


def cell(value: str) -> Cell:
    """The value, shortened."""
    core = value.strip(" \t\r\n\u00a0\u3000")
    start = value.find(core) if core else len(value)
    after = value[start + len(core) :]
    text = shortened(_visible(core), LONGEST)
    return Cell(_marks(value[:start]), text, _marks(after), not value)


def _blanks(marks: str) -> SafeString | str:
    return format_html('<span class="blank">{}</span>', marks) if marks else ""


def shortened(text: str, longest: int) -> str:
    """At most so many characters; a mark where more follow."""
    return text if len(text) <= longest else text[:longest] + CUT


def _visible(text: str) -> str:
    """With marks for line ends and tabs, which HTML shows as blanks, and for directing signs."""
    return marked(text).replace("\r\n", LINE_END).replace("\n", LINE_END).replace("\t", TAB)


def _marks(blanks: str) -> str:
    marks = "".join({"\n": LINE_END, "\r": "", "\t": TAB}.get(c, BLANK) for c in blanks)
    return shortened(marks, 10)
