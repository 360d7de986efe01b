"""Metrics finer than an hour: far from the last six weeks, or from the usual at this time of the day.

One trouble lasts for hundreds of such points. With its first point it is told; what is odd within half a day after
that has a reason, and is not told again.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from checks.anomaly.bar import held
from checks.anomaly.window import LONG_DAYS, Departure, Said, day_profile, past_moments, steady, verdicts

if TYPE_CHECKING:
    from checks.anomaly.arrays import Floats, Ints
    from checks.anomaly.config import Config
    from checks.anomaly.verdicts import Verdicts
    from checks.anomaly.window import Moments


def judge(values: Floats, config: Config, marks: Ints | None = None) -> Verdicts:
    """Judge (S, T) without look-ahead; `marks` (S, T) are what people said of the points."""
    said, x = Said.of(marks, values.shape), steady(values)
    learned = said.learned(x)
    profile = day_profile(learned, config.period, said.begin)
    level = past_moments(learned, LONG_DAYS * config.period, said.begin)
    by_time = past_moments(learned - profile, LONG_DAYS * config.period, said.begin)
    found = _off(level, x, 0.0, config).or_else(_off(by_time, x, profile, config), config.z_window)
    against = held(np.where(np.isnan(learned), 0.0, np.abs(found.strength)), config.z_window, config.period)
    scaled = replace(found, reach=found.reach * against.bar / config.z_window)
    return verdicts(scaled, against.bar, said.heard(against.odd), said.heard(against.alarm))


def _off(usual: Moments, x: Floats, base: Floats | float, config: Config) -> Departure:
    """How far x (S, T) less a base is from what is usual of that."""
    strength = usual.z(x - base, config.period)
    return Departure(strength, usual.mean + base, config.z_window * usual.spread, usual.count)
