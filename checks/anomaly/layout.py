"""Series of any length and rhythm, laid out as rows of few arrays.

What is decided of a series - its rhythm and its kind - is decided by its first points alone, all of which fall in the
cold start: no later point can change what was said of an earlier one.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from assay.model.time import DAY_MS, HOUR_MS
from checks.anomaly.config import SEQUENCE, WEEK_MS, for_period
from checks.anomaly.kinds import Kind

if TYPE_CHECKING:
    from collections.abc import Sequence

    from checks.anomaly.arrays import Floats, Ints
    from checks.anomaly.config import Config

FIRST = 14
"""Points by which rhythm and kind are decided."""
USUAL_STEPS = (DAY_MS, HOUR_MS, 60_000, 1000)
NEAR = 0.1
"""How far from a whole number of steps a gap may be, in steps."""
REGULAR = 0.8
"""The share of gaps that must be near one."""
LONGEST_GAP = 20
"""A grid may be so many times longer than its points; sparser ones are sequences."""


@dataclass(frozen=True, slots=True)
class Series:
    """One metric over time: strictly rising times (n,) in epoch ms, and values (n,), NaN where there is none."""

    name: str
    times_ms: Ints
    values: Floats
    kind: Kind | None = None


@dataclass(frozen=True, slots=True)
class Batch:
    """Series of one rhythm as rows: `members` say which, `slots` at which column each of their points stands.

    Where two points fall on one day, the first stands in `values`, the other is held against the same band.
    """

    config: Config
    members: list[int]
    slots: list[Ints]
    values: Floats
    times_ms: Ints
    kinds: Ints


def rhythm(times_ms: Ints) -> int:
    """The time in ms between points by the first of them; 0 for none: points that come when they come.

    What comes every few minutes is telemetry, however unevenly: it has the time that is usual between its points.
    """
    gaps = np.diff(times_ms[: FIRST + 1])
    if not len(gaps):
        return DAY_MS
    step = _rounded(float(np.median(gaps)))
    if step >= WEEK_MS * (1 - NEAR):
        return 0
    if step < HOUR_MS:
        return step
    off = np.abs(gaps / step - np.maximum(np.round(gaps / step), 1))
    return step if np.mean(off <= NEAR) >= REGULAR else 0


def _rounded(gap_ms: float) -> int:
    """A gap as a whole number of days, hours, minutes or seconds where it is near one."""
    for unit in USUAL_STEPS:
        count = round(gap_ms / unit)
        if count and abs(gap_ms / unit - count) <= NEAR * count:
            return count * unit
    return max(1, round(gap_ms))


def kind_of(values: Floats) -> Kind:
    """Counts are whole and not negative; all else is a gauge."""
    first = values[:FIRST][~np.isnan(values[:FIRST])]
    whole = len(first) and bool((first >= 0).all()) and bool((first == np.round(first)).all())
    return Kind.COUNT if whole else Kind.GAUGE


def lay_out(series: Sequence[Series]) -> list[Batch]:
    """Put series of one rhythm into a batch."""
    steps: dict[int, list[int]] = {}
    for place, one in enumerate(series):
        steps.setdefault(_step(one), []).append(place)
    return [_batch(series, members, step) for step, members in sorted(steps.items())]


def _step(one: Series) -> int:
    step = rhythm(one.times_ms)
    if step and (one.times_ms[-1] - one.times_ms[0]) / step > LONGEST_GAP * len(one.times_ms):
        return 0
    return step


def _batch(series: Sequence[Series], members: list[int], step: int) -> Batch:
    slots = [_slots(series[member].times_ms, step) for member in members]
    length = max(int(slot[-1]) + 1 for slot in slots)
    values = np.full((len(members), length), np.nan)
    for row, member in enumerate(members):
        points = series[member].values
        values[row, slots[row][::-1]] = points[::-1]
    starts = np.array([series[member].times_ms[0] for member in members], dtype=np.int64)
    times = starts[:, None] + (step or DAY_MS) * np.arange(length, dtype=np.int64)
    kinds = np.array([int(_kind(series[member])) for member in members], dtype=np.int64)
    return Batch(for_period(step) if step else SEQUENCE, members, slots, values, times, kinds)


def _kind(one: Series) -> Kind:
    return kind_of(one.values) if one.kind is None else one.kind


def _slots(times_ms: Ints, step: int) -> Ints:
    """The column (n,) of each point.

    Of days, the second point of a slot stays in it. Of finer points it takes the next slot: their clocks wander.
    """
    order = np.arange(len(times_ms), dtype=np.int64)
    if not step:
        return order
    nearest = np.asarray(np.round((times_ms - times_ms[0]) / step), dtype=np.int64)
    return nearest if step >= DAY_MS else np.maximum.accumulate(nearest - order) + order
