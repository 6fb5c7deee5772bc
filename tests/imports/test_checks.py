"""What a target may not leave unsaid: each finding names the field and the ways out."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.contrib.auth.models import Group, Permission
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import ArrayField
from django.core.checks import run_checks
from django.db import models
from django.db.models.signals import post_save
from django.test.utils import isolate_apps

from imports.checks import check_target
from imports.targets import ImportTarget
from lambda_worker.plan import ReadAs
from tests.shapes.models import Article


@pytest.fixture(autouse=True)
def _apps() -> Iterator[None]:
    with isolate_apps("webapp.airports"):
        yield


def target_for(**attributes: Any) -> ImportTarget:
    """A target of a throw-away model: fields go into the model, the rest into the target."""

    def of_model(value: Any) -> bool:
        return isinstance(value, models.Field) or callable(value)

    body = {"code": models.CharField(max_length=9, unique=True)}
    body |= {name: value for name, value in attributes.items() if of_model(value)}
    meta = type("Meta", (), {"app_label": "airports", **attributes.get("meta", {})})
    model = type("Thing", (models.Model,), {**body, "Meta": meta, "__module__": __name__})
    rest = {n: v for n, v in attributes.items() if n not in body and n != "meta"}
    declared = {"model": model, "natural_key": ["code"], **rest}
    target: ImportTarget = type("ThingImport", (ImportTarget,), declared)()
    return target


def findings(**attributes: Any) -> dict[str, str]:
    return {str(m.id): f"{m.msg} {m.hint}" for m in check_target(target_for(**attributes))}


def test_the_example_s_targets_are_in_order() -> None:
    assert [m for m in run_checks() if str(m.id).startswith("imports.")] == []


def test_a_plain_model_is_importable_in_two_lines() -> None:
    assert findings(size=models.IntegerField(default=0)) == {}


@pytest.mark.parametrize("attribute", ["lookups", "exclude", "fields", "synonyms", "natural_key"])
def test_a_name_that_the_model_has_not_is_found(attribute: str) -> None:
    value: Any = {"colour": "x"} if attribute in {"lookups", "synonyms"} else ["colour"]
    assert "'colour'" in findings(**{attribute: value})["imports.E001"]


def test_a_natural_key_that_nothing_makes_unique_is_found() -> None:
    found = findings(name=models.CharField(max_length=9), natural_key=["name"])
    assert "UniqueConstraint" in found["imports.E004"]


def test_a_natural_key_that_may_be_null_is_found() -> None:
    found = findings(name=models.CharField(null=True, unique=True), natural_key=["name"])
    assert "'name'" in found["imports.E003"]


def test_a_key_within_a_scope_may_be_unique_with_the_scope_s_columns() -> None:
    together = models.UniqueConstraint(fields=["tenant", "name"], name="once_per_tenant")
    plain = target_for(
        tenant=models.IntegerField(),
        name=models.CharField(max_length=9),
        natural_key=["name"],
        meta={"constraints": [together]},
    )
    assert "imports.E004" in [m.id for m in check_target(plain)]
    scoped = type("Scoped", (type(plain),), {"scope": lambda self, request: {"tenant": 1}})()
    assert check_target(scoped) == []


def test_python_in_a_field_is_found_with_its_ways_out() -> None:
    def is_nice(value: Any) -> None: ...

    found = findings(name=models.CharField(max_length=9, validators=[is_nice]))["imports.E007"]
    assert "name: the validator is_nice is Python" in found
    assert all(way in found for way in ("exclude", "constants()", "'name.is_nice' to bypass"))


def test_what_is_bypassed_is_no_finding() -> None:
    def is_nice(value: Any) -> None: ...

    field = models.CharField(max_length=9, validators=[is_nice])
    assert findings(name=field, bypass=["name.is_nice"]) == {}


def test_a_field_without_a_counterpart_is_found() -> None:
    assert "FileField" in findings(blob=models.FileField(null=True))["imports.E007"]


def test_a_list_of_lists_is_found() -> None:
    field = ArrayField(ArrayField(models.IntegerField()), null=True)
    assert "ArrayField of ArrayFields" in findings(lists=field)["imports.E007"]


def test_excluding_it_is_a_way_out() -> None:
    assert findings(blob=models.FileField(null=True), exclude=["blob"]) == {}


def test_a_foreign_key_is_found_by_the_only_unique_field() -> None:
    assert findings(other=models.ForeignKey(Group, models.CASCADE)) == {}


def test_a_foreign_key_with_no_one_field_to_find_it_by_is_found() -> None:
    found = findings(other=models.ForeignKey(Permission, models.CASCADE))
    assert "by which field of Permission" in found["imports.E007"]


def test_a_lookup_by_what_is_not_unique_is_found() -> None:
    field = models.ForeignKey(Permission, models.CASCADE)
    assert "not unique" in findings(other=field, lookups={"other": "name"})["imports.E007"]


def test_a_default_that_only_python_can_call_is_found() -> None:
    found = findings(name=models.CharField(max_length=9, default=lambda: "x"))
    assert "db_default" in found["imports.E008"]


def test_a_required_field_that_is_excluded_is_found() -> None:
    found = findings(name=models.CharField(max_length=9), exclude=["name"])
    assert "name is excluded" in found["imports.E009"]


def test_a_save_of_one_s_own_is_found() -> None:
    def save(self: Any, *args: Any, **kwargs: Any) -> None: ...

    assert "save()" in findings(save=save)["imports.E010"]


def test_a_save_of_one_s_own_can_be_bypassed() -> None:
    def save(self: Any, *args: Any, **kwargs: Any) -> None: ...

    assert findings(save=save, bypass=["save"]) == {}


def test_the_tables_own_rules_are_asked_and_no_finding() -> None:
    check = models.CheckConstraint(condition=models.Q(code__gt=""), name="code_not_blank")
    assert findings(meta={"constraints": [check]}) == {}


def test_a_constraint_that_the_worker_cannot_ask_row_by_row_is_found() -> None:
    apart = ExclusionConstraint(name="apart", expressions=[("code", "=")])
    assert "'apart' to bypass" in findings(meta={"constraints": [apart]})["imports.E011"]


def test_a_constraint_that_is_bypassed_is_no_finding() -> None:
    apart = ExclusionConstraint(name="apart", expressions=[("code", "=")])
    assert findings(meta={"constraints": [apart]}, bypass=["apart"]) == {}


def test_a_key_that_refers_to_itself_is_found() -> None:
    found = findings(
        code=models.CharField(max_length=9, unique=True),
        up=models.OneToOneField("self", models.CASCADE),
        natural_key=["up"],
    )
    assert "a self reference" in found["imports.E012"]


@pytest.mark.parametrize(
    ("read_as", "words"),
    [
        (ReadAs(decimal=",", thousands=",."), "both decimal and thousands"),
        (ReadAs(decimal="x"), "no letter or digit"),
        (ReadAs(thousands="-"), "a sign"),
        (ReadAs(separator=" "), "blank"),
        (ReadAs(true=("x",), false=("X",)), "both true and false"),
        (ReadAs(time_zone="Mars/Base"), "no time zone"),
    ],
)
def test_reading_that_contradicts_itself_is_found(read_as: ReadAs, words: str) -> None:
    assert words in findings(read_as={"code": read_as})["imports.E013"]


def test_a_list_of_rows_that_have_two_keys_is_found() -> None:
    target = type("Linking", (ImportTarget,), {
        "model": Article, "natural_key": ["slug"], "lookups": {"tags": ["id", "name"]},
    })()  # fmt: skip
    assert "imports.E006" in {message.id for message in check_target(target)}


@pytest.mark.parametrize(
    ("path", "words"),
    [
        ("content_type__colour", "no field 'colour'"),
        ("name__x", "no foreign key"),
        ("content_type", "no plain value"),
    ],
)
def test_a_lookup_by_a_path_that_leads_nowhere_is_found(path: str, words: str) -> None:
    field = models.ForeignKey(Permission, models.CASCADE)
    found = check_target(target_for(other=field, lookups={"other": [path, "codename"]}))
    assert any(words in message.msg for message in found)


def test_signal_handlers_are_a_warning() -> None:
    target = target_for()

    def handler(**kwargs: Any) -> None: ...

    post_save.connect(handler, sender=target.model)
    try:
        assert [m.id for m in check_target(target)] == ["imports.W001"]
    finally:
        post_save.disconnect(handler, sender=target.model)


@pytest.mark.parametrize(
    ("synonyms", "words"),
    [
        ({"code": "number"}, "a text"),
        ({"code__key": ["number"]}, "no column feeds"),
        ({"code": ["Item No"], "size": ["item_no"]}, "for 'code' and for 'size'"),
    ],
)
def test_synonyms_that_find_nothing_or_two_fields_are_found(synonyms: Any, words: str) -> None:
    found = findings(size=models.IntegerField(default=0), synonyms=synonyms)
    assert words in found["imports.E014"]
