"""Labelled daily series as tables and jobs have them, made from a seed.

A series has a size, noise (Gaussian or Student-t, more or less autocorrelated), perhaps a weekend or a weekly peak,
perhaps growth, perhaps a harmless monthly load, gaps. Into it come drops, empty loads, double loads, new levels and
slow creeps, each with its label, far enough apart to be told from one another.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from checks.anomaly.arrays import Floats

WARM_DAYS = 60
"""No event comes before."""
NOISE = ((0.02, 0.2), (0.05, 0.3), (0.1, 0.25), (0.2, 0.15), (0.35, 0.1))
"""The noise of a series as a share of its level, and how often it is that."""
EVENTS = {
    "half": 0.2,
    "empty": 0.15,
    "double": 0.15,
    "fivefold": 0.1,
    "level": 0.12,
    "creep": 0.13,
    "third": 0.08,
    "dip": 0.07,
}
ONLY_UP = ("double", "fivefold", "level", "creep")
"""What happens to runtimes and costs."""
CREEP_DAYS = 60


@dataclass(frozen=True, slots=True)
class Event:
    """What was done to a series: from which day, for how many days it is to be found, and what."""

    start: int
    days: int
    kind: str


@dataclass(frozen=True, slots=True)
class World:
    """Values (S, T), NaN where a day is missing, and the events of each series."""

    values: Floats
    events: list[list[Event]]


def world(seed: int, series: int = 300, days: int = 240) -> World:
    """A world of that seed; the same seed gives the same one."""
    r = np.random.default_rng(seed)
    made = [_series(r, ("table", "table", "job", "small", "cost")[n % 5], days) for n in range(series)]
    return World(np.stack([values for values, _ in made]), [events for _, events in made])


def _series(r: np.random.Generator, sort: str, days: int) -> tuple[Floats, list[Event]]:
    level = _log_size(r, sort) + _trend(r, days) + _week(r, days) + _noise(r, days) + _monthly(r, days)
    values = np.asarray(np.exp(level), dtype=np.float64)
    events = _happen(r, values, sort)
    if sort == "small":
        values = r.poisson(np.minimum(values, 1e6)).astype(np.float64)
    if sort in {"table", "small"}:
        values = np.round(values)
    return _with_gaps(r, values, events), events


def _log_size(r: np.random.Generator, sort: str) -> float:
    if sort == "small":
        return float(np.log(r.uniform(3, 60)))
    low, high = (1.0, 3.5) if sort == "job" else (2.0, 7.0)
    return float(np.log(10) * r.uniform(low, high))


def _trend(r: np.random.Generator, days: int) -> Floats:
    growth = r.choice([0.0, 0.0, 0.0005, 0.0015, 0.004, -0.0005])
    return np.asarray(growth * np.arange(days), dtype=np.float64)


def _week(r: np.random.Generator, days: int) -> Floats:
    profile = np.zeros(7)
    draw = r.random()
    if draw < 0.6:
        profile[:5] = r.normal(0, 0.04, 5)
        profile[5:] = np.log(r.uniform(0.15, 0.9))
    elif draw < 0.7:
        profile[r.integers(7)] = np.log(r.uniform(1.5, 4))
    return np.asarray(profile[np.arange(days) % 7], dtype=np.float64)


def _noise(r: np.random.Generator, days: int) -> Floats:
    share = r.choice([share for share, _ in NOISE], p=[often for _, often in NOISE])
    is_heavy = r.random() < 0.3
    fresh = r.standard_t(3, days) / np.sqrt(3) if is_heavy else r.standard_normal(days)
    rho = float(r.choice([0.0, 0.0, 0.3, 0.6]))
    return np.asarray(share * autocorrelated(fresh[None, :], rho)[0], dtype=np.float64)


def autocorrelated(fresh: Floats, rho: float) -> Floats:
    """A first-order autoregression (S, T) of unit variance from fresh noise (S, T)."""
    made = fresh.copy()
    for t in range(1, fresh.shape[1]):
        made[:, t] = rho * made[:, t - 1] + np.sqrt(1 - rho**2) * fresh[:, t]
    return made


def _monthly(r: np.random.Generator, days: int) -> Floats:
    """A harmless load of 1.8 times the usual every 30 days, in one of seven series."""
    load = np.zeros(days)
    if r.random() < 0.15:
        load[29::30] = np.log(1.8)
    return load


def _happen(r: np.random.Generator, values: Floats, sort: str) -> list[Event]:
    """Let events come over the values, in place."""
    names, often = list(EVENTS), list(EVENTS.values())
    events: list[Event] = []
    day = WARM_DAYS + int(r.integers(0, 15))
    while day < len(values) - 10:
        kind = str(r.choice(names, p=often))
        if sort in {"job", "cost"} and kind not in ONLY_UP:
            kind = str(r.choice(ONLY_UP))
        if kind == "creep" and day + CREEP_DAYS >= len(values):
            kind = "double"
        length = _strike(r, values, day, kind, only_up=sort in {"job", "cost"})
        events.append(Event(day, length, kind))
        day += length + int(r.integers(25, 45))
    return events


def _strike(r: np.random.Generator, values: Floats, day: int, kind: str, *, only_up: bool) -> int:
    """Change the values from that day on; for how many days it is to be found."""
    if kind == "creep":
        factor = r.choice([4.0, 15.0, 60.0] if only_up else [0.25, 0.1])
        grown = np.clip((np.arange(len(values)) - day) / CREEP_DAYS, 0, 1)
        values *= factor**grown
        return CREEP_DAYS
    if kind == "level":
        values[day:] *= r.choice([1.6, 2.0] if only_up else [0.5, 0.6, 1.6, 2.0])
        return 5
    if kind == "dip":
        values[day : day + 3] *= 0.5
        return 3
    values[day] *= {"half": 0.5, "empty": 0.0, "double": 2.0, "fivefold": 5.0, "third": 0.7}[kind]
    return 1


def _with_gaps(r: np.random.Generator, values: Floats, events: list[Event]) -> Floats:
    """Some series miss a day now and then, though never one of an event."""
    missing = r.random(len(values)) < r.choice([0.0, 0.0, 0.03])
    missing[:10] = False
    for event in events:
        missing[event.start : event.start + event.days] = False
    return np.where(missing, np.nan, values)
