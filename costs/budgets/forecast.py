"""What the days to come of a month are likely to cost, and how sure that is: P10, P50 and P90, day by day."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from costs.budgets.calendar import calendar
from costs.budgets.calibration import WIDTH, Z90, believe, scale_of
from costs.budgets.projection import project

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date


class Range(NamedTuple):
    """In one of ten cases it comes to less than `p10`, in half to less than `p50`, in one of ten to more than `p90`."""

    p10: int
    p50: int
    p90: int

    def plus(self, amount: int) -> Range:
        """The range with something certain added."""
        return Range(self.p10 + amount, self.p50 + amount, self.p90 + amount)

    def wider(self, amount: int) -> Range:
        """The range with something less certain in it: `amount` to either side, never below nothing."""
        return Range(max(0, self.p10 - amount), self.p50, self.p90 + amount)


@dataclass(frozen=True, slots=True)
class Begun:
    """A day under way: what is metered of it, and the share of it that has been metered, 0 to below 1."""

    amount: int = 0
    share: float = 0.0


def forecast(first: date, amounts: Sequence[int], ahead: int, begun: Begun | None = None) -> list[Range]:
    """What the days after `amounts` come to, each with the days before it, in the unit of `amounts`.

    `amounts` are whole days from `first` on, `ahead` how many days are asked for; the first of them may have `begun`.
    Nothing is said of days before anything was known: then the range is what has begun.
    """
    if not ahead:
        return []
    under_way = begun or Begun()
    known = np.asarray(amounts, dtype=np.float64)
    used = np.flatnonzero(known)
    if not len(used):
        return [Range(under_way.amount, under_way.amount, under_way.amount)] * ahead
    start = int(
        used[0]
    )  # what began this month was not idle before it: its history begins with its first day
    known = known[start:]
    days = calendar(first, start + len(known) + ahead).part(start, start + len(known) + ahead)
    belief = believe(known, days, ahead)
    daily = belief.weights @ project(known, days, ahead)
    daily[0] *= 1 - under_way.share
    sums = np.cumsum(daily)
    scale = float(scale_of(known, np.array([sums[-1] / ahead]))[0]) * ahead
    part = np.maximum(sums / sums[-1], np.arange(1, ahead + 1) / ahead) if sums[-1] > 0 else np.ones(ahead)
    middle = np.maximum(0, sums + belief.bias * scale * part)
    spread = Z90 * WIDTH * scale * part**0.75
    low, high = np.maximum(0, middle - spread * belief.below), middle + spread * belief.above
    return [
        Range(round(a), round(b), round(c)).plus(under_way.amount)
        for a, b, c in zip(np.maximum.accumulate(low), middle, high, strict=True)
    ]
