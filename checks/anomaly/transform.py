"""The scale on which a metric is watched: log for sizes, log-odds for shares."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from checks.anomaly.arrays import row_median
from checks.anomaly.kinds import Kind

if TYPE_CHECKING:
    from checks.anomaly.arrays import Bools, Floats, Ints

SHARE_EPS = 1e-4
SMALL = 50.0
"""Counts that stay below this are watched as log(count + 1)."""
FAR = 700.0
"""exp() of more than this overflows."""


@dataclass(frozen=True, slots=True)
class Transform:
    """For each series x = log(y + offset), the log-odds of y, or y as it is.

    `log` and `ratio` (S,) say which; `offset` (S,) is in the unit of the metric.
    """

    log: Bools
    ratio: Bools
    offset: Floats

    @property
    def scaled(self) -> Bools:
        """Whether a difference on the watched scale is one of proportion (S,)."""
        return self.log | self.ratio

    def forward(self, values: Floats) -> Floats:
        """Values (S,) or (S, T) on the watched scale."""
        log, ratio, offset = self._spread(values)
        share = np.clip(values, SHARE_EPS, 1 - SHARE_EPS)
        odds = np.log(share / (1 - share))
        logged = np.log(np.maximum(values, 0.0) + offset)
        return np.where(ratio, odds, np.where(log, logged, values))

    def back(self, x: Floats) -> Floats:
        """Numbers of the watched scale in the unit of the metric."""
        log, ratio, offset = self._spread(x)
        capped = np.clip(x, -FAR, FAR)
        level = np.maximum(np.exp(np.where(log, capped, 0.0)) - offset, 0.0)
        odds = 1.0 / (1.0 + np.exp(-capped))
        return np.where(ratio, odds, np.where(log, level, x))

    def _spread(self, like: Floats) -> tuple[Bools, Bools, Floats]:
        """The parameters with as many axes as `like`."""
        if like.ndim == 1:
            return self.log, self.ratio, self.offset
        return self.log[:, None], self.ratio[:, None], self.offset[:, None]


def learn(values: Floats, kinds: Ints, offset_share: float) -> Transform:
    """Choose a transform for each series from its first points (S, n) and its kind (S,).

    A series that has been negative stays as it is. The offset is a share of the median, and 1 for small counts.
    """
    lowest = np.min(np.where(np.isnan(values), np.inf, values), axis=1)
    largest = np.max(np.where(np.isnan(values), 0.0, values), axis=1)
    ratio = (kinds == Kind.RATIO) & (lowest >= 0.0) & (largest <= 1.0)
    offset = _offset(np.nan_to_num(row_median(values)), largest, kinds == Kind.COUNT, offset_share)
    return Transform(log=(lowest >= 0.0) & ~ratio, ratio=ratio, offset=offset)


def _offset(middle: Floats, largest: Floats, is_count: Bools, share: float) -> Floats:
    part = share * middle
    counted = np.where(largest < SMALL, 1.0, np.maximum(1.0, part))
    offset = np.where(is_count, counted, part)
    floor = np.where(largest > 0.0, largest * 1e-3, 1.0)
    return np.where(offset > 0.0, offset, floor)
