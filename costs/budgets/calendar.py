"""Where days stand in their week and month, as arrays: what seasons are learned from and applied to."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from datetime import date

    from numpy.typing import NDArray

    Ints = NDArray[np.int64]
    Floats = NDArray[np.float64]
    Flags = NDArray[np.bool_]

WEEK = 7
ENDING = 3
"""The last days of a month that are counted from its end: what is closed on them moves with the month's length."""
PLACES = 28 + ENDING
"""Places of a month: its days 1 to 28 as 0 to 27, and its last three days as 28 to 30."""


class Calendar(NamedTuple):
    """For each day: its weekday (Monday is 0), its place in its month, and a number for the month."""

    weekday: Ints
    place: Ints
    month: Ints

    def part(self, start: int, end: int) -> Calendar:
        """The days of [start, end)."""
        return Calendar(self.weekday[start:end], self.place[start:end], self.month[start:end])


def calendar(first: date, days: int) -> Calendar:
    """The calendar of `days` days from `first` on."""
    all_days = np.datetime64(first, "D") + np.arange(days)
    months = all_days.astype("datetime64[M]")
    day_of_month = (all_days - months.astype("datetime64[D]")).astype(np.int64)
    to_end = ((months + 1).astype("datetime64[D]") - all_days).astype(np.int64) - 1
    place = np.where(to_end < ENDING, PLACES - 1 - to_end, day_of_month)
    weekday = (all_days.astype(np.int64) + 3) % WEEK  # the epoch was a Thursday
    return Calendar(weekday, place, months.astype(np.int64))
