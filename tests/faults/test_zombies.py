"""A worker that wakes up after its successor has begun writes nothing, neither rows nor status."""

from __future__ import annotations

from typing import Any

import pytest

from lambda_worker.contract import Command
from tests.faults.faults import Fault
from tests.faults.scenes import Clean, Scene, Stage
from tests.faults.test_connections import IN_PHASE

_SILENT = "UPDATE imports_importattempt SET heartbeat_at = now() - interval '2 minutes'"

WHERE = {
    **IN_PHASE,
    "the last step": Fault(do="stop", name="data UPDATE imports_importjob", when="before"),
}


def everything(stage: Stage, job: Any) -> dict[str, Any]:
    """All that a zombie might write to. Its sessions last until it wakes up and ends."""
    left = {**stage.result(job), "row": stage.bench.row(job), "mails": stage.mails()}
    return {name: value for name, value in left.items() if name != "sessions"}


@pytest.mark.parametrize("where", WHERE)
def test_a_zombie_writes_nothing(
    stage: Stage, clean: dict[str, Clean], insert: Scene, where: str
) -> None:
    job = stage.begin(insert)
    zombie = stage.child(job, WHERE[where])
    zombie.wait_until_stopped()
    stage.bench.sql.execute(_SILENT)
    stage.finish(job, Command.WATCHDOG)
    before = everything(stage, job)
    zombie.go_on()
    zombie.wait()
    assert everything(stage, job) == before
    stage.assert_as_clean(job, clean["insert"], where)
    assert stage.bench.row(job)["attempt"] == 2


def test_a_frozen_worker_whose_heart_was_heard_is_left_alone(stage: Stage, insert: Scene) -> None:
    from lambda_worker.faults import JobBusy

    job = stage.begin(insert)
    frozen = stage.child(job, WHERE["applying"])
    frozen.wait_until_stopped()
    with pytest.raises(JobBusy):
        stage.deliver(stage.message(job, Command.WATCHDOG))
    frozen.go_on()
    frozen.wait()
    assert stage.bench.row(job)["attempt"] == 1
    assert stage.bench.row(job)["status"] == "succeeded"
