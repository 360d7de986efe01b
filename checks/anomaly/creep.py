"""Slow drift away from the series' own habit of growth."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from checks.anomaly.arrays import Bools, Floats
    from checks.anomaly.config import Config
    from checks.anomaly.history import History

HABIT_SLOPE = 0.03
"""Prior spread of growth in a cycle, log units: 0.4 % a day."""
NEAREST_CYCLE = 4
"""The reference ends this many cycles ago."""
FARTHEST_CYCLE = 15
LEAST_CYCLES = 3
SURE_SLOPE = 3.0
"""A slope of this many standard errors is believed as it is."""
EFFICIENCY = 1.25
"""The standard error of a median over that of a mean of Gaussians."""
MOVED = 0.5
"""A creep also went this share of its least effect from where the series was NEAREST_CYCLE cycles ago.

What only stops growing leaves its heading without going anywhere.
"""
WAIT_CYCLES = 8
"""After a creep was told the channel is quiet for this long."""


class Creep:
    """The second channel: the newest cycle against where the older ones were heading."""

    def __init__(self, series: int, config: Config) -> None:
        self.config = config
        self.wait = np.zeros(series, dtype=np.int64)

    def step(self, history: History, scale: Floats, rho: Floats) -> tuple[Bools, Floats]:
        """Where (S,) the newest cycle median left the habit, and by how much (S,); `scale` is of one point."""
        period = self.config.period
        self.wait = np.maximum(self.wait - 1, 0)
        ages = [age for age in self._ages() if age + period <= min(history.size, history.reach)]
        if len(ages) < LEAST_CYCLES:
            return np.zeros(len(scale), dtype=np.bool_), np.zeros(len(scale))
        medians = np.stack([history.ago("middle", age + 1) for age in ages], axis=1)
        expected, error = habit(medians, _noise(scale, rho, period))
        gap = history.ago("middle", 1) - expected
        drift = (np.abs(gap) > self.config.creep_effect) & (np.abs(gap) > self.config.z_creep * error)
        moved = (history.ago("middle", 1) - medians[:, 0]) * np.sign(gap)
        drift &= (moved > MOVED * self.config.creep_effect) & (self.wait == 0)
        self.wait = np.where(drift, WAIT_CYCLES * period, self.wait)
        return drift, gap

    def _ages(self) -> list[int]:
        if not self.config.calendar:
            return []
        return [self.config.period * cycle for cycle in range(NEAREST_CYCLE, FARTHEST_CYCLE + 1)]


def habit(medians: Floats, noise: Floats) -> tuple[Floats, Floats]:
    """Carry older cycle medians (S, n), newest first, forward to now: forecast and standard error, (S,).

    The newest of them is NEAREST_CYCLE cycles old. A straight line by least squares; its slope is shrunk towards no
    growth by tau^2 / (tau^2 + se^2), the empirical Bayes weight, unless it is beyond doubt.
    """
    n = medians.shape[1]
    age = NEAREST_CYCLE + np.arange(n, dtype=np.float64)
    centre = age.mean()
    spread = float(((age - centre) ** 2).sum())
    slope = -(medians @ (age - centre)) / spread
    fit = medians.mean(axis=1)[:, None] - slope[:, None] * (age - centre)
    rough = np.sqrt(((medians - fit) ** 2).sum(axis=1) / max(n - 2, 1))
    sigma = np.maximum(noise, np.minimum(rough, 3 * noise))
    variance = sigma**2 / spread
    keep = HABIT_SLOPE**2 / (HABIT_SLOPE**2 + variance)
    kept = np.where(np.abs(slope) > SURE_SLOPE * np.sqrt(variance), slope, slope * keep)
    error = np.sqrt(sigma**2 * (1.0 + 1.0 / n) + variance * keep * centre**2)
    return medians.mean(axis=1) + kept * centre, error


def _noise(scale: Floats, rho: Floats, period: int) -> Floats:
    """The standard error (S,) of a cycle median of points with lag-one correlation rho (Bartlett 1946)."""
    bounded = np.clip(rho + 0.1, 0.0, 0.8)
    return np.asarray(EFFICIENCY * scale * np.sqrt((1 + bounded) / (1 - bounded) / period), dtype=np.float64)
