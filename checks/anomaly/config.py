"""Every number the detector uses, and the sets of them for the usual periods."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum
from itertools import product

from assay.model.time import DAY_MS, HOUR_MS

WEEK_MS = 7 * DAY_MS


class Method(StrEnum):
    """How a series is judged: daily and rarer points by forecast, hours and minutes by departure from their weeks."""

    FORECAST = "forecast"
    HOURLY = "hourly"
    FINE = "fine"


@dataclass(frozen=True, slots=True)
class Expert:
    """One linear forecaster: the half-life of its memory in points, a trend or none, its seasons in points."""

    level: float
    trend: bool = False
    seasons: tuple[int, ...] = ()


def bank(
    levels: tuple[float, ...], trends: tuple[float, ...], seasons: tuple[tuple[int, ...], ...]
) -> tuple[Expert, ...]:
    """Every combination of memory and season as an expert."""
    plain = [Expert(level, trend=False, seasons=season) for season, level in product(seasons, levels)]
    tilted = [Expert(level, trend=True, seasons=season) for season, level in product(seasons, trends)]
    return (*plain, *tilted)


@dataclass(frozen=True, slots=True)
class Config:
    """Settings in points, Gaussian-equivalent sigmas, or log units.

    `z_alert` follows from the alert budget, and is lower by `relief` in a fleet full of events; `min_effect` is the
    least |log ratio| worth an alert.
    """

    method: Method = Method.FORECAST
    period: int = 7
    window: int = 56
    experts: tuple[Expert, ...] = bank((2, 5, 14, 40), (10, 28), ((7,),))
    z_alert: float = 2.87
    z_window: float = 3.5
    tail_surcharge: float = 1.1
    relief: float = 0.2
    min_effect: float = 0.262
    min_linear_effect: float = 0.0
    rebase_after: int = 4
    scan_lengths: tuple[int, ...] = (2, 3, 5)
    z_scan: float = 3.55
    scan_clip: float = 3.5
    scale_memory: float = 60.0
    tail_memory: float = 120.0
    prior_scale: float = 0.12
    flag_cap: float = 4.5
    flag_weight: float = 0.2
    z_doubt: float = 9.0
    young_weight: float = 0.4
    clip: float = 1.8
    mix_memory: float = 60.0
    mix_gain: float = 0.25
    creep_effect: float = 0.405
    z_creep: float = 5.5
    recurrence_lags: tuple[int, ...] = (30,)
    calendar: bool = True
    offset_share: float = 0.005


DAILY = Config()
SEQUENCE = Config(period=4, experts=bank((2, 5, 14, 40), (10, 28), ((),)), recurrence_lags=(), calendar=False)
"""For runs that come when they come, and for weekly or rarer points: order without seasons."""


def for_period(step_ms: int) -> Config:
    """The settings that suit a series with this time between points."""
    if step_ms >= WEEK_MS:
        return SEQUENCE
    if step_ms >= DAY_MS:
        return DAILY
    day = max(2, round(DAY_MS / max(step_ms, 1)))
    method = Method.HOURLY if step_ms >= HOUR_MS else Method.FINE
    return replace(DAILY, method=method, period=day, calendar=False)


HOURLY = for_period(HOUR_MS)
