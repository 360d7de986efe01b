"""The one-pass loop: forecast, judge, then learn. No point is judged by itself."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from checks.anomaly.arrays import row_median
from checks.anomaly.cold import ColdStart
from checks.anomaly.config import DAILY
from checks.anomaly.counts import SmallCounts, Zeros
from checks.anomaly.creep import Creep
from checks.anomaly.fleet import CLEAR_Z
from checks.anomaly.forecast import Forecaster
from checks.anomaly.history import History
from checks.anomaly.kinds import Kind, Mark, Reason
from checks.anomaly.recurring import recurring_effect
from checks.anomaly.shift import Runs, rebase, scan
from checks.anomaly.tail import TailModel
from checks.anomaly.verdicts import Step, of_side

if TYPE_CHECKING:
    from checks.anomaly.arrays import Bools, Floats, Ints
    from checks.anomaly.cold import Start
    from checks.anomaly.config import Config
    from checks.anomaly.forecast import Forecast

REACH = 100
"""Points kept at least, so that a month's classes can be found."""
CREEP_CYCLES = 16
YOUNG_CYCLES = 4
"""For so long forecasts are poor, and their errors teach less."""
CYCLES_OF_A_SEASON = 3
"""What comes back so often at its place of the cycle is of the season."""
HEAVY_INDEX = 10.0
"""Tails heavier than this pay the surcharge."""


@dataclass(frozen=True, slots=True)
class Glance:
    """One point of each series as it is judged, arrays (S,): on the watched scale, with forecast and noise.

    `level` is the forecast in the metric's unit, `base_level` the same without what comes back; `even` the error on the
    scale where small and large counts are equally noisy.
    """

    values: Floats
    x: Floats
    seen: Bools
    forecast: Forecast
    noise: Floats
    level: Floats
    base_level: Floats
    even: Floats

    @property
    def error(self) -> Floats:
        """How far off the forecast was; 0 for a missing point."""
        return np.where(self.seen, self.x - self.forecast.mean, 0.0)


class Detector:
    """The state of S series; `step` takes one point of each."""

    def __init__(self, kinds: Ints, config: Config = DAILY, cohorts: Ints | None = None) -> None:
        """Start with empty memories; `kinds` (S,) are Kind codes.

        Series of one of the `cohorts` (S,) teach each other the weight of tails; all are of one if it is not said.
        """
        series = len(kinds)
        self.config = config
        self.is_count = kinds == Kind.COUNT
        reach = max(config.window, CREEP_CYCLES * config.period if config.calendar else 0, REACH)
        self.history = History(series, reach)
        self.forecaster = Forecaster(series, config)
        self.cold = ColdStart(kinds, config)
        self.creep = Creep(series, config)
        self.runs = Runs(series)
        self.start: Start | None = None
        self.cohorts = np.zeros(series, dtype=np.int64) if cohorts is None else cohorts

    def step(self, values: Floats, classes: list[Ints] | None = None, marks: Ints | None = None) -> Step:
        """Judge one point of each series (S,), NaN for missing.

        `classes` are of Recurrence.back; `marks` (S,) what people said of the point.
        """
        said = np.zeros(len(values), dtype=np.int64) if marks is None else marks
        if self.start is None:
            step = self.cold.step(values, said)
            if self.cold.is_over:
                self._begin(self.cold.fill(self.history))
        else:
            step = self._judge_and_learn(self.start, values, classes or [], said)
        return step

    def _begin(self, start: Start) -> None:
        self.start = start
        self.tail = TailModel(start.scale, self.config, self.cohorts)
        self.counts = SmallCounts(self.is_count & start.transform.log)
        self.zeros = Zeros(start.zeros)

    def _judge_and_learn(self, start: Start, values: Floats, classes: list[Ints], marks: Ints) -> Step:
        glance = self._look(start, values, classes)
        step = self._judge(start, glance)
        step = _as_said(step, marks)
        learned = (marks & (Mark.SPARED | Mark.WRONG)) == 0
        begins = (marks & Mark.RESTART) != 0
        drift, gap = self._learn(start, glance, replace(step, flag=step.flag | begins), learned)
        self._restart(glance, begins)
        drift &= learned
        creeping = of_side(gap > 0, Reason.CREEP_UP, Reason.CREEP_DOWN)
        return replace(step, creep=drift, reason=np.where(drift & ~step.flag, creeping, step.reason))

    def _look(self, start: Start, values: Floats, classes: list[Ints]) -> Glance:
        x = start.transform.forward(values)
        base = self.forecaster.forecast(self.history)
        forecast = base.explained(x, recurring_effect(self.history, classes))
        base_level = np.maximum(start.transform.back(base.base), 0.0)
        level = start.transform.back(forecast.mean)
        seen = ~np.isnan(x)
        even = self.counts.even(np.where(seen, x - forecast.mean, 0.0), values, level)
        return Glance(
            values,
            x,
            seen,
            forecast,
            self.counts.noise(base_level),
            level,
            base_level,
            np.where(seen, even, 0.0),
        )

    def _judge(self, start: Start, g: Glance) -> Step:
        error = g.error
        z = self.tail.rarity(g.even) * np.sign(g.even)
        threshold, least = self._threshold(start)
        flag = g.seen & (np.abs(z) > threshold) & (np.abs(error) > least)
        flag &= ~self.counts.ordinary(flag, g.values, g.level)
        shifted = self._shifted(g, z, least) & ~flag
        zero = (
            g.seen & (g.values == 0) & self.zeros.odd(self.counts.no_rows(g.level), self.tail.fleet.trouble)
        )
        up = error > 0
        reason = np.where(flag, of_side(up, Reason.HIGH, Reason.LOW), 0)
        reason = np.where(shifted, of_side(up, Reason.SHIFT_UP, Reason.SHIFT_DOWN), reason)
        reason = np.where(zero, int(Reason.ZERO), reason)
        reach = self.tail.limit(threshold)
        return Step(
            g.level, self._edge(start, g, -reach, -least), self._edge(start, g, reach, least),
            flag | zero | shifted, np.zeros_like(flag), reason, z, threshold, self.tail.index,
            self._season(g.forecast), self._slope(), g.forecast.recurring, self._points_used(len(z)),
        )  # fmt: skip

    def _edge(self, start: Start, g: Glance, reach: Floats, least: Floats) -> Floats:
        """The value (S,) from which on a point is rare, by `reach`, and worth an alert, by `least`; both signed."""
        mean, back = g.forecast.mean, start.transform.back
        rare, worth = self.counts.edge(back(mean + reach), g.level, reach), back(mean + least)
        return np.where(reach < 0, np.minimum(rare, worth), np.maximum(rare, worth))

    def _threshold(self, start: Start) -> tuple[Floats, Floats]:
        """The z to exceed, and the least effect worth an alert, (S,)."""
        least = np.where(
            start.transform.scaled, self.config.min_effect, self.config.min_linear_effect * start.unit
        )
        heavy = np.clip(1.0 - self.tail.index / HEAVY_INDEX, 0.0, 1.0)
        surcharge = self.config.tail_surcharge * heavy * self.tail.fleet.heaviness
        return self.config.z_alert + surcharge - self.config.relief * self.tail.fleet.trouble, least

    def _shifted(self, g: Glance, z: Floats, least: Floats) -> Bools:
        """Where (S,) the last few residuals together are too much to one side."""
        if not self.config.scan_lengths:
            return np.zeros(len(z), dtype=np.bool_)
        width = min(max(self.config.scan_lengths) - 1, self.history.size)
        recent = np.column_stack([self.history.last("signed", width), np.clip(z, -6.0, 6.0)])
        total = scan(recent, self.config.scan_lengths, self.config.scan_clip)
        bar = self.config.z_scan - self.config.relief * self.tail.fleet.trouble
        return g.seen & (np.abs(total) > bar) & (np.abs(g.error) > 0.7 * least)

    def _season(self, f: Forecast) -> Floats:
        level = self.history.last("clean", min(self.history.size, self.config.period)).mean(axis=1)
        return np.asarray(f.base - level, dtype=np.float64)

    def _slope(self) -> Floats:
        apart = 2 * self.config.period
        if self.history.size < 2 * apart:
            return np.zeros(len(self.is_count))
        risen = self.history.ago("middle", 1) - self.history.ago("middle", apart + 1)
        return np.asarray(risen / apart, dtype=np.float64)

    def _points_used(self, series: int) -> Ints:
        return np.full(series, min(self.history.size, self.config.window))

    def _learn(self, start: Start, g: Glance, step: Step, learned: Bools) -> tuple[Bools, Floats]:
        """Update every memory with the judged point; where there is drift, and how much."""
        scale = np.maximum(self.tail.scale, start.floor)
        quiet = g.seen & ~step.flag & learned
        self.forecaster.learn(np.where(learned, g.x, np.nan), g.forecast, scale * g.noise, quiet)
        self.tail.fleet.strike(step.flag & (np.abs(step.z) > CLEAR_Z) & (self.runs.length == 0) & learned)
        self._learn_tail(start, g, step, scale, learned)
        self.counts.learn(g.error, g.base_level, quiet)
        self.runs.take(step.z, np.where(step.flag, np.sign(g.error), 0.0), g.seen & learned)
        self._append(g, step, scale, g.seen & learned)
        rows = np.flatnonzero(self.runs.length >= self.config.rebase_after)
        if len(rows):
            rebase(self.history, self.runs, rows, self.config.rebase_after)
            self.forecaster.clear(rows)
        self.zeros.learn(g.values)
        return self.creep.step(self.history, scale * g.noise, self.forecaster.rho)

    @property
    def _is_young(self) -> bool:
        return self.history.size < YOUNG_CYCLES * self.config.period

    def _learn_tail(self, start: Start, g: Glance, step: Step, scale: Floats, learned: Bools) -> None:
        """A flagged residual enters capped and with little weight: it may be an event, and it may be the tail."""
        config, error = self.config, g.even
        bound = config.flag_cap * scale
        residual = np.where(step.flag, np.clip(error, -bound, bound), error)
        floored = np.sign(residual) * np.maximum(np.abs(residual), 0.3 * start.floor)
        doubtful = step.flag | ((np.abs(step.z) > config.z_doubt) & (np.abs(g.error) > config.min_effect))
        weight = np.where(doubtful, config.flag_weight, 1.0) * (
            config.young_weight if self._is_young else 1.0
        )
        self.tail.learn(floored, weight * (g.seen & learned))

    def _append(self, g: Glance, step: Step, scale: Floats, usable: Bools) -> None:
        base = g.forecast.base
        residual = np.where(usable, g.x - base, 0.0)
        bound = self.config.clip * scale * g.noise
        calm = np.where(step.flag | ~usable, base, base + np.clip(g.error, -bound, bound))
        raw = np.where(usable, g.x - g.forecast.recurring, base)
        self.history.append(
            clean=np.where(usable & self._is_young & (np.abs(step.z) < self.config.z_alert), g.x, calm),
            residual=residual,
            rarity=self.tail.rarity(self.counts.even(residual, g.values, g.base_level)),
            signed=np.where(usable, np.clip(step.z, -6, 6), 0.0),
            raw=raw,
            middle=self._middle(raw),
        )
        self._adopt()

    def _adopt(self) -> None:
        """Take what was rare to the same side at this place of three cycles for their season, as it was.

        Flags enter the history as their forecast, so a season learned from an outlier of young weeks, or one that is
        new, would else be told for ever.
        """
        places = self.history.size - 1 - self.config.period * np.arange(CYCLES_OF_A_SEASON)
        if places[-1] < 0:
            return
        rare = self.history.data["signed"][:, places]
        rows = np.flatnonzero(
            (np.abs(rare) > self.config.z_alert).all(axis=1)
            & (np.abs(np.sign(rare).sum(axis=1)) == len(places))
        )
        self.history.data["clean"][np.ix_(rows, places)] = self.history.data["raw"][np.ix_(rows, places)]

    def _middle(self, raw: Floats) -> Floats:
        if not self.config.calendar:
            return raw
        return row_median(np.column_stack([self.history.last("raw", self.config.period - 1), raw]))

    def _restart(self, g: Glance, asked: Bools) -> None:
        """Where people said that this point begins the new normal, take its level at once."""
        rows = np.flatnonzero(asked & g.seen)
        if len(rows):
            rebase(self.history, self.runs, rows, 1)
            self.forecaster.clear(rows)


def _as_said(step: Step, marks: Ints) -> Step:
    """The verdict where people have judged the point."""
    spared = (marks & (Mark.SPARED | Mark.RESTART)) != 0
    wrong = (marks & Mark.WRONG) != 0
    reason = np.where(wrong & ~step.flag, int(Reason.JUDGED), step.reason)
    return replace(
        step, flag=(step.flag & ~spared) | wrong, reason=np.where(spared, int(Reason.NONE), reason)
    )
