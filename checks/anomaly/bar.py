"""How far off is far enough: the bar of a series that alarms often is higher, and comes down again in time.

No threshold suits every series: what is rare in one is weekly in the next. So each alarm raises the bar of its series
a little, and quiet days lower it again, as thresholds adapt to their own error rate (Gibbs & Candès 2021).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from checks.anomaly.arrays import Bools, Floats, Ints

STEP = 0.1
"""Each alarm raises the bar by this, in log units: a tenth."""
FORGET_DAYS = 10.0
"""So long it takes to come down by one step."""
QUIET_DAYS = 0.5
"""What is odd so soon after an alarm is part of it."""


@dataclass(frozen=True, slots=True)
class Held:
    """Strengths held against the bar, arrays (S, T): its height, what is above it, and with what a trouble begins."""

    bar: Floats
    odd: Bools
    alarm: Bools


def held(strength: Floats, limit: float, day: int) -> Held:
    """Hold strengths (S, T), none negative, against a bar that is at least `limit`; a day has `day` points.

    The bar of a point follows from the alarms before it.
    """
    alarm = np.zeros(strength.shape, dtype=np.bool_)
    bar = np.empty_like(strength)
    fall, quiet = STEP / (FORGET_DAYS * day), QUIET_DAYS * day
    for row, excess in enumerate(np.log(np.maximum(strength, limit) / limit)):
        places, heights = _alarms(excess, fall, quiet)
        alarm[row, places] = True
        bar[row] = limit * np.exp(_course(places, heights, fall, strength.shape[1]))
    return Held(bar, strength > bar, alarm)


def _alarms(excess: Floats, fall: float, quiet: float) -> tuple[Ints, Floats]:
    """The places (n,) of a row's alarms and how high (n,) the bar is just after each, in log units over the limit."""
    places, heights = [], []
    before, height = -quiet, 0.0
    over = np.flatnonzero(excess > 0.0)
    for place, far in zip(over.tolist(), excess[over].tolist(), strict=True):
        if place - before < quiet:
            continue
        left = max(0.0, height - fall * (place - before))
        if far > left:
            before, height = place, left + STEP
            places.append(before)
            heights.append(height)
    return np.array(places, dtype=np.int64), np.array(heights)


def _course(places: Ints, heights: Floats, fall: float, length: int) -> Floats:
    """The height (length,) at each point, by the newest alarm before it."""
    if not len(places):
        return np.zeros(length)
    at = np.arange(length)
    newest = np.searchsorted(places, at, side="left") - 1
    left = heights[newest] - fall * (at - places[newest])
    return np.where(newest >= 0, np.maximum(left, 0.0), 0.0)
