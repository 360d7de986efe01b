"""Hourly metrics: departure from the last weeks, confirmed by the change from the same time a day before.

Labelled telemetry departs from its whole recent range, not only from the hour's habit: a plain range beats a learned
profile there. How far off a point is, is the geometric mean of two distances: from the mean of the last week and from
that of the last six, each in standard deviations that keep the outliers in them. The week alone takes every wild day
for the new habit; the six weeks alone are late to learn one. The change from a day earlier must be unusual as well.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from checks.anomaly.window import LONG_DAYS, Departure, Said, past_moments, steady, verdicts

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
    said = Said.of(marks, values.shape)
    found = _departure(steady(values), config, said)
    odd = said.heard((np.abs(found.strength) > config.z_window) & ~np.isnan(values))
    return verdicts(found, np.full(values.shape, config.z_window), odd, odd)


def _departure(x: Floats, config: Config, said: Said) -> Departure:
    """From the week and the six weeks, and from the day before.

    A point is as far off as the bar where (x - a)(x - b) = bar^2 * s * t, with the two means a, b and their spreads
    s, t: the band's middle and reach solve that.
    """
    day, learned = config.period, said.learned(x)
    week, weeks = (past_moments(learned, days * day, said.begin) for days in (7, LONG_DAYS))
    least = max(2 * day, LEAST_POINTS)
    near, far = week.z(x, least), weeks.z(x, least)
    both = np.where(near * far > 0, np.sqrt(np.abs(near * far)), 0.0)
    strength = np.sign(near) * np.minimum(both, _confirmed(learned, config, said))
    apart = 0.5 * (week.mean - weeks.mean)
    reach = np.sqrt(apart**2 + config.z_window**2 * week.spread * weeks.spread)
    return Departure(strength, 0.5 * (week.mean + weeks.mean), reach, weeks.count)


def _confirmed(x: Floats, config: Config, said: Said) -> Floats:
    """How unusual (S, T) the change from a day before is, in units of the level's z; endless where none is known."""
    day = config.period
    change = np.full_like(x, np.nan)
    change[:, day:] = x[:, day:] - x[:, :-day]
    usual = past_moments(change, 7 * day, said.begin)
    z = np.abs(change) / np.maximum(usual.sd, 1e-9)
    known = (usual.count >= day // 2) & ~np.isnan(change)
    return np.where(known, z / CHANGE, np.inf)
