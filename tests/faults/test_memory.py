"""A worker that runs out of memory leaves nothing; one with enough completes the job."""

from __future__ import annotations

import pytest

from tests.faults.scenes import Clean, Scene, Stage

MB = 1024 * 1024


@pytest.mark.parametrize("more", [1 * MB, 5 * MB])
def test_out_of_memory(stage: Stage, clean: dict[str, Clean], insert: Scene, more: int) -> None:
    job = stage.begin(insert)
    child = stage.child(job, memory=more)
    child.wait()
    assert child.note().get("outcome") != "succeeded", "it had enough: take more away"
    assert stage.bench.all("SELECT FROM airports_airport") == []
    stage.finish(job)
    stage.assert_as_clean(job, clean["insert"], f"{more} bytes")
