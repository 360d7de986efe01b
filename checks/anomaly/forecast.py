"""The forecast of the next point: a mixture of experts, what carries over, and what comes back."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from checks.anomaly.experts import filter_bank

if TYPE_CHECKING:
    from checks.anomaly.arrays import Bools, Floats, Ints
    from checks.anomaly.config import Config
    from checks.anomaly.history import History

RHO_PRIOR = 12.0
"""Points that speak for no autocorrelation."""
RHO_KEEP = 0.985
WORST_LOSS = 9.0


@dataclass(frozen=True, slots=True)
class Forecast:
    """What is expected of one point on the watched scale: by each expert (S, m), and of all (S,).

    `base` is without the recurring effect, `mean` with it where it explains the point better.
    """

    each: Floats
    base: Floats
    mean: Floats
    recurring: Floats

    def explained(self, x: Floats, extra: Floats) -> Forecast:
        """The same with an effect (S,) that may or may not come back today: where it does, x (S,) says so."""
        better = np.isnan(x) | (np.abs(x - self.base - extra) < np.abs(x - self.base))
        used = np.where(better, extra, 0.0)
        return Forecast(self.each, self.base, self.base + used, used)


class Forecaster:
    """Weights of the experts by their past errors, and the lag-one autocorrelation of what they missed."""

    def __init__(self, series: int, config: Config) -> None:
        self.config = config
        self.loss = np.zeros((series, len(config.experts)))
        self.keep = 1.0 - 1.0 / config.mix_memory
        self.carry = np.zeros(series)
        self.lag_product = np.zeros(series)
        self.lag_square = np.zeros(series)

    @property
    def rho(self) -> Floats:
        """Lag-one autocorrelation (S,) of clipped residuals, shrunk by RHO_PRIOR points."""
        return np.asarray(
            np.clip(self.lag_product / (self.lag_square + RHO_PRIOR), -0.3, 0.9), dtype=np.float64
        )

    def forecast(self, history: History) -> Forecast:
        """The next point by the cleaned history."""
        vectors = filter_bank(self._length(history.size), self.config.experts)
        each = history.last("clean", len(vectors)) @ vectors
        base = (each * self.weights()).sum(axis=1) + self.rho * self.carry
        return Forecast(each, base, base, np.zeros(len(base)))

    def weights(self) -> Floats:
        """(S, m), rows that sum to one: softmax of discounted squared errors (Raftery et al. 2010)."""
        raw = np.exp(-self.config.mix_gain * (self.loss - self.loss.min(axis=1, keepdims=True)))
        return np.asarray(raw / raw.sum(axis=1, keepdims=True), dtype=np.float64)

    def learn(self, x: Floats, f: Forecast, scale: Floats, quiet: Bools) -> None:
        """Take the point x (S,), NaN for none; `scale` (S,) is of one point, `quiet` where nothing was flagged."""
        errors = (x - f.recurring)[:, None] - f.each
        scaled = np.minimum((errors / scale[:, None]) ** 2, WORST_LOSS)
        self.loss = np.where(np.isnan(x)[:, None], self.loss, self.loss * self.keep + scaled)
        self._learn_carry(np.nan_to_num((x - f.mean) / scale), scale, quiet)

    def _learn_carry(self, error: Floats, scale: Floats, quiet: Bools) -> None:
        now, before = np.clip(error, -2.5, 2.5), np.clip(self.carry / scale, -2.5, 2.5)
        innovation = np.where(quiet, np.clip(now + self.rho * before, -2.5, 2.5), 0.0)
        product, square = (
            RHO_KEEP * self.lag_product + innovation * before,
            RHO_KEEP * self.lag_square + before**2,
        )
        self.lag_product = np.where(quiet, product, self.lag_product)
        self.lag_square = np.where(quiet, square, self.lag_square)
        self.carry = innovation * scale

    def clear(self, rows: Ints) -> None:
        """Forget what carries over in those rows."""
        self.carry[rows] = 0.0

    def _length(self, size: int) -> int:
        """How much history is used: whole cycles while it is short."""
        return min(size - size % self.config.period, self.config.window)
