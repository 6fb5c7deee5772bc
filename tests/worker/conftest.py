"""The worker's tests share one migrated database; each leaves it empty."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.worker.workbench import Workbench, workbench


@pytest.fixture
def bench(database_url: str) -> Iterator[Workbench]:
    """A workbench of one's own; the database beneath it is shared and left clean."""
    with workbench(database_url) as bench:
        yield bench
