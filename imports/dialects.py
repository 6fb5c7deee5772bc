"""How a file is written, for people: what they can change, and in words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from django.utils.formats import number_format
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from imports.encoding_choices import Reading
from lambda_worker.files.dialect import ASCII, Dialect, Format
from lambda_worker.files.encodings.names import NAMES, encoding_name
from lambda_worker.files.given import MOST_LINES, Misfit

Words = str | Promise

FORMATS: Final[dict[str, Words]] = {
    Format.CSV: gettext_lazy("Table of values (CSV)"),
    Format.JSON: "JSON",
    Format.NDJSON: gettext_lazy("JSON, a record a line"),
}
SHORT_FORMATS: Final[dict[str, Words]] = {**FORMATS, Format.CSV: "CSV"}
DELIMITERS: Final[dict[str, Words]] = {
    ",": gettext_lazy("Commas"),
    ";": gettext_lazy("Semicolons"),
    "\t": gettext_lazy("Tabs"),
    "|": gettext_lazy("Vertical bars"),
    " ": gettext_lazy("Blanks"),
    ":": gettext_lazy("Colons"),
}
SHORT_DELIMITERS: Final[dict[str, Words]] = {
    ",": gettext_lazy("commas"),
    ";": gettext_lazy("semicolons"),
    "\t": gettext_lazy("tabs"),
    "|": gettext_lazy("vertical bars"),
    " ": gettext_lazy("blanks"),
    ":": gettext_lazy("colons"),
}
QUOTES: Final[dict[str, Words]] = {
    '"': gettext_lazy("Double quotes"),
    "'": gettext_lazy("Single quotes"),
    "": pgettext_lazy("quotes", "None"),
}
SHORT_QUOTES: Final[dict[str, Words]] = {
    "'": gettext_lazy("single quotes"),
    "": gettext_lazy("no quotes"),
}
"""What is said of them; double quotes are what everybody expects."""
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
    "0": gettext_lazy("There are none"),
    "1": gettext_lazy("In the first line"),
    "2": gettext_lazy("In the first two lines"),
    "3": gettext_lazy("In the first three lines"),
}
LABELS: Final[dict[str, Words]] = {
    "format": gettext_lazy("Format"),
    "encoding": gettext_lazy("Encoding"),
    "delimiter": gettext_lazy("Between values"),
    "header_lines": gettext_lazy("Names of the columns"),
    "preamble": gettext_lazy("Lines above the table"),
    "quote": gettext_lazy("Around values"),
    "escape": gettext_lazy("Quotes inside"),
    "comment": gettext_lazy("Comments"),
    "pad": gettext_lazy("Short records end in empty values"),
    "skip_blanks": gettext_lazy("Blanks between values do not count"),
    "path": gettext_lazy("Where the records are"),
    "paths": gettext_lazy("Values inside that get a column"),
    "nulls": gettext_lazy("Words for nothing"),
    "nulls_in_texts": gettext_lazy("They mean nothing in texts too"),
}
"""The members of a dialect that people can change, as their controls are labelled."""


@dataclass(frozen=True)
class Control:
    """A member of Dialect that people can change. `kind` says what its value is: text, number,
    words (a list of them) or check. `options`, where there are some, are pairs of value and label;
    `likely` are those to show first, `other` labels an input for what is none of them. `example`
    stands in an empty input. `is_rare`: few ever need it."""

    name: str
    label: Words
    kind: str
    value: str
    options: list[tuple[str, Words]] = field(default_factory=list)
    likely: list[tuple[str, Words]] = field(default_factory=list)
    other: str = ""
    example: str = ""
    is_rare: bool = False

    @property
    def is_on(self) -> bool:
        """Of a check."""
        return self.value == "true"


def controls(dialect: Dialect, likely: list[Reading]) -> list[Control]:
    """What can be changed of a file's dialect, as it stands; `likely` are encodings that read it
    well."""
    common = [
        _select("format", dialect.format, FORMATS),
        _encoding(dialect.encoding, likely),
    ]
    if dialect.format is Format.CSV:
        return [*common, *_of_csv(dialect), *_of_nulls(dialect)]
    return [
        *common,
        _words("path", dialect.path, "data, items"),
        _words("paths", dialect.paths, "address.city, tags"),
        *_of_nulls(dialect),
    ]


def _encoding(encoding: str, likely: list[Reading]) -> Control:
    names: dict[str, Words] = dict(NAMES)
    control = _select("encoding", encoding, names, encoding_name(encoding))
    if len(likely) > 1:
        control.likely.extend((reading.encoding, reading.name) for reading in likely)
    return control


def _of_csv(dialect: Dialect) -> list[Control]:
    return [
        _select(
            "delimiter",
            dialect.delimiter,
            DELIMITERS,
            other=_("Another character"),
        ),
        _select("header_lines", str(dialect.header_lines), HEADERS),
        Control("preamble", LABELS["preamble"], "number", str(dialect.preamble)),
        _select("quote", dialect.quote, QUOTES, rare=True),
        _select("escape", dialect.escape, ESCAPES, rare=True),
        _select("comment", dialect.comment, COMMENTS, rare=True),
        _check("pad", dialect.pad),
        _check("skip_blanks", dialect.skip_blanks),
    ]


def _of_nulls(dialect: Dialect) -> list[Control]:
    return [
        _words("nulls", dialect.nulls, "NA, null", rare=True),
        _check("nulls_in_texts", dialect.nulls_in_texts),
    ]


def _select(
    name: str,
    value: str,
    known: Mapping[str, Words],
    name_of_value: str = "",
    *,
    other: str = "",
    rare: bool = False,
) -> Control:
    options = list(known.items())
    if value not in known:
        options.append((value, name_of_value or value))
    kind = "number" if name == "header_lines" else "text"
    return Control(name, LABELS[name], kind, value, options, other=other, is_rare=rare)


def _words(name: str, words: Sequence[str], example: str, *, rare: bool = False) -> Control:
    shown = _("as in: %(example)s") % {"example": example}
    return Control(name, LABELS[name], "words", ", ".join(words), example=shown, is_rare=rare)


def _check(name: str, value: bool) -> Control:
    return Control(name, LABELS[name], "check", "true" if value else "false", is_rare=True)


def summary(dialect: Dialect) -> str:
    """A dialect in one line: "CSV, UTF-8, semicolons"; what is as everybody expects is not said."""
    parts: list[Words] = [SHORT_FORMATS[dialect.format], encoding_name(dialect.encoding)]
    if dialect.compression:
        parts.insert(0, dialect.compression.value)
    if dialect.format is Format.CSV:
        parts.append(SHORT_DELIMITERS.get(dialect.delimiter, f"“{dialect.delimiter}”"))
        if dialect.quote != '"':
            parts.append(SHORT_QUOTES.get(dialect.quote, f"“{dialect.quote}”"))
        if not dialect.header_lines:
            parts.append(_("no names of columns"))
    return ", ".join(map(str, parts))


def sentence(dialect: Dialect) -> str:
    """A dialect as it was found: "CSV in UTF-8, separated by semicolons, names of the columns in
    line 3"."""
    parts = [
        _("%(format)s in %(encoding)s")
        % {
            "format": SHORT_FORMATS[dialect.format],
            "encoding": _("plain ASCII")
            if dialect.encoding == ASCII
            else encoding_name(dialect.encoding),
        }
    ]
    if dialect.compression:
        parts.append(_("packed with %(packing)s") % {"packing": dialect.compression.value})
    if dialect.format is Format.CSV:
        parts += _sentence_of_csv(dialect)
    elif dialect.path:
        parts.append(_("records in “%(path)s”") % {"path": ".".join(dialect.path)})
    return ", ".join(parts)


def _sentence_of_csv(dialect: Dialect) -> Iterator[str]:
    delimiter = SHORT_DELIMITERS.get(dialect.delimiter, f"“{dialect.delimiter}”")
    yield _("separated by %(delimiter)s") % {"delimiter": delimiter}
    if dialect.quote not in ('"', ""):
        quotes = SHORT_QUOTES.get(dialect.quote, f"“{dialect.quote}”")
        yield _("values in %(quotes)s") % {"quotes": quotes}
    first, lines = dialect.preamble + 1, dialect.header_lines
    if not lines:
        yield _("no names of columns")
    elif lines == 1:
        yield _("names of the columns in line %(line)s") % {"line": first}
    else:
        last = {"first": first, "last": first + lines - 1}
        yield _("names of the columns in lines %(first)s to %(last)s") % last


MISFITS: Final[dict[str, Words]] = {
    "same": gettext_lazy("“%(one)s” and “%(other)s” must be different characters."),
    "character": gettext_lazy("“%(one)s” must be a single character, and no line end."),
    "number": gettext_lazy("“%(one)s” must be a number from 0 to %(most)s."),
    "blank": gettext_lazy("“%(one)s” cannot be, since blanks stand between the values."),
    "value": gettext_lazy("The file cannot be read so: “%(one)s” is unknown or has a wrong value."),
}
"""By the codes of Misfit."""


def misfit_words(misfit: Misfit) -> str:
    """Why a file cannot be read as a person says."""
    labels = [str(LABELS.get(member, member)) for member in misfit.members] or ["JSON"]
    names = {"one": labels[0], "other": labels[-1], "most": number_format(MOST_LINES)}
    return str(MISFITS[misfit.code]) % names
