"""Metrics finer than an hour: far from the last week, or from the usual at this time of the day, and news.

One trouble lasts for hundreds of such points. The first is flagged; within a day and a half only those are that are
farther off still, so that what was told is not told with every point again.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from checks.anomaly.window import Said, day_profile, past_moments, steady, verdicts

if TYPE_CHECKING:
    from checks.anomaly.arrays import Bools, Floats, Ints
    from checks.anomaly.config import Config
    from checks.anomaly.verdicts import Verdicts

NEWS_DAYS = 1.5
FARTHER = 1.1
"""What exceeds all of the last NEWS_DAYS by this factor is news."""


def judge(values: Floats, config: Config, marks: Ints | None = None) -> Verdicts:
    """Judge (S, T) without look-ahead; `marks` (S, T) are what people said of the points."""
    said, day = Said.of(marks, values.shape), config.period
    x = np.where(said.spared | said.wrong, np.nan, steady(values))
    week = past_moments(x, config.window, said.begin)
    level = week.z(steady(values), day)
    off = steady(values) - day_profile(x, day, said.begin)
    daily = past_moments(np.where(np.isnan(x), np.nan, off), config.window, said.begin).z(off, day)
    strength = np.where(np.abs(daily) > np.abs(level), daily, level)
    found = verdicts(values, week, strength, config.z_window, said)
    news = is_news(np.where(np.isnan(x), 0.0, np.abs(strength)), round(NEWS_DAYS * day))
    return replace(found, flag=(found.flag & news) | said.wrong)


def is_news(strength: Floats, reach: int) -> Bools:
    """Where (S, T) a strength exceeds FARTHER times all of the `reach` points before it."""
    padded = np.concatenate([np.zeros((len(strength), reach)), strength], axis=1)
    largest = np.stack([_sliding_max(row, reach) for row in padded])[:, : strength.shape[1]]
    return np.asarray(strength > FARTHER * largest, dtype=np.bool_)


def _sliding_max(row: Floats, width: int) -> Floats:
    """The maximum of each window of that width, by maxima over blocks from both sides (van Herk 1992)."""
    count = len(row) - width + 1
    blocks = -(-len(row) // width)
    padded = np.zeros(blocks * width)
    padded[: len(row)] = row
    parts = padded.reshape(blocks, width)
    ahead = np.maximum.accumulate(parts, axis=1).ravel()
    behind = np.maximum.accumulate(parts[:, ::-1], axis=1)[:, ::-1].ravel()
    return np.maximum(behind[:count], ahead[width - 1 : width - 1 + count])
