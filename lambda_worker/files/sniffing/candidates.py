"""Which delimiters and quotes a sample may have at all."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from itertools import chain, product
from typing import Any, Final

from lambda_worker.files.sniffing.frames import is_drawn
from lambda_worker.files.sniffing.samples import Candidate

STRONG: Final = {
    ",": 4.0,
    ";": 5.0,
    "|": 7.0,
    "\t": 8.0,
    "\x1f": 10.0,
    "\x1e": 10.0,
    "\x1d": 10.0,
    "\x1c": 10.0,
    "\x14": 10.0,
    "\x01": 10.0,
    "\x02": 10.0,
    "\x07": 10.0,
}
"""Characters that part values and do little else, with the bits by which one surprises inside of
text: so much is explained by taking it for a delimiter. A comma is one of some 16 characters of
prose's punctuation and blanks, a bar or a tab one of hundreds of any, a control character of none.
Concordance load files have 0x14, Hive 0x01."""

RARE: Final = "^~¦§¬¤¶│\uff5c"
"""Seldom seen in text, though not made for parting values."""

RARE_BITS: Final = 4.0
"""As a comma: a file that has both is more likely parted by the comma."""

BLANK_BITS: Final = 0.5
"""Blanks end words anyway; but that all lines have as many words is something."""

OTHER_BITS: Final = 1.0
"""Colons, stars and the like stand in times, ratios, formulas."""

NEVER: Final = frozenset("-._+/?'\"`\\()[]{}<>、。・\uff1a\r\n\0\ufeff\u00a0\u3000")
"""They stand inside of values, and nobody parts values with them; U+FF1A is the colon of Chinese
and Japanese prose."""

ALONE: Final = ",\t|;\x1f\x1e\x1d\x1c\x01\x02\x03\x04\x05\x06\x07\x08"
"""A file of one column is read with the first of these that it does not have."""

QUOTES: Final = ('"', "'", "`", "þ")
"""What stands around values, the usual one first; the thorn is that of Concordance load files."""

ESCAPE: Final = "\\"

LINES_SEEN: Final = 200
"""Lines in which characters are counted that might be delimiters."""

SELDOM: Final = 10
"""A strong delimiter is in more than one of so many lines, whatever stands above the table."""

MOST_ODD: Final = 6
"""Other characters that are tried: each costs a reading of the sample."""


def bits(delimiter: str) -> float:
    """What a delimiter explains wherever it stands."""
    if delimiter in STRONG:
        return STRONG[delimiter]
    if delimiter in RARE:
        return RARE_BITS
    return BLANK_BITS if delimiter == " " else OTHER_BITS


def candidates(text: str, given: Mapping[str, Any]) -> Iterator[Candidate]:
    """The plain ones first: of two that are equally good the first is taken. Lines end in LF."""
    taken = taken_by(given)
    for delimiter in [given["delimiter"]] if "delimiter" in given else _delimiters(text, taken):
        quotes = _quotes(delimiter, text, taken | {delimiter})
        for quote in [given["quote"]] if "quote" in given else quotes:
            yield Candidate(delimiter, quote)


def taken_by(given: Mapping[str, Any]) -> set[str]:
    """The characters that have a meaning already."""
    taken = {given.get(name) or "" for name in ("delimiter", "quote", "escape", "comment")}
    return taken | {" "} if given.get("skip_blanks") else taken


def may_escape(plain: Candidate, given: Mapping[str, Any]) -> bool:
    """Whether a backslash may be the escape character."""
    return "escape" not in given and ESCAPE not in taken_by(given) | {plain.delimiter, plain.quote}


def ways(plain: Candidate, text: str, given: Mapping[str, Any]) -> list[Candidate]:
    """The candidate with the escape characters, and with the blanks after delimiters, that the
    sample may have; of two with as many faults the first is taken."""
    delimiter, quote = plain.delimiter, plain.quote
    escapes, skips = [given.get("escape", "")], [given.get("skip_blanks", False)]
    before = (
        [quote, delimiter, "\n"] if delimiter in text.partition("\n")[0] else [quote, delimiter]
    )
    if may_escape(plain, given) and any(ESCAPE + mark in text for mark in before if mark):
        escapes = ["", ESCAPE]
    if "skip_blanks" not in given and delimiter != " " and quote and f"{delimiter} {quote}" in text:
        skips = [True, False]
    return [Candidate(delimiter, quote, *way) for way in product(escapes, skips)]


def _delimiters(text: str, taken: set[str]) -> Iterator[str]:
    lines = [line for line in text.split("\n", LINES_SEEN)[:LINES_SEEN] if line]
    lines = [line for line in lines if line[0] != "#"] or lines
    lines = [line for line in lines if not is_drawn(line)] or lines
    counts = Counter(chain.from_iterable(map(set, lines)))
    seen = {c for c in STRONG if counts[c] * SELDOM > len(lines) or _opens_value(c, lines, text)}
    yield from (c for c in STRONG if c in seen and c not in taken)
    alone = [c for c in ALONE if c not in taken]
    yield next((c for c in alone if c not in text), alone[-1])
    if len(lines) > 1:
        known = {*STRONG, *NEVER, *taken}
        odd = {c for c in lines[0] if not (c.isalnum() or c in known)}
        often = [c for c in odd if counts[c] * 2 > len(lines)]
        yield from sorted(often, key=lambda c: (-bits(c), -counts[c], c))[:MOST_ODD]


def _opens_value(delimiter: str, lines: Sequence[str], text: str) -> bool:
    """Whether the delimiter is in the first line, and stands before a quote: values of many lines
    may have none inside."""
    return bool(lines) and delimiter in lines[0] and f'{delimiter}"' in text


def _quotes(delimiter: str, text: str, taken: set[str]) -> Iterator[str]:
    free = [quote for quote in QUOTES if quote not in taken]
    yield from (quote for quote in free if quote == '"' or _has_edges(quote, delimiter, text))
    if '"' in text or '"' in taken:
        yield ""


def _has_edges(quote: str, delimiter: str, text: str) -> bool:
    if quote not in text:
        return False
    edges = (quote + delimiter, delimiter + quote, f"\n{quote}", f"{quote}\n")
    return any(edge in text for edge in edges)
