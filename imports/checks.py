"""System checks of the targets: what SQL cannot express is an error that names the ways out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Final
from zoneinfo import available_timezones

from django.core.checks import CheckMessage, Error, Tags, register
from django.core.checks import Warning as CheckWarning
from django.db.models import (
    CheckConstraint,
    ForeignKey,
    ManyToManyField,
    Model,
    UniqueConstraint,
)
from django.db.models.signals import post_save, pre_save

from imports import registry
from imports.fields import (
    AnyField,
    default_problem,
    has_database_default,
    is_made_by_database,
    problems,
    stamp_of,
)
from imports.lookups import SEPARATOR, is_self_reference, key_problems, paths, unique_sets
from imports.mapping import fillable, inputs, is_required, plain
from imports.rules import NotInSql
from imports.targets import ImportTarget
from lambda_worker.plan import ReadAs

MODEL_HOOKS: Final = (
    "save",
    "save_base",
    "clean",
    "clean_fields",
    "full_clean",
    "validate_constraints",
)
"""Methods of a model that saving by the ORM or a form would call, and SQL does not."""


@register(Tags.models)
def check_targets(app_configs: Sequence[Any] | None, **kwargs: Any) -> list[CheckMessage]:  # noqa: ARG001
    """All findings about all targets, or about those of the apps named."""
    labels = None if app_configs is None else {config.label for config in app_configs}
    return [
        message
        for target in registry.targets()
        if labels is None or target.model._meta.app_label in labels
        for message in check_target(target)
    ]


def check_target(target: ImportTarget) -> list[CheckMessage]:
    """All findings about one target."""
    unknown = list(_unknown_names(target))
    if unknown:
        return unknown  # the rest would stumble over them
    return [
        *_natural_key(target),
        *_inheritance(target),
        *_many_to_many(target),
        *_fields(target),
        *_reading(target),
        *_synonyms(target),
        *_left_out(target),
        *_model_python(target),
        *_constraints(target),
    ]


def _unknown_names(target: ImportTarget) -> Iterator[CheckMessage]:
    known = {f.name for f in target.model._meta.get_fields()}
    declared: dict[str, Iterable[str]] = {
        "natural_key": target.natural_key,
        "lookups": target.lookups,
        "fields": target.fields or (),
        "exclude": target.exclude,
        "hexadecimal": target.hexadecimal,
        "links": target.links,
        "read_as": set(target.read_as) - {"*"},
        "update_fields": target.update_fields or (),
    }
    inputs = {name.partition(SEPARATOR)[0] for name in target.synonyms}
    for attribute, names in {**declared, "synonyms": inputs}.items():
        for name in sorted(set(names) - known):
            yield _error(
                target, "E001", f"{attribute} names {name!r}, which {target.label} has not.", ""
            )


def _natural_key(target: ImportTarget) -> Iterator[CheckMessage]:
    key = set(target.natural_key)
    if not key:
        yield _error(
            target, "E002", "natural_key is empty.", "Name the fields that tell rows apart."
        )
        return
    for name in target.natural_key:
        field: Any = target.model._meta.get_field(name)
        if getattr(field, "null", False):
            hint = "NULL equals nothing, so rows could not be told apart: choose another field."
            yield _error(target, "E003", f"natural_key has {name!r}, which may be NULL.", hint)
        if field.many_to_many or (field.is_relation and is_self_reference(target, field)):
            hint = "A row must be known before the row that it refers to: choose other fields."
            yield _error(target, "E012", f"natural_key has {name!r}, a self reference.", hint)
    # A scope's columns are part of the key, and known only when somebody asks.
    scoped = _overrides(target, "scope")
    if not any(s == key or (scoped and key < s) for s in unique_sets(target.model)):
        hint = (
            "Add a UniqueConstraint of just these fields, or name the fields of one that there is."
        )
        yield _error(target, "E004", f"Nothing makes {sorted(key)} unique in the database.", hint)


def _inheritance(target: ImportTarget) -> Iterator[CheckMessage]:
    if target.model._meta.concrete_model._meta.parents:
        hint = "Import into the parent model, or use an abstract base class."
        yield _error(target, "E005", f"{target.label} is spread over several tables.", hint)


def _many_to_many(target: ImportTarget) -> Iterator[CheckMessage]:
    for field in target.model._meta.many_to_many:
        if field in fillable(target):
            for reason in _link_problems(target, field):
                hint = "Add it to exclude, and make its through model importable."
                yield _error(target, "E006", f"{field.name}: {reason}.", hint)


def _link_problems(target: ImportTarget, field: ManyToManyField[Any, Any]) -> Iterator[str]:
    """Why rows of the relation cannot be made of two keys."""
    through: Any = field.remote_field.through
    both = {field.m2m_field_name(), field.m2m_reverse_field_name()}
    for other in through._meta.concrete_fields:
        given = other.null or is_made_by_database(other) or has_database_default(other)
        if other.name not in both and not given:
            yield f"its through model's {other.name} has no value that the database gives"
    if not through._meta.get_field(field.m2m_field_name()).target_field.primary_key:
        yield "its through model refers to this one by another field than the primary key"
    try:
        if len(paths(target, field)) > 1:
            yield "a list can hold one key a row, and the related model has several"
    except NotInSql:
        return  # said elsewhere
    if target.links.get(field.name, "replace") not in ("replace", "add"):
        yield 'links knows "replace" and "add" alone'


def _fields(target: ImportTarget) -> Iterator[CheckMessage]:
    for field in fillable(target):
        for problem in [*problems(field), *_lookup_problems(target, field)]:
            bypass = f"{field.name}.{problem.name}"
            if problem.name and bypass in target.bypass:
                continue
            yield _error(
                target, "E007", f"{field.name}: {problem.reason}.", _ways_out(problem, bypass)
            )


def _lookup_problems(target: ImportTarget, field: AnyField) -> Iterator[NotInSql]:
    if not isinstance(field, ForeignKey | ManyToManyField):
        return
    try:
        yield from key_problems(field.related_model, paths(target, field))
    except NotInSql as problem:
        yield problem
    if field.get_limit_choices_to():
        yield NotInSql("limit_choices_to", "its limit_choices_to is a query of the ORM's")


def _reading(target: ImportTarget) -> Iterator[CheckMessage]:
    """Rules of reading that contradict themselves."""
    for name, read_as in target.read_as.items():
        for reason in _senseless(read_as):
            yield _error(target, "E013", f"read_as[{name!r}]: {reason}.", "")


def _senseless(read_as: ReadAs) -> Iterator[str]:
    if len(read_as.decimal) != 1 or read_as.decimal.isalnum():
        yield "decimal is one character, and no letter or digit"
    if read_as.decimal in read_as.thousands:
        yield "one character cannot be both decimal and thousands"
    if any(c.isalnum() or c in "+-" for c in read_as.thousands):
        yield "thousands has a letter, a digit or a sign"
    if not read_as.separator.strip():
        yield "separator is blank"
    if {w.lower() for w in read_as.true} & {w.lower() for w in read_as.false}:
        yield "a word cannot be both true and false"
    if read_as.time_zone is not None and read_as.time_zone not in available_timezones():
        yield f"{read_as.time_zone!r} is no time zone"


def _synonyms(target: ImportTarget) -> Iterator[CheckMessage]:
    """Names that would never be found, or found for two fields."""
    try:
        known = [one.name for one in inputs(target)]
    except NotInSql:
        return  # said elsewhere
    owners: dict[str, str] = {}
    for name, words in target.synonyms.items():
        if isinstance(words, str):
            yield _error(target, "E014", f"synonyms[{name!r}] is a text, and no list of them.", "")
            continue
        if name not in known:
            hint = f"Columns feed: {', '.join(known)}."
            yield _error(target, "E014", f"synonyms has {name!r}, which no column feeds.", hint)
        for word in words:
            owner = owners.setdefault(plain(word), name)
            if owner != name:
                reason = f"synonyms has {word!r} for {owner!r} and for {name!r}."
                yield _error(target, "E014", reason, "Leave it to one of them.")


def _ways_out(problem: NotInSql, bypass: str) -> str:
    if problem.name == "lookups":
        return "Name a unique field of the related model in lookups, or add the field to exclude."
    ways = "Add the field to exclude, or set it in constants()"
    if not problem.name:
        return f"{ways}."
    return (
        f"{ways}; express the rule as a RegexValidator, a limit or a CheckConstraint; "
        f"or add {bypass!r} to bypass, if imports may go without it."
    )


def _left_out(target: ImportTarget) -> Iterator[CheckMessage]:
    """Fields that a file may lack, or may not fill, and what then becomes of them."""
    from_file = fillable(target)
    # Which fields a hook sets is known only when somebody asks.
    hooked = _overrides(target, "constants") or _overrides(target, "scope")
    for field in target.model._meta.concrete_fields:
        if is_made_by_database(field) or stamp_of(field) or (hooked and field not in from_file):
            continue
        problem = default_problem(field)
        if problem:
            hint = "Give it a plain default or a db_default, or set it in constants()."
            yield _error(target, "E008", f"{field.name}: {problem.reason}.", hint)
        elif field not in from_file and is_required(target, field):
            hint = "Let the file fill it, give it a default, or set it in constants()."
            yield _error(
                target, "E009", f"{field.name} is excluded, and nothing gives its value.", hint
            )


def _model_python(target: ImportTarget) -> Iterator[CheckMessage]:
    for hook in MODEL_HOOKS:
        if getattr(target.model, hook) is not getattr(Model, hook) and hook not in target.bypass:
            hint = (
                f"Express it in the database, or add {hook!r} to bypass: then imports go without."
            )
            yield _error(
                target, "E010", f"{target.label}.{hook}() is Python, and is not called.", hint
            )
    listened = pre_save.has_listeners(target.model) or post_save.has_listeners(target.model)
    if listened and "signals" not in target.bypass:
        yield CheckWarning(
            "Signal handlers of pre_save or post_save are not called for imported rows.",
            hint="Express it in the database, or add 'signals' to bypass.",
            obj=type(target),
            id="imports.W001",
        )


def _constraints(target: ImportTarget) -> Iterator[CheckMessage]:
    for constraint in target.model._meta.constraints:
        known = isinstance(constraint, CheckConstraint | UniqueConstraint)
        if known or constraint.name in target.bypass:
            continue
        yield _error(
            target,
            "E011",
            f"The worker cannot ask {type(constraint).__name__} {constraint.name!r} row by row.",
            f"Express it as a check or a unique constraint, or add {constraint.name!r} to bypass: "
            "then one bad row fails the whole import.",
        )


def _overrides(target: ImportTarget, hook: str) -> bool:
    return getattr(type(target), hook) is not getattr(ImportTarget, hook)


def _error(target: ImportTarget, number: str, message: str, hint: str) -> CheckMessage:
    return Error(message, hint=hint or None, obj=type(target), id=f"imports.{number}")
