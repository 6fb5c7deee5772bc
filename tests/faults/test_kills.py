"""The worker killed at the boundaries of its steps and at random instants: an import happens once
and whole, or not at all."""

from __future__ import annotations

import random
import time
from collections.abc import Callable

import pytest

from lambda_worker.contract import Command, Status
from tests.faults.faults import Fault
from tests.faults.scenes import LOCKS, SCENES, Clean, Scene, Stage

SEED = 20_261_124
BOUNDARIES = 8
INSTANTS = 2
INSTANTS_FULL = 30


def redelivery(dice: random.Random) -> Command:
    """What comes after a death: the message again, or the attempt's watchdog."""
    return dice.choice((Command.START, Command.WATCHDOG))


def kill_at(stage: Stage, scene: Scene, number: int, dice: random.Random) -> str:
    """Kill the worker at its n-th boundary, and let others finish; where it was."""
    job = stage.begin(scene)
    command = Command.START
    if scene.name == "review":
        stage.child(job).wait()
        stage.approve(job)
        command = Command.APPLY
    child = stage.child(job, Fault(number=number), command=command)
    code = child.wait()
    where = child.trace[-1] if child.trace else "nowhere"
    assert code == -9, f"it was not killed at boundary {number}: {where}"
    stage.finish(job, redelivery(dice))
    stage.assert_as_clean(job, stage_clean(stage, scene), f"{scene.name}: {number} {where}")
    return where


def kill_after(stage: Stage, scene: Scene, seconds: float, dice: random.Random) -> str:
    """Kill it at an instant, wherever it is."""
    job = stage.begin(scene)
    child = stage.child(job)
    time.sleep(seconds)
    child.kill()
    child.wait()
    where = child.trace[-1] if child.trace else "nowhere"
    stage.finish(job, redelivery(dice))
    stage.assert_as_clean(job, stage_clean(stage, scene), f"{scene.name}: {where}")
    return where


_CLEAN_OF: dict[str, Clean] = {}


def stage_clean(_stage: Stage, scene: Scene) -> Clean:
    """The clean run of a scene."""
    return _CLEAN_OF[scene.name]


@pytest.fixture(autouse=True)
def known(clean: dict[str, Clean]) -> None:
    """The clean runs, before any kill."""
    _CLEAN_OF.update(clean)


@pytest.mark.parametrize("scene", SCENES, ids=lambda scene: scene.name)
def test_forty_kills(
    stage: Stage, clean: dict[str, Clean], scene: Scene, figure: Callable[[str], None]
) -> None:
    dice = random.Random(f"{SEED} {scene.name}")
    trace = clean[scene.name].trace
    for number in sorted(dice.sample(range(1, len(trace) + 1), BOUNDARIES)):
        kill_at(stage, scene, number, dice)
    for _ in range(INSTANTS):
        kill_after(stage, scene, dice.uniform(0, clean[scene.name].seconds), dice)
    figure(f"kills: {scene.name}: {BOUNDARIES + INSTANTS} of {len(trace)} boundaries, lost 0")


@pytest.mark.parametrize("when", ["before", "after"])
def test_around_the_commit(stage: Stage, clean: dict[str, Clean], insert: Scene, when: str) -> None:
    """The third COMMIT of the data connection is that of the rows."""
    job = stage.begin(insert)
    assert stage.child(job, Fault(name="data COMMIT", when=when, number=3)).wait() == -9
    written = stage.bench.all("SELECT FROM airports_airport")
    assert (
        (stage.bench.row(job)["status"] == Status.SUCCEEDED) == bool(written) == (when == "after")
    )
    stage.finish(job)
    stage.assert_as_clean(job, clean["insert"], when)


@pytest.mark.slow
@pytest.mark.parametrize("scene", SCENES, ids=lambda scene: scene.name)
def test_every_boundary(
    stage: Stage, clean: dict[str, Clean], scene: Scene, figure: Callable[[str], None]
) -> None:
    dice = random.Random(f"{SEED} {scene.name} full")
    trace = clean[scene.name].trace
    for number in range(1, len(trace) + 1):
        kill_at(stage, scene, number, dice)
    for _ in range(INSTANTS_FULL):
        kill_after(stage, scene, dice.uniform(0, clean[scene.name].seconds), dice)
    figure(f"kills: {scene.name}: all {len(trace)} boundaries and {INSTANTS_FULL} instants, lost 0")


def test_three_deaths_fail_the_job_and_a_retry_completes_it(
    stage: Stage, clean: dict[str, Clean], insert: Scene
) -> None:
    job = stage.begin(insert)
    for _ in range(3):
        stage.left(LOCKS)
        assert stage.child(job, Fault(name="data SET CONSTRAINTS")).wait() == -9
    assert stage.finish(job)["failure_code"] == "worker_died"
    assert stage.bench.all("SELECT FROM airports_airport") == []
    stage.bench.sql.execute(
        "UPDATE imports_importjob SET status = 'queued', retries = 1 WHERE id = %s", (job,)
    )
    assert stage.finish(job, Command.RETRY)["status"] == Status.SUCCEEDED
    assert stage.result(job) == clean["insert"].result
