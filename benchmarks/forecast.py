"""The month-end forecast beside simple ones: how far off, and how often the month ends between P10 and P90.

Each month of each series is forecast as its days pass, from what was known then alone. Series: the demo company's
roll-ups, and spending made up as accounts spend: by week, by month's end, with trends, steps, outliers and new teams.
"""

from __future__ import annotations

import time
from calendar import monthrange
from collections import defaultdict
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING

import numpy as np

from assay.config import Settings
from assay.model.time import DAY_MS, Window, day_of
from assay.store import costs
from assay.store.engine import Store
from benchmarks.company import made
from benchmarks.report import Figure, show, table
from costs.budgets.forecast import forecast

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from numpy.typing import NDArray
    from sqlalchemy.orm import Session

    Days = NDArray[np.int64]

DAYS_OF_MONTH = (3, 8, 15, 22)
"""Days of a month that are known when it is forecast."""
LEAST = 42
"""Days of a series before a month that is judged."""
FIRST = date(2025, 7, 1)
COMPANY_DAYS = 150


@dataclass(frozen=True, slots=True)
class Series:
    """What something cost day by day, from `first` on."""

    kind: str
    first: date
    amounts: Days


@dataclass(frozen=True, slots=True)
class Trial:
    """A month forecast when so many days of it were known, and what it came to; each forecast by its name."""

    kind: str
    known: int
    came: int
    low: int
    high: int
    told: dict[str, float]


def mtd(_before: Days, so_far: Days, days: int) -> float:
    """Month to date, times days over days elapsed."""
    return float(so_far.sum()) * days / len(so_far) if len(so_far) else 0.0


def last_month(before: Days, _so_far: Days, days: int) -> float:
    """What the thirty days before the month came to."""
    return float(before[-30:].sum()) * days / 30


def line(before: Days, so_far: Days, days: int) -> float:
    """A straight line through the last thirty days, drawn on to the month's end, as warehouses' own budgets do."""
    recent = np.concatenate([before, so_far])[-30:].astype(float)
    slope, level = np.polyfit(np.arange(len(recent)), recent, 1)
    ahead = np.arange(len(recent), len(recent) + days - len(so_far))
    return float(so_far.sum() + np.maximum(0, level + slope * ahead).sum())


PEERS: dict[str, Callable[[Days, Days, int], float]] = {
    "month to date x days / elapsed": mtd,
    "last month": last_month,
    "a straight line": line,
}


def trials(series: Series) -> list[Trial]:
    """Every whole month of a series, forecast on some of its days."""
    found = []
    end = series.first + timedelta(days=len(series.amounts))
    month = series.first.replace(day=1)
    while month < end:
        days = monthrange(month.year, month.month)[1]
        start = (month - series.first).days
        if start >= LEAST and start + days <= len(series.amounts):
            found += [_trial(series, start, days, known) for known in DAYS_OF_MONTH]
        month = month + timedelta(days=days)
    return [trial for trial in found if trial.came > 0]


def _trial(series: Series, start: int, days: int, known: int) -> Trial:
    before, so_far = series.amounts[:start], series.amounts[start : start + known]
    spent = int(so_far.sum())
    likely = forecast(series.first, series.amounts[: start + known].tolist(), days - known)[-1].plus(spent)
    told = {name: peer(before, so_far, days) for name, peer in PEERS.items()}
    came = int(series.amounts[start : start + days].sum())
    return Trial(series.kind, known, came, likely.p10, likely.p90, {"assay": float(likely.p50), **told})


def of_company(folder: Path) -> list[Series]:
    """The roll-ups of a demo company of half a year, read and costed: each warehouse, user, tag and costly asset."""
    made(folder, days=COMPANY_DAYS, queries=60_000)
    with Store.open(Settings.load(folder).store.url) as store, store.read() as session:
        return roll_ups(session)


def roll_ups(session: Session) -> list[Series]:
    """The series of a store's roll-ups that cost something on a day in five, whole days alone."""
    span = costs.days(session)
    if span is None:
        return []
    window = Window(*span)  # the last day is not whole
    found = []
    for dimension in costs.DIMENSIONS:
        lines: dict[str, dict[int, int]] = defaultdict(dict)
        for told in costs.totals(session, dimension, window, ("value", "day")):
            lines[str(told.group[0])][int(told.group[1])] = told.nano_credits
        days = range(window.start_ms, window.end_ms, DAY_MS)
        found += [
            Series(
                f"demo, by {dimension}", day_of(window.start_ms), np.array([of.get(day, 0) for day in days])
            )
            for of in lines.values()
            if 5 * len(of) > len(days)
        ]
    return found


def made_up(seed: int = 11, per_kind: int = 6, days: int = 380) -> list[Series]:
    """Spending as accounts spend, in nano-credits; each kind with noise, weekdays and its own trouble."""
    rng = np.random.default_rng(seed)
    return [Series(kind, FIRST, _spent(kind, days, rng)) for kind in KINDS for _ in range(per_kind)]


KINDS = ("office", "every day", "growing", "steps", "month's end", "outliers", "now and then", "new")


def _spent(kind: str, days: int, rng: np.random.Generator) -> Days:
    dates = np.datetime64(FIRST) + np.arange(days)
    weekday = (dates.astype(np.int64) + 3) % 7
    week = np.where(weekday >= 5, rng.uniform(0.05, 0.5), 1.0) * (1 + 0.1 * rng.standard_normal(7))[weekday]
    level = rng.lognormal(2, 1) * np.exp(np.cumsum(0.01 * rng.standard_normal(days)))
    noise = np.exp(rng.uniform(0.05, 0.3) * rng.standard_normal(days))
    if kind == "every day":
        week = np.ones(days)
    spent = level * week * noise * _trouble(kind, dates, rng)
    return np.rint(spent * 1e9).astype(np.int64)


def _trouble(kind: str, dates: NDArray[np.datetime64], rng: np.random.Generator) -> NDArray[np.float64]:
    """What each kind is multiplied by, beside its weekdays and noise."""
    days = len(dates)
    to_end = ((dates.astype("datetime64[M]") + 1).astype("datetime64[D]") - dates).astype(np.int64)
    makers: dict[str, Callable[[], NDArray[np.float64]]] = {
        "growing": lambda: np.exp(rng.uniform(-0.004, 0.008) * np.arange(days)),
        "steps": lambda: np.cumprod(np.where(rng.random(days) < 1 / 60, rng.uniform(0.5, 2.0, days), 1.0)),
        "month's end": lambda: np.where(to_end <= 2, rng.uniform(3, 8), 1.0),
        "outliers": lambda: np.where(rng.random(days) < 1 / 40, rng.uniform(3, 15, days), 1.0),
        "now and then": lambda: np.where(rng.random(days) < rng.uniform(0.1, 0.4), 1.0, 0.0),
        "new": lambda: np.where(np.arange(days) >= rng.integers(250, 300), 1.0, 0.0),
    }
    return makers[kind]() if kind in makers else np.ones(days)


def off(judged: Sequence[Trial], name: str) -> float:
    """How far off a forecast is on average, in percent of what the month came to."""
    return 100 * float(np.mean([min(abs(t.told[name] - t.came) / t.came, 5.0) for t in judged]))


def inside(judged: Sequence[Trial]) -> float:
    """The share of months that end between P10 and P90, in percent."""
    return 100 * float(np.mean([t.low <= t.came <= t.high for t in judged]))


def measure(series: Sequence[Series]) -> tuple[list[Trial], float]:
    """Every trial, and the processor milliseconds of one forecast."""
    begun = time.process_time()
    judged = [trial for each in series for trial in trials(each)]
    return judged, 1000 * (time.process_time() - begun) / max(1, len(judged))


def run(folder: Path) -> None:
    """Judge and print; the company is made in `folder`."""
    report(*measure([*of_company(folder), *made_up()]))


def report(judged: Sequence[Trial], ms: float) -> None:
    """Print what was judged."""
    by_kind: dict[str, list[Trial]] = defaultdict(list)
    for trial in judged:
        by_kind[trial.kind].append(trial)
        by_kind[f"{trial.known} days known"].append(trial)
    names = ["assay", *PEERS]
    table(
        [
            (kind, str(len(of)), f"{inside(of):.0f} %", *(f"{off(of, name):.1f} %" for name in names))
            for kind, of in by_kind.items()
        ],
        ("forecast of a month: mean error", "months", "P10-P90 holds", *names),
    )
    best = min(off(judged, name) for name in PEERS)
    show(
        "forecast",
        [
            Figure("months between P10 and P90, at least", inside(judged), "%", 75, at_most=False),
            Figure("months between P10 and P90, at most", inside(judged), "%", 85),
            Figure("mean error beside the best simple forecast", off(judged, "assay") / best, "x", 1.0),
            Figure("one forecast, processor time", ms, "ms", 50),
        ],
    )
