"""A target's columns as people need to know them before they make a file: what each may hold, what
becomes of an empty value, an example. All of it from the plan that the worker would run."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from django.utils.text import capfirst
from django.utils.translation import gettext as _

from imports.default_words import default_words
from imports.fields import default_of, kind_of
from imports.lookups import SEPARATOR, is_self_reference, last_field
from imports.mapping import Input, inputs, inputs_of, is_required, label_of_input, names_of, plain
from imports.sample_csv import example_rows
from imports.targets import ImportTarget, Request
from imports.value_words import kind_words, listed, quoted, value_words
from lambda_worker.choices import values_by_choice
from lambda_worker.plan import (
    Choice,
    ColumnPlan,
    Empty,
    ImportPlan,
    Kind,
    LinkPlan,
    Lookup,
    Mode,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ColumnRules:
    """One column that a file may have. `label` is empty where it says no more than the name does;
    `names` are other headers that are known for it; `absent` is what becomes of rows whose file has
    no such column, where that is not as for an empty one."""

    name: str
    label: str
    names: list[str]
    required: bool
    help_text: str
    words: list[str]
    choices: list[Choice]
    empty: str
    absent: str
    example: str


def column_rules(target: ImportTarget, request: Request, plan: ImportPlan) -> list[ColumnRules]:
    """In the model's order. `plan` is the target's whole plan."""
    planned: dict[str, ColumnPlan | LinkPlan] = {
        **{column.field: column for column in plan.columns},
        **{link.field: link for link in plan.links},
    }
    rows = example_rows(target, request, plan)
    updates = target.permits(request.user, Mode.UPSERT)
    return [
        _rules(target, found, planned[found.field.name], rows, updates=updates)
        for found in inputs(target)
        if found.name in plan.file.headers
    ]


def _rules(
    target: ImportTarget,
    found: Input,
    planned: ColumnPlan | LinkPlan,
    rows: Sequence[Mapping[str, str]],
    *,
    updates: bool,
) -> ColumnRules:
    empty, absent = _nothing(target, found, planned)
    label, names = _called(target, found)
    words = [*_values(target, found, planned), *_keys(target, found)]
    if updates:
        words += _updates(target, found, planned)
    return ColumnRules(
        name=found.name,
        label=label,
        names=names,
        required=is_required(target, found.field),
        help_text=str(found.field.help_text),
        words=words,
        choices=list(_choices(planned)) if isinstance(planned, ColumnPlan) else [],
        empty=empty,
        absent=absent,
        example=next((row[found.name] for row in rows if row.get(found.name)), ""),
    )


def _called(target: ImportTarget, found: Input) -> tuple[str, list[str]]:
    """Its label, and the other names; none of them twice but for capitals and blanks."""
    label = label_of_input(found)
    known = {plain(found.name)}
    shown = "" if plain(label) in known else str(capfirst(label))
    known.add(plain(label))
    names = {plain(name): name for name in reversed(names_of(target, found))}
    return shown, [name for key, name in reversed(names.items()) if key not in known]


# -- Values ----------------------------------------------------------------------------------------


def _values(target: ImportTarget, found: Input, planned: ColumnPlan | LinkPlan) -> Iterator[str]:
    if isinstance(planned, LinkPlan):
        yield from _link(found, planned)
    elif planned.lookup is None:
        yield from value_words(found.field, planned)
    else:
        yield from _relation(target, found, planned)
        yield from _reach(planned.lookup)
        yield from _together(target, found)


def _relation(target: ImportTarget, found: Input, column: ColumnPlan) -> Iterator[str]:
    if is_self_reference(target, found.field):
        words = _(
            "The %(key)s of another %(related)s, which is in the table already or anywhere in the "
            "same file."
        )
    else:
        words = _("The %(key)s of the %(related)s, which must exist already.")
    yield words % _related(found)
    kind = kind_of(last_field(found.field.related_model, found.path))
    if kind is not Kind.TEXT:
        yield kind_words(kind, column.read_as)


def _link(found: Input, link: LinkPlan) -> Iterator[str]:
    names = {**_related(found), "sign": quoted(link.read_as.separator)}
    yield (
        _(
            "A list, with %(sign)s between its items: the %(key)s of each %(related)s. All of them "
            "must exist already."
        )
        % names
    )
    yield from _reach(link.lookup)


def _related(found: Input) -> dict[str, str]:
    """What its related row, and the key in the file, are called."""
    related: Any = found.field.related_model
    key = str(last_field(related, found.path).verbose_name)
    if SEPARATOR in found.path:
        key = found.path.replace(SEPARATOR, " ").replace("_", " ")
    return {"key": key, "related": str(related._meta.verbose_name)}


def _reach(lookup: Lookup) -> Iterator[str]:
    if lookup.scope:
        yield _("Only those that belong to you count.")


def _together(target: ImportTarget, found: Input) -> Iterator[str]:
    others = [one.name for one in inputs_of(target, found.field) if one != found]
    if others:
        words = _("It goes with %(others)s: fill all of them, or none.")
        yield words % {"others": listed(others)}


def _choices(column: ColumnPlan) -> Iterator[Choice]:
    """With their labels, but for those that name no value, or the value itself."""
    known = values_by_choice(column)
    for choice in column.choices:
        says_more = choice.label != choice.value and known.get(choice.label) == choice.value
        yield replace(choice, label=choice.label if says_more else "")


# -- Other rows ------------------------------------------------------------------------------------


def _keys(target: ImportTarget, found: Input) -> Iterator[str]:
    """Which values tell rows apart."""
    names = {"name": target.name, "plural": target.name_plural}
    others = [name for name in target.natural_key if name != found.field.name]
    if found.field.name not in target.natural_key:
        if getattr(found.field, "unique", False):
            yield _("No two %(plural)s may have the same.") % names
    elif others:
        words = _("Together with %(others)s it tells one %(name)s from another.")
        yield words % {**names, "others": listed(others)}
    else:
        yield _("It tells one %(name)s from another.") % names


def _updates(target: ImportTarget, found: Input, planned: ColumnPlan | LinkPlan) -> Iterator[str]:
    """What an update does with it, where that could be thought otherwise."""
    if isinstance(planned, LinkPlan):
        yield (
            _("In an update, the list takes the place of what the row had.")
            if planned.replaces
            else _("In an update, the list is added to what the row has.")
        )
    elif not planned.updatable and found.field.name not in target.natural_key:
        yield _("An update leaves it as it is.")


# -- Nothing ---------------------------------------------------------------------------------------


def _nothing(target: ImportTarget, found: Input, planned: ColumnPlan | LinkPlan) -> tuple[str, str]:
    """What becomes of an empty value, and of rows without the column where that is another."""
    stays = _("Stays empty.")
    rejected = _("The row is rejected.")
    if isinstance(planned, LinkPlan):
        empty = rejected if planned.required else stays
        default = stays
    else:
        default = default_words(default_of(found.field), planned)
        empty = {Empty.REJECT: rejected, Empty.DEFAULT: default}.get(planned.empty, stays)
    absent = "" if is_required(target, found.field) or default == empty else default
    if nulls := [word for word in planned.read_as.nulls if word]:
        empty += " " + _("As empty count %(words)s, too.") % {"words": listed(nulls)}
    return empty, absent
