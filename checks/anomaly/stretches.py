"""Long series in stretches that are judged side by side.

A step of the one-pass loop takes as long for one series as for fifty, so twenty thousand points of one series are slow.
But what a series taught years ago is forgotten: every memory of the loop fades within some hundred points. So a long
series is cut into stretches, each led in by the points before it, and the stretches are rows of one pass. Where they
begin is counted from the first point: no later one moves them.
"""

from __future__ import annotations

from dataclasses import fields
from typing import TYPE_CHECKING, TypeVar

import numpy as np
import numpy.typing as npt

from checks.anomaly.arrays import row_median, row_sigma
from checks.anomaly.stream import YOUNG_CYCLES
from checks.anomaly.verdicts import Verdicts

if TYPE_CHECKING:
    from checks.anomaly.arrays import Bools, Floats, Ints

Number = TypeVar("Number", np.float64, np.int64, np.bool_)

LEAD = 500
"""Points that lead in to a stretch: four times the longest memory."""
LENGTH = 1000
"""Points of a stretch that are judged; those of the first one are judged with its lead."""
LONG = LEAD + LENGTH
"""What is no longer is one stretch."""
FAR = 3.0
"""In robust sigmas: an event among the first points of a lead must not be taken for the habit."""


class Stretches:
    """The stretches of values (S, T), a series' own together; those without any value are left out."""

    def __init__(self, values: Floats, period: int) -> None:
        """Cut, and steady the first cycles of each later stretch: a start is learned from them unseen."""
        self.shape = values.shape
        self.begins = np.arange(0, max(values.shape[1] - LEAD, 1), LENGTH)
        rows = self._cut(values, np.nan)
        first = np.tile(self.begins == 0, len(values))
        self.kept: Bools = first | ~np.isnan(rows[:, LEAD:]).all(axis=1)
        begun = _steadied(self._cut(_known(values), np.nan)[:, : 2 * YOUNG_CYCLES * period], period)
        rows[~first, : YOUNG_CYCLES * period] = begun[~first, : YOUNG_CYCLES * period]
        self.values: Floats = rows[self.kept]

    def of(self, whole: Ints) -> Ints:
        """The same stretches of other arrays (S, T)."""
        return self._cut(whole, 0)[self.kept]

    def once(self, each: Ints) -> Ints:
        """What is said once of each series (S,), for each stretch."""
        return np.repeat(each, len(self.begins))[self.kept]

    @property
    def begin(self) -> Ints:
        """The column at which each stretch begins."""
        return np.tile(self.begins, self.shape[0])[self.kept]

    def joined(self, rows: Verdicts) -> Verdicts:
        """The verdicts (S, T) from those on the stretches."""
        return Verdicts(**{field.name: self._join(getattr(rows, field.name)) for field in fields(Verdicts)})

    def _cut(self, whole: npt.NDArray[Number], beyond: float) -> npt.NDArray[Number]:
        padding = int(self.begins[-1]) + LONG - self.shape[1]
        padded = np.pad(whole, ((0, 0), (0, padding)), constant_values=beyond)
        return np.stack([padded[:, begin : begin + LONG] for begin in self.begins], axis=1).reshape(-1, LONG)

    def _join(self, rows: npt.NDArray[Number]) -> npt.NDArray[Number]:
        empty = np.nan if rows.dtype == np.float64 else 0
        every = np.full((len(self.kept), LONG), empty, dtype=rows.dtype)
        every[self.kept] = rows
        by_series = every.reshape(self.shape[0], len(self.begins), LONG)
        rest = by_series[:, 1:, LEAD:].reshape(self.shape[0], -1)
        return np.concatenate([by_series[:, 0], rest], axis=1)[:, : self.shape[1]]


def _known(values: Floats) -> Floats:
    """Each value (S, T), or the newest before it where there is none."""
    at = np.where(np.isnan(values), 0, np.arange(values.shape[1]))
    return np.take_along_axis(values, np.maximum.accumulate(at, axis=1), axis=1)


def _steadied(x: Floats, period: int) -> Floats:
    """Whole cycles (n, c * period), what is far off its place in the cycle moved there (Hampel 1974)."""
    places = x.reshape(len(x), -1, period).transpose(0, 2, 1).reshape(len(x) * period, -1)
    middle = row_median(places)
    off = np.abs(places - middle[:, None]) > FAR * row_sigma(places, middle)[:, None]
    steady = np.where(off, middle[:, None], places)
    return steady.reshape(len(x), period, -1).transpose(0, 2, 1).reshape(x.shape)
