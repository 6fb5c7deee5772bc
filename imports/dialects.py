"""How a file is written, for people: what they can change, and in words."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Final

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from lambda_worker.files.dialect import Dialect, Format
from lambda_worker.files.encodings.names import NAMES, encoding_name

Words = str | Promise

FORMATS: Final[dict[str, Words]] = {
    Format.CSV: gettext_lazy("Table of values (CSV)"),
    Format.JSON: "JSON",
    Format.NDJSON: gettext_lazy("JSON, a record a line"),
}
DELIMITERS: Final[dict[str, Words]] = {
    ",": gettext_lazy("Comma"),
    ";": gettext_lazy("Semicolon"),
    "\t": gettext_lazy("Tab"),
    "|": gettext_lazy("Vertical bar"),
    " ": gettext_lazy("Blank"),
    ":": gettext_lazy("Colon"),
}
QUOTES: Final[dict[str, Words]] = {
    '"': gettext_lazy("Double quotes"),
    "'": gettext_lazy("Single quotes"),
    "": pgettext_lazy("quotes", "None"),
}
ESCAPES: Final[dict[str, Words]] = {
    "": gettext_lazy("Quotes are doubled"),
    "\\": gettext_lazy("Backslash in front"),
}
COMMENTS: Final[dict[str, Words]] = {
    "": pgettext_lazy("comments", "None"),
    "#": gettext_lazy("Lines that begin with #"),
    "%": gettext_lazy("Lines that begin with %"),
    "!": gettext_lazy("Lines that begin with !"),
}
HEADERS: Final[dict[str, Words]] = {
    "0": gettext_lazy("No names"),
    "1": gettext_lazy("The first line"),
    "2": gettext_lazy("The first two lines"),
    "3": gettext_lazy("The first three lines"),
}


@dataclass(frozen=True)
class Control:
    """A member of Dialect that people can change. `kind` is select, number, words (a list of them)
    or check; `options` are pairs of value and label."""

    name: str
    label: str
    kind: str
    value: str
    options: list[tuple[str, Words]] = field(default_factory=list)

    @property
    def is_on(self) -> bool:
        """Of a check."""
        return self.value == "true"


def controls(dialect: Dialect) -> list[Control]:
    """What can be changed of a file's dialect, as it stands."""
    encodings: dict[str, Words] = dict(NAMES)
    common = [
        _select("format", _("Format"), dialect.format, FORMATS),
        _select("encoding", _("Encoding"), dialect.encoding, encodings, encoding_name),
    ]
    if dialect.format is Format.CSV:
        return [*common, *_of_csv(dialect), *_of_nulls(dialect)]
    return [
        *common,
        Control("path", _("The records are in"), "words", ", ".join(dialect.path)),
        Control("paths", _("Columns of their own"), "words", ", ".join(dialect.paths)),
        *_of_nulls(dialect),
    ]


def _of_csv(dialect: Dialect) -> list[Control]:
    return [
        _select("delimiter", _("Between values"), dialect.delimiter, DELIMITERS),
        _select("quote", _("Around values"), dialect.quote, QUOTES),
        _select("escape", _("Quotes inside"), dialect.escape, ESCAPES),
        _select("header_lines", _("Names of the columns"), str(dialect.header_lines), HEADERS),
        Control("preamble", _("Lines above the table"), "number", str(dialect.preamble)),
        _select("comment", _("Comments"), dialect.comment, COMMENTS),
        _check("pad", _("Short records end in empty values"), dialect.pad),
        _check("skip_blanks", _("Blanks between values do not count"), dialect.skip_blanks),
    ]


def _of_nulls(dialect: Dialect) -> list[Control]:
    return [
        Control("nulls", _("Words for nothing"), "words", ", ".join(dialect.nulls)),
        _check("nulls_in_texts", _("In texts too"), dialect.nulls_in_texts),
    ]


def _select(
    name: str, label: str, value: str, known: dict[str, Words], name_of: Any = repr
) -> Control:
    options = list(known.items())
    if value not in known:
        options.append((value, name_of(value)))
    return Control(name, label, "select", value, options)


def _check(name: str, label: str, value: bool) -> Control:
    return Control(name, label, "check", "true" if value else "false")


def summary(dialect: Dialect) -> str:
    """A dialect in one line: "CSV, UTF-8, comma, double quotes"."""
    parts: list[Words] = [FORMATS[dialect.format], encoding_name(dialect.encoding)]
    if dialect.compression:
        parts.insert(0, dialect.compression.value)
    if dialect.format is Format.CSV:
        parts.append(_label(dialect.delimiter, DELIMITERS))
        parts.append(_label(dialect.quote, QUOTES) if dialect.quote else _("no quotes"))
    return ", ".join(map(str, parts))


def _label(value: str, known: dict[str, Words]) -> Words:
    return known.get(value, repr(value))
