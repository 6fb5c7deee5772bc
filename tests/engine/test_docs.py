"""The examples of docs/targets.md are run: what the page says is what a target does."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any, Final

import pytest

import imports
from imports.checks import check_target
from imports.targets import ImportTarget
from tests.shapes.models import Article, Station

PAGE: Final = (Path(__file__).parents[2] / "docs" / "targets.md").read_text()
EXAMPLES: Final = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)

RENAMED: Final = {
    # the page's shop, in the models for tests
    "sold_on": "day",
    "brand": "payload",
}


def declared(text: str) -> dict[str, Any]:
    """What an example declares in a target's body."""
    body: dict[str, Any] = {}
    exec(text, {"imports": imports}, body)
    return body


def options() -> dict[str, Any]:
    """All attributes that the examples declare."""
    return {k: v for text in EXAMPLES[1:] for k, v in declared(text).items()}


def test_every_option_of_a_target_is_on_the_page() -> None:
    known = {n for n in vars(ImportTarget) if not n.startswith("_")}
    own = {"label", "name", "name_plural", "permits", "permits_exclusive", "read_as_of"}
    missing = {name for name in known - own if f"`{name}" not in PAGE and f"{name} =" not in PAGE}
    assert not missing


def test_every_option_of_reading_is_on_the_page() -> None:
    for name in imports.ReadAs.__dataclass_fields__:
        assert f"`{name}`" in PAGE, name


def test_the_examples_declare_what_targets_know() -> None:
    known = set(vars(ImportTarget)) | set(ImportTarget.__annotations__)
    assert options().keys() <= known


@pytest.mark.parametrize("name", ["mode", "duplicates", "read_as", "links", "hexadecimal"])
def test_the_examples_pass_the_checks(name: str) -> None:
    value = options()[name]
    if isinstance(value, dict):
        value = {RENAMED.get(key, key): one for key, one in value.items()}
    body = {"model": Article, "natural_key": ["slug"], name: value}
    target: ImportTarget = type("Example", (ImportTarget,), body)()
    assert check_target(target) == []


def test_the_example_of_several_keys_passes_the_checks() -> None:
    lookups = {"city": options()["lookups"]["city"]}
    body = {"model": Station, "natural_key": ["code"], "lookups": lookups}
    target: ImportTarget = type("Example", (ImportTarget,), body)()
    assert check_target(target) == []
