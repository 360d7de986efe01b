"""What is usual on a weekday and at a place of the month, learned robustly and shrunk towards nothing special."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from costs.budgets.calendar import PLACES, WEEK

if TYPE_CHECKING:
    from costs.budgets.calendar import Calendar, Floats

WEEKS = 12
"""How many weeks weekdays are learned from."""
MAD_TO_SD = 1.4826
"""A normal law's standard deviation in median absolute deviations."""
MONTHS_AT_LEAST = 2
PLAIN = 0.5
"""A place of the month is special when it stands out by half a day's usual cost, and by three deviations."""


def weekday_factors(amounts: Floats, days: Calendar) -> Floats:
    """What a day of each weekday costs beside the mean of its week; seven factors that sum to 7.

    A factor is the median of a day's ratios to the mean of the seven days around it. It is shrunk towards 1 by the
    share of its distance that chance explains: noise² / distance² (positive-part James–Stein).
    """
    amounts, weekday = amounts[-WEEKS * WEEK :], days.weekday[-WEEKS * WEEK :]
    if len(amounts) < 2 * WEEK:
        return np.ones(WEEK)
    around = np.convolve(amounts, np.full(WEEK, 1 / WEEK), mode="valid")
    middle, weekday = amounts[3:-3], weekday[3:-3]
    known = around > 0
    ratios, weekday = middle[known] / around[known], weekday[known]
    factors = np.array([_shrunk(ratios[weekday == each]) for each in range(WEEK)])
    whole = factors.sum()
    return factors * (WEEK / whole) if whole > 0 else np.ones(WEEK)


def _shrunk(ratios: Floats) -> float:
    if len(ratios) < 2:  # noqa: PLR2004 - of one nothing can be said
        return 1.0
    middle = float(np.median(ratios))
    noise = MAD_TO_SD * float(np.median(np.abs(ratios - middle))) / len(ratios) ** 0.5
    away = middle - 1
    return max(0.0, 1 + away * max(0.0, 1 - (noise / away) ** 2)) if away else 1.0


def month_effects(amounts: Floats, days: Calendar, factors: Floats) -> Floats:
    """What each place of a month costs beyond its weekday, in mean days of its month; 0 where nothing is special.

    A place is special when it stood out in at least two months, in all of them to the same side.
    """
    effects = np.zeros(PLACES)
    months = np.unique(days.month)
    if len(months) < MONTHS_AT_LEAST:
        return effects
    usual = factors[days.weekday]
    beyond = np.zeros(len(amounts))
    for month in months:
        of_month = days.month == month
        mean = amounts[of_month].mean()
        if mean > 0:
            known = of_month & (usual > 0)
            level = np.median(amounts[known] / usual[known]) if known.any() else 0.0
            beyond[of_month] = (amounts[of_month] - level * usual[of_month]) / mean
    least = max(PLAIN, 3 * MAD_TO_SD * float(np.median(np.abs(beyond - np.median(beyond)))))
    standing_out = np.unique(days.place[np.abs(beyond) > least])
    for place in standing_out:
        told = beyond[days.place == place]
        if len(told) >= MONTHS_AT_LEAST and ((told > least).all() or (told < -least).all()):
            effects[place] = np.median(told)
    return effects
