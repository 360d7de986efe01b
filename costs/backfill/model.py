"""What a unit of an asset will cost: the simplest of a few models that did best on what it had not seen.

Each model is judged where it matters: at every past unit it is fitted to the units before and asked for that one.
Errors are logarithms of actual over predicted, so twice and half are equally far; they become the range of a quote.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from numpy.typing import NDArray

    from costs.backfill.units import Unit

    Numbers = NDArray[np.float64]

LATELY = 28
"""How many units the usual cost is the median of."""
WEEK = 7
MEMORY = 90
"""How many units a line is fitted to, and how many errors a range is made of."""
FEWEST = 5
"""Units before the first that is predicted."""
WORTH = 0.97
"""A further effect stays in when it brings the mean error below this share of what it was without."""
SCORED = 12
"""Predictions from which on models are compared; with fewer the usual cost is taken."""
AHEAD = 7
"""How many units ahead errors are compared to see whether they go together."""
FLOOR = 1000.0
"""Added to both sides of a ratio (a millionth of a credit, a second): costs of nothing stay comparable."""

NONE = "usual"


@dataclass(frozen=True, slots=True)
class Table:
    """Units as columns; `y` is what is learned. NaN is unknown."""

    y: Numbers
    rows: Numbers
    bytes: Numbers
    weekday: Numbers
    rate: Numbers

    @classmethod
    def of(cls, units: Sequence[Unit], y: Sequence[int]) -> Table:
        """The units' columns beside the figures to be learned."""
        return cls(
            np.array(y, float),
            _column(unit.rows for unit in units),
            _column(unit.bytes for unit in units),
            np.array([unit.weekday for unit in units], float),
            _column(unit.rate for unit in units),
        )

    def __len__(self) -> int:
        return len(self.y)

    def part(self, start: int, end: int) -> Table:
        """The units from `start` to before `end`."""
        return Table(*(getattr(self, name)[start:end] for name in ("y", "rows", "bytes", "weekday", "rate")))


def _column(values: Iterable[int | None]) -> Numbers:
    return np.array([np.nan if value is None else float(value) for value in values])


def usual(past: Table, asked: Table) -> Numbers:
    """The median of the newest units."""
    return np.full(len(asked), float(np.median(past.y[-LATELY:])))


def newest(past: Table, asked: Table) -> Numbers:
    """The median of the last seven: follows a change of level within days."""
    return np.full(len(asked), float(np.median(past.y[-WEEK:])))


def trend(past: Table, asked: Table) -> Numbers:
    """Growth: the robust line through the logarithms of the newest units, one step on."""
    logs = np.log(past.y[-LATELY:] + FLOOR)
    steps = np.arange(len(logs), dtype=float)
    slope = _slope(steps, logs)
    level = float(np.median(logs - slope * steps)) + slope * len(logs)
    return np.full(len(asked), max(float(np.exp(level)) - FLOOR, 0.0))


def by_rows(past: Table, asked: Table) -> Numbers:
    """A start and a price per row, both by a robust line."""
    return _line(past.rows, past.y, asked.rows)


def by_bytes(past: Table, asked: Table) -> Numbers:
    """A start and a price per byte read, both by a robust line."""
    return _line(past.bytes, past.y, asked.bytes)


def _line(x: Numbers, y: Numbers, at: Numbers) -> Numbers:
    """Theil and Sen's line, never falling and never below nothing; the median where x is unknown or does not move."""
    known = np.isfinite(x)
    x, y = x[known][-MEMORY:], y[known][-MEMORY:]
    if len(x) < FEWEST:
        return np.full(len(at), np.nan)
    slope = max(_slope(x, y), 0.0)
    start = float(np.median(y - slope * x))
    if start < 0:
        start, slope = 0.0, float(np.median(y) / max(float(np.median(x)), 1e-9))
    return start + slope * at


def _slope(x: Numbers, y: Numbers) -> float:
    """The median of the slopes between units half the sample apart, by x: Theil's incomplete method, O(n log n)."""
    order = np.argsort(x, kind="stable")
    x, y = x[order], y[order]
    half = (len(x) + 1) // 2
    run, rise = x[half:] - x[: len(x) - half], y[half:] - y[: len(y) - half]
    moves = run > 0
    return float(np.median(rise[moves] / run[moves])) if moves.any() else 0.0


BLIND: dict[str, Callable[[Table, Table], Numbers]] = {NONE: usual, "newest": newest, "trend": trend}
"""Models that need nothing of the unit that is asked for, simplest first."""
INFORMED = BLIND | {"rows": by_rows, "bytes": by_bytes}
"""Models for a unit whose rows or bytes are known, as they are of a partition that was built before."""
EFFECTS = ("weekday", "rate")


def with_effect(model: Callable[[Table, Table], Numbers], effect: str) -> Callable[[Table, Table], Numbers]:
    """The model times how the units of the same weekday (or of the same size of warehouse) differ from it."""

    def predict(past: Table, asked: Table) -> Numbers:
        base = model(past, asked)
        ratios = (past.y + FLOOR) / (model(past, past) + FLOOR)
        groups, wanted = getattr(past, effect), getattr(asked, effect)
        factors = np.ones(len(asked))
        for group in np.unique(wanted[np.isfinite(wanted)]):
            of_group = ratios[groups == group]
            if len(of_group) > 1:
                factors[wanted == group] = float(np.median(of_group[-LATELY:]))
        return base * factors

    return predict


@dataclass(frozen=True, slots=True)
class Fit:
    """The model chosen for an asset, how it errs, and how alike the errors of units built together are.

    `errors` are logarithms of what was predicted without knowing it, oldest first, of the newest units. `likeness` is
    the share of their variance that all units of a backfill have in common; `gain` says how much smaller the mean
    error is than that of the usual cost: 0.3 is 30 % less.
    """

    name: str
    effects: tuple[str, ...]
    errors: Numbers
    likeness: float
    gain: float
    past: Table = field(repr=False)

    def predict(self, asked: Table) -> Numbers:
        """What units cost, by all the past; the usual cost where the driver is unknown."""
        found = _model(self.name, self.effects)(self.past, asked)
        return np.where(np.isfinite(found), found, usual(self.past, asked))


def _model(name: str, effects: Sequence[str]) -> Callable[[Table, Table], Numbers]:
    model = INFORMED[name]
    for effect in effects:
        model = with_effect(model, effect)
    return model


def fit(past: Table, *, informed: bool) -> Fit:
    """Choose a model for these units (one at least), oldest first.

    `informed`: the rows and bytes of what will be asked for are known.
    """
    runs = {name: _rolled(past, name, ()) for name in (INFORMED if informed else BLIND)}
    plain = _mean_error(runs[NONE])
    best, effects = NONE, tuple[str, ...]()
    if len(runs[NONE]) >= SCORED:
        for name, run in runs.items():
            if _mean_error(run) < WORTH * _mean_error(runs[best]):
                best = name
    run = runs[best]
    for effect in EFFECTS if len(run) >= SCORED else ():
        column = getattr(past, effect)
        if len(np.unique(column[np.isfinite(column)])) < 2:  # noqa: PLR2004 - nothing to tell apart
            continue
        tried = _rolled(past, best, (*effects, effect))
        if _mean_error(tried) < WORTH * _mean_error(run):
            run, effects = tried, (*effects, effect)
    gain = 1 - _mean_error(run) / plain if plain else 0.0
    return Fit(best, effects, run[:, 0], likeness(run), gain, past)


def _rolled(past: Table, name: str, effects: Sequence[str]) -> Numbers:
    """Errors of the model at each past unit and those after it, fitted to what was before: origins by AHEAD."""
    model = _model(name, effects)
    first = max(FEWEST, len(past) - MEMORY)
    rolled = np.full((max(len(past) - first, 0), AHEAD), np.nan)
    for row, at in enumerate(range(first, len(past))):
        before, after = past.part(0, at), past.part(at, at + AHEAD)
        told = model(before, after)
        told = np.where(np.isfinite(told), told, usual(before, after))
        rolled[row, : len(after)] = np.log((after.y + FLOOR) / (np.maximum(told, 0) + FLOOR))
    return rolled


def _mean_error(rolled: Numbers) -> float:
    return float(np.mean(np.abs(rolled[:, 0]))) if len(rolled) else 0.0


PRIOR_LIKENESS, PRIOR_WEIGHT = 0.3, 5.0
"""The share taken where nothing is seen, and for how many units' telling it counts where something is."""


def likeness(rolled: Numbers) -> float:
    """The share of the errors' variance that neighbours have in common, drawn to a usual share where little is known.

    Of n errors with a common share c, the mean has (c + (1 - c) / n) times the variance of one.
    """
    whole = rolled[np.isfinite(rolled).all(axis=1)] if len(rolled) else rolled
    if len(whole) < SCORED:
        return PRIOR_LIKENESS
    one, mean = _width(rolled[:, 0]), _width(whole.mean(axis=1))
    if one <= 0:
        return PRIOR_LIKENESS
    seen = min(max(((mean / one) ** 2 - 1 / AHEAD) / (1 - 1 / AHEAD), 0.0), 1.0)
    told = len(whole) / AHEAD  # windows that overlap tell the same thing
    return (seen * told + PRIOR_LIKENESS * PRIOR_WEIGHT / AHEAD) / (told + PRIOR_WEIGHT / AHEAD)


def _width(errors: Numbers) -> float:
    low, high = np.quantile(errors, (0.1, 0.9))
    return float(high - low)
