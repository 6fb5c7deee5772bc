"""What all tests of the app share."""

from __future__ import annotations

import time

import pytest

from imports import sweeping


@pytest.fixture(autouse=True)
def no_sweep_by_page_views(monkeypatch: pytest.MonkeyPatch) -> None:
    """As if this process had just swept: whichever test comes first would sweep otherwise."""
    monkeypatch.setattr(sweeping, "_last_lazily", time.monotonic())
