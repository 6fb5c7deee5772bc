"""Child with Django: makes the job, as the start page would."""

from __future__ import annotations

from pathlib import Path

import django

from tests.bench.measuring import Measure, task, tell


def main() -> None:
    """Create the job that the task describes, and say its id."""
    django.setup()
    from django.contrib.auth import get_user_model

    from imports import jobs
    from imports.mapping import suggest
    from imports.registry import get_target
    from lambda_worker.files.dialect import Dialect
    from lambda_worker.plan import FilePlan, Mode
    from tests.bench.import_.data import HEADER

    work = task()
    headers = tuple(HEADER.split(","))
    target = get_target("shop.movement")
    user, _ = get_user_model()._default_manager.get_or_create(
        username="bench", defaults={"is_superuser": True, "email": "bench@example.com"}
    )
    job = jobs.create_job(
        target,
        user=user,
        file=FilePlan(name="x.csv", dialect=Dialect(), headers=headers),
        size=Path(work["path"]).stat().st_size,
        mapping=suggest(target, headers),
        mode=Mode(work["mode"]),
        again=True,
        exclusive=work["exclusive"],
    )
    tell(Measure(said={"job": str(job.pk)}))


if __name__ == "__main__":
    main()
