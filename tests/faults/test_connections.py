"""Connections that die or stall under a worker."""

from __future__ import annotations

import threading
import time

import pytest

from lambda_worker import pulse
from lambda_worker.contract import Command, CommandMessage
from tests.faults.child import run
from tests.faults.faults import STOP, Fault
from tests.faults.proxy import proxy
from tests.faults.scenes import Clean, Scene, Stage, airports

IN_PHASE = {
    "staging": Fault(do=STOP, name="data COPY write", number=2),
    "checking": Fault(do=STOP, name="data CREATE UNLOGGED TABLE", number=2, when="before"),
    "applying": Fault(do=STOP, name="data SET CONSTRAINTS", when="after"),
}

_END = """
SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity
 WHERE datname = current_database() AND application_name = %s"""


@pytest.mark.parametrize("connection", ["sluice data", "sluice control"])
@pytest.mark.parametrize("phase", IN_PHASE)
def test_a_backend_is_ended(
    stage: Stage, clean: dict[str, Clean], insert: Scene, phase: str, connection: str
) -> None:
    job = stage.begin(insert)
    child = stage.child(job, IN_PHASE[phase])
    child.wait_until_stopped()
    stage.bench.sql.execute(_END, (connection,))
    child.go_on()
    child.wait()
    stage.finish(job)
    stage.assert_as_clean(job, clean["insert"], f"{connection} in {phase}")


@pytest.mark.parametrize("how", ["cancel", "reset"])
def test_a_copy_stalls(
    stage: Stage, monkeypatch: pytest.MonkeyPatch, insert: Scene, how: str
) -> None:
    """A COPY that waits for its client hears no cancel, so the pulse ends its backend."""
    monkeypatch.setattr(pulse, "HANGING_SECONDS", 1.0)
    job = stage.begin(insert)
    stage.folder.upload(job, airports(100_000, width=80))
    errors: list[BaseException] = []
    with proxy(stage.bench.url, stall_at=2_000_000) as between:

        def work() -> None:
            try:
                run(between.address, CommandMessage(Command.START, job), stage.folder.services())
            except BaseException as error:  # noqa: BLE001 - looked at below
                errors.append(error)

        worker = threading.Thread(target=work)
        worker.start()
        assert between.happened.wait(20)
        time.sleep(0.5)
        if how == "reset":
            between.reset()
        else:
            stage.bench.sql.execute(
                "INSERT INTO imports_importcancelrequest (job_id) VALUES (%s)", (job,)
            )
        worker.join(30)
        assert not worker.is_alive()
    row = stage.bench.row(job)
    assert stage.bench.all("SELECT FROM airports_airport") == []
    if how == "cancel":
        assert (row["status"], errors) == ("cancelled", [])
        assert stage.bench.staging_tables() == []
    else:
        assert errors
        assert row["status"] == "staging"
        assert stage.finish(job)["status"] == "succeeded"
