"""How fast an attempt goes and how long it takes, from its own row: no poll remembers another.

What keeps the figures from jumping: they are reckoned at the heartbeat, which was written together
with what was done by then; a phase is expected to take its share of the time that the earlier ones
took, until its own speed is known better; and what has been done since the last report is taken to
have gone as expected.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from imports.models import ImportAttempt
from lambda_worker.applying import BATCHES
from lambda_worker.contract import Status

SHARES: Final = {Status.STAGING: (0, 35), Status.CHECKING: (35, 60), Status.APPLYING: (60, 99)}
"""From and to which percent of the whole each phase goes: a million rows took some 5 s to read, 4 s
to check and 6 s to write. 100 is for what is committed."""

WHOLE: Final = 99

STEADY_AFTER: Final = 2.0
"""Seconds of a phase before its own speed says anything."""

TRUST: Final = {Status.STAGING: math.inf, Status.CHECKING: 1.0, Status.APPLYING: 2.0}
"""How fast a phase's own speed takes over from what was expected, by the share that is done. The
statements of a check take unlike times, the batches of a write like ones."""


@dataclass(frozen=True, slots=True)
class Pace:
    """Records a second of this phase, and seconds until the end; None while unknown."""

    rate: float | None = None
    left: float | None = None


@dataclass(frozen=True, slots=True)
class _Reached:
    """How far a phase is: `spent` seconds for `share` of it, reported in steps of `step`; the
    phases before it took `before` seconds, None where another attempt did them."""

    phase: Status
    spent: float
    share: float
    step: float
    before: float | None

    @property
    def size(self) -> int:
        """Percent of the whole that this phase is."""
        low, high = SHARES[self.phase]
        return high - low

    @property
    def earlier(self) -> int:
        """Percent of the whole that came before it."""
        return SHARES[self.phase][0]


def pace_of(attempt: ImportAttempt, records: int | None) -> Pace:
    """The attempt's pace at its last heartbeat; `records` is how many the file has, if known."""
    if attempt.phase not in SHARES:
        return Pace()
    reached = _reached(attempt)
    expected = _expected(reached)
    if expected is None:
        return Pace(rate=_reading_rate(attempt, reached))
    share = _share_by_now(reached, expected)
    left = (1 - share) * expected + _later(reached, share)
    if reached.phase is Status.STAGING:
        return Pace(_reading_rate(attempt, reached), left)
    return Pace(_rate(reached, share, records), left)


def share_of(attempt: ImportAttempt, phase: Status) -> float:
    """How much of the phase is done; 0 where the attempt has not told of it yet."""
    if attempt.phase != phase or attempt.total <= 0:
        return 0.0
    return min(1.0, attempt.done / attempt.total)


def _reached(attempt: ImportAttempt) -> _Reached:
    phase = Status(attempt.phase)
    staged_here = attempt.records_read > 0 and phase is not Status.STAGING
    return _Reached(
        phase=phase,
        spent=_seconds(attempt.phase_started_at, attempt.heartbeat_at),
        share=share_of(attempt, phase),
        step=_step(attempt, phase),
        before=_seconds(attempt.started_at, attempt.phase_started_at) if staged_here else None,
    )


def _seconds(begin: datetime, end: datetime) -> float:
    return max(0.0, (end - begin).total_seconds())


def _step(attempt: ImportAttempt, phase: Status) -> float:
    match phase:
        case Status.CHECKING if attempt.total > 0:
            return 1 / attempt.total
        case Status.APPLYING:
            return 1 / BATCHES
        case _:
            return 0.0


def _expected(reached: _Reached) -> float | None:
    """Seconds that the whole phase takes; None while nothing can be said."""
    own = _by_its_own_speed(reached)
    if reached.before is None or not reached.earlier:
        return own
    by_the_others = reached.before / reached.earlier * reached.size
    if own is None:
        return max(by_the_others, reached.spent)
    trust = min(1.0, TRUST[reached.phase] * reached.share)
    return max(trust * own + (1 - trust) * by_the_others, reached.spent)


def _by_its_own_speed(reached: _Reached) -> float | None:
    """Taken to be in the middle of its step."""
    if not reached.share or reached.spent < STEADY_AFTER:
        return None
    return reached.spent / min(1.0, reached.share + reached.step / 2)


def _share_by_now(reached: _Reached, expected: float) -> float:
    """Between the last report and the next one, where it should be by now."""
    most = min(1.0, reached.share + reached.step)
    return min(most, max(reached.share, reached.spent / expected)) if expected else most


def _later(reached: _Reached, share: float) -> float:
    """Seconds for the phases to come, at the speed of all that is done so far."""
    before, earlier = (reached.before, reached.earlier) if reached.before is not None else (0.0, 0)
    done = earlier + share * reached.size
    to_come = WHOLE - reached.earlier - reached.size
    return to_come * (before + reached.spent) / done if done else 0.0


def _reading_rate(attempt: ImportAttempt, reached: _Reached) -> float | None:
    if reached.phase is not Status.STAGING or not attempt.records_read or not reached.spent:
        return None
    return attempt.records_read / reached.spent


def _rate(reached: _Reached, share: float, records: int | None) -> float | None:
    if not records or not reached.share or reached.spent < STEADY_AFTER:
        return None
    return records * share / reached.spent


# -- What is shown ------------------------------------------------------------------------------

STEPS: Final = ((60, 10), (600, 60), (3_600, 300), (math.inf, 900))
"""Up to how many seconds, in steps of how many: finer is more than anybody can know or wants to."""

GROWTH: Final = 1.5
"""A time left that is shown stays until it is wrong by so much: then the speed has really
dropped."""


def shown_left(left: float | None, shown: int | None) -> int | None:
    """Seconds to show, in round steps, where `shown` were shown before."""
    if left is None:
        return None
    rounded = _rounded_up(left)
    if shown is not None and shown < rounded and left < shown * GROWTH:
        return shown
    return rounded


def _rounded_up(seconds: float) -> int:
    step = next(step for most, step in STEPS if seconds <= most)
    return max(step, math.ceil(seconds / step) * step)


def rounded_rate(rate: float | None) -> float | None:
    """To two digits: a third one only flickers."""
    if not rate:
        return rate
    return round(rate, 1 - math.floor(math.log10(rate)))
