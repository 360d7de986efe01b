"""The gaps between an asset's refreshes, and how long one may be before it is too long.

The bound is a high quantile of the asset's own gaps with a buffer. A table refreshed on working days has a long gap
every weekend, so a gap is held against those that began at the same time of the week where there are enough of
them, then at the same time of day, then against all.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from math import ceil
from typing import TYPE_CHECKING

from assay.model.time import DAY_MS, HOUR_MS

if TYPE_CHECKING:
    from collections.abc import Sequence

WEEK_MS = 7 * DAY_MS
NEAR_MS = 90 * 60_000
"""How far apart two gaps may begin and still be of the same time of the week, or day."""
ENOUGH_ALIKE = 4
"""How many gaps of one time speak for themselves."""


@dataclass(frozen=True, slots=True)
class Gap:
    """From one refresh to the next, in epoch ms."""

    start_ms: int
    end_ms: int

    @property
    def length_ms(self) -> int:
        """How long it was."""
        return self.end_ms - self.start_ms


@dataclass(frozen=True, slots=True)
class Bound:
    """How long a gap may last, from how many gaps that is known, and which they are."""

    limit_ms: int
    typical_ms: int
    gaps: int
    like: str

    @property
    def hours(self) -> float:
        """The limit in hours."""
        return self.limit_ms / HOUR_MS


def gaps_of(refreshes_ms: Sequence[int]) -> list[Gap]:
    """The gaps between refreshes that are in order."""
    return [Gap(start, end) for start, end in pairwise(refreshes_ms) if end > start]


def bound_of(
    gaps: Sequence[Gap], start_ms: int, quantile: float, buffer: float, floor_ms: int = HOUR_MS
) -> Bound | None:
    """How long a gap that begins at `start_ms` may last by the gaps before it; None without any.

    `buffer` is a share added to the quantile, `floor_ms` the least that is added.
    """
    if not gaps:
        return None
    alike, like = _alike(gaps, start_ms)
    lengths = sorted(gap.length_ms for gap in alike)
    high = quantile_of(lengths, quantile)
    return Bound(high + max(round(high * buffer), floor_ms), quantile_of(lengths, 0.5), len(lengths), like)


def quantile_of(ordered: Sequence[int], share: float) -> int:
    """The smallest value that at least `share` of the ordered values do not exceed."""
    return ordered[max(ceil(share * len(ordered)) - 1, 0)]


def _alike(gaps: Sequence[Gap], start_ms: int) -> tuple[Sequence[Gap], str]:
    for period, like in ((WEEK_MS, "of this time of the week"), (DAY_MS, "of this time of the day")):
        near = [gap for gap in gaps if _apart(gap.start_ms, start_ms, period) <= NEAR_MS]
        if len(near) >= ENOUGH_ALIKE and (period == WEEK_MS or _is_one_rhythm(near)):
            return near, like
    return gaps, "of all times"


def _is_one_rhythm(gaps: Sequence[Gap]) -> bool:
    """Whether gaps of one time of day are much the same, whatever the weekday; else only all gaps are safe."""
    lengths = [gap.length_ms for gap in gaps]
    return max(lengths) <= 2 * min(lengths)


def _apart(one_ms: int, other_ms: int, period_ms: int) -> int:
    """How far apart two moments are on a circle."""
    apart = (one_ms - other_ms) % period_ms
    return min(apart, period_ms - apart)
