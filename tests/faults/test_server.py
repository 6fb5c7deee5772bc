"""The database server crashes, or has no room: nothing is half done, and a later attempt completes
the job."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from resource import RLIM_INFINITY
from typing import Any
from uuid import UUID

import pytest

from lambda_worker.contract import Command
from tests.faults.children import Zygote
from tests.faults.folder import Folder
from tests.faults.scenes import SCENES, Clean, Scene, Stage, airports, clean_run
from tests.faults.server import Server, server
from tests.faults.test_connections import IN_PHASE
from tests.worker.workbench import Workbench

LIMIT = 20 * 1024 * 1024
"""Bytes: above a segment of the write-ahead log, which has 16 MB."""


@pytest.fixture(scope="module")
def own(request: pytest.FixtureRequest) -> Iterator[Server]:
    with server(request.config.getoption("--postgres")) as running:
        yield running


@pytest.fixture
def alone(own: Server, forking: Zygote, tmp_path: Path) -> Iterator[Stage]:
    """A stage on the server of one's own."""
    folder = Folder(tmp_path)
    folder.clear()
    stage = Stage(Workbench(own.url, own.connect_again()), folder, forking)
    yield stage
    forking.end_all()
    stage.bench.sql.close()


_CLEAN: dict[str, Clean] = {}


@pytest.fixture
def cleanly(alone: Stage) -> dict[str, Clean]:
    """As the clean runs are found on the shared server."""
    for scene in SCENES:
        if scene.name not in _CLEAN:
            _CLEAN[scene.name] = clean_run(alone, scene)
    return _CLEAN


def crash(own: Server, stage: Stage, limit: int = RLIM_INFINITY) -> None:
    stage.bench.sql.close()
    own.crash(limit)
    stage.bench.sql = own.connect_again()


@pytest.mark.parametrize("phase", IN_PHASE)
def test_postgres_restarts_at_once(
    own: Server, alone: Stage, cleanly: dict[str, Clean], insert: Scene, phase: str
) -> None:
    job = alone.begin(insert)
    child = alone.child(job, IN_PHASE[phase])
    child.wait_until_stopped()
    crash(own, alone)
    child.go_on()
    child.wait()
    alone.finish(job)
    alone.assert_as_clean(job, cleanly["insert"], phase)


def test_it_restarts_while_a_review_waits(
    own: Server, alone: Stage, cleanly: dict[str, Clean]
) -> None:
    """Unlogged tables are there again, and empty."""
    scene = next(scene for scene in SCENES if scene.name == "review")
    job = alone.begin(scene)
    assert alone.deliver(alone.message(job, Command.START)) == "in_review"
    crash(own, alone)
    (left,) = alone.bench.all(f"SELECT count(*) AS n FROM sluice_staging.raw_{job.hex}")
    assert left == {"n": 0}
    alone.approve(job)
    alone.finish(job, Command.APPLY)
    alone.assert_as_clean(job, cleanly["review"], "review")


def try_without_room(own: Server, alone: Stage, job: UUID) -> dict[str, Any]:
    """Run into the limit, and retry without it; the job as it ends then."""
    crash(own, alone, LIMIT)
    try:
        assert alone.deliver(alone.message(job, Command.START)) == "failed"
        assert alone.bench.row(job)["failure_code"] == "no_space"
        assert alone.bench.staging_tables() == []
        assert "no room left" in alone.folder.mails()[0]["text"]
    finally:
        crash(own, alone)
    alone.bench.sql.execute(
        "UPDATE imports_importjob SET status = 'queued', retries = 1 WHERE id = %s", (job,)
    )
    return alone.finish(job, Command.RETRY)


def test_there_is_no_room_for_staging(own: Server, alone: Stage, insert: Scene) -> None:
    job = alone.begin(insert)
    alone.folder.upload(job, airports(60_000, bad=0, width=400))  # 27 MB, all names too long
    assert try_without_room(own, alone, job)["rows_rejected"] == 60_000


_FILL = """
INSERT INTO airports_airport
    (icao, name, city, country_id, latitude, longitude, elevation, timezone)
SELECT chr(8192 + (n >> 12)) || lpad(to_hex(n & 4095), 3, '0'), repeat('x', 90), '', c.id, 0, 0, 0,
       'UTC'
  FROM generate_series(1, %s) n, airports_country c"""


def test_there_is_no_room_in_the_table(own: Server, alone: Stage, insert: Scene) -> None:
    job = alone.begin(insert)
    alone.bench.sql.execute(_FILL, (110_000,))  # some 19 MB
    alone.folder.upload(job, airports(20_000, bad=0, width=60))
    assert try_without_room(own, alone, job)["rows_inserted"] == 20_000
