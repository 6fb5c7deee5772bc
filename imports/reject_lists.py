"""A job's rejects by fault, and lists of them: what a page shows of them."""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import dataclass
from typing import Any, Final

from django.db.models import Q, QuerySet

from imports import wording
from imports.models import ImportJob, ImportReject
from imports.typed_numbers import number_in
from lambda_worker.contract import REJECTS_KEPT
from lambda_worker.reject_groups import GROUPS_KEPT, as_groups

PAGE_SIZE: Final = 50
"""What fits a screen or two, as a person reads it."""

LONGEST_SEARCH: Final = 200
"""Characters: as many as are kept of a value."""


@dataclass(frozen=True, slots=True)
class Example:
    """A value of a group, how often it is there, and in which line first (0: unknown)."""

    value: str
    rows: int
    line: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """Faults that are alike: `kind` says what they have in common, `sentence` as much as is true of
    all of them. `token` names the group in addresses."""

    token: str
    header: str
    field: str
    code: str
    rule: str
    rows: int
    line: int
    kind: str
    sentence: str
    examples: list[Example]

    @property
    def more(self) -> int:
        """Rows that none of the examples stands for."""
        return self.rows - sum(example.rows for example in self.examples)


def groups_of(job: ImportJob) -> list[Group]:
    """The commonest first."""
    return [_group(group) for group in as_groups(job.reject_summary)]


def _group(group: dict[str, Any]) -> Group:
    names = ("header", "field", "code", "rule", "rows", "line")
    is_of_values = bool(group["header"])
    return Group(
        token=_token(group),
        kind=wording.kind(group["code"], group["examples"][0]["params"]),
        sentence=wording.group(group),
        examples=[
            Example(example["value"], example["rows"], example["line"])
            for example in group["examples"]
            if is_of_values
        ],
        **{name: group[name] for name in names},
    )


def _token(group: dict[str, Any]) -> str:
    """The same for the same fault, wherever it stands in the list: a retry may change the order."""
    kind = [group[name] for name in ("field", "header", "code", "rule")]
    return hashlib.sha256(json.dumps(kind).encode()).hexdigest()[:12]


def are_all_kept(groups: list[Group]) -> bool:
    """Whether the database has every fault, and not the reject file alone."""
    if len(groups) >= GROUPS_KEPT:
        return False  # there may be more groups than are told
    return sum(group.rows for group in groups) <= REJECTS_KEPT


# -- Lists ----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Page:
    """Some faults, in the file's order, and the places where the list goes on ("" where not)."""

    rejects: list[ImportReject]
    before: str
    after: str


def found_in(job: ImportJob, group: Group | None, text: str) -> QuerySet[ImportReject]:
    """The job's faults that are kept: of a group, and with a text in value or column, or of that
    line."""
    found = ImportReject.objects.filter(job=job)
    if group is not None:
        found = found.filter(field=group.field, header=group.header, code=group.code)
        if group.rule:
            found = found.filter(Q(params__message=group.rule) | Q(params__rule=group.rule))
    return found.filter(_with_text(text)) if text else found


def _with_text(text: str) -> Q:
    sought = Q(value__icontains=text) | Q(header__icontains=text)
    line = number_in(re.sub(r"[\s.,']", "", text))  # as people group digits
    return sought if line is None else sought | Q(line=line)


def sought(text: str) -> str:
    """What somebody typed, as far as it can be looked for."""
    return text.replace("\0", "").strip()[:LONGEST_SEARCH]


def page_of(found: QuerySet[ImportReject], *, before: str = "", after: str = "") -> Page:
    """The page above a place or below it; the first one where it is none."""
    if (above := _place(before)) is not None:
        line, pk = above
        rows = found.filter(line__lte=line).exclude(line=line, pk__gte=pk)
        page = list(rows.order_by("-line", "-pk")[: PAGE_SIZE + 1])
        if len(page) > PAGE_SIZE:
            shown = page[:PAGE_SIZE][::-1]
            return Page(shown, _at(shown[0]), _at(shown[-1]))
    elif (below := _place(after)) is not None:
        line, pk = below
        rows = found.filter(line__gte=line).exclude(line=line, pk__lte=pk)
        page = list(rows.order_by("line", "pk")[: PAGE_SIZE + 1])
        if page:
            return Page(page[:PAGE_SIZE], _at(page[0]), _end(page))
    page = list(found.order_by("line", "pk")[: PAGE_SIZE + 1])
    return Page(page[:PAGE_SIZE], "", _end(page))


def _end(page: list[ImportReject]) -> str:
    return _at(page[PAGE_SIZE - 1]) if len(page) > PAGE_SIZE else ""


def _at(reject: ImportReject) -> str:
    """A place in the list, as it stands in an address."""
    return f"{reject.line}-{reject.pk}"


def _place(text: str) -> tuple[int, int] | None:
    line, pk = map(number_in, text.partition("-")[::2])
    return None if line is None or pk is None else (line, pk)
