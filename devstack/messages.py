"""`bin/messages [--check]`: collects all words that people read into the catalogues, and compiles
them. With --check it changes nothing, and says what is missing, stale or ill-formed."""

from __future__ import annotations

import argparse
import ast
import io
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_python
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po
from django.utils.translation.template import templatize

from lambda_worker import mail, words
from lambda_worker.contract import Status

ROOT: Final = Path(__file__).resolve().parent.parent
LANGUAGES: Final = ("en", "ja")
KEYWORDS: Final[dict[str, Any]] = {
    "_": None,
    "gettext": None,
    "gettext_lazy": None,
    "gettext_noop": None,
    "ngettext": (1, 2),
    "ngettext_lazy": (1, 2),
    "pgettext": ((1, "c"), 2),
    "pgettext_lazy": ((1, "c"), 2),
}

Id = str | tuple[str, str]


@dataclass(frozen=True)
class Domain:
    """A catalogue for each language: where it lies, and what it is called."""

    folder: Path
    name: str

    def path(self, language: str, ending: str) -> Path:
        """Its file for a language."""
        return self.folder / "locale" / language / "LC_MESSAGES" / f"{self.name}.{ending}"


@dataclass(frozen=True)
class Found:
    """A text to be translated, and where it stands."""

    id: Id
    context: str | None
    file: str


def main() -> None:
    """Update or check all catalogues."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="change nothing; exit with 1")
    check = parser.parse_args().check
    complaints = [
        complaint
        for domain, found in _domains()
        for language in LANGUAGES
        for complaint in _bring_up_to_date(domain, found, language, check=check)
    ]
    print("\n".join(complaints) or "all words are there", file=sys.stderr if complaints else None)
    sys.exit(bool(complaints))


def _domains() -> Iterator[tuple[Domain, list[Found]]]:
    yield Domain(ROOT / "lambda_worker", "sluice"), list(_of_worker())
    for app in ("imports", "webapp"):
        yield Domain(ROOT / app, "django"), list(_of_app(ROOT / app))


# -- What there is to translate --------------------------------------------------------------------


def _of_worker() -> Iterator[Found]:
    """The worker knows no Django and marks nothing: its words stand in tables."""
    for status in Status:
        yield Found(status.sentence, None, "lambda_worker/contract.py")
    for text in words.templates():
        yield Found(text, None, "lambda_worker/words.py")
    for text in mail.templates():
        yield Found(text, None, "lambda_worker/mail.py")


def _of_app(folder: Path) -> Iterator[Found]:
    for path in sorted(folder.rglob("*.py")):
        if "migrations" not in path.parts:
            yield from _of_python(path)
    for path in sorted(folder.rglob("*.html")):
        yield from _of_template(path)


def _of_python(path: Path) -> Iterator[Found]:
    with path.open("rb") as file:
        for _line, function, message, _comments in extract_python(
            file, KEYWORDS, (), {"encoding": "utf-8"}
        ):
            found: Any = message
            texts = list(found) if isinstance(found, tuple) else [found]
            if isinstance(texts[0], str):  # else a text that stands elsewhere
                yield _found(path, str(function), texts)


_LITERAL: Final = r"""u(?:'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*")"""
_CALL: Final = re.compile(rf"((?:n|p|np)?gettext)\(({_LITERAL}(?:, ?{_LITERAL})*)", re.DOTALL)


def _of_template(path: Path) -> Iterator[Found]:
    """Django rewrites a template as calls amid text that means nothing."""
    for function, arguments in _CALL.findall(templatize(path.read_text(), origin=str(path))):
        yield _found(path, function, ast.literal_eval(f"[{arguments}]"))


def _found(path: Path, function: str, texts: list[str]) -> Found:
    context = texts.pop(0) if "pgettext" in function else None
    plural = function.startswith("n")
    return Found((texts[0], texts[1]) if plural else texts[0], context, str(path.relative_to(ROOT)))


# -- The catalogues --------------------------------------------------------------------------------


def _bring_up_to_date(
    domain: Domain, found: list[Found], language: str, *, check: bool
) -> Iterator[str]:
    po, mo = domain.path(language, "po"), domain.path(language, "mo")
    old = (
        read_po(io.BytesIO(po.read_bytes()), locale=language) if po.exists() else Catalog(language)
    )
    new = _updated(old, found, language)
    text, binary = _as_po(new), _as_mo(new)
    if not check:
        po.parent.mkdir(parents=True, exist_ok=True)
        po.write_bytes(text)
        mo.write_bytes(binary)
    elif not po.exists() or po.read_bytes() != text:
        yield f"{po.relative_to(ROOT)} is stale: run bin/messages"
    elif not mo.exists() or mo.read_bytes() != binary:
        yield f"{mo.relative_to(ROOT)} is stale: run bin/messages"
    for message in new:
        if message.id and (fault := _fault(message)):
            yield f"{po.relative_to(ROOT)}: {fault}: {message.id!r}"


def _updated(old: Catalog, found: list[Found], language: str) -> Catalog:
    """The texts that there are, with their translations; English says what it says."""
    new = Catalog(language, fuzzy=False, charset="utf-8", project="Sluice", header_comment="")
    files: dict[tuple[Id, str | None], list[Any]] = {}
    for text in found:
        places = files.setdefault((text.id, text.context), [])
        if (text.file, None) not in places:
            places.append((text.file, None))
    for (id_, context), places in files.items():
        known = old.get(id_ if isinstance(id_, str) else id_[0], context)
        string: Any = known.string if known is not None else ""
        if language == "en":
            string = id_
        elif isinstance(id_, tuple) and not isinstance(string, tuple):
            string = (string,) * new.num_plurals
        new.add(id_, string, locations=places, context=context)
    return new


def _fault(message: Message) -> str:
    strings: Any = message.string if isinstance(message.string, tuple) else (message.string,)
    if not all(strings):
        return "not translated"
    ids: Any = message.id if isinstance(message.id, tuple) else (message.id,)
    # A language without a plural has one text for all numbers, so it names the number.
    wanted = ids if len(strings) == len(ids) else ids[-1:]
    if any(_slots(string) != _slots(id_) for string, id_ in zip(strings, wanted, strict=True)):
        return "other placeholders than in English"
    return ""


def _slots(text: str) -> set[str]:
    """The placeholders of a text, of str.format and of the % operator."""
    return set(re.findall(r"%\(\w+\)[sd]|\{\w*\}", text))


NO_TIME: Final = datetime(2000, 1, 1, tzinfo=UTC)
"""A compiled catalogue has to have one; with this it is the same whenever it is made."""

_HEADER_TIME: Final = re.compile(
    rb'"(POT-Creation-Date|PO-Revision-Date|Generated-By|[^"]*Team|'
    rb'Last-Translator|Report-Msgid-Bugs-To)[^"]*"\n'
)


def _as_po(catalog: Catalog) -> bytes:
    """Without times and names, so that the same words are the same file."""
    out = io.BytesIO()
    write_po(out, catalog, width=100, include_lineno=False, omit_header=False)
    text = out.getvalue()
    return _HEADER_TIME.sub(b"", text)


def _as_mo(catalog: Catalog) -> bytes:
    again = read_po(io.BytesIO(_as_po(catalog)), locale=catalog.locale)
    again.creation_date = again.revision_date = NO_TIME
    out = io.BytesIO()
    write_mo(out, again)
    return out.getvalue()


if __name__ == "__main__":
    main()
