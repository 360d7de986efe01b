"""Series without any event, and single events put into them."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import numpy as np

from assay.model.time import DAY_MS, day_of
from benchmarks.detector.generator import autocorrelated
from benchmarks.detector.judging import false_alarms
from benchmarks.report import Figure
from checks.anomaly import Kind, detect

if TYPE_CHECKING:
    from collections.abc import Iterator

    from checks.anomaly.arrays import Floats

SERIES, DAYS = 300, 200
BEGIN_MS = 20_094 * DAY_MS
TIMES = BEGIN_MS + DAY_MS * np.arange(DAYS, dtype=np.int64)
WEEKDAY = np.arange(DAYS) % 7
UNIT = "a month"


def noise(r: np.random.Generator, low: float, high: float, *, rho: float = 0.0, tail: float = 0.0) -> Floats:
    """Noise (S, T) of unit shape times a share of the level drawn from [low, high]."""
    shape = (SERIES, DAYS)
    fresh = r.standard_t(tail, shape) / np.sqrt(tail / (tail - 2)) if tail else r.standard_normal(shape)
    return autocorrelated(fresh, rho) * r.uniform(low, high, (SERIES, 1))


def rows(r: np.random.Generator, level: Floats) -> Floats:
    """Row counts of random sizes."""
    return np.asarray(np.round(np.exp(level + r.uniform(7, 14, (SERIES, 1)))), dtype=np.float64)


def clean(seed: int) -> Iterator[Figure]:
    """False alarms of both channels where nothing happens."""
    r = np.random.default_rng(seed)
    days = np.arange(DAYS, dtype=np.float64)
    usual = (0.05, 0.2)
    yield _alarms("Gaussian noise", rows(r, noise(r, *usual)), 0.10)
    yield _alarms("autocorrelated .6", rows(r, noise(r, *usual, rho=0.6)), 0.10)
    yield _alarms("quiet weekends", rows(r, noise(r, *usual) + np.where(WEEKDAY > 4, np.log(0.3), 0.0)), 0.10)
    yield _alarms("tails of Student t3", rows(r, noise(r, 0.1, 0.3, tail=3.0)), 0.10)
    yield _alarms("growth of 1 % a day", rows(r, noise(r, *usual) + 0.01 * days), 0.05)
    yield _alarms("growth of 3 % a day", rows(r, noise(r, *usual) + 0.03 * days), 0.05)
    for mean in (5, 50):
        yield _alarms(f"Poisson counts of {mean}", r.poisson(mean, (SERIES, DAYS)).astype(np.float64), 0.10)
    for name, ends in month_ends().items():
        level = noise(r, *usual)
        level[:, ends] += np.log(1.8)
        yield _alarms(f"monthly load, {name}, after two", rows(r, level), 0.10, ends[1] + 1)


def month_ends() -> dict[str, list[int]]:
    """Where loads of a month may fall: its last day, its last working day, or every 30 days."""
    days = [day_of(int(time)) for time in TIMES]
    last = [i for i, day in enumerate(days) if (day + timedelta(days=1)).day == 1]
    return {
        "last day": last,
        "last working day": [i - max(0, days[i].weekday() - 4) for i in last],
        "every 30 days": list(range(29, DAYS, 30)),
    }


def _alarms(name: str, values: Floats, most: float, start: int = 60) -> Figure:
    found = detect(values, TIMES)
    return Figure(f"false alarms: {name}", false_alarms(found.flagged, start), UNIT, most)


def injected(seed: int) -> Iterator[Figure]:
    """The share found of one event in each series."""
    for share, least in ((0.05, 0.95), (0.10, 0.95), (0.15, 0.75)):
        for weekend in (False, True):
            name = f"half the rows found, noise {share:.0%}{', quiet weekends' if weekend else ''}"
            yield Figure(name, found(seed, share, 0.5, weekend=weekend), "", least, at_most=False)
    for share in (0.05, 0.3):
        name = f"no rows found, noise {share:.0%}"
        yield Figure(name, found(seed, share, 0.0, weekend=True), "", 0.98, at_most=False)
    yield _creep(seed)


def found(seed: int, share: float, factor: float, *, weekend: bool) -> float:
    """The share of series in which one day times `factor` is flagged on that day."""
    r = np.random.default_rng(seed)
    level = noise(r, share, share) + (np.where(WEEKDAY > 4, np.log(0.4), 0.0) if weekend else 0.0)
    values, every = rows(r, level), np.arange(SERIES)
    day = r.integers(70, DAYS - 10, SERIES)
    values[every, day] = np.round(values[every, day] * factor)
    return float(detect(values, TIMES).flag[every, day].mean())


def _creep(seed: int) -> Figure:
    """A runtime that goes from 30 s to 30 min in 60 days: the median day on which it is found."""
    r = np.random.default_rng(seed)
    grown = np.clip(np.arange(DAYS) - 80, 0, 60) / 60 * np.log(60.0)
    values = np.exp(np.log(30.0) + noise(r, 0.15, 0.15) + grown)
    flags = detect(values, TIMES, np.full(SERIES, int(Kind.DURATION))).flagged[:, 81:141]
    day = np.where(flags.any(axis=1), flags.argmax(axis=1) + 1, 999)
    return Figure("30 s that become 30 min: found by the median on day", float(np.median(day)), "", 14)
