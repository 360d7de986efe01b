"""The memory of the one-pass loop: a few (S, capacity) arrays with one write position."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from checks.anomaly.arrays import Floats, Ints

NAMES = ("clean", "residual", "rarity", "signed", "raw", "middle")
"""clean: the watched value without what was flagged; residual and rarity: of the forecast without recurring effects;
signed: the clipped signed rarity; raw: the value without its recurring effect; middle: the median of a cycle of raw."""


class History:
    """Named histories that keep at least the `reach` newest points of each series."""

    def __init__(self, series: int, reach: int) -> None:
        self.reach = reach
        self.size = 0
        self.data = {name: np.zeros((series, 2 * reach + 8)) for name in NAMES}

    def last(self, name: str, n: int) -> Floats:
        """A view (S, n) of the newest n points, oldest first."""
        return self.data[name][:, self.size - n : self.size]

    def ago(self, name: str, k: int) -> Floats:
        """The point (S,) written k appends ago; 1 is the newest."""
        return self.data[name][:, self.size - k]

    def append(self, **points: Floats) -> None:
        """Write one point (S,) of every history."""
        if self.size == self.data["clean"].shape[1]:
            self._compact()
        for name, point in points.items():
            self.data[name][:, self.size] = point
        self.size += 1

    def shift(self, name: str, rows: Ints, by: Floats, but: int = 0) -> None:
        """Add `by` (len(rows),) to all points of those rows but the newest few."""
        self.data[name][rows, : self.size - but] += by[:, None]

    def _compact(self) -> None:
        drop = self.size - self.reach
        for array in self.data.values():
            array[:, : self.reach] = array[:, drop:].copy()
        self.size = self.reach
