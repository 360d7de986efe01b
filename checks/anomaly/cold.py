"""The first two cycles of a series: only what is grossly off is flagged, and the memories are filled."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from checks.anomaly.arrays import row_median, row_sigma
from checks.anomaly.kinds import Mark, Reason
from checks.anomaly.transform import learn
from checks.anomaly.verdicts import Step

if TYPE_CHECKING:
    from checks.anomaly.arrays import Bools, Floats, Ints
    from checks.anomaly.config import Config
    from checks.anomaly.history import History
    from checks.anomaly.transform import Transform

LEAST_POINTS = 6
GROSS_SIGMAS = 8.0
GROSS_FACTOR = 8.0
"""In the first cycles only a point this many sigmas and this many times off is flagged."""
UNIT_POINTS = 3
"""What the prior scale is worth against the first cycles, in points."""


@dataclass(frozen=True, slots=True)
class Start:
    """What the first cycles say of each series: its transform, the scale of its noise, and the least scale."""

    transform: Transform
    scale: Floats
    floor: Floats
    unit: Floats
    zeros: Floats


class ColdStart:
    """Collects the first two cycles of S series."""

    def __init__(self, kinds: Ints, config: Config) -> None:
        self.kinds = kinds
        self.config = config
        self.points: list[Floats] = []

    @property
    def is_over(self) -> bool:
        """Whether there are two cycles."""
        return len(self.points) >= 2 * self.config.period

    def step(self, values: Floats, marks: Ints) -> Step:
        """Judge one point of each series (S,) by the median of those before it."""
        nothing = np.zeros(len(values))
        used = np.full(len(values), len(self.points))
        self.points.append(np.where(marks & (Mark.SPARED | Mark.WRONG), np.nan, values))
        flag, middle, reach = self._gross(values)
        flag &= (marks & Mark.SPARED) == 0
        reason = np.where(flag, int(Reason.COLD_START), 0)
        return Step(
            middle, middle / reach, middle * reach, flag, flag & False, reason,
            nothing, nothing + GROSS_SIGMAS, nothing, nothing, nothing, nothing, used,
        )  # fmt: skip

    def _gross(self, values: Floats) -> tuple[Bools, Floats, Floats]:
        """Where (S,) the newest point is grossly off, what was expected, and the factor that is still in order."""
        past = (
            np.stack(self.points[:-1], axis=1) if len(self.points) > 1 else np.full((len(values), 1), np.nan)
        )
        known = learn(past, self.kinds, self.config.offset_share)
        centre = row_median(known.forward(past))
        if past.shape[1] < LEAST_POINTS - 1:
            return np.zeros(len(values), dtype=np.bool_), known.back(centre), np.full(len(values), np.inf)
        spread = row_sigma(known.forward(past), centre)
        reach = np.maximum(GROSS_SIGMAS * spread, np.log(GROSS_FACTOR))
        flag = known.log & (np.abs(known.forward(values) - centre) > reach)
        return flag, known.back(centre), np.where(known.log, np.exp(np.minimum(reach, 50.0)), np.inf)

    def fill(self, history: History) -> Start:
        """Write the first cycles into the history, gaps filled from the other cycle, and say what they teach."""
        period, past = self.config.period, np.stack(self.points, axis=1)
        transform = learn(past, self.kinds, self.config.offset_share)
        filled = _fill(transform.forward(past), period)
        nothing = np.zeros(len(past))
        for i in range(2 * period):
            cycle = row_median(filled[:, max(0, i - period + 1) : i + 1])
            history.append(
                clean=filled[:, i],
                residual=nothing,
                rarity=nothing,
                signed=nothing,
                raw=filled[:, i],
                middle=cycle,
            )
        return self._start(transform, filled, (past == 0).sum(axis=1).astype(np.float64))

    def _start(self, transform: Transform, filled: Floats, zeros: Floats) -> Start:
        """Scale by the change from one cycle to the next, held together by the prior scale."""
        period = self.config.period
        change = np.abs(filled[:, period:] - filled[:, :period])
        spread = row_sigma(change, np.zeros(len(filled))) / np.sqrt(2.0)
        flat = np.maximum(row_sigma(filled, row_median(filled)), 1e-9)
        unit = np.where(transform.scaled, self.config.prior_scale, flat)
        sure = np.log(np.maximum(spread, 0.05 * unit))
        scale = np.exp((period * sure + UNIT_POINTS * np.log(unit)) / (period + UNIT_POINTS))
        floor = np.where(transform.scaled, 0.01, 0.02 * unit + 1e-12)
        return Start(transform, np.maximum(scale, floor), floor, unit, zeros)


def _fill(x: Floats, period: int) -> Floats:
    """Fill gaps (S, 2 periods) from the other cycle, else with the median."""
    halves = x.reshape(len(x), 2, period)
    filled = np.where(np.isnan(halves), halves[:, ::-1], halves).reshape(len(x), 2 * period)
    middle = np.nan_to_num(row_median(filled))
    return np.where(np.isnan(filled), middle[:, None], filled)
