"""Small counts: their noise, and the exact rarity under a negative binomial law."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from checks.anomaly.arrays import Bools, Floats, Ints

MAX_COUNT = 400
SMALL_LEVEL = 200.0
"""Above this expected count the Gaussian on the log scale is as good."""
ORDINARY_ODDS = 4e-3
"""A small count more likely than this, two-sided, is never flagged for its size."""
FIRST_ZERO_ODDS = 8e-3
"""No rows at all are flagged where they are less likely than this and never were in memory."""
ZERO_ODDS = 1e-3
"""The same where they were."""
TROUBLED_ODDS = 80.0
"""Both are so many times higher in a fleet in which events are common."""
NO_ZEROS, MANY_ZEROS = 0.02, 3.0
"""Remembered zeros: with fewer there were none, with more they are usual."""
ZERO_KEEP = 1 - 1 / 64
LEAST_EXCESS = 0.01
"""Variance beyond Poisson, relative to the squared mean, from which on it tells levels apart."""
MOST_SKEW = 0.5
"""The variance of a logarithm beyond which its lognormal's mean is not believed."""
COUNT_SHIFT = 0.375
"""Added to a count before its root is taken (Anscombe 1948)."""
EXCESS_MEMORY = 50.0
"""Points over which the variance beyond Poisson is learned."""


class SmallCounts:
    """The variance (S,) of each count beyond Poisson, relative to its squared mean."""

    def __init__(self, is_count: Bools) -> None:
        self.is_count = is_count
        self.excess = np.full(len(is_count), LEAST_EXCESS)

    def noise(self, level: Floats) -> Floats:
        """How much noisier (S,) a count of this level is than a large one: 1 for what is no small count."""
        rows, noise = self._small(level), np.ones(len(level))
        excess = self._bounded(rows)
        noise[rows] = np.sqrt((excess + 1.0 / (level[rows] + 1.0)) / excess)
        return noise

    def even(self, error: Floats, values: Floats, level: Floats) -> Floats:
        """The errors (S,) on the log scale, those of small counts on one where all levels are equally noisy.

        That is 2 asinh sqrt(excess * (y + 3/8)), which steadies the negative binomial (Anscombe 1948); of large counts
        its differences are those of the logarithm.
        """
        rows, even = self._small(level), error.copy()
        even[rows] = self._steady(values[rows], rows) - self._steady(self._mean(level, rows), rows)
        return even

    def edge(self, plain: Floats, level: Floats, reach: Floats) -> Floats:
        """The count (S,) whose evened error is `reach`, signed; `plain` for what is no small count."""
        rows, edge = self._small(level), plain.copy()
        half = 0.5 * (self._steady(self._mean(level, rows), rows) + reach[rows])
        edge[rows] = np.maximum(np.sinh(np.maximum(half, 0.0)) ** 2 / self._bounded(rows) - COUNT_SHIFT, 0.0)
        return edge

    def ordinary(self, flag: Bools, values: Floats, level: Floats) -> Bools:
        """Which flags (S,) are small counts that the negative binomial finds ordinary."""
        rows = np.flatnonzero(flag & self.is_count & (level < SMALL_LEVEL))
        found = np.zeros(len(flag), dtype=np.bool_)
        if len(rows):
            mean = np.maximum(self._mean(level, rows), 0.05)
            found[rows] = two_sided(values[rows], mean, self.excess[rows]) > ORDINARY_ODDS
        return found

    def no_rows(self, level: Floats) -> Floats:
        """How likely (S,) nothing at all is where this level is expected: impossible for large counts, 1 for none."""
        rows, chance = self._small(level), np.where(self.is_count, 0.0, 1.0)
        chance[rows] = none_at_all(np.maximum(self._mean(level, rows), 1e-6), self.excess[rows])
        return chance

    def learn(self, error: Floats, level: Floats, use: Bools) -> None:
        """Take the errors (S,) on the log scale at their levels (S,)."""
        beyond = np.clip(error**2 - 1.0 / (level + 1.0), -0.3, 0.6)
        moved = np.clip(self.excess + (beyond - self.excess) / EXCESS_MEMORY, 4e-4, 0.5)
        self.excess = np.where(use, moved, self.excess)

    def _small(self, level: Floats) -> Ints:
        """The places (n,) of small counts."""
        return np.flatnonzero(self.is_count & (level < SMALL_LEVEL))

    def _bounded(self, rows: Ints) -> Floats:
        return np.asarray(np.maximum(self.excess[rows], LEAST_EXCESS), dtype=np.float64)

    def _mean(self, level: Floats, rows: Ints) -> Floats:
        """The mean (n,) of small counts whose logs have these means: a lognormal's, to the first order."""
        above = level[rows] + 1.0
        variance = np.minimum(self.excess[rows] + 1.0 / above, MOST_SKEW)
        return np.asarray(above * np.exp(0.5 * variance) - 1.0, dtype=np.float64)

    def _steady(self, count: Floats, rows: Ints) -> Floats:
        root = np.sqrt(self._bounded(rows) * (np.maximum(count, 0.0) + COUNT_SHIFT))
        return np.asarray(2.0 * np.arcsinh(root), dtype=np.float64)


class Zeros:
    """How often (S,) each series has been exactly nothing of late."""

    def __init__(self, seen: Floats) -> None:
        self.seen = seen

    def odd(self, chance: Floats, trouble: Floats) -> Bools:
        """Where (S,) nothing at all is too unlikely by its chance (S,).

        It may be likelier where it never was, and where there is much `trouble` (S,), 0 to 1, in the fleet.
        """
        odds = np.where(self.seen < NO_ZEROS, FIRST_ZERO_ODDS, ZERO_ODDS) * TROUBLED_ODDS**trouble
        return np.asarray((chance < odds) & (self.seen < MANY_ZEROS), dtype=np.bool_)

    def learn(self, values: Floats) -> None:
        """Take one point (S,) of each: what was flagged counts as well, for it may be chance."""
        self.seen = self.seen * ZERO_KEEP + (values == 0)


def two_sided(observed: Floats, mean: Floats, excess: Floats) -> Floats:
    """Twice the smaller tail (n,) of NB(mean, variance = mean + excess * mean**2), at most 1.

    The law follows P(k) = P(k - 1) * (k - 1 + r) / k * q with r = 1 / excess (Panjer 1981).
    """
    size = 1.0 / np.maximum(excess, 1e-4)
    share = mean / (mean + size)
    k = np.arange(1, MAX_COUNT + 1, dtype=np.float64)
    start = (size * np.log1p(-share))[:, None]
    rise = np.log((k - 1 + size[:, None]) / k) + np.log(np.maximum(share, 1e-12))[:, None]
    law = np.exp(np.concatenate([start, start + np.cumsum(rise, axis=1)], axis=1))
    at = np.clip(observed, 0, MAX_COUNT).astype(np.int64)
    rows = np.arange(len(at))
    lower = np.cumsum(law, axis=1)[rows, at]
    upper = np.maximum(1.0 - lower + law[rows, at], 0.0)
    return np.asarray(np.minimum(1.0, 2.0 * np.minimum(lower, upper)), dtype=np.float64)


def none_at_all(mean: Floats, excess: Floats) -> Floats:
    """P(nothing) (n,) under the same law."""
    size = 1.0 / np.maximum(excess, 1e-4)
    return np.asarray((size / (size + mean)) ** size, dtype=np.float64)
