"""Child: django-postgres-copy on a file whose foreign keys are resolved."""

from __future__ import annotations

import django

from tests.bench.measuring import measured, task, tell


def main() -> None:
    """Load the task's file; `drop` is whether indexes and constraints go and come back."""
    django.setup()
    from postgres_copy import CopyManager

    from tests.bench.import_.data import HEADER
    from tests.bench.shop.models import Movement

    work = task()
    manager = CopyManager()
    manager.contribute_to_class(Movement, "copies")
    mapping = {name: name for name in HEADER.split(",")}
    drop = bool(work["drop"])
    with measured() as measure:
        manager.from_csv(work["path"], mapping, drop_constraints=drop, drop_indexes=drop)
    measure.said = {"imported": Movement._default_manager.count()}
    tell(measure)


if __name__ == "__main__":
    main()
