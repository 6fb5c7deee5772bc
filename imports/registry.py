"""The targets that the project's apps have declared, by their model's label."""

from __future__ import annotations

from typing import Any, TypeVar

from imports.targets import ImportTarget

_targets: dict[str, ImportTarget] = {}

T = TypeVar("T", bound=type[ImportTarget])


class UnknownTarget(Exception):
    """No target of that label is declared."""


def register(cls: T) -> T:
    """Class decorator: make the model importable."""
    target = cls()
    if target.label in _targets and type(_targets[target.label]) is not cls:
        raise ValueError(f"{target.label} has an import target already")
    _targets[target.label] = target
    return cls


def unregister(label: str) -> None:
    """Take a target out again; tests declare their own."""
    del _targets[label]


def targets() -> list[ImportTarget]:
    """All declared targets, in the order of their labels."""
    return [_targets[label] for label in sorted(_targets)]


def get_target(label: str) -> ImportTarget:
    """The target of a label such as `airports.route`, in any case of letters."""
    try:
        return _targets[label.lower()]
    except KeyError:
        known = ", ".join(sorted(_targets)) or "none at all"
        raise UnknownTarget(f"{label!r} is no import target; there are: {known}") from None


def target_of(model: type[Any]) -> ImportTarget | None:
    """The target that a model has, if it has one."""
    return _targets.get(model._meta.label_lower)


def targets_for(user: Any) -> list[ImportTarget]:
    """The targets that a user may import into in one mode at least."""
    return [target for target in targets() if target.permits(user)]
