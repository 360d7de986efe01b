"""Hourly metrics: departure from the last week, confirmed by the change from the same time a day before.

Labelled telemetry departs from its whole recent range, not only from the hour's habit: a plain week beats a learned
profile there. A point is flagged when it is far from the mean of the last week, in standard deviations that keep the
outliers in them, and its change from a day earlier is unusual as well.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from checks.anomaly.window import Said, past_moments, steady, verdicts

if TYPE_CHECKING:
    from checks.anomaly.arrays import Floats, Ints
    from checks.anomaly.config import Config
    from checks.anomaly.verdicts import Verdicts

CHANGE = 0.7
"""How far the change must be off, as a share of how far the level must."""
LEAST_POINTS = 28
"""Fewer points say nothing, however few make a day."""


def judge(values: Floats, config: Config, marks: Ints | None = None) -> Verdicts:
    """Judge (S, T) without look-ahead; `marks` (S, T) are what people said of the points."""
    said, day = Said.of(marks, values.shape), config.period
    x = np.where(said.spared | said.wrong, np.nan, steady(values))
    week = past_moments(x, 7 * day, said.begin)
    z = week.z(steady(values), max(2 * day, LEAST_POINTS))
    strength = np.sign(z) * np.minimum(np.abs(z), _confirmed(x, config, said))
    return verdicts(values, week, strength, config.z_window, said)


def _confirmed(x: Floats, config: Config, said: Said) -> Floats:
    """How unusual (S, T) the change from a day before is, in units of the level's z; endless where none is known."""
    day = config.period
    change = np.full_like(x, np.nan)
    change[:, day:] = x[:, day:] - x[:, :-day]
    usual = past_moments(change, 7 * day, said.begin)
    z = np.abs(change) / np.maximum(usual.sd, 1e-9)
    known = (usual.count >= day // 2) & ~np.isnan(change)
    return np.where(known, z / CHANGE, np.inf)
