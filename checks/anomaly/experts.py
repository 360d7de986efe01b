"""Forecasting experts as fixed linear filters over the cleaned history.

Each expert is a vector a (n,) so that history (S, n) @ a is its forecast of the next point. A season is a ridge
regression on a trend and dummies of the season; the level is an exponentially weighted mean, or line, of the history
without its season. As the season of the next point has a fixed place in the window, one bank of vectors serves every
step and every series.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from checks.anomaly.arrays import Floats
    from checks.anomaly.config import Expert

SEASON_RIDGE = 0.15
"""Pulls seasons towards none, in weighted observations: nothing is made of two weeks (Hoerl & Kennard 1970)."""
SEASON_HALF_LIFE_CYCLES = 4.0
SLOPE_RIDGE = 0.02


@lru_cache(maxsize=256)
def filter_bank(n: int, experts: tuple[Expert, ...]) -> Floats:
    """(n, m): one column for each expert."""
    return np.column_stack([expert_vector(n, expert) for expert in experts])


@lru_cache(maxsize=4096)
def expert_vector(n: int, expert: Expert) -> Floats:
    """(n,): the filter of one expert; without its season while there are fewer than two cycles."""
    level = level_vector(n, expert.level, trend=expert.trend)
    if not expert.seasons or any(n < 2 * period for period in expert.seasons):
        return level
    season = season_operator(n, expert.seasons)
    return np.asarray(level - level @ season[:n] + season[n], dtype=np.float64)


def level_vector(n: int, half_life: float, *, trend: bool) -> Floats:
    """(n,): the weighted mean of the history, or its weighted line one step ahead (Brown 1963)."""
    weight = _decay(n, half_life)
    if not trend:
        return np.asarray(weight / weight.sum(), dtype=np.float64)
    time = np.arange(-n, 0, dtype=np.float64)
    design = np.column_stack([np.ones(n), time])
    gram = design.T @ (design * weight[:, None]) + np.diag([1e-9, SLOPE_RIDGE])
    return np.asarray(np.linalg.solve(gram, design.T * weight)[0], dtype=np.float64)


@lru_cache(maxsize=64)
def season_operator(n: int, seasons: tuple[int, ...]) -> Floats:
    """(n + 1, n): history to seasonal effect at each past point and at the next, by weighted ridge regression."""
    place = np.arange(n + 1)
    dummies = np.concatenate([np.eye(period)[(place - n) % period] for period in seasons], axis=1)
    design = np.column_stack([np.ones(n + 1), (place - n) / n, dummies])
    weight = _decay(n, SEASON_HALF_LIFE_CYCLES * seasons[0])
    ridge = np.diag(np.r_[1e-6, 1e-3, np.full(dummies.shape[1], SEASON_RIDGE)])
    past = design[:n]
    beta = np.linalg.solve(past.T @ (past * weight[:, None]) + ridge, past.T * weight)
    return np.asarray(dummies @ beta[2:], dtype=np.float64)


def _decay(n: int, half_life: float) -> Floats:
    age = np.arange(n, 0, -1, dtype=np.float64)
    return np.asarray(0.5 ** (age / half_life), dtype=np.float64)
