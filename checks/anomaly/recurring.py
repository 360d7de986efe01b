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
    """For each step and each series, how many points ago the like of it was.

    Everything is a pair (2, S): the newest earlier point of the class and the one before; 0 where there is none.
    """

    def __init__(self, times_ms: Ints | None, lags: tuple[int, ...], reach: int) -> None:
        """Take the times (S, T) in epoch ms, or None to know lags in points only; no farther back than `reach`."""
        self.reach = reach
        self.lags = lags
        self.row: Ints = np.zeros(1, dtype=np.int64)
        self.classes: list[Ints] = []
        if times_ms is not None:
            distinct, first, row = np.unique(times_ms[:, 0], return_index=True, return_inverse=True)
            self.row = row if len(distinct) > 1 else self.row
            self.classes = _calendar_classes(times_ms[first])

    def back(self, t: int) -> list[Ints]:
        """The classes that any of the series is in at t."""
        found = [np.array([[lag], [2 * lag]]) for lag in self.lags if t >= 2 * lag and 2 * lag < self.reach]
        return found + [self._classed(t, last) for last in self.classes if (last[:, t] >= 0).any()]

    def _classed(self, t: int, last: Ints) -> Ints:
        """`last` (U, T) is the class's newest earlier index at each point of the class, else -1."""
        newest = last[:, t]
        before = np.where(newest >= 0, last[np.arange(len(last)), newest], -1)
        usable = (before >= 0) & (t - before < self.reach)
        return np.where(usable, np.stack([t - newest, t - before]), 0)[:, self.row]


def _calendar_classes(times_ms: Ints) -> list[Ints]:
    """For each class (U, T): the newest earlier index of the class where a point is in it, else -1."""
    days = [[day_of(int(time)) for time in row] for row in times_ms]
    member = np.array([[classes_of(day) for day in row] for row in days])
    found = [_last_of(member[:, :, c]) for c in range(member.shape[2])]
    numbers = np.array([[day.day for day in row] for row in days])
    same = np.full(numbers.shape, -1, dtype=np.int64)
    for number in range(1, 32):
        same = np.maximum(same, _last_of(numbers == number))
    return [*found, same]


def _last_of(member: Bools) -> Ints:
    """(U, T): at each member the index of the member before it; -1 elsewhere and at the first."""
    at = np.where(member, np.arange(member.shape[1]), -1)
    newest = np.maximum.accumulate(at, axis=1)
    before = np.concatenate([np.full((len(at), 1), -1), newest[:, :-1]], axis=1)
    return np.where(member, before, -1)


def recurring_effect(history: History, classes: list[Ints]) -> Floats:
    """The strongest effect (S,) among classes given as Recurrence.back gives them; 0 for none."""
    series = len(history.data["clean"])
    strongest = np.zeros(series)
    for back in classes:
        ago = np.broadcast_to(back, (2, series))
        rows = np.flatnonzero(ago[1] > 0)
        size, holds = effect(_at(history, "residual", rows, ago), _at(history, "rarity", rows, ago))
        stronger = holds & (np.abs(size) > np.abs(strongest[rows]))
        strongest[rows[stronger]] = size[stronger]
    return strongest


def _at(history: History, name: str, rows: Ints, ago: Ints) -> Floats:
    """(2, n): the newest and the second newest occurrence in those rows."""
    return history.data[name][rows, history.size - ago[:, rows]]


def effect(residuals: Floats, rarities: Floats) -> tuple[Floats, Bools]:
    """The mean of the two newest occurrences (2, n), and where (n,) it is to be believed.

    It is where both stand out to the same side, together by LEAST_Z, and are of like size.
    """
    first, second = residuals
    low, high = np.minimum(np.abs(first), np.abs(second)), np.maximum(np.abs(first), np.abs(second))
    strength = np.sqrt(0.5 * (rarities**2).sum(axis=0))
    holds = (first * second > 0) & (low > ALIKE * high) & (strength > LEAST_Z)
    holds &= rarities.min(axis=0) > LEAST_OF_BOTH * LEAST_Z
    return np.where(holds, 0.5 * (first + second), 0.0), holds
