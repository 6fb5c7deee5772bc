"""How fast it goes and how long it still takes: of whole imports, second by second."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest

from imports.models import ImportAttempt
from imports.pace import Pace, pace_of, rounded_rate, shown_left
from lambda_worker.applying import BATCHES
from lambda_worker.contract import Status

BEGIN = datetime(2026, 1, 1, tzinfo=UTC)
RECORDS = 1_000_000
CHECKS = 8


def attempt(
    phase: Status, before: float, spent: float, done: int, total: int, read: int = RECORDS
) -> ImportAttempt:
    """As its row stands at a heartbeat: `spent` seconds into a phase that began after `before`."""
    phase_started_at = BEGIN + timedelta(seconds=before)
    return ImportAttempt(
        phase=phase.value,
        started_at=BEGIN,
        phase_started_at=phase_started_at,
        heartbeat_at=phase_started_at + timedelta(seconds=spent),
        done=done,
        total=total,
        records_read=read,
    )


def beats(reading: int, checking: int, writing: int) -> Iterator[tuple[float, ImportAttempt]]:
    """An import's heartbeats, each with the seconds that are really left."""
    whole = reading + checking + writing
    for n in range(reading):
        row = attempt(Status.STAGING, 0, n, n, reading, RECORDS * n // reading)
        yield whole - n, row
    for n in range(checking):
        row = attempt(Status.CHECKING, reading, n, CHECKS * n // checking, CHECKS)
        yield whole - reading - n, row
    for n in range(writing):
        batches = BATCHES * n // writing
        row = attempt(Status.APPLYING, reading + checking, n, batches * RECORDS // BATCHES, RECORDS)
        yield writing - n, row


IMPORTS = [(50, 40, 60), (200, 40, 60), (20, 20, 200), (20, 120, 40), (600, 500, 800)]
"""As the shares of the bar have it; then with one phase much longer than the others."""


def shown(parts: tuple[int, int, int]) -> list[tuple[float, int]]:
    """What is really left, and what the page says, where it says something."""
    said: list[tuple[float, int]] = []
    last: int | None = None
    for really, row in beats(*parts):
        last = shown_left(pace_of(row, RECORDS).left, last)
        if last is not None:
            said.append((really, last))
    return said


@pytest.mark.parametrize("parts", IMPORTS)
def test_the_time_left_is_said_nearly_always(parts: tuple[int, int, int]) -> None:
    assert len(shown(parts)) >= sum(parts) - 5


@pytest.mark.parametrize("parts", IMPORTS)
def test_the_time_left_seldom_grows(parts: tuple[int, int, int]) -> None:
    said = [seconds for _really, seconds in shown(parts)]
    assert sum(later > earlier for earlier, later in pairwise(said)) <= 3


def test_where_the_phases_take_their_shares_the_time_left_never_grows() -> None:
    said = [seconds for _really, seconds in shown(IMPORTS[0])]
    assert said == sorted(said, reverse=True)


def test_where_the_phases_take_their_shares_the_time_left_is_right() -> None:
    for really, said in shown(IMPORTS[0]):
        assert said == pytest.approx(really, rel=0.2, abs=70)  # in steps of a minute


@pytest.mark.parametrize("parts", IMPORTS)
def test_towards_the_end_the_time_left_is_right_whatever_came_before(
    parts: tuple[int, int, int],
) -> None:
    whole = sum(parts)
    late = [(really, said) for really, said in shown(parts) if really < whole / 10]
    for really, said in late:
        assert said == pytest.approx(really, abs=max(20, whole / 15))


def test_it_is_said_in_few_different_steps() -> None:
    assert len({seconds for _really, seconds in shown((600, 500, 800))}) <= 25


# -- The rate -----------------------------------------------------------------------------------


def test_reading_goes_by_the_records_so_far() -> None:
    assert pace_of(attempt(Status.STAGING, 0, 10, 1, 2, 500), None).rate == 50


def test_writing_goes_by_the_share_that_is_done() -> None:
    row = attempt(Status.APPLYING, 20, 10, RECORDS // 2, RECORDS)
    assert pace_of(row, RECORDS).rate == pytest.approx(RECORDS / 20, rel=0.2)


def test_a_phase_that_has_just_begun_has_no_rate() -> None:
    assert pace_of(attempt(Status.CHECKING, 20, 1, 1, CHECKS), RECORDS).rate is None


def test_nothing_is_said_before_anything_is_done() -> None:
    assert pace_of(attempt(Status.STAGING, 0, 5, 0, 100, 0), None) == Pace()


def test_an_attempt_in_no_phase_has_no_pace() -> None:
    assert pace_of(attempt(Status.IN_REVIEW, 0, 5, 0, 100), RECORDS) == Pace()


@pytest.mark.parametrize(("rate", "said"), [(None, None), (0, 0), (1234.5, 1200), (0.123, 0.12)])
def test_a_rate_has_two_digits(rate: float | None, said: float | None) -> None:
    assert rounded_rate(rate) == said


# -- What is shown ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("left", "said"), [(0, 10), (41, 50), (61, 120), (601, 900), (3_601, 4_500)]
)
def test_a_time_left_is_shown_in_round_steps(left: float, said: int) -> None:
    assert shown_left(left, None) == said


def test_what_is_shown_stays_until_it_is_really_wrong() -> None:
    assert shown_left(45, 40) == 40
    assert shown_left(61, 40) == 120


def test_what_gets_less_is_shown_at_once() -> None:
    assert shown_left(25, 40) == 30


def test_what_is_not_known_any_more_is_not_shown() -> None:
    assert shown_left(None, 40) is None
