"""What the detector hands back."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from checks.anomaly.arrays import Bools, Floats, Ints
    from checks.anomaly.kinds import Reason


@dataclass(frozen=True, slots=True)
class Verdicts:
    """The verdicts on points, arrays (S, T); values in the unit of the metric.

    `z` is signed and Gaussian-equivalent, `threshold` the z it had to exceed, `tail` the tail index of the series'
    residuals. `season`, `slope` (of a point) and `recurring` are additive on the watched scale: exp() of them is a
    factor where that scale is a logarithm. `flag` is of the point itself, `creep` of the slow
    channel; a point may have a reason and not be flagged: it is odd, and was told before.
    """

    expected: Floats
    low: Floats
    high: Floats
    flag: Bools
    creep: Bools
    reason: Ints
    z: Floats
    threshold: Floats
    tail: Floats
    season: Floats
    slope: Floats
    recurring: Floats
    points_used: Ints

    @property
    def flagged(self) -> Bools:
        """By either channel."""
        return self.flag | self.creep


class Step(Verdicts):
    """The verdicts on one point of each series: every array is (S,)."""


def stack(steps: Sequence[Verdicts]) -> Verdicts:
    """Join steps (S,) into (S, T) arrays."""
    return Verdicts(
        **{
            field.name: np.stack([getattr(step, field.name) for step in steps], axis=1)
            for field in fields(Verdicts)
        }
    )


def of_side(up: Bools, rising: Reason, falling: Reason) -> Ints:
    """The first reason where `up`, else the second."""
    return np.where(up, int(rising), int(falling)).astype(np.int64)
