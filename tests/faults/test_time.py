"""The deadline comes in each phase: the worker stops before it, in words; or Lambda ends it."""

from __future__ import annotations

import pytest

from lambda_worker.contract import Command
from lambda_worker.pulse import RESERVE_SECONDS
from tests.faults.faults import SLEEP, Fault
from tests.faults.scenes import Clean, Scene, Stage

SLOW = {
    "staging": Fault(do=SLEEP, name="bucket chunk", when="before", number=0, seconds=0.6),
    "checking": Fault(do=SLEEP, name="data INSERT INTO", when="before", seconds=3.0),
    "applying": Fault(do=SLEEP, name="data SET CONSTRAINTS", when="before", seconds=3.0),
}


@pytest.mark.parametrize("phase", SLOW)
def test_it_stops_in_time_and_says_so(stage: Stage, insert: Scene, phase: str) -> None:
    job = stage.begin(insert)
    stage.child(job, SLOW[phase], seconds=RESERVE_SECONDS + 1.5).wait()
    row = stage.bench.row(job)
    assert (row["status"], row["failure_code"]) == ("failed", "out_of_time")
    assert row["failure_params"]["phase"] == phase
    assert stage.bench.all("SELECT FROM airports_airport") == []
    assert stage.bench.staging_tables() == []
    assert stage.mails() == ["airports.csv was not imported"]


@pytest.mark.parametrize("phase", SLOW)
def test_lambda_ends_it(stage: Stage, clean: dict[str, Clean], insert: Scene, phase: str) -> None:
    job = stage.begin(insert)
    hanging = Fault(do=SLEEP, name=SLOW[phase].name, when="before", seconds=600)
    child = stage.child(job, hanging)
    wanted = f"before {hanging.name}"
    assert stage.until(lambda: any(step.startswith(wanted) for step in child.trace[-1:]), 10)
    child.kill()
    child.wait()
    stage.finish(job, Command.WATCHDOG)
    stage.assert_as_clean(job, clean["insert"], phase)
