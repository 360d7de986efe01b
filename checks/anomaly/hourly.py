"""Hourly metrics: departure from the last weeks, or a jump from the hour before.

Labelled telemetry departs from its whole recent range, not only from the hour's habit: a plain range beats a learned
profile there. How far off a point is, is the geometric mean of two distances: from the mean of the last week and from
that of the last six, each in standard deviations that keep the outliers in them. The week alone takes every wild day
for the new habit; the six weeks alone are late to learn one. The change from a day earlier must be unusual as well.
A jump is measured alike; it must be larger, and lead away from what is usual.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from checks.anomaly.window import LONG_DAYS, Departure, Said, past_moments, steady, verdicts

if TYPE_CHECKING:
    from checks.anomaly.arrays import Floats, Ints
    from checks.anomaly.config import Config
    from checks.anomaly.verdicts import Verdicts

CHANGE = 0.7
"""How far the change from a day before must be off, as a share of how far the level must."""
JUMP = 1.5
"""The same of the jump from the hour before, where that alone is told."""
AWAY = 1.0
"""A jump must lead so far off, by the level's z: the way back from an event is none."""
LEAST_POINTS = 28
"""Fewer points say nothing, however few make a day."""


def judge(values: Floats, config: Config, marks: Ints | None = None) -> Verdicts:
    """Judge (S, T) without look-ahead; `marks` (S, T) are what people said of the points."""
    said, x = Said.of(marks, values.shape), steady(values)
    learned, limit = said.learned(x), config.z_window
    level = _departure(x, learned, config, said)
    before = _earlier(learned, 1)
    jump = _departure(x - before, learned - before, config, said, JUMP)
    away = level.strength * np.sign(jump.strength) > AWAY
    confirmed = np.sign(level.strength) * np.minimum(np.abs(level.strength), _change(learned, config, said))
    found = replace(level, strength=confirmed).or_else(
        replace(jump, strength=np.where(away, jump.strength, 0.0), middle=before + jump.middle), limit
    )
    odd = said.heard((np.abs(found.strength) > limit) & ~np.isnan(values))
    return verdicts(found, np.full(values.shape, limit), odd, odd)


def _departure(x: Floats, learned: Floats, config: Config, said: Said, times: float = 1.0) -> Departure:
    """From the week and the six weeks at once, as a share 1 / `times`.

    A point is as far off as the limit z where (x - a)(x - b) = (z times)^2 s t, with the two means a, b and their
    spreads s, t: the band's middle and reach solve that.
    """
    week, weeks = (past_moments(learned, days * config.period, said.begin) for days in (7, LONG_DAYS))
    least = max(2 * config.period, LEAST_POINTS)
    near, far = week.z(x, least), weeks.z(x, least)
    both = np.where(near * far > 0, np.sqrt(np.abs(near * far)), 0.0)
    apart = 0.5 * (week.mean - weeks.mean)
    reach = np.sqrt(apart**2 + (config.z_window * times) ** 2 * week.spread * weeks.spread)
    return Departure(np.sign(near) * both / times, 0.5 * (week.mean + weeks.mean), reach, weeks.count)


def _change(x: Floats, config: Config, said: Said) -> Floats:
    """How unusual (S, T) the change from a day before is, in units of the level's z; endless where none is known."""
    change = x - _earlier(x, config.period)
    usual = past_moments(change, 7 * config.period, said.begin)
    z = np.abs(change) / np.maximum(usual.sd, 1e-9)
    known = (usual.count >= config.period // 2) & ~np.isnan(change)
    return np.where(known, z / CHANGE, np.inf)


def _earlier(x: Floats, points: int) -> Floats:
    """What (S, T) was so many points before; NaN before the first."""
    shifted = np.full_like(x, np.nan)
    shifted[:, points:] = x[:, :-points]
    return shifted
