"""Scale and tail of one-step residuals: a small grid of Student-t laws for each series.

For each degree of freedom nu the scale follows the score of the t likelihood, stepped by its Fisher information
2 nu / (nu + 3) (Robbins & Monro 1951; Lange, Little & Taylor 1989). Discounted likelihoods weigh the grid, with the
fleet's shares as prior. A residual is then told as the Gaussian sigma of equal rarity (Wallace 1959).
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from checks.anomaly.fleet import NU, Fleet

if TYPE_CHECKING:
    from checks.anomaly.arrays import Floats, Ints
    from checks.anomaly.config import Config

LOG_NORM = np.array([math.lgamma((v + 1) / 2) - math.lgamma(v / 2) - 0.5 * math.log(v * math.pi) for v in NU])
WALLACE = (8 * NU + 1) / (8 * NU + 3)
PRIOR_POINTS = 6.0
"""What the first scale is worth, in residuals."""
SMALLEST = 1e-260


class TailModel:
    """Scale, tail index and rarity for S series."""

    def __init__(self, scale: Floats, config: Config, cohorts: Ints) -> None:
        """Start every series at a prior scale (S,); what cohort each is of (S,)."""
        self.log_scale = np.log(scale)[:, None] - 0.04 * (4.0 - np.log2(NU))
        self.score = np.zeros((len(scale), len(NU)))
        self.fleet = Fleet(cohorts, scale)
        self.seen = np.full(len(scale), PRIOR_POINTS)
        self.memory = config.scale_memory
        self.keep = 1.0 - 1.0 / config.tail_memory
        self._refresh()

    @property
    def index(self) -> Floats:
        """The tail index (S,): the harmonic mean of nu under the weights."""
        return np.asarray(1.0 / (self.weight / NU).sum(axis=1), dtype=np.float64)

    def rarity(self, residual: Floats) -> Floats:
        """|z| (S,): the Gaussian sigma as rare as this residual (S,)."""
        ratio = residual[:, None] * np.exp(-self.log_scale)
        inflate = 1.0 + 1.0 / self.seen[:, None]
        square = WALLACE**2 * NU * np.log1p(ratio**2 / NU / inflate)
        chance = (self.weight * np.exp(-0.5 * np.minimum(square, 600.0))).sum(axis=1)
        bounded = np.minimum(np.maximum(chance, SMALLEST), 1.0)
        return np.asarray(np.sqrt(-2.0 * np.log(bounded)), dtype=np.float64)

    def limit(self, z: Floats) -> Floats:
        """The residual (S,) whose rarity is z (S,): a first guess, refined three times."""
        grow = np.exp((z[:, None] / WALLACE) ** 2 / NU) - 1.0
        inflate = 1.0 + 1.0 / self.seen[:, None]
        each = np.exp(self.log_scale) * np.sqrt(NU * np.minimum(grow, 1e12) * inflate)
        guess = np.exp((self.weight * np.log(each)).sum(axis=1))
        for _ in range(3):
            found = np.maximum(self.rarity(guess), 1e-6)
            guess = guess * np.clip(z / found, 0.5, 2.0) ** 1.3
        return np.asarray(guess, dtype=np.float64)

    def learn(self, residual: Floats, use: Floats) -> None:
        """Take one residual of each series (S,) with weight `use` (S,), 0 to skip."""
        ratio2 = (residual[:, None] * np.exp(-self.log_scale)) ** 2
        likelihood = LOG_NORM - self.log_scale - 0.5 * (NU + 1) * np.log1p(ratio2 / NU)
        gain = use[:, None]
        self.score = np.where(gain > 0, self.keep * self.score + gain * likelihood, self.score)
        self.score -= self.score.max(axis=1, keepdims=True)
        self.seen = np.minimum(self.seen + use, self.memory)
        pull = ((NU + 1) * ratio2 / (NU + ratio2) - 1.0) * (NU + 3) / (2 * NU)
        self.log_scale = self.log_scale + gain * np.clip(pull, -1.0, 3.0) / self.seen[:, None]
        self.fleet.learn(self.weight)
        self.fleet.count(residual, use > 0)
        self._refresh()

    def _refresh(self) -> None:
        total = self.score + np.log(self.fleet.prior)
        raw = np.exp(total - total.max(axis=1, keepdims=True))
        self.weight = raw / raw.sum(axis=1, keepdims=True)
        self.scale = np.exp((self.weight * self.log_scale).sum(axis=1))
