"""What was before each point of a series finer than a day: moments of the last weeks, and the profile of its days.

Window sums come from running totals, so a pass takes O(S T).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from checks.anomaly.arrays import row_median
from checks.anomaly.kinds import Mark, Reason
from checks.anomaly.verdicts import Verdicts, of_side

if TYPE_CHECKING:
    from checks.anomaly.arrays import Bools, Floats, Ints

PROFILE_DAYS = 7
LONG_DAYS = 42
"""The longer memory: six weeks."""


@dataclass(frozen=True, slots=True)
class Moments:
    """Mean, standard deviation and number (S, T) of the points in the window before each."""

    mean: Floats
    sd: Floats
    count: Ints

    @property
    def spread(self) -> Floats:
        """The standard deviation (S, T), at least a thousandth of the mean: what never varied has a band as well."""
        return np.asarray(np.maximum(self.sd, 1e-3 * np.abs(self.mean) + 1e-9), dtype=np.float64)

    def z(self, x: Floats, least_points: int) -> Floats:
        """How many standard deviations (S, T) x is off; 0 where too few points are known."""
        return np.where(self.count >= least_points, np.nan_to_num((x - self.mean) / self.spread), 0.0)


@dataclass(frozen=True, slots=True)
class Departure:
    """How far off (S, T) each point is, signed, in standard deviations; what was expected; and from how many points.

    `middle`, and `reach` to where the strength equals the limit, are on the steadied scale.
    """

    strength: Floats
    middle: Floats
    reach: Floats
    count: Ints

    def or_else(self, other: Departure, limit: float) -> Departure:
        """The farther of two at each point; the other's band where only by the other a point is odd."""
        farther = np.abs(other.strength) > np.abs(self.strength)
        shown = farther & (np.abs(other.strength) > limit)
        return Departure(
            np.where(farther, other.strength, self.strength),
            np.where(shown, other.middle, self.middle),
            np.where(shown, other.reach, self.reach),
            self.count,
        )


@dataclass(frozen=True, slots=True)
class Said:
    """What people said of the points (S, T), as the window methods need it."""

    spared: Bools
    wrong: Bools
    begin: Ints

    @classmethod
    def of(cls, marks: Ints | None, shape: tuple[int, ...]) -> Said:
        """Of Mark codes, or of none; `begin` is where the history begins that a point may look at."""
        said = np.zeros(shape, dtype=np.int64) if marks is None else marks
        restart = np.where((said & Mark.RESTART) != 0, np.arange(shape[1]), 0)
        begin = np.asarray(np.maximum.accumulate(restart, axis=1), dtype=np.int64)
        return cls((said & Mark.SPARED) != 0, (said & Mark.WRONG) != 0, begin)

    def learned(self, x: Floats) -> Floats:
        """What (S, T) is learned from: NaN where a point was spared or is wrong."""
        return np.where(self.spared | self.wrong, np.nan, x)

    def heard(self, found: Bools) -> Bools:
        """What (S, T) was found, but for what people said."""
        return np.asarray((found & ~self.spared) | self.wrong, dtype=np.bool_)


def steady(values: Floats) -> Floats:
    """The signed square root, which steadies the noise of counts and rates (Anscombe 1948)."""
    return np.asarray(np.sign(values) * np.sqrt(np.abs(values)), dtype=np.float64)


def past_moments(x: Floats, window: int, begin: Ints) -> Moments:
    """Of up to `window` earlier points, none before `begin` (S, T); NaN is left out, the point itself never in."""
    seen = ~np.isnan(x)
    origin = np.array([row[ok][0] if ok.any() else 0.0 for row, ok in zip(x, seen, strict=True)])[:, None]
    y = np.where(seen, x - origin, 0.0)
    end = np.broadcast_to(np.arange(x.shape[1]), x.shape)
    start = np.maximum(end - window, np.minimum(begin, end))
    count = np.maximum(_sums(seen.astype(np.float64), start, end), 0.0)
    mean = _sums(y, start, end) / np.maximum(count, 1.0)
    variance = np.maximum(_sums(y * y, start, end) / np.maximum(count, 1.0) - mean**2, 0.0)
    return Moments(mean + origin, np.sqrt(variance), count.astype(np.int64))


def day_profile(x: Floats, day: int, begin: Ints) -> Floats:
    """The median (S, T) of the points at the same time of up to seven days before, none before `begin`."""
    at = np.arange(x.shape[1])
    past = np.full((PROFILE_DAYS, *x.shape), np.nan)
    for back in range(1, PROFILE_DAYS + 1):
        if back * day < x.shape[1]:
            past[back - 1, :, back * day :] = x[:, : -back * day]
            past[back - 1][at - back * day < begin] = np.nan
    return row_median(past.reshape(PROFILE_DAYS, -1).T).reshape(x.shape)


def verdicts(found: Departure, bar: Floats, odd: Bools, flag: Bools) -> Verdicts:
    """Verdicts (S, T) from departures, the bar they had to exceed, what is odd by it, and what of that is flagged."""
    nothing = np.zeros_like(bar)
    return Verdicts(
        _back(found.middle), _back(found.middle - found.reach), _back(found.middle + found.reach),
        flag, np.zeros_like(flag), np.where(odd, of_side(found.strength > 0, Reason.HIGH, Reason.LOW), 0),
        found.strength, bar, nothing, nothing, nothing, nothing, found.count,
    )  # fmt: skip


def _sums(values: Floats, start: Ints, end: Ints) -> Floats:
    """The sums (S, T) of values over [start, end) of each row."""
    total = np.concatenate([np.zeros((len(values), 1)), np.cumsum(values, axis=1)], axis=1)
    upper, lower = np.take_along_axis(total, end, axis=1), np.take_along_axis(total, start, axis=1)
    return np.asarray(upper - lower, dtype=np.float64)


def _back(x: Floats) -> Floats:
    return np.asarray(np.sign(x) * x**2, dtype=np.float64)
