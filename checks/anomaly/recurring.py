"""Events that come back: month ends by the calendar, or every so many points."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING

import numpy as np

from assay.model.time import day_of

if TYPE_CHECKING:
    from checks.anomaly.arrays import Bools, Floats, Ints
    from checks.anomaly.history import History

SATURDAY = 5
KEPT = 3
"""At most this many earlier occurrences of a class are looked at, and at least two."""
LEAST_Z = 2.4
"""How rare, in root mean square, two occurrences must have been."""
LEAST_OF_BOTH = 0.67
"""Each of them must reach this share of that."""
ALIKE = 0.4
"""The smaller of two effects must be this share of the larger."""


def classes_of(day: date) -> tuple[bool, bool, bool, bool]:
    """Whether a date is its month's last day, last working day, first day, first working day."""
    before, after = _working_day(day, -1), _working_day(day, 1)
    is_working = day.weekday() < SATURDAY
    return (
        (day + timedelta(days=1)).day == 1,
        is_working and after.month != day.month,
        day.day == 1,
        is_working and before.month != day.month,
    )


def _working_day(day: date, step: int) -> date:
    """The next working day in that direction."""
    day += timedelta(days=step)
    while day.weekday() >= SATURDAY:
        day += timedelta(days=step)
    return day


class Recurrence:
    """For each step the earlier points that belong to the same recurring class."""

    def __init__(self, times_ms: Ints | None, lags: tuple[int, ...], reach: int) -> None:
        """Take the times (T,) in epoch ms, or None to know lags in points only; no farther back than `reach`."""
        self.lags = lags
        self.reach = reach
        self.days = [] if times_ms is None else [day_of(int(time)) for time in times_ms]
        self.member = [classes_of(day) for day in self.days]

    def groups(self, t: int) -> list[list[int]]:
        """Lists of earlier indices, newest first, each a class that t may belong to."""
        found = [self._lagged(t, lag) for lag in self.lags]
        if self.days:
            found += self._by_calendar(t)
        return [group[:KEPT] for group in found if len(group) >= 2]  # noqa: PLR2004 - two make a habit

    def _lagged(self, t: int, lag: int) -> list[int]:
        return [t - k * lag for k in range(1, KEPT + 1) if k * lag <= t and k * lag < self.reach]

    def _by_calendar(self, t: int) -> list[list[int]]:
        past = range(t - 1, max(-1, t - self.reach), -1)
        classes = [c for c, holds in enumerate(self.member[t]) if holds]
        found = [[i for i in past if self.member[i][c]] for c in classes]
        return [*found, [i for i in past if self.days[i].day == self.days[t].day]]


def recurring_effect(history: History, back: list[list[int]]) -> Floats:
    """The strongest effect (S,) among classes given as lists of how many points ago they were; 0 for none."""
    strongest = np.zeros(len(history.ago("clean", 1)))
    for group in back:
        residuals = [history.ago("residual", k) for k in group[:2]]
        size, holds = effect(residuals, [history.ago("rarity", k) for k in group[:2]])
        strongest = np.where(holds & (np.abs(size) > np.abs(strongest)), size, strongest)
    return strongest


def effect(residuals: list[Floats], rarities: list[Floats]) -> tuple[Floats, Bools]:
    """The mean of the two newest occurrences (S,), and where (S,) it is to be believed.

    It is where both stand out to the same side, together by LEAST_Z, and are of like size.
    """
    first, second = residuals
    low, high = np.minimum(np.abs(first), np.abs(second)), np.maximum(np.abs(first), np.abs(second))
    strength = np.sqrt(0.5 * (rarities[0] ** 2 + rarities[1] ** 2))
    holds = (first * second > 0) & (low > ALIKE * high) & (strength > LEAST_Z)
    holds &= np.minimum(rarities[0], rarities[1]) > LEAST_OF_BOTH * LEAST_Z
    return np.where(holds, 0.5 * (first + second), 0.0), holds
