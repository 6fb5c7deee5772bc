"""What the start page proposes for a file: as the last time, as in the import that it corrects, or
as its columns suggest."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from imports.choices import modes_for
from imports.mapping import ImportableField
from imports.remembering import POLICIES, Chosen, own_names
from imports.suggesting import Columns, Suggestion, Why, suggestions
from imports.targets import ImportTarget, Request
from lambda_worker.plan import Mode


@dataclass(frozen=True, slots=True)
class Proposal:
    """Suggestions by input name, and policies by their names in the form. `since`: when somebody
    chose so before, if somebody did."""

    suggestions: Mapping[str, Suggestion]
    policies: Mapping[str, str] = field(default_factory=dict)
    since: datetime | None = None


def proposal(
    target: ImportTarget,
    request: Request,
    fields: Sequence[ImportableField],
    columns: Columns,
    *,
    nulls: Sequence[str],
    before: Chosen | None,
) -> Proposal:
    """What was chosen `before`, if anything, with suggestions for the columns that are new."""
    if before is None:
        return Proposal(suggestions(target, request, columns, nulls=nulls))
    names = {one.name for one in fields}
    header_of = own_names(list(columns))
    kept = {
        name: Suggestion(header_of[header], Why.BEFORE)
        for name, header in before.mapping.items()
        if name in names and header in header_of
    }
    seen = {*before.headers, *before.mapping.values()}
    new = {header_of[own]: columns[header_of[own]] for own in header_of if own not in seen}
    added = suggestions(target, request, new, nulls=nulls, taken=kept)
    return Proposal({**kept, **added}, _permitted(target, request, before), before.at)


def _permitted(target: ImportTarget, request: Request, before: Chosen) -> dict[str, str]:
    """The policies that are known, and the mode if this user may still import so."""
    known = {
        name: value
        for name, value in before.policies.items()
        if value in [member.value for member in POLICIES[name]]
    }
    if known.get("mode") and Mode(known["mode"]) not in modes_for(target, request.user):
        del known["mode"]
    return known
