"""The connection cut exactly before and exactly after COMMIT's acknowledgement."""

from __future__ import annotations

import pytest

from tests.faults.proxy import proxy
from tests.faults.scenes import Clean, Scene, Stage


@pytest.mark.parametrize(("cut", "attempts"), [("before", 2), ("after", 1)])
def test_the_answer_to_commit_is_lost(
    stage: Stage, clean: dict[str, Clean], insert: Scene, cut: str, attempts: int
) -> None:
    with proxy(stage.bench.url, cut=cut) as between:
        job = stage.begin(insert)
        stage.url = between.address
        child = stage.child(job)
        child.wait()
        assert between.happened.is_set(), child.trace
        assert child.note()["error"] == "OperationalError"
    stage.finish(job)
    stage.assert_as_clean(job, clean["insert"], cut)
    # After the acknowledgement everything is in: the next delivery has only the mail to send.
    assert stage.bench.row(job)["attempt"] == attempts
