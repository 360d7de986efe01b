"""How a series' projections would have done before: which variant to believe, and how far off to expect it.

From days of the past the stretch after them is projected, of the same length as now, and compared with what it came to.
What is learned from few such trials is mixed with what is known of such series in general.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from costs.budgets.calendar import WEEK
from costs.budgets.projection import PLAINEST, VARIANTS, project

if TYPE_CHECKING:
    from costs.budgets.calendar import Calendar, Floats

LEAST = 14
"""Days that must be known before a trial."""
TRIALS = 30
YEAR = 180
"""Days of the past that are tried."""
FAR_OFF = 2.0
"""Errors of more than two scales count as two: an outlier makes the range wide, not endless."""
Z90 = 1.2816
"""The 90th percentile of the normal law."""
WIDTH = 1.0
"""How much wider the range is told than the trials say: set once, so that over many series it holds 80 % of months."""
LEAST_DRIFT, MOST_DRIFT = 0.02, 0.15
"""Between these is what is known of such series in general: by how much their level drifts, beside their own weeks."""
GENERAL_TRIALS = 2.0
"""It counts as much as so many trials that do not overlap."""


class Belief(NamedTuple):
    """What to believe: the weight of each variant, and how far off their blend is usually, in parts of the scale.

    `bias` is by how much it comes to more; `below` and `above` are one deviation to either side of that.
    """

    weights: Floats
    bias: float
    below: float
    above: float


def scale_of(amounts: Floats, projected: Floats) -> Floats:
    """What errors are measured by: the projected sum, or what such a stretch used to cost where that is more."""
    recent = amounts[-56:]
    used = (recent.sum() - recent.max()) / len(recent)  # a single day of another order is no scale
    scale: Floats = np.maximum(projected, used * 0.5)
    return scale


def believe(amounts: Floats, days: Calendar, ahead: int) -> Belief:
    """What trials over the past say of a projection `ahead` days from now."""
    errors, apart = _trials(amounts, days, ahead)
    prior = np.zeros(VARIANTS)
    prior[PLAINEST] = 1.0
    general = (_noise(amounts) ** 2 / max(1, ahead) + _drift(amounts) ** 2) ** 0.5
    if not len(errors):
        return Belief(prior, 0.0, 1.5 * general, 1.5 * general)
    squared = np.minimum(np.abs(errors), FAR_OFF) ** 2
    trust = 1 / (squared.mean(axis=0) + 1e-4) ** 2
    weights = trust / trust.sum()
    weights = (weights * apart + prior) / (apart + 1)
    told = errors @ weights
    bias = float(np.median(told)) * apart / (apart + 6)
    off = np.clip(told - bias, -FAR_OFF, FAR_OFF)
    below = _mixed(off[off < 0], general, apart)
    above = _mixed(off[off > 0], general, apart)
    wider = 1 + 1 / (2 * apart)
    return Belief(weights, bias, below * wider, above * wider)


def _mixed(off: Floats, general: float, apart: float) -> float:
    squared = float((off**2).mean()) if len(off) else 0.0
    return float(((apart * squared + GENERAL_TRIALS * general**2) / (apart + GENERAL_TRIALS)) ** 0.5)


def _noise(amounts: Floats) -> float:
    """How much a day differs from the day a week before, in mean days."""
    recent = amounts[-56:]
    mean = recent.mean() if len(recent) else 0.0
    if len(recent) < LEAST or mean <= 0:
        return 1.0
    return float(min(3.0, np.abs(recent[7:] - recent[:-7]).mean() / mean))


def _drift(amounts: Floats) -> float:
    """By how much a week differs from the one before, in weeks, within what is usual of such series."""
    weeks = amounts[len(amounts) % WEEK :].reshape(-1, WEEK).sum(axis=1)[-8:]
    if len(weeks) < 4 or weeks.mean() <= 0:  # noqa: PLR2004 - fewer changes tell nothing
        return MOST_DRIFT
    changes = np.abs(np.diff(weeks)) / weeks.mean()
    return float(np.clip(np.median(changes), LEAST_DRIFT, MOST_DRIFT))


def _trials(amounts: Floats, days: Calendar, ahead: int) -> tuple[Floats, float]:
    """Errors of each trial (row) and variant, in parts of the scale; and how many trials apart they are worth."""
    least_ahead = max(1, ahead // 2)
    newest, oldest = len(amounts) - least_ahead, max(LEAST, len(amounts) - YEAR)
    if newest < oldest:
        return np.empty((0, VARIANTS)), 0.0
    step = max(1, (newest - oldest) // TRIALS)
    rows = []
    for known in range(newest, oldest - 1, -step):
        length = min(ahead, len(amounts) - known)
        projected = project(amounts[:known], days.part(0, known + length), length).sum(axis=1)
        came = amounts[known : known + length].sum()
        scale = scale_of(amounts[:known], projected / length) * length
        if (scale > 0).all():
            rows.append((came - projected) / scale)
    errors = np.array(rows) if rows else np.empty((0, VARIANTS))
    return errors, max(1.0, (newest - oldest) / ahead) if rows else 0.0
