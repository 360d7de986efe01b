"""What the series of a cohort teach each other of their tails.

One series of a hundred points cannot tell a heavy tail from a few events. A fleet can, by what no event touches: how
many residuals are moderately large. Of Gaussian ones 4.5 % lie between 2 and 3.5 robust sigmas, of Student-t ones
with three degrees of freedom 8 %.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from checks.anomaly.arrays import MAD_TO_SIGMA

if TYPE_CHECKING:
    from checks.anomaly.arrays import Bools, Floats, Ints

NU = np.array([2.5, 4.0, 8.0, 40.0])
"""The grid of degrees of freedom."""
PRIOR = np.array([0.12, 0.18, 0.25, 0.45])
HEAVY = 4.0
FLEET_LEAST = 30
"""Fewer series than this teach each other nothing."""
FLEET_GAIN = 0.03
SPREAD_GAIN = 0.04
MODERATE = (2.0, 3.5)
"""Residuals between so many robust sigmas are moderate."""
USUAL_SHARE, HEAVY_SHARE = 0.069, 0.076
"""The share of moderate residuals up to which tails are light, and from which on they are heavy."""
ALONE = 0.6
"""Taken for the share's verdict where too few series are there to give one."""
CLEAR_Z = 4.0
"""From this rarity on a flag is an event beyond doubt."""
FEW_EVENTS, MANY_EVENTS = 5e-4, 4e-3
"""Clear events in a point up to which a fleet is calm, and from which on it is a troubled one."""
SHARE_KEEP = 0.98
SHARE_PRIOR = 1000.0
"""Residuals that speak for a usual share."""


class Fleet:
    """What the series of a cohort teach each other of their tails: the prior weights (S, len(NU)) of each nu."""

    def __init__(self, cohorts: Ints, scale: Floats) -> None:
        """Take the cohort of each series (S,), and the first guess of its scale (S,)."""
        _, self.of, size = np.unique(cohorts, return_inverse=True, return_counts=True)
        self.is_large = size >= FLEET_LEAST
        self.large = np.flatnonzero(self.is_large)
        self.members = [np.flatnonzero(self.of == cohort) for cohort in self.large]
        self.share = np.tile(PRIOR, (len(size), 1))
        self.prior = np.tile(PRIOR, (len(cohorts), 1))
        self.spread = scale / MAD_TO_SIGMA
        self.moderate = np.full(len(size), SHARE_PRIOR * USUAL_SHARE)
        self.total = np.full(len(size), SHARE_PRIOR)
        self.events = np.full(len(size), SHARE_PRIOR * FEW_EVENTS)

    def learn(self, weight: Floats) -> None:
        """Move each large cohort's shares towards its mean belief (EM for a mixture).

        A fleet may only make tails heavier than the prior: a quiet one earns no lower bars.
        """
        for cohort, members in zip(self.large, self.members, strict=True):
            mean = weight.mean(axis=0) if len(members) == len(weight) else weight[members].mean(axis=0)
            share = (1 - FLEET_GAIN) * self.share[cohort] + FLEET_GAIN * mean
            heavier = np.where(NU <= HEAVY, np.maximum(share, PRIOR), np.minimum(share, PRIOR))
            floored = np.maximum(heavier, 0.01)
            self.share[cohort] = share
            self.prior[members] = floored / floored.sum()

    @property
    def heaviness(self) -> Floats:
        """How heavy the tails of each series' cohort are (S,), 0 to 1; ALONE where a cohort is too small to say."""
        share = self.moderate / self.total
        heavy = np.clip((share - USUAL_SHARE) / (HEAVY_SHARE - USUAL_SHARE), 0, 1)
        return np.asarray(np.where(self.is_large, heavy, ALONE)[self.of], dtype=np.float64)

    @property
    def trouble(self) -> Floats:
        """How often clear events strike the cohort of each series (S,), 0 to 1, by the logarithm; 0 where it is small.

        What is doubtful is the likelier an event the more clear ones there are (two groups, Efron 2008).
        """
        rate = np.log(self.events / self.total / FEW_EVENTS) / np.log(MANY_EVENTS / FEW_EVENTS)
        return np.asarray(np.where(self.is_large, np.clip(rate, 0, 1), 0.0)[self.of], dtype=np.float64)

    def strike(self, events: Bools) -> None:
        """Take where (S,) a clear event began; `count`, which is to follow, moves the points it is held against."""
        for cohort, members in zip(self.large, self.members, strict=True):
            self.events[cohort] = _fading(
                self.events[cohort], events[members].sum(), SHARE_PRIOR * FEW_EVENTS
            )

    def count(self, residual: Floats, use: Bools) -> None:
        """Take one residual of each series (S,): first it is counted, then it moves its series' spread.

        The spread follows the median of |residual| by the sign of what exceeds it (Robbins & Monro 1951).
        """
        size = np.maximum(np.abs(residual), 1e-12)
        sigmas = np.where(use, size / (MAD_TO_SIGMA * self.spread), np.nan)
        moderate = (sigmas > MODERATE[0]) & (sigmas < MODERATE[1])
        for cohort, members in zip(self.large, self.members, strict=True):
            self.moderate[cohort] = _fading(
                self.moderate[cohort], moderate[members].sum(), SHARE_PRIOR * USUAL_SHARE
            )
            self.total[cohort] = _fading(self.total[cohort], use[members].sum(), SHARE_PRIOR)
        step = SPREAD_GAIN * np.where(size > self.spread, 1.0, -1.0)
        self.spread = np.where(use, self.spread * np.exp(step), self.spread)


def _fading(kept: float, new: float, prior: float) -> float:
    """A sum that forgets, but not its prior."""
    return prior + SHARE_KEEP * (kept - prior) + new
