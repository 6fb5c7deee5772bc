"""All tests of this folder carry the mark `outside`: they need a registry, or a filled cache."""

from __future__ import annotations

from pathlib import Path

import pytest

HERE = Path(__file__).parent


@pytest.hookimpl(tryfirst=True)  # before -m looks at the marks
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Called with the whole run's items; only those below are of this folder."""
    for item in items:
        if HERE in item.path.parents:
            item.add_marker("outside")
