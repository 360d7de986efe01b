"""Small counts: their noise, and the exact rarity under a negative binomial law."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from checks.anomaly.arrays import Bools, Floats

MAX_COUNT = 400
SMALL_LEVEL = 200.0
"""Above this expected count the Gaussian on the log scale is as good."""
ORDINARY_ODDS = 4e-3
"""A small count more likely than this, two-sided, is never flagged for its size."""
ZERO_ODDS = 8e-3
"""No rows at all are flagged where they are less likely than this."""
EXCESS_MEMORY = 50.0
"""Points over which the variance beyond Poisson is learned."""


class SmallCounts:
    """The variance (S,) of each count beyond Poisson, relative to its squared mean."""

    def __init__(self, is_count: Bools) -> None:
        self.is_count = is_count
        self.excess = np.full(len(is_count), 0.01)

    def noise(self, level: Floats) -> Floats:
        """How much noisier (S,) a count of this level is than a large one: 1 for what is no small count."""
        poisson = 1.0 / (level + 1.0)
        small = self.is_count & (level < SMALL_LEVEL)
        return np.where(small, np.sqrt((self.excess + poisson) / self.excess), 1.0)

    def ordinary(self, flag: Bools, values: Floats, level: Floats) -> Bools:
        """Which flags (S,) are small counts that the negative binomial finds ordinary."""
        rows = np.flatnonzero(flag & self.is_count & (level < SMALL_LEVEL))
        found = np.zeros(len(flag), dtype=np.bool_)
        if len(rows):
            chance = two_sided(values[rows], np.maximum(level[rows], 0.05), self.excess[rows])
            found[rows] = chance > ORDINARY_ODDS
        return found

    def zero_is_odd(self, level: Floats) -> Bools:
        """Where (S,) a count of nothing at all is next to impossible."""
        return self.is_count & (none_at_all(np.maximum(level, 1e-6), self.excess) < ZERO_ODDS)

    def learn(self, error: Floats, level: Floats, use: Bools) -> None:
        """Take the errors (S,) on the log scale at their levels (S,)."""
        beyond = np.clip(error**2 - 1.0 / (level + 1.0), -0.3, 0.6)
        moved = np.clip(self.excess + (beyond - self.excess) / EXCESS_MEMORY, 4e-4, 0.5)
        self.excess = np.where(use, moved, self.excess)


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
