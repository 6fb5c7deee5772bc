"""The stage on which imports are disturbed: a database, a folder, and a process that forks."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.faults.children import Zygote, zygote
from tests.faults.folder import Folder
from tests.faults.scenes import SCENES, Clean, Scene, Stage, clean_run
from tests.worker.workbench import Workbench, workbench


@pytest.fixture(scope="session")
def forking() -> Iterator[Zygote]:
    """The process that children are forked from, one for the run."""
    with zygote() as running:
        yield running


@pytest.fixture
def bench(database_url: str) -> Iterator[Workbench]:
    """A workbench on the database that the worker's tests share."""
    with workbench(database_url) as bench:
        yield bench


@pytest.fixture
def stage(bench: Workbench, forking: Zygote, tmp_path: Path) -> Iterator[Stage]:
    """A stage of one's own; no child outlives the test."""
    folder = Folder(tmp_path)
    folder.clear()
    yield Stage(bench, folder, forking)
    forking.end_all()


_CLEAN: dict[str, Clean] = {}


@pytest.fixture
def clean(stage: Stage) -> dict[str, Clean]:
    """What clean runs of the scenes leave; found out once."""
    for scene in SCENES:
        if scene.name not in _CLEAN:
            _CLEAN[scene.name] = clean_run(stage, scene)
    return _CLEAN


@pytest.fixture
def insert() -> Scene:
    """The plainest scene."""
    return SCENES[0]
