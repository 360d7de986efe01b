"""Metrics finer than an hour: far from the last six weeks, or from the usual at this time of the day.

One trouble lasts for hundreds of such points. With its first point it is told; what is odd within half a day after
that has a reason, and is not told again.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from checks.anomaly.bar import held
from checks.anomaly.window import LONG_DAYS, Departure, Said, day_profile, past_moments, steady, verdicts

if TYPE_CHECKING:
    from checks.anomaly.arrays import Floats, Ints
    from checks.anomaly.config import Config
    from checks.anomaly.verdicts import Verdicts


def judge(values: Floats, config: Config, marks: Ints | None = None) -> Verdicts:
    """Judge (S, T) without look-ahead; `marks` (S, T) are what people said of the points."""
    said, x = Said.of(marks, values.shape), steady(values)
    learned = said.learned(x)
    profile = day_profile(learned, config.period, said.begin)
    level = past_moments(learned, LONG_DAYS * config.period, said.begin)
    off = past_moments(learned - profile, LONG_DAYS * config.period, said.begin)
    by_level, by_time = level.z(x, config.period), off.z(x - profile, config.period)
    of_time = np.abs(by_time) > np.abs(by_level)
    strength = np.where(of_time, by_time, by_level)
    against = held(np.where(np.isnan(learned), 0.0, np.abs(strength)), config.z_window, config.period)
    told = of_time & against.odd
    middle = np.where(told, profile + off.mean, level.mean)
    reach = against.bar * np.where(told, off.spread, level.spread)
    found = Departure(strength, middle, reach, level.count)
    return verdicts(found, against.bar, said.heard(against.odd), said.heard(against.alarm))
