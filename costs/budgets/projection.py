"""Days to come, projected from days that were: level, trend, weekdays and places of the month. Pure arrays.

Several memories of the level are projected side by side, each with and without trend; which of them to believe, and how
far, `costs.budgets.calibration` learns from how they would have done before.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from costs.budgets.calendar import WEEK
from costs.budgets.seasons import MAD_TO_SD, month_effects, weekday_factors

if TYPE_CHECKING:
    from costs.budgets.calendar import Calendar, Flags, Floats

HALF_LIVES = (3.0, 7.0, 21.0)
"""Days after which a day counts half in the level."""
VARIANTS = 2 * len(HALF_LIVES)
"""Each half-life without trend, then each with it."""
PLAINEST = 1
"""The variant believed where nothing can be learned: a week's memory, no trend."""
MEMORY = 70
"""Days the level is learned from."""
RECENT = 28
FAR = 6.0
"""Days further off than so many deviations count as far off; what is beyond is spread over all days."""
STILL = 0.05
"""The least deviation, in levels: what never varies may still vary by so much."""
DAMPING = 0.98
"""What is left of a trend from day to day."""
TREND_WEEKS = 8


class Fit(NamedTuple):
    """A stretch of days explained: the usual day by its weekday, the days capped, and a day's part of what is beyond.

    What happened once says nothing of how often it does: of the days beyond the cap the largest is left out.
    """

    usual: Floats
    capped: Floats
    alone: float


def project(amounts: Floats, days: Calendar, ahead: int) -> Floats:
    """What each of the `ahead` days after `amounts` is likely to cost, one row for each variant.

    `days` is the calendar of both.
    """
    past, future = days.part(0, len(amounts)), days.part(len(amounts), len(amounts) + ahead)
    factors = weekday_factors(amounts, past)
    effects = month_effects(amounts, past, factors)
    plain = effects[past.place] == 0
    fit = _fit(amounts, factors[past.weekday], plain)
    usual, special = factors[future.weekday], effects[future.place] * amounts[-RECENT:].mean()
    steps = np.arange(1, ahead + 1)
    slope = _rise(fit)
    rising = slope * DAMPING * (1 - DAMPING**steps) / (1 - DAMPING)
    levels = _levels(fit)
    rows = [level * usual for level, _ in levels]
    rows += [np.maximum(0, level + slope * age + rising) * usual for level, age in levels]
    projected: Floats = np.maximum(0, np.array(rows) + special + fit.alone)
    return projected


def _fit(amounts: Floats, usual: Floats, plain: Flags) -> Fit:
    """The last days of the memory, capped; days at a special place of the month are left out: they say nothing here."""
    amounts, usual, plain = amounts[-MEMORY:], usual[-MEMORY:], plain[-MEMORY:]
    usual = np.where(plain, usual, 0.0)
    amounts = np.where(plain, amounts, 0.0)
    known = usual > 0.05  # noqa: PLR2004 - a weekday that costs next to nothing tells no level
    ratios = (amounts[known] / usual[known])[-RECENT:]
    if not len(ratios):
        return Fit(usual, amounts, 0.0)
    middle = float(np.median(ratios))
    spread = max(STILL * middle, MAD_TO_SD * float(np.median(np.abs(ratios - middle))))
    if not spread:  # most days cost nothing: then no day is too much
        return Fit(usual, amounts, 0.0)
    capped = np.minimum(amounts, usual * (middle + FAR * spread))
    beyond = amounts - capped
    return Fit(usual, capped, float((beyond.sum() - beyond.max()) / len(beyond)))


def _levels(fit: Fit) -> list[tuple[float, float]]:
    """For each half-life the level, and the mean age in days of what it was learned from."""
    age = np.arange(len(fit.usual))[::-1]
    found = []
    for half_life in HALF_LIVES:
        weight = 0.5 ** (age / half_life)
        of_usual = weight * fit.usual
        whole = of_usual.sum()
        if whole > 0:
            found.append((float((weight * fit.capped).sum() / whole), float((of_usual * age).sum() / whole)))
        else:
            found.append((0.0, 0.0))
    return found


def _rise(fit: Fit) -> float:
    """The level's trend a day: Theil–Sen over the last weeks, shrunk by what of it chance explains."""
    weeks = min(TREND_WEEKS, len(fit.usual) // WEEK)
    if weeks < 4:  # noqa: PLR2004 - fewer points have any slope
        return 0.0
    usual = fit.usual[-weeks * WEEK :].reshape(weeks, WEEK).sum(axis=1)
    spent = fit.capped[-weeks * WEEK :].reshape(weeks, WEEK).sum(axis=1)
    if (usual <= 0).any():
        return 0.0
    level, week = spent / usual, np.arange(weeks)
    one, other = np.triu_indices(weeks, 1)
    slope = float(np.median((level[other] - level[one]) / (other - one)))
    rest = level - slope * week
    noise = MAD_TO_SD * float(np.median(np.abs(rest - np.median(rest))))
    error = 1.25 * noise / float(((week - week.mean()) ** 2).sum()) ** 0.5
    return slope / WEEK * max(0.0, 1 - (1.5 * error / slope) ** 2) if slope else 0.0
