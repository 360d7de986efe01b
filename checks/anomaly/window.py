"""Sub-daily metrics: departure from the last week, confirmed against the same time a day before.

Labelled telemetry departs from its whole recent range, not only from the hour's habit: a plain week beats a learned
profile there. A point is flagged when it is far from the mean of the last week, in standard deviations that keep the
outliers in them, and its change from a day earlier is unusual as well. Both on a signed square-root scale, which
steadies counts and rates (Anscombe 1948). Window sums come from running totals, so a pass takes O(S T).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from checks.anomaly.kinds import Mark, Reason
from checks.anomaly.verdicts import Verdicts, of_side

if TYPE_CHECKING:
    from checks.anomaly.arrays import Bools, Floats, Ints
    from checks.anomaly.config import Config


LEAST_POINTS = 28
"""Fewer points say nothing, however few make a day."""


@dataclass(frozen=True, slots=True)
class WindowRule:
    """Lengths in points, thresholds in standard deviations."""

    window: int
    season: int
    least_points: int
    z_level: float = 3.5
    z_change: float = 3.0

    @classmethod
    def of(cls, config: Config) -> WindowRule:
        """The rule for a series with `config.period` points a day: a week, and a day."""
        return cls(
            window=7 * config.period,
            season=config.period,
            least_points=max(2 * config.period, LEAST_POINTS),
            z_level=config.z_window,
        )


@dataclass(frozen=True, slots=True)
class Moments:
    """Mean, standard deviation and number (S, T) of the points in the window before each."""

    mean: Floats
    sd: Floats
    count: Ints


def past_moments(x: Floats, window: int, begin: Ints) -> Moments:
    """Of up to `window` earlier points, none before `begin` (S, T); NaN is left out, the point itself never in."""
    seen = ~np.isnan(x)
    origin = np.array([row[ok][0] if ok.any() else 0.0 for row, ok in zip(x, seen, strict=True)])[:, None]
    y = np.where(seen, x - origin, 0.0)
    end = np.broadcast_to(np.arange(x.shape[1]), x.shape)
    start = np.maximum(end - window, np.minimum(begin, end))
    count = _sums(seen.astype(np.float64), start, end)
    mean = _sums(y, start, end) / np.maximum(count, 1.0)
    variance = np.maximum(_sums(y * y, start, end) / np.maximum(count, 1.0) - mean**2, 0.0)
    return Moments(mean + origin, np.sqrt(variance), count.astype(np.int64))


def _sums(values: Floats, start: Ints, end: Ints) -> Floats:
    """The sums (S, T) of values over [start, end) of each row."""
    total = np.concatenate([np.zeros((len(values), 1)), np.cumsum(values, axis=1)], axis=1)
    return np.asarray(
        np.take_along_axis(total, end, axis=1) - np.take_along_axis(total, start, axis=1), dtype=np.float64
    )


def judge(values: Floats, rule: WindowRule, marks: Ints | None = None) -> Verdicts:
    """Judge (S, T) in one pass without look-ahead; `marks` (S, T) are what people said of the points."""
    said = np.zeros(values.shape, dtype=np.int64) if marks is None else marks
    x = np.sign(values) * np.sqrt(np.abs(values))
    begin = _begins((said & Mark.RESTART) != 0)
    learned = np.where(said & (Mark.SPARED | Mark.WRONG), np.nan, x)
    week = past_moments(learned, rule.window, begin)
    sd = np.maximum(week.sd, _floor(week.mean))
    z = np.nan_to_num((x - week.mean) / sd)
    confirmed = _confirmed(learned, week.mean, rule, begin)
    strength = np.where(week.count >= rule.least_points, np.minimum(np.abs(z), confirmed), 0.0)
    wrong = (said & Mark.WRONG) != 0
    flag = ((strength > rule.z_level) & ~np.isnan(values) & ((said & Mark.SPARED) == 0)) | wrong
    return _verdicts(week, rule.z_level * sd, flag, np.sign(z) * strength, rule.z_level)


def _begins(restart: Bools) -> Ints:
    """For each point (S, T) where the history it may look at begins."""
    at = np.where(restart, np.arange(restart.shape[1]), 0)
    return np.asarray(np.maximum.accumulate(at, axis=1), dtype=np.int64)


def _floor(mean: Floats) -> Floats:
    """The least standard deviation."""
    return np.asarray(1e-3 * np.abs(mean) + 1e-9, dtype=np.float64)


def _confirmed(x: Floats, mean: Floats, rule: WindowRule, begin: Ints) -> Floats:
    """The strength (S, T) of the change from a day before, in units of z_level; endless where none is known."""
    change = np.full_like(x, np.nan)
    change[:, rule.season :] = x[:, rule.season :] - x[:, : -rule.season]
    usual = past_moments(change, rule.window, begin)
    z_change = np.abs(change) / np.maximum(usual.sd, _floor(mean))
    known = (usual.count >= rule.season // 2) & ~np.isnan(change)
    return np.where(known, z_change * rule.z_level / rule.z_change, np.inf)


def _verdicts(week: Moments, reach: Floats, flag: Bools, z: Floats, z_level: float) -> Verdicts:
    nothing = np.zeros_like(z)
    reason = np.where(flag, of_side(z > 0, Reason.HIGH, Reason.LOW), 0)
    return Verdicts(
        _back(week.mean), _back(week.mean - reach), _back(week.mean + reach), flag, np.zeros_like(flag), reason,
        z, nothing + z_level, nothing, nothing, nothing, nothing, week.count,
    )  # fmt: skip


def _back(x: Floats) -> Floats:
    return np.asarray(np.sign(x) * x**2, dtype=np.float64)
