"""Sustained change: several moderate residuals to one side, and runs of flags that make a new level."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from checks.anomaly.arrays import row_median

if TYPE_CHECKING:
    from checks.anomaly.arrays import Bools, Floats, Ints
    from checks.anomaly.history import History

LEAN_GAIN = 0.25
SUDDEN = 0.8
"""A run of flags began suddenly when the residuals before it leaned less than this, in sigmas."""


def scan(recent: Floats, lengths: tuple[int, ...], clip: float) -> Floats:
    """The signed scan statistic (S,) of standardised residuals (S, k), newest last (Glaz & Naus 1991).

    The largest |sum of the last j| / sqrt(j) over the lengths j, each residual clipped so that one spike cannot carry
    it, and counted only where every residual leans to the same side.
    """
    best = np.zeros(len(recent))
    for length in lengths:
        if recent.shape[1] < length:
            continue
        part = np.clip(recent[:, -length:], -clip, clip)
        total = part.sum(axis=1) / np.sqrt(length)
        leans = (part * np.sign(total)[:, None]).min(axis=1) > 0.0
        best = np.where(leans & (np.abs(total) > np.abs(best)), total, best)
    return best


class Runs:
    """Consecutive flags to the same side, and how the series leaned before they began; gaps do not count."""

    def __init__(self, series: int) -> None:
        self.length: Ints = np.zeros(series, dtype=np.int64)
        self.side: Floats = np.zeros(series)
        self.lean: Floats = np.zeros(series)
        self.lean_at_start: Floats = np.zeros(series)

    def take(self, z: Floats, side: Floats, seen: Bools) -> None:
        """Take the signed rarity (S,) of this step, and the side (S,) of its flag: -1, 0 or 1."""
        begins = (self.length == 0) & (side != 0)
        self.lean_at_start = np.where(begins, self.lean, self.lean_at_start)
        same = (side != 0) & (side == self.side)
        length = np.where(same, self.length + 1, (side != 0).astype(np.int64))
        self.length = np.where(seen, length, self.length)
        self.side = np.where(seen, side, self.side)
        moved = (1 - LEAN_GAIN) * self.lean + LEAN_GAIN * np.clip(z, -3, 3)
        self.lean = np.where(seen, moved, self.lean)

    def clear(self, rows: Ints) -> None:
        """Begin those rows anew."""
        self.length[rows] = 0
        self.side[rows] = 0.0
        self.lean[rows] = 0.0


def rebase(history: History, runs: Runs, rows: Ints, after: int) -> None:
    """Give those rows the level of their newest `after` points, so that what was a shift is the history's own.

    The creep channel keeps its memory of the old level where the change came slowly.
    """
    newest = history.data["raw"][rows, history.size - after : history.size]
    jump = row_median(newest - history.data["clean"][rows, history.size - after : history.size])
    history.shift("clean", rows, jump)
    history.data["signed"][rows, : history.size] = 0.0
    moved = np.where(np.abs(runs.lean_at_start[rows]) < SUDDEN, jump, 0.0)
    history.shift("raw", rows, moved, but=after)
    history.shift("middle", rows, moved)
    runs.clear(rows)
